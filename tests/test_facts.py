"""What a case came to, told from its journal."""

from __future__ import annotations

import datetime as dt

import pytest
from stores import NOW

from kb.events import EventType, Surface
from kb.facts import Facts, facts
from kb.outcomes import Done, Journal, Listed

NOTHING = Facts(
    lang=None,
    searched=False,
    opened=False,
    read=False,
    form=False,
    offered=None,
    suggestion_opened=False,
    suggestion_resolved=False,
    sent=None,
)


def at(second: float) -> dt.datetime:
    return NOW + dt.timedelta(seconds=second)


def listed(
    second: float = 0,
    surface: Surface = "portal",
    query: str = "lamp",
    hits: int = 3,
    *,
    typing: bool = False,
) -> Listed:
    return Listed(at(second), surface, query, f"i{second}", "en", hits, typing)


def of(*entries: Listed | Done) -> Facts:
    lists = tuple(one for one in entries if isinstance(one, Listed))
    return facts(Journal(lists, tuple(one for one in entries if isinstance(one, Done))))


def test_an_empty_journal_says_nothing() -> None:
    assert of() == NOTHING


@pytest.mark.parametrize(
    ("entry", "searched"),
    [
        (listed(), True),
        (listed(hits=0), True),
        (listed(surface="api"), True),
        (listed(surface="suggest"), False),
        (listed(surface="widget", query=""), False),
        (listed(typing=True), False),
    ],
)
def test_a_search_is_a_finished_question(entry: Listed, searched: bool) -> None:
    assert of(entry).searched == searched


@pytest.mark.parametrize(("clicked", "searched"), [("i0", True), ("i9", False)])
def test_what_was_still_typed_is_a_search_where_a_hit_of_it_was_opened(
    clicked: str, searched: bool
) -> None:
    click = Done(at(5), "open", "one", impression=clicked)
    assert of(listed(typing=True), click).searched == searched


@pytest.mark.parametrize(
    ("types", "true"),
    [
        (("open",), {"opened"}),
        (("read",), {"opened", "read"}),
        (("resolved",), {"opened", "read"}),
        (("not_resolved",), {"opened"}),
        (("form_open",), {"form"}),
        (("suggestion_open",), {"suggestion_opened"}),
        (("suggestion_resolved",), {"suggestion_opened", "suggestion_resolved"}),
        (("suggestion_reject", "rating"), set()),
    ],
)
def test_events_say_what_was_done(types: tuple[EventType, ...], true: set[str]) -> None:
    found = of(*(Done(at(1), one) for one in types))
    assert {name for name in Facts.__slots__ if getattr(found, name) is True} == true


def test_rejected_events_say_nothing() -> None:
    assert of(Done(at(1), "resolved", "one", "robot")) == NOTHING


def test_the_first_offer_with_articles_and_the_last_ticket_are_the_ones_that_count() -> None:
    found = of(
        listed(1, surface="suggest", hits=0),
        listed(5, surface="suggest"),
        listed(3, surface="suggest"),
        Done(at(4), "contact"),
        Done(at(9), "contact"),
    )
    assert (found.offered, found.sent) == (at(3), at(9))


def test_the_language_is_that_of_the_first_list() -> None:
    other = Listed(at(-1), "portal", "lámpara", "i", "es", 1)
    assert of(listed(), other).lang == "es"
