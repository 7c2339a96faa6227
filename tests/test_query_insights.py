"""What is said of each question, counted once more by SQL that knows nothing of how we count."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from recounting import CLICKS, DAY, MONTH, TODAY, Pair, Told, exactly, same_outcomes, same_trend
from sqlalchemy import Connection, Row
from stores import NOW, done, shown, visit

from kb.insights import Choice, QueryInsight, QueryRow
from kb.store.database import Database
from kb.store.journal import record
from kb.store.moments import to_ms
from kb.store.pages import SIZE
from kb.store.query_insights import MOST_CHOICES, Only, queries, query
from kb.store.windows import Window

WINDOWS = (
    MONTH,
    Window(NOW - 84 * DAY + dt.timedelta(hours=7), NOW - 2 * DAY),
    replace(MONTH, surface="widget"),
    Window(NOW - 40 * DAY, NOW - 20 * DAY, lang="es"),
)
LATER = NOW + DAY

OPENED = f"e.rejected IS NULL AND e.type IN {CLICKS}"
LISTS = f"""
SELECT i.id, i.case_id, i.at, trim(lower(replace(i.query, '  ', ' '))) AS query,
  i.query AS typed, CAST(i.articles AS TEXT) = '[]' AS is_empty,
  EXISTS (SELECT 1 FROM events e WHERE e.impression = i.id AND {OPENED}) AS clicked,
  c.outcome, c.taken_back, c.last > :idle AS busy
FROM impressions i JOIN cases c ON c.id = i.case_id
WHERE i.surface <> 'suggest' AND i.query <> '' AND i.at >= :since AND i.at < :until
  AND (:surface = '' OR i.surface = :surface) AND (:lang = '' OR i.lang = :lang)
  AND (NOT i.typing OR EXISTS (SELECT 1 FROM events e WHERE e.impression = i.id AND {OPENED}))
ORDER BY i.case_id, i.at
"""
CLICKED = f"""
SELECT DISTINCT e.case_id, e.article, e.impression FROM events e
WHERE e.impression IS NOT NULL AND {OPENED}
"""


class Questions(Told):
    """What the tables say of a window; the simulator's queries fold alike in any database."""

    def __init__(self, connection: Connection, window: Window) -> None:
        super().__init__(connection, window, LISTS)
        always: dict[str, Any] = {"since": 0, "until": 2**60, "surface": "", "lang": ""}
        self.every = self.all(LISTS, **always)
        self.clicks = self.all(CLICKED)
        self.lists: dict[str, list[Row[Any]]] = defaultdict(list)
        for row in self.all("SELECT * FROM told ORDER BY case_id, at"):
            self.lists[row.query].append(row)

    def ranked(self, only: Only) -> list[str]:
        """Questions, those with most lists first."""
        wanted = {
            "all": lambda one: one.id is not None,
            "without_hits": lambda one: one.is_empty,
            "without_clicks": lambda one: not one.is_empty and not one.clicked,
        }[only]
        times = {name: sum(map(wanted, rows)) for name, rows in self.lists.items()}
        return sorted((one for one in times if times[one]), key=lambda one: (-times[one], one))


def same_row(row: QueryRow, lists: list[Row[Any]]) -> bool:
    empty = sum(bool(one.is_empty) for one in lists)
    ignored = sum(not one.is_empty and not one.clicked for one in lists)
    assert (row.searches, row.cases) == (len(lists), len({one.case_id for one in lists}))
    assert exactly(row.without_hits, (empty, len(lists)))
    assert exactly(row.without_clicks, (ignored, len(lists) - empty))
    typed = [" ".join(one.typed.split()) for one in lists]
    assert row.query == min(typed, key=lambda one: (-typed.count(one), one))
    return same_outcomes(row.outcomes, ends(lists))


def ends(lists: Iterable[Row[Any]]) -> dict[str, Pair]:
    """How the cases ended that these lists were shown in."""
    people = list({one.case_id: one for one in lists}.values())
    ended = [one for one in people if one.outcome]
    contacted = [one for one in ended if one.outcome == "contacted"]
    busy = sum(bool(one.busy) for one in people if one.outcome is None)
    found = {
        name: (sum(one.outcome == name for one in ended), len(ended))
        for name in ("resolved", "assumed", "failed", "contacted")
    }
    return {
        **found,
        "helped": (found["resolved"][0] + found["assumed"][0], len(ended)),
        "taken_back": (sum(bool(one.taken_back) for one in contacted), len(contacted)),
        "busy": (busy, len(people)),
        "silent": (len(people) - len(ended) - busy, len(people)),
    }


def same_choices(found: tuple[Choice, ...], people: Iterable[tuple[str, str]], total: int) -> bool:
    cases = defaultdict(set)
    for case, name in people:
        cases[name].add(case)
    assert sorted(one.cases.count for one in found) == sorted(
        sorted(map(len, cases.values()), reverse=True)[:MOST_CHOICES]
    )
    return all(exactly(one.cases, (len(cases[one.name.lower()]), total)) for one in found)


def same_insight(found: QueryInsight, name: str, told: Questions, window: Window) -> bool:
    lists = told.lists[name]
    assert same_row(found.row, lists)
    ids = {one.id for one in lists}
    opened = [(one.case_id, one.article) for one in told.clicks if one.impression in ids]
    assert same_choices(found.opened, opened, found.row.cases)
    following = [
        (one.case_id, after.query)
        for one, after in zip(told.every, told.every[1:], strict=False)
        if one.id in ids and after.case_id == one.case_id and after.query != name
    ]
    assert same_choices(found.next_queries, following, found.row.cases)
    first = {one.case_id: one for one in reversed(lists)}.values()
    return same_trend(
        found.trend,
        window,
        lambda step: ends(one for one in first if to_ms(step.since) <= one.at < to_ms(step.until)),
    )


def test_every_figure_of_every_question_is_what_a_direct_count_says(visited: Database) -> None:
    kinds: tuple[Only, ...] = ("all", "without_hits", "without_clicks")
    for window in WINDOWS:
        with visited.engine.connect() as connection:
            told = Questions(connection, window)
            connection.rollback()
        for only in kinds:
            ranked = told.ranked(only)
            pages = [queries(visited, window, NOW, only, number) for number in (1, 2)]
            assert pages[0].total == len(ranked)
            assert pages[0].pages == max(1, (len(ranked) + SIZE - 1) // SIZE)
            seen = [*pages[0].items, *(pages[1].items if pages[0].pages > 1 else ())]
            assert [one.query.lower() for one in seen] == ranked[: 2 * SIZE]
            assert all(same_row(one, told.lists[one.query.lower()]) for one in seen)
        for name in told.ranked("all")[:4]:
            found = query(visited, f" {name.upper()}  ", window, NOW)
            assert found is not None
            assert same_insight(found, name, told, window)


def test_nobody_asked(database: Database) -> None:
    assert query(database, "reset password", TODAY, LATER) is None
    found = queries(database, TODAY, LATER, "all", 3)
    assert (found.items, found.total, found.number, found.pages) == ((), 0, 1, 1)


def test_spellings_of_one_case_are_one_person(database: Database) -> None:
    lists = [shown("i1"), shown("i2", 5, query="Reset  PASSWORD"), shown("i3", 9, query="STRASSE")]
    lists += [shown("i4", 12, query="Straße", visit=visit("case-2"))]
    record(database, lists, [])
    found = queries(database, TODAY, LATER, "all", 1).items
    assert [(one.query, one.searches, one.cases) for one in found] == [
        ("Reset PASSWORD", 2, 1),
        ("STRASSE", 2, 2),
    ]


@pytest.mark.parametrize(
    "changes",
    [{"surface": "suggest"}, {"typing": True}, {"query": ""}],
    ids=["a draft", "still typing", "a page's own offer"],
)
def test_what_is_no_search_is_no_question(database: Database, changes: dict[str, Any]) -> None:
    record(database, [shown("i1", **changes)], [])
    assert queries(database, TODAY, LATER, "all", 1).total == 0


def test_what_was_typed_next_and_what_was_opened(database: Database) -> None:
    lists = [
        shown("i1"),
        shown("i2", 20, query="RESET password"),
        shown("i3", 40, query="no mail"),
        shown("i4", 60, query="close account"),
    ]
    acts = [done("open", 5, impression="i1"), done("open", 50, article="other", impression="i3")]
    record(database, lists, acts)
    found = query(database, "reset password", TODAY, LATER)
    assert found is not None
    assert [(one.name, one.cases.count) for one in found.next_queries] == [("no mail", 1)]
    assert [(one.name, one.cases.count) for one in found.opened] == [("account/password", 1)]
