"""Which cases gaps are made of, and what is known of each."""

from __future__ import annotations

import datetime as dt

from stores import NOW, done, shown, visit

from kb.store.cases import settle
from kb.store.database import Database
from kb.store.journal import cast, record
from kb.store.unresolved import MOST_ASKED, Unresolved, unresolved
from kb.store.windows import Window

EVENING = NOW + dt.timedelta(hours=8)
DAY = Window(NOW - dt.timedelta(hours=1), EVENING)


def found(database: Database, window: Window = DAY) -> tuple[Unresolved, ...]:
    settle(database, EVENING)
    return unresolved(database, window)


def test_a_search_without_a_click_is_there_with_what_was_shown(database: Database) -> None:
    record(database, [shown("i1", query="a b"), shown("i2", 60, query="c", articles=("x",))], [])
    (one,) = found(database)
    assert (one.case, one.visitor, one.outcome, one.sent) == (
        "case-1",
        "visitor-1",
        "failed",
        False,
    )
    assert one.started == NOW
    assert [(asked.query, asked.lang) for asked in one.asked] == [("a b", "en"), ("c", "en")]
    assert one.asked[1].articles == ("x",)


def test_what_was_opened_and_voted_down_is_told_apart(database: Database) -> None:
    record(database, [shown("i1")], [done("read", 5, article="one")])
    cast(database, done("not_resolved", 9, article="two"), per_hour=10)
    (one,) = found(database)
    assert one.opened == {"one"}
    assert one.rejected == {"two"}


def test_a_case_that_was_resolved_or_only_read_is_none(database: Database) -> None:
    helped, reader = visit("helped"), visit("reader")
    record(database, [shown("i1", visit=helped), shown("i2", visit=reader)], [])
    cast(database, done("not_resolved", 5, visit=helped, article="one"), per_hour=10)
    cast(database, done("resolved", 9, visit=helped), per_hour=10)
    record(database, [], [done("read", 5, visit=reader)])
    assert found(database) == ()


def test_a_ticket_costs_and_its_draft_is_a_question(database: Database) -> None:
    draft = shown("i1", surface="suggest", query="Crack\nThere is one", articles=())
    record(database, [draft], [done("contact", 60, article=None)])
    (one,) = found(database)
    assert (one.outcome, one.sent) == ("contacted", True)
    assert one.asked[0].surface == "suggest"


def test_unfinished_and_empty_questions_are_left_out(database: Database) -> None:
    record(database, [shown("i1", query="cra", typing=True), shown("i2", 1, query=" ")], [])
    assert found(database) == ()


def test_a_list_below_the_search_box_is_a_question_once_a_hit_of_it_was_opened(
    database: Database,
) -> None:
    typed = [shown("i1", query="half", typing=True), shown("i2", 20, query="whole", typing=True)]
    record(database, typed, [done("open", 25, impression="i2")])
    cast(database, done("not_resolved", 60, impression="i2"), per_hour=10)
    (one,) = found(database)
    assert [asked.query for asked in one.asked] == ["whole"]


def test_rejected_events_say_nothing(database: Database) -> None:
    read = done("read", 5, rejected="robot")
    record(database, [shown("i1")], [read])
    (one,) = found(database)
    assert one.opened == frozenset()


def test_of_a_long_case_the_last_questions_count(database: Database) -> None:
    record(database, [shown(f"i{n}", n, query=f"question {n}") for n in range(9)], [])
    (one,) = found(database)
    assert [asked.query for asked in one.asked] == [f"question {n}" for n in range(4, 9)]
    assert len(one.asked) == MOST_ASKED


def test_demonstration_cases_are_there_and_the_newest_comes_first(database: Database) -> None:
    record(database, [shown("i1", visit=visit("demo-1")), shown("i2", 60, visit=visit("b"))], [])
    assert [one.case for one in found(database)] == ["b", "demo-1"]


def test_a_window_has_cases_of_its_time_surface_and_language(database: Database) -> None:
    lists = [
        shown("i1", visit=visit("early"), lang="en"),
        shown("i2", 600, visit=visit("late"), lang="es", surface="widget"),
    ]
    record(database, lists, [])
    later = Window(NOW + dt.timedelta(seconds=300), EVENING)
    assert [one.case for one in found(database, later)] == ["late"]
    spanish = Window(DAY.since, DAY.until, lang="es")
    assert [one.case for one in found(database, spanish)] == ["late"]
    portal = Window(DAY.since, DAY.until, surface="portal")
    assert [one.case for one in found(database, portal)] == ["early"]
