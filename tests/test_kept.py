"""Finished figures are kept, renewed when they are old, and forgotten with what they were of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import BaseModel
from sqlalchemy import func, select, update
from stores import NOW, done, shown

from kb.store import kept
from kb.store.database import Database
from kb.store.journal import record
from kb.store.kept import NOTED, Kept, asked_since, keep, read
from kb.store.moments import to_ms
from kb.store.retention import Purged, purge_before, purge_case
from kb.store.tables import kept as table

SECOND, DAY = dt.timedelta(seconds=1), dt.timedelta(days=1)
FUTURE = dt.datetime.now(dt.UTC) + DAY


class Figures(BaseModel):
    """What a page might keep."""

    at: dt.datetime
    times: dict[int, int]
    words: tuple[str, ...]
    share: float | None


FOUND = Figures(at=NOW, times={5: 2}, words=("naïve", "日本"), share=1 / 3)


def found(database: Database, now: dt.datetime, key: str = "overview:28") -> Kept[Figures] | None:
    return read(database, key, Figures, now)


def test_figures_come_back_as_they_were(database: Database) -> None:
    assert found(database, NOW) is None
    keep(database, "overview:28", FOUND, 0.1, NOW)
    assert found(database, NOW) == Kept(FOUND, NOW, is_fresh=True)


@pytest.mark.parametrize(("seconds", "lasts"), [(0.1, 10), (3.0, 60)])
def test_figures_are_fresh_for_as_long_as_counting_them_is_worth(
    database: Database, seconds: float, lasts: int
) -> None:
    keep(database, "overview:28", FOUND, seconds, NOW)
    for after, is_fresh in ((lasts * SECOND - SECOND, True), (lasts * SECOND, False)):
        kept_ = found(database, NOW + after)
        assert kept_ is not None
        assert kept_.is_fresh == is_fresh


def test_newer_figures_replace_older_ones_and_never_the_other_way_round(
    database: Database,
) -> None:
    later = FOUND.model_copy(update={"share": None})
    keep(database, "overview:28", later, 0.1, NOW + SECOND)
    keep(database, "overview:28", FOUND, 0.1, NOW)
    assert found(database, NOW) == Kept(later, NOW + SECOND, is_fresh=True)


def test_what_another_release_kept_in_another_shape_is_counted_again(database: Database) -> None:
    keep(database, "overview:28", FOUND, 0.1, NOW)
    with database.writing() as connection:
        connection.execute(update(table).values(data={"other": 1}))
    assert found(database, NOW) is None


def test_what_was_asked_for_lately_is_known_and_the_rest_goes(database: Database) -> None:
    for key in ("overview:28", "overview:7"):
        keep(database, key, FOUND, 0.1, NOW)
    found(database, NOW + 2 * DAY)
    assert asked_since(database, NOW + DAY) == ("overview:28",)
    assert found(database, NOW, "overview:7") is None


def test_a_page_that_is_read_again_and_again_writes_nothing(database: Database) -> None:
    keep(database, "overview:28", FOUND, 0.1, NOW)
    found(database, NOW + NOTED)
    with database.reading() as connection:
        assert connection.scalar(select(table.c.asked)) == to_ms(NOW)


PURGES: tuple[Callable[[Database], Purged], ...] = (
    lambda database: purge_case(database, "case-1"),
    lambda database: purge_case(database, "import:1"),
    lambda database: purge_before(database, NOW),
)


@pytest.mark.parametrize("purge", PURGES, ids=["case", "imported", "by age"])
def test_every_purge_forgets_what_was_kept(
    database: Database, purge: Callable[[Database], Purged]
) -> None:
    record(database, [shown("i1")], [done("read", 5)])
    keep(database, "overview:28", FOUND, 0.1, FUTURE)
    assert found(database, FUTURE) is not None
    purge(database)
    assert found(database, FUTURE) is None


def test_what_was_counted_before_a_purge_does_not_come_back_after_it(database: Database) -> None:
    began = dt.datetime.now(dt.UTC)
    purge_case(database, "case-1")
    keep(database, "overview:28", FOUND, 0.1, began - SECOND)
    assert found(database, began) is None
    assert asked_since(database, NOW) == ()


def test_nothing_slips_in_while_a_purge_goes_on(database: Database) -> None:
    began = dt.datetime.now(dt.UTC)
    with ThreadPoolExecutor(1) as other:
        with database.writing() as connection:
            kept.forget(connection)
            keeping = other.submit(keep, database, "overview:28", FOUND, 0.1, began)
        keeping.result()
    with database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(table)) == 1
