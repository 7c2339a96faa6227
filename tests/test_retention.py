"""Retention: old cases go whole, one case goes on demand, and an export misses nothing."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from sqlalchemy import Table, func, insert, select
from stores import NOW, done, shown, visit

from kb.store import retention
from kb.store.cases import settle
from kb.store.database import Database
from kb.store.journal import cast, record
from kb.store.moments import to_ms
from kb.store.retention import (
    ExportedCase,
    ExportedEvent,
    ExportedImpression,
    Purged,
    export_case,
    purge_before,
    purge_case,
)
from kb.store.tables import cases, events, history, impressions, sign_in_failures

DAY = 86_400


def count(database: Database, table: Table) -> int:
    with database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def counts(database: Database) -> Purged:
    return Purged(*(count(database, table) for table in (cases, impressions, events, history)))


def fill(database: Database) -> None:
    """Three cases, two days apart, of one list and two events each; as many imported rows."""
    for number in range(3):
        who = visit(f"case-{number}")
        at = number * 2 * DAY
        acts = [done("open", at, visit=who), done("read", at + 60, visit=who)]
        record(database, [shown(f"list-{number}", at, visit=who)], acts)
    old = [
        {"id": str(number), "query": "q", "article": "a", "at": to_ms(NOW), "outcome": "resolved"}
        for number in range(3)
    ]
    with database.writing() as connection:
        connection.execute(insert(history), old)


def test_cases_without_activity_since_then_go_with_all_that_belongs_to_them(
    database: Database,
) -> None:
    fill(database)
    purged = purge_before(database, NOW + dt.timedelta(seconds=2 * DAY + 60.001))
    assert purged == Purged(cases=2, impressions=2, events=4, history=3)
    assert counts(database) == Purged(cases=1, impressions=1, events=2)
    assert export_case(database, "case-2") is not None


def test_a_case_stays_whole_as_long_as_its_last_event_does(database: Database) -> None:
    fill(database)
    moment = NOW + dt.timedelta(seconds=30)  # case-0 began before that and went on after it
    assert purge_before(database, moment, imported=False) == Purged()
    assert counts(database) == Purged(cases=3, impressions=3, events=6, history=3)


def test_more_cases_than_go_at_once_go(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    fill(database)
    assert purge_before(database, NOW + dt.timedelta(days=30)) == Purged(3, 3, 6, 3)
    assert counts(database) == Purged()


def test_rejected_events_of_no_case_go_by_their_age(database: Database) -> None:
    for second in (0, 10):
        cast(database, done("resolved", second, rejected="robot"), 1)
    assert purge_before(database, NOW + dt.timedelta(seconds=5)) == Purged(events=1)
    assert purge_before(database, NOW + dt.timedelta(seconds=15)) == Purged(events=1)


def test_one_case_goes_with_all_that_belongs_to_it(database: Database) -> None:
    fill(database)
    assert purge_case(database, "case-1") == Purged(cases=1, impressions=1, events=2)
    assert export_case(database, "case-1") is None
    assert counts(database) == Purged(cases=2, impressions=2, events=4, history=3)
    assert purge_case(database, "case-1") == Purged()


def test_one_row_of_imported_history_goes_by_the_name_that_memory_gives_it(
    database: Database,
) -> None:
    fill(database)
    assert purge_case(database, "import:1") == Purged(history=1)
    assert counts(database).history == 2


def test_failed_tries_to_sign_in_go_by_their_age(database: Database) -> None:
    with database.writing() as connection:
        for second in (0, 10):
            at = to_ms(NOW + dt.timedelta(seconds=second))
            connection.execute(insert(sign_in_failures).values(name="n", visitor="v", at=at))
    purge_before(database, NOW + dt.timedelta(seconds=5))
    assert count(database, sign_in_failures) == 1


def test_an_export_says_what_a_case_came_to(database: Database) -> None:
    offer = shown("i1", surface="suggest", lang="es")
    record(database, [offer], [done("form_open", 1), done("contact", 9)])
    settle(database, NOW + dt.timedelta(hours=1))
    found = export_case(database, "case-1")
    assert found is not None
    assert found.case is not None
    assert (found.case.lang, found.case.form, found.case.searched) == ("es", True, False)
    assert (found.case.offered, found.case.sent) == (NOW, NOW + dt.timedelta(seconds=9))


def test_an_export_holds_everything_that_is_stored(database: Database) -> None:
    record(database, [shown("i1")], [done("open", 1, impression="i1")])
    cast(database, done("not_resolved", 2, reason="out_of_date", comment="old"), 9)
    cast(database, done("resolved", 3), 9)
    record(database, [shown("i2", visit=visit("case-2"))], [])
    found = export_case(database, "case-1")
    assert found is not None
    assert found.case is not None
    assert found.case.started == NOW
    assert [one.id for one in found.impressions] == ["i1"]
    assert [one.type for one in found.events] == ["open", "not_resolved", "resolved"]
    assert [one.rejected for one in found.events] == [None, None, "duplicate"]
    assert found.events[1].comment == "old"
    exported = json.loads(found.model_dump_json())
    assert exported["impressions"][0]["at"] == "2026-05-04T12:00:00Z"
    assert exported["impressions"][0]["articles"] == ["account/password", "es:account/password"]


@pytest.mark.parametrize(
    ("model", "table"),
    [(ExportedCase, cases), (ExportedImpression, impressions), (ExportedEvent, events)],
)
def test_an_export_misses_no_column(
    model: type[ExportedCase | ExportedImpression | ExportedEvent], table: Table
) -> None:
    assert list(model.model_fields) == table.c.keys()


def test_rejected_events_alone_are_exported_too(database: Database) -> None:
    cast(database, done("resolved", rejected="robot"), 9)
    found = export_case(database, "case-1")
    assert found is not None
    assert found.case is None
    assert len(found.events) == 1
