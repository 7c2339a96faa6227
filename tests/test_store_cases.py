"""Outcomes come into the database, and follow what happens later."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import Row, select
from stores import NOW, done, shown, visit

from kb.outcomes import TAKES_BACK
from kb.store.cases import AT_ONCE, settle
from kb.store.database import Database
from kb.store.journal import cast, record
from kb.store.moments import to_ms
from kb.store.tables import cases

SECOND, MINUTE = dt.timedelta(seconds=1), dt.timedelta(minutes=1)
EVENING = NOW + dt.timedelta(hours=8)


def case(database: Database, name: str = "case-1") -> Row[Any]:
    with database.reading() as connection:
        return connection.execute(select(cases).where(cases.c.id == name)).one()


def test_a_vote_is_settled_at_once(database: Database) -> None:
    record(database, [shown("i1")], [])
    cast(database, done("resolved", 60), per_hour=10)
    assert settle(database, NOW + 2 * MINUTE) == 1
    found = case(database)
    assert (found.outcome, found.taken_back) == ("resolved", False)
    assert found.outcome_at == to_ms(NOW + MINUTE)
    assert found.settled == found.last == to_ms(NOW + MINUTE)


def test_a_busy_visitor_is_left_for_later(database: Database) -> None:
    record(database, [shown("i1")], [done("read", 60)])
    assert settle(database, NOW + 30 * MINUTE) == 0
    assert case(database).settled is None
    assert settle(database, NOW + 31 * MINUTE) == 1
    assert case(database).outcome == "assumed"


def test_what_was_done_is_known_while_the_visitor_is_still_there(database: Database) -> None:
    record(database, [shown("i1", lang="es")], [done("read", 60)])
    settle(database, NOW + 2 * MINUTE)
    found = case(database)
    assert (found.lang, found.searched, found.read, found.settled) == ("es", True, True, None)


def test_an_outcome_is_put_down_to_an_article(database: Database) -> None:
    record(database, [shown("i1")], [done("read", 60, article="one"), done("read", 90)])
    settle(database, EVENING)
    assert case(database).article == "account/password"
    record(database, [], [done("contact", 60 * 60, article=None)])
    settle(database, EVENING)
    found = case(database)
    assert (found.article, found.taken_back) == ("account/password", True)
    assert found.sent == to_ms(NOW + 60 * MINUTE)


def test_what_is_settled_is_not_looked_at_again(database: Database) -> None:
    record(database, [shown("i1"), shown("i2", visit=visit("program"), surface="api")], [])
    assert settle(database, EVENING) == 2
    assert case(database).outcome == "failed"
    assert case(database, "program").outcome is None
    assert settle(database, EVENING) == 0


def test_what_happens_later_is_settled_again(database: Database) -> None:
    record(database, [shown("i1")], [done("read", 60)])
    settle(database, EVENING)
    record(database, [], [done("contact", 60 * 60, article=None)])
    assert settle(database, EVENING) == 1
    found = case(database)
    assert (found.outcome, found.taken_back) == ("contacted", True)


def test_a_late_ticket_leaves_the_outcome(database: Database) -> None:
    cast(database, done("resolved"), per_hour=10)
    late = (TAKES_BACK + SECOND).total_seconds()
    record(database, [], [done("contact", late, article=None)])
    settle(database, EVENING)
    assert case(database).outcome == "resolved"


def test_an_event_that_arrives_late_is_settled_although_it_is_old(database: Database) -> None:
    record(database, [shown("i1")], [])
    settle(database, EVENING)
    assert case(database).outcome == "failed"
    record(database, [], [done("read", 0)])
    assert settle(database, EVENING) == 1
    assert case(database).outcome == "assumed"


def test_rejected_votes_decide_nothing(database: Database) -> None:
    record(database, [shown("i1")], [])
    cast(database, done("resolved", 60, rejected="robot"), per_hour=10)
    settle(database, EVENING)
    assert case(database).outcome == "failed"


def test_cases_are_settled_whatever_their_number(database: Database) -> None:
    many = 2 * AT_ONCE + 7
    lists = [shown(f"i{one}", visit=visit(f"case-{one}")) for one in range(many)]
    record(database, lists, [done("read", 5, visit=visit(f"case-{one}")) for one in range(many)])
    assert settle(database, EVENING) == many
    with database.reading() as connection:
        outcomes = connection.scalars(select(cases.c.outcome)).all()
    assert set(outcomes) == {"assumed"}
    assert len(outcomes) == many


def test_nothing_is_lost_that_is_written_while_others_settle(database: Database) -> None:
    names = [f"case-{number}" for number in range(60)]

    def search(name: str) -> None:
        record(database, [shown(name, visit=visit(name))], [])
        record(database, [], [done("contact", 60, article=None, visit=visit(name))])

    with ThreadPoolExecutor(4) as writers:
        written = [writers.submit(search, name) for name in names]
        while not all(one.done() for one in written):
            settle(database, EVENING)
    for one in written:
        one.result()
    settle(database, EVENING)
    assert {case(database, name).outcome for name in names} == {"contacted"}
