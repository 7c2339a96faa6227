"""The rules of how a case ended, each in a sentence."""

from __future__ import annotations

import datetime as dt
import random
from typing import get_args

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kb.events import EventType, Rejection, Surface
from kb.outcomes import IDLE, TAKES_BACK, Done, Journal, Listed, Verdict, verdict

START = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)
LATER = START + dt.timedelta(days=30)


def at(minutes: float) -> dt.datetime:
    return START + dt.timedelta(minutes=minutes)


def asked(minutes: float, query: str = "lost password", surface: Surface = "portal") -> Listed:
    return Listed(at(minutes), surface, query)


def done(minutes: float, type_: EventType, article: str | None = "password") -> Done:
    return Done(at(minutes), type_, article)


def journal(*entries: Listed | Done) -> Journal:
    return Journal(
        tuple(one for one in entries if isinstance(one, Listed)),
        tuple(one for one in entries if isinstance(one, Done)),
    )


def outcome(*entries: Listed | Done, now: dt.datetime = LATER) -> Verdict:
    return verdict(journal(*entries), now)


@pytest.mark.parametrize("vote", ["resolved", "suggestion_resolved"])
def test_a_vote_resolves_at_once(vote: EventType) -> None:
    assert outcome(asked(0), done(1, vote), now=at(1)) == Verdict("resolved", at(1), "password")


def test_a_vote_stands_whatever_is_asked_later() -> None:
    assert outcome(asked(0), done(1, "resolved"), asked(5, "delivery")).outcome == "resolved"


def test_the_last_vote_counts() -> None:
    yes, no = done(1, "resolved", "one"), done(2, "not_resolved", "two")
    assert outcome(yes, no) == Verdict("failed", at(2), "two")
    yes = done(3, "resolved", "one")
    assert outcome(no, yes) == Verdict("resolved", at(3), "one")


def test_of_two_votes_at_one_moment_the_worse_counts() -> None:
    assert outcome(done(1, "resolved"), done(1, "not_resolved")).outcome == "failed"


def test_reading_after_a_no_does_not_undo_it() -> None:
    assert outcome(done(1, "not_resolved"), done(2, "read")).outcome == "failed"


@pytest.mark.parametrize("read", ["read", "suggestion_open"])
def test_who_reads_and_leaves_is_assumed_to_be_helped(read: EventType) -> None:
    found = outcome(asked(0), done(1, read))
    assert found == Verdict("assumed", at(1) + IDLE, "password")


def test_nothing_is_assumed_before_thirty_idle_minutes() -> None:
    entries = asked(0), done(1, "read")
    assert outcome(*entries, now=at(30.9)).outcome is None
    assert outcome(*entries, now=at(31)).outcome == "assumed"
    assert outcome(*entries, done(20, "rating", None), now=at(31)).outcome is None


def test_who_asks_something_else_after_reading_was_not_helped() -> None:
    entries = asked(0), done(1, "read"), asked(2, "other words")
    assert outcome(*entries) == Verdict("failed", at(2) + IDLE)
    assert outcome(*entries, done(3, "read", "two")).article == "two"


def test_the_way_back_to_the_results_asks_nothing() -> None:
    assert outcome(asked(0), done(1, "read"), asked(2)).outcome == "assumed"


def test_a_draft_after_reading_is_a_question() -> None:
    drafted = asked(2, "I still cannot sign in", "suggest")
    assert outcome(asked(0), done(1, "read"), drafted).outcome == "failed"


def test_who_leaves_without_reading_was_not_helped() -> None:
    assert outcome(asked(0)) == Verdict("failed", at(0) + IDLE)
    assert outcome(asked(0), done(1, "open")) == Verdict("failed", at(1) + IDLE)
    assert outcome(asked(0), now=at(29)).outcome is None


def test_a_ticket_is_a_contact_at_once() -> None:
    assert outcome(asked(0), done(1, "contact", None), now=at(1)) == Verdict("contacted", at(1))


def test_a_ticket_while_reading_takes_nothing_back() -> None:
    entries = asked(0), done(1, "read"), done(10, "contact", None)
    assert outcome(*entries) == Verdict("contacted", at(10))


@pytest.mark.parametrize("good", ["resolved", "read"])
def test_a_ticket_within_72_hours_takes_a_good_outcome_back(good: EventType) -> None:
    back = Verdict("contacted", at(100), "password", taken_back=True)
    assert outcome(asked(0), done(1, good), done(100, "contact", None)) == back


def test_more_questions_before_the_ticket_do_not_save_the_outcome() -> None:
    entries = asked(0), done(1, "read"), asked(90, "still"), done(95, "form_open", None)
    assert outcome(*entries, done(100, "contact", None)).taken_back


def test_what_the_visitor_undid_is_not_taken_back_by_a_ticket() -> None:
    entries = done(1, "resolved"), done(2, "not_resolved"), done(3, "contact", None)
    assert outcome(*entries) == Verdict("contacted", at(3))


def test_a_ticket_after_72_hours_is_another_matter() -> None:
    edge = TAKES_BACK.total_seconds() / 60
    assert outcome(done(0, "resolved"), done(edge, "contact", None)).taken_back
    late = done(edge + 1, "contact", None)
    assert outcome(done(0, "resolved"), late).outcome == "resolved"
    assert outcome(
        asked(0), done(0, "read"), asked(edge + 40, "new"), done(edge + 41, "contact")
    ) == (Verdict("contacted", at(edge + 41)))


def test_a_vote_after_the_ticket_does_not_unsend_it() -> None:
    assert outcome(done(1, "contact", None), done(2, "resolved")).outcome == "contacted"


def test_of_a_program_that_only_searches_nothing_can_be_said() -> None:
    assert outcome(asked(0, surface="api"), asked(1, "two", "api")).outcome is None
    assert outcome(asked(0, surface="api"), done(1, "read")).outcome == "assumed"


def test_of_a_form_that_was_opened_and_left_nothing_can_be_said() -> None:
    assert outcome(done(0, "form_open", None)).outcome is None


def test_who_leaves_a_draft_in_either_arm_was_not_helped() -> None:
    opened, drafted = done(0, "form_open", None), asked(1, "cannot sign in", "suggest")
    assert outcome(opened, drafted).outcome == "failed"


def test_nothing_at_all_is_no_outcome() -> None:
    assert outcome() == Verdict(None)


def test_what_a_fast_clock_put_in_the_future_is_not_over() -> None:
    assert outcome(asked(0), done(1, "read"), now=at(-5)).outcome is None


MINUTES = st.one_of(st.integers(0, 200), st.integers(0, 9000))
EVENTS: st.SearchStrategy[EventType] = st.sampled_from(get_args(EventType))
REJECTIONS: st.SearchStrategy[Rejection] = st.sampled_from(get_args(Rejection))
ARTICLES = st.sampled_from([None, "one", "two"])
LISTS = st.builds(
    Listed,
    MINUTES.map(at),
    st.sampled_from(["portal", "api", "suggest", "widget"]),
    st.sampled_from(["a", "b", "c"]),
)
DONE = st.builds(Done, MINUTES.map(at), EVENTS, ARTICLES)
JOURNALS = st.builds(
    Journal, st.lists(LISTS, max_size=6).map(tuple), st.lists(DONE, max_size=8).map(tuple)
)
NOW = st.integers(0, 12_000).map(at)
GOOD_ENDS: st.SearchStrategy[EventType] = st.sampled_from(["resolved", "read", "suggestion_open"])


def without_contact(case: Journal, end: EventType) -> Journal:
    """The case as it is likely to end well: nobody wrote, and an article came last."""
    events = (one for one in case.events if one.type != "contact")
    return Journal(case.lists, (*events, Done(at(9_001), end, "one")))


@given(JOURNALS, NOW, st.randoms())
def test_the_order_of_arrival_does_not_matter(
    case: Journal, now: dt.datetime, shuffled: random.Random
) -> None:
    lists, events = list(case.lists), list(case.events)
    shuffled.shuffle(lists)
    shuffled.shuffle(events)
    assert verdict(Journal(tuple(lists), tuple(events)), now) == verdict(case, now)


@given(JOURNALS, NOW, st.lists(st.builds(Done, MINUTES.map(at), EVENTS, ARTICLES, REJECTIONS)))
def test_rejected_events_change_nothing(case: Journal, now: dt.datetime, more: list[Done]) -> None:
    assert verdict(Journal(case.lists, (*case.events, *more)), now) == verdict(case, now)


@given(st.builds(without_contact, JOURNALS, GOOD_ENDS), st.floats(0, TAKES_BACK.total_seconds()))
def test_no_good_outcome_survives_a_ticket_within_72_hours(case: Journal, seconds: float) -> None:
    before = verdict(case, LATER)
    assume(before.outcome in {"resolved", "assumed"} and before.at is not None)
    assert before.at is not None
    ticket = Done(before.at + dt.timedelta(seconds=seconds), "contact")
    after = verdict(Journal(case.lists, (*case.events, ticket)), LATER)
    assert after.outcome == "contacted"


@given(JOURNALS)
def test_an_outcome_that_was_reached_by_leaving_does_not_depend_on_when_one_looks(
    case: Journal,
) -> None:
    assert verdict(case, LATER) == verdict(case, LATER + dt.timedelta(days=365))


@given(JOURNALS, NOW)
def test_only_a_contact_takes_anything_back(case: Journal, now: dt.datetime) -> None:
    found = verdict(case, now)
    assert not found.taken_back or found.outcome == "contacted"
    assert (found.outcome is None) == (found.at is None)
