"""The journal: batches and votes, each counted once, and nothing acknowledged is ever lost."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, Table, insert, select, update
from stores import NOW, done, shown, visit
from writing import assert_all_kept, finish, kill_when, start

from kb.events import Event, EventType
from kb.store.database import Database
from kb.store.journal import MOST_REJECTED, cast, record
from kb.store.moments import from_ms, to_ms
from kb.store.tables import cases, events, impressions

NOON = to_ms(NOW)


def rows(database: Database, table: Table) -> Sequence[Row[Any]]:
    with database.reading() as connection:
        return connection.execute(select(table).order_by(table.c.id)).all()


def only(database: Database, table: Table) -> Row[Any]:
    (row,) = rows(database, table)
    return row


def ids(database: Database) -> list[str]:
    return [row.id for row in rows(database, impressions)]


def rejections(database: Database) -> list[str | None]:
    return [row.rejected for row in rows(database, events)]


def test_a_batch_keeps_everything_it_was_given(database: Database) -> None:
    seen = shown("i1", product="lamps", memory="m1")
    act = done("rating", 5, impression="i1", comment="fine", rating=4, reason="out_of_date")
    record(database, [seen], [act])
    assert only(database, impressions)._asdict() == {
        "id": "i1",
        "case_id": "case-1",
        "at": NOON,
        "surface": "portal",
        "query": "reset password",
        "lang": "en",
        "product": "lamps",
        "articles": ["account/password", "es:account/password"],
        "scores": [0.9, 0.25],
        "snapshot": "s1",
        "recipe": "r1",
        "memory": "m1",
        "typing": False,
        "hits": 2,
    }
    assert only(database, events)._asdict() == {
        "id": 1,
        "case_id": "case-1",
        "visitor": "visitor-1",
        "at": NOON + 5000,
        "type": "rating",
        "impression": "i1",
        "article": "account/password",
        "snapshot": "s1",
        "reason": "out_of_date",
        "comment": "fine",
        "rating": 4,
        "rejected": None,
    }


def test_nothing_is_written_for_nothing(database: Database) -> None:
    record(database, [], [])
    assert [len(rows(database, table)) for table in (cases, impressions, events)] == [0, 0, 0]


def test_an_impression_that_is_there_already_is_ignored(database: Database) -> None:
    record(database, [shown("i1"), shown("i1", query="other")], [])
    record(database, [shown("i1", query="third"), shown("i2")], [])
    assert [row.query for row in rows(database, impressions)] == ["reset password"] * 2


@pytest.mark.parametrize("together", [True, False])
def test_a_case_spans_what_was_shown_and_done_in_any_order(
    together: bool, database: Database
) -> None:
    who = dataclasses.replace(visit(), holdout=True)
    seen = [shown("b", 60, visit=who), shown("a", -60, visit=who, surface="widget")]
    act = [done("read", 300, visit=dataclasses.replace(who, visitor="next day"))]
    if together:
        record(database, seen, act)
    else:
        record(database, [], act)
        record(database, seen[:1], [])
        record(database, seen[1:], [])
    case = only(database, cases)
    assert (case.started, case.last) == (NOON - 60_000, NOON + 300_000)
    assert (case.surface, case.holdout, case.plain) == ("widget", True, False)
    assert case.visitor == ("visitor-1" if together else "next day")


@pytest.mark.parametrize(
    ("type_", "surface"),
    [("read", "portal"), ("suggestion_open", "suggest"), ("contact", "suggest")],
)
def test_a_case_without_a_list_began_where_its_event_happens(
    type_: EventType, surface: str, database: Database
) -> None:
    record(database, [], [done(type_)])
    assert only(database, cases).surface == surface


def test_whatever_happens_in_a_case_reopens_its_outcome(database: Database) -> None:
    record(database, [], [done("read")])
    for votes in (False, True):
        with database.writing() as connection:
            connection.execute(update(cases).values(settled=NOON, outcome="assumed"))
        if votes:
            cast(database, done("contact"), 1)
        else:
            record(database, [], [done("read")])
        assert only(database, cases).settled is None
        assert only(database, cases).outcome == "assumed"


def test_keystrokes_collapse_into_the_settled_query(database: Database) -> None:
    typed = [shown(f"t{second}", second, typing=True) for second in (0, 4, 8)]
    record(database, typed, [])
    assert ids(database) == ["t8"]
    record(database, [shown("settled", 12)], [])
    assert ids(database) == ["settled"]


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("another case", {"visit": visit("case-2")}),
        ("another surface", {"surface": "widget"}),
        ("long after", {"seconds": 10.001}),
        ("before", {"seconds": -5}),
    ],
)
def test_keystrokes_stay_where_the_next_list_is_of(
    name: str, changes: dict[str, Any], database: Database
) -> None:
    record(database, [shown("typed", typing=True), shown("list", **{"seconds": 5, **changes})], [])
    assert ids(database) == ["list", "typed"]


def test_keystrokes_collapse_though_another_worker_wrote_the_settled_query_first(
    database: Database,
) -> None:
    record(database, [shown("settled", 5)], [])
    record(database, [shown("typed", typing=True)], [])
    assert ids(database) == ["settled"]


def test_a_list_that_something_was_done_with_stays(database: Database) -> None:
    record(database, [shown("typed", typing=True)], [done("open", 1, impression="typed")])
    record(database, [shown("settled", 5)], [])
    assert ids(database) == ["settled", "typed"]


def test_the_first_vote_of_a_case_on_an_article_counts(database: Database) -> None:
    assert cast(database, done("resolved"), 9) is None
    assert cast(database, done("resolved", 1), 9) == "duplicate"
    assert cast(database, done("not_resolved", 2), 9) == "duplicate"
    assert cast(database, done("suggestion_resolved", 2), 9) == "duplicate"
    assert rejections(database) == [None, "duplicate", "duplicate", "duplicate"]


@pytest.mark.parametrize(
    "changes", [{"visit": visit("case-2")}, {"article": "other"}, {"snapshot": "s2"}]
)
def test_another_case_article_or_revision_has_a_vote_of_its_own(
    changes: dict[str, Any], database: Database
) -> None:
    assert cast(database, done("resolved"), 9) is None
    assert cast(database, done("resolved", 1, **changes), 9) is None
    assert rejections(database) == [None, None]


def test_a_reason_given_later_completes_the_vote(database: Database) -> None:
    no = done("not_resolved")
    assert cast(database, no, 1) is None
    assert cast(database, dataclasses.replace(no, reason="not_related"), 1) is None
    assert cast(database, dataclasses.replace(no, comment="old"), 1) is None
    vote = only(database, events)
    assert (vote.reason, vote.comment, vote.rejected) == ("not_related", "old", None)


def test_a_reason_is_neither_changed_nor_given_to_the_opposite_vote(database: Database) -> None:
    cast(database, done("not_resolved", reason="not_related"), 9)
    assert cast(database, done("not_resolved", 1, reason="out_of_date"), 9) == "duplicate"
    assert cast(database, done("resolved", 2, comment="thanks"), 9) == "duplicate"
    first = rows(database, events)[0]
    assert (first.reason, first.comment) == ("not_related", None)


def test_a_case_has_one_rating(database: Database) -> None:
    assert cast(database, done("rating", rating=5, article=None), 9) is None
    assert cast(database, done("rating", rating=1, article=None), 9) == "duplicate"
    assert cast(database, done("rating", visit=visit("case-2"), rating=1), 9) is None
    assert [row.rating for row in rows(database, events)] == [5, 1, 1]


def test_a_contact_is_written_each_time(database: Database) -> None:
    assert [cast(database, done("contact", second), 1) for second in range(3)] == [None] * 3


@pytest.mark.parametrize("changes", [{"article": None}, {"snapshot": None}])
def test_a_vote_names_an_article_and_its_snapshot(
    changes: dict[str, Any], database: Database
) -> None:
    with pytest.raises(ValueError, match="names an article and its snapshot"):
        cast(database, done("resolved", **changes), 9)


def vote_of(number: int, seconds: float = 0, visitor: str | None = "busy") -> Event:
    return done("resolved", seconds, visit=visit(f"case-{number}", visitor))


def test_a_visitor_has_so_many_votes_an_hour(database: Database) -> None:
    said = [cast(database, vote_of(number, number), 3) for number in range(5)]
    assert said == [None, None, None, "rate", "rate"]
    assert cast(database, vote_of(9, 10, "someone else"), 3) is None
    assert cast(database, vote_of(10, 10, None), 3) is None
    assert cast(database, vote_of(11, 3600), 3) is None  # the first is an hour old
    assert cast(database, vote_of(12, 3600.5), 3) == "rate"


def test_votes_of_a_visitor_at_the_same_moment_are_counted_one_by_one(database: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda number: cast(database, vote_of(number), 5), range(40)))
    assert sorted(map(str, said)) == ["None"] * 5 + ["rate"] * 35


def test_the_same_vote_at_the_same_moment_counts_once(database: Database) -> None:
    voters = [done("resolved", visit=visit(visitor=f"visitor-{number}")) for number in range(16)]
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda vote: cast(database, vote, 9), voters))
    assert sorted(map(str, said)) == ["None"] + ["duplicate"] * 15


def test_a_vote_that_another_writer_has_not_finished_yet_came_first(database: Database) -> None:
    with ThreadPoolExecutor(1) as pool:
        with database.writing() as connection:
            row = {"case_id": "case-1", "at": NOON, "type": "resolved", "snapshot": "s1"}
            connection.execute(insert(events).values(row | {"article": "account/password"}))
            second = pool.submit(cast, database, done("resolved", 1), 9)
            assert not wait([second], 0.3).done
        assert second.result() == "duplicate"
    assert rejections(database) == [None, "duplicate"]


def test_what_is_rejected_neither_opens_nor_prolongs_a_case(database: Database) -> None:
    for rejected in ("robot", "not_shown"):
        assert cast(database, done("resolved", rejected=rejected), 9) == rejected
        record(database, [], [done("read", rejected=rejected)])
    assert rejections(database) == ["robot", "robot", "not_shown", "not_shown"]
    assert not rows(database, cases)
    assert cast(database, done("resolved"), 9) is None
    assert cast(database, done("resolved", 50), 9) == "duplicate"
    assert only(database, cases).last == NOON


def test_a_thousand_votes_of_one_visitor_are_seen_and_bounded(database: Database) -> None:
    said = [cast(database, vote_of(number), 30) for number in range(300)]
    assert said == [None] * 30 + ["rate"] * 270
    assert rejections(database) == [None] * 30 + ["rate"] * MOST_REJECTED
    assert len(rows(database, cases)) == 30


def test_the_rejected_votes_of_one_case_are_bounded(database: Database) -> None:
    votes = [done("resolved", visit=visit(visitor=None)) for _ in range(MOST_REJECTED + 9)]
    said = [cast(database, vote, 30) for vote in votes]
    assert said == [None] + ["duplicate"] * (MOST_REJECTED + 8)
    assert len(rows(database, events)) == 1 + MOST_REJECTED


def test_characters_that_no_database_takes_do_not_cost_the_batch(database: Database) -> None:
    record(database, [shown("i1", query="nul\0 half \ud83d whole 😀")], [done("read")])
    assert cast(database, done("not_resolved", comment="\0\udc00"), 9) is None
    assert only(database, impressions).query == "nul half ? whole 😀"
    assert [row.comment for row in rows(database, events)] == [None, "?"]


def test_a_moment_survives_the_way_to_the_database_and_back() -> None:
    for moment in (NOW, NOW + dt.timedelta(milliseconds=1), dt.datetime(1969, 1, 1, tzinfo=dt.UTC)):
        assert from_ms(to_ms(moment)) == moment
    assert to_ms(NOW + dt.timedelta(microseconds=999)) == to_ms(NOW)
    assert to_ms(NOW.astimezone(dt.timezone(dt.timedelta(hours=9)))) == to_ms(NOW)


def test_several_processes_write_without_losing_a_row(database_url: str, tmp_path: Path) -> None:
    lists = tmp_path / "lists"
    lists.mkdir()
    finish(start(database_url, lists, ["a", "b", "c", "d"], 200))
    assert assert_all_kept(database_url, lists, whole=True) > 800


def test_processes_killed_while_they_write_lose_nothing_acknowledged(
    database_url: str, tmp_path: Path
) -> None:
    lists = tmp_path / "lists"
    lists.mkdir()
    kill_when(start(database_url, lists, ["a", "b", "c", "d"], 100_000), lists, 300)
    assert assert_all_kept(database_url, lists, whole=False) >= 300
    finish(start(database_url, lists, ["e", "f"], 50))
    assert_all_kept(database_url, lists, whole=False)
