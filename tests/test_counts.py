"""What a report counts is what a plain look at every case gives."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace

import pytest
from stores import NOW, done, shown, visit

from kb.events import Event, EventType, Impression, Visit
from kb.outcomes import IDLE
from kb.store.cases import settle
from kb.store.counts import Counts, Judged, Rated, Searched, Voted, count
from kb.store.database import Database
from kb.store.groups import Group
from kb.store.journal import cast, record
from kb.store.windows import Window

TODAY = Window(NOW - dt.timedelta(days=1), NOW + dt.timedelta(days=1))


def counted(database: Database, window: Window = TODAY) -> Counts:
    settle(database, window.until)
    return count(database, window, window.until)


def only_group(database: Database) -> Group:
    (group,) = counted(database).groups
    return group


def holdout(case: str) -> Visit:
    return Visit(case, None, holdout=True, plain=False)


def test_an_empty_database_counts_nothing(database: Database) -> None:
    assert counted(database) == Counts((), (), (), (), (), (), None, trend=((), (), ()))


def test_cases_that_are_alike_are_one_group(database: Database) -> None:
    for case in ("a", "b"):
        record(database, [shown(case, visit=visit(case))], [done("read", 5, visit=visit(case))])
    group = only_group(database)
    assert (group.cases, group.outcome, group.searched, group.opened) == (2, "assumed", True, True)
    assert not any((group.busy, group.form, group.offered, group.sent, group.remembering))


def test_only_what_began_in_the_window_counts(database: Database) -> None:
    record(database, [shown("i1")], [done("read", 5)])
    after = Window(NOW + dt.timedelta(seconds=1), NOW + dt.timedelta(days=1))
    found = counted(database, after)
    assert (found.groups, found.searched, found.newest) == ((), (), NOW)


def test_the_newest_case_is_one_of_the_surface_and_language_that_are_asked_for(
    database: Database,
) -> None:
    record(database, [shown("i1", visit=visit("a"), lang="es")], [])
    record(database, [shown("i2", 60, visit=visit("b"))], [])
    assert counted(database).newest == NOW + dt.timedelta(seconds=60)
    assert counted(database, replace(TODAY, lang="es")).newest == NOW
    assert counted(database, replace(TODAY, surface="api")).newest is None


def test_the_newest_comments_come_first_and_rejected_ones_never(database: Database) -> None:
    for number, words in enumerate(("too old", "wrong picture")):
        who = visit(f"case-{number}")
        cast(database, done("not_resolved", number, visit=who, comment=words), 9)
    cast(database, done("not_resolved", 5, comment="buy this", rejected="robot"), 9)
    found = counted(database).remarks
    assert [(one.comment, one.case) for one in found] == [
        ("wrong picture", "case-1"),
        ("too old", "case-0"),
    ]


def test_an_offer_without_articles_is_none(database: Database) -> None:
    opened = done("form_open", 1, article=None)
    record(database, [shown("i1", 2, surface="suggest", articles=(), scores=())], [opened])
    group = only_group(database)
    assert (group.form, group.offered, group.searched) == (True, False, False)


@pytest.mark.parametrize(("second", "since"), [(3, True), (1, False)])
def test_a_ticket_counts_after_the_first_offer(
    database: Database, second: int, since: bool
) -> None:
    offer = shown("i1", 2, surface="suggest", visit=holdout("c"))
    record(database, [offer], [done("contact", second, article=None, visit=holdout("c"))])
    group = only_group(database)
    assert (group.sent, group.sent_since, group.offered, group.holdout) == (True, since, True, True)


def test_a_busy_case_is_told_apart(database: Database) -> None:
    record(database, [shown("i1")], [])
    (group,) = counted(database, Window(TODAY.since, NOW + IDLE - dt.timedelta(seconds=1))).groups
    assert (group.busy, group.outcome) == (True, None)
    (group,) = counted(database, Window(TODAY.since, NOW + IDLE)).groups
    assert (group.busy, group.outcome) == (False, "failed")


def test_cases_before_the_first_memory_are_told_apart(database: Database) -> None:
    record(database, [shown("i1", visit=visit("before"))], [])
    record(database, [shown("i2", 60, visit=visit("since"), memory="m1")], [])
    assert sorted(one.remembering for one in counted(database).groups) == [False, True]


def test_searches_are_counted_by_what_came_of_them(database: Database) -> None:
    lists = [
        shown("clicked"),
        shown("ignored", 20),
        shown("nothing", 40, articles=(), scores=()),
        shown("program", 60, surface="api"),
        shown("typed", 80, typing=True),
        shown("typed and clicked", 100, typing=True),
        shown("draft", 120, surface="suggest"),
    ]
    clicks = [
        done("open", 5, impression="clicked"),
        done("open", 101, impression="typed and clicked"),
        done("open", 25, impression="ignored", rejected="robot"),
    ]
    record(database, lists, clicks)
    assert counted(database).searched == (Searched("api", 1, 0, 1), Searched("portal", 4, 1, 1))


def test_votes_are_counted_with_the_reason_for_which_they_were_rejected(
    database: Database,
) -> None:
    cast(database, done("resolved", article="one"), per_hour=10)
    cast(database, done("resolved", 1, article="one"), per_hour=10)
    cast(database, done("not_resolved", 2, article="two", reason="out_of_date"), per_hour=10)
    cast(database, done("suggestion_resolved", 3, article="two", snapshot="s2"), per_hour=10)
    cast(database, done("rating", 4, article=None, snapshot=None, rating=4), per_hour=10)
    found = counted(database)
    assert set(found.voted) == {
        Voted("resolved", None, None, 1),
        Voted("resolved", "duplicate", None, 1),
        Voted("not_resolved", None, "out_of_date", 1),
        Voted("suggestion_resolved", None, None, 1),
    }
    assert found.judged == (Judged("one", 1, 0), Judged("two", 1, 1))
    assert found.rated == (Rated(4, 1),)


TYPES: tuple[EventType, ...] = (
    "open",
    "read",
    "suggestion_open",
    "suggestion_resolved",
    "form_open",
    "contact",
)


def simulated(chance: random.Random, case: str) -> tuple[list[Impression], list[Event]]:
    who = Visit(case, None, holdout=chance.random() < 0.3, plain=chance.random() < 0.3)
    lists = [
        shown(
            f"{case}-{number}",
            chance.uniform(0, 9000),
            visit=who,
            surface=chance.choice(["portal", "suggest"]),
            articles=chance.choice([(), ("one",)]),
            scores=(),
        )
        for number in range(chance.randint(1, 3))
    ]
    acts = [
        done(chance.choice(TYPES), chance.uniform(0, 9000), visit=who, article="one", snapshot=None)
        for _ in range(chance.randint(0, 4))
    ]
    return lists, acts


def test_the_groups_are_what_a_look_at_every_case_gives(database: Database) -> None:
    chance = random.Random(3)
    journals = [simulated(chance, f"case-{number}") for number in range(200)]
    for lists, acts in journals:
        record(database, lists, acts)
    groups = counted(database).groups

    def total(**wanted: bool) -> int:
        matching = [g for g in groups if all(getattr(g, k) == v for k, v in wanted.items())]
        return sum(one.cases for one in matching)

    def having(*types: EventType) -> int:
        return sum(any(act.type in types for act in acts) for _, acts in journals)

    def sent_since_an_offer(lists: list[Impression], acts: list[Event]) -> bool:
        offers = [one.at for one in lists if one.surface == "suggest" and one.articles]
        return any(one.type == "contact" and one.at >= min(offers) for one in acts if offers)

    assert total() == 200
    assert total(holdout=True) == sum(lists[0].visit.holdout for lists, _ in journals)
    assert total(plain=True) == sum(lists[0].visit.plain for lists, _ in journals)
    assert total(opened=True) == having("open", "read")
    assert total(read=True) == having("read")
    assert total(form=True) == having("form_open")
    assert total(sent=True) == having("contact")
    assert total(suggestion_resolved=True) == having("suggestion_resolved")
    assert total(sent_since=True) == sum(sent_since_an_offer(*one) for one in journals)
