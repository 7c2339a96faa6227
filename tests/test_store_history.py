"""What memory is given: imported rows once each, and votes with the queries that led to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stores import NOW, done, shown, visit

from kb.events import VOTES, PastOutcome, Resolution
from kb.store import history as module
from kb.store.cases import settle
from kb.store.database import Database
from kb.store.history import BEFORE_WEIGHT, WEIGHTS, PastCase, import_history, resolutions
from kb.store.journal import cast, record
from kb.store.retention import purge_case

PASSWORD = "account/password"


def past(query: str = "lamp broke", **changes: object) -> PastCase:
    usual: dict[str, object] = {"article": "lamps", "at": NOW, "outcome": "resolved"}
    return PastCase(query, **{**usual, **changes})  # type: ignore[arg-type]


def told(database: Database) -> list[tuple[str, str, float]]:
    """Query, article and weight of everything that is learned from."""
    return [(one.query, one.article, one.weight) for one in resolutions(database)]


def after(seconds: float) -> dt.datetime:
    return NOW + dt.timedelta(seconds=seconds)


def test_importing_twice_adds_nothing(database: Database) -> None:
    rows = [past("a"), past("b"), past("a", article="chairs"), past("a", outcome="failed")]
    assert import_history(database, rows) == 4
    assert import_history(database, rows) == 0
    assert import_history(database, [*rows, past("c"), past("c")]) == 1
    assert len(resolutions(database)) == 5


def test_an_imported_row_comes_back_as_it_was(database: Database) -> None:
    row = past("wo ist 我的 lamp?", at=NOW - dt.timedelta(days=3, milliseconds=1))
    import_history(database, [row])
    assert resolutions(database) == [
        Resolution(row.query, "lamps", row.at, 1.0, f"import:{row.id}", None)
    ]


def test_an_import_is_whole_or_not_at_all(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 2)

    def rows() -> Iterable[PastCase]:
        yield from (past(str(n)) for n in range(5))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        import_history(database, rows())
    assert resolutions(database) == []
    assert import_history(database, [past(str(n)) for n in range(5)]) == 5


def test_nothing_to_import_is_nothing(database: Database) -> None:
    assert import_history(database, []) == 0
    assert resolutions(database) == []


def test_text_that_no_database_stores_is_no_error(database: Database) -> None:
    assert import_history(database, [past("nul \0 in it"), past("")]) == 2
    assert sorted(one.query for one in resolutions(database)) == ["", "nul  in it"]


@given(st.lists(st.tuples(st.text(max_size=3), st.text(max_size=3)), min_size=2, max_size=2))
def test_rows_have_the_same_name_only_where_they_are_the_same(
    pairs: list[tuple[str, str]],
) -> None:
    one, other = (past(query, article=article) for query, article in pairs)
    assert (one.id == other.id) == (one == other)


@pytest.mark.parametrize("outcome", get_args(PastOutcome))
def test_every_outcome_has_a_weight(database: Database, outcome: PastOutcome) -> None:
    import_history(database, [past(outcome=outcome)])
    (found,) = resolutions(database)
    assert found.weight == WEIGHTS[outcome]
    assert (found.weight > 0) == (outcome in {"resolved", "assumed"})
    assert abs(found.weight) <= 1


def test_a_vote_is_told_with_the_query_that_led_to_the_article(database: Database) -> None:
    record(database, [shown("i1", query="cannot get in")], [])
    cast(database, done("resolved", 30), 9)
    (found,) = resolutions(database)
    assert found == Resolution(
        "cannot get in", PASSWORD, after(30), 1.0, "case:case-1", "visitor-1"
    )


@pytest.mark.parametrize("type_", sorted(VOTES))
def test_what_a_vote_says_is_its_weight(database: Database, type_: str) -> None:
    record(database, [shown("i1", query="cannot get in")], [])
    cast(database, done(type_, 30), 9)  # type: ignore[arg-type]
    weight = -1.0 if type_ == "not_resolved" else 1.0
    assert told(database) == [("cannot get in", PASSWORD, weight)]


def test_other_wordings_of_the_same_sitting_count_half(database: Database) -> None:
    queries = ["five", "four", "three", "Two", "two", "one"]
    lists = [
        shown(f"i{n}", 60 * n, query=query, articles=("other",)) for n, query in enumerate(queries)
    ]
    lists.append(shown("last", 60 * len(queries), query="ONE"))
    record(database, lists, [])
    cast(database, done("resolved", 500), 9)
    assert sorted(told(database)) == [
        ("ONE", PASSWORD, 1.0),
        ("Two", PASSWORD, BEFORE_WEIGHT),
        ("two", PASSWORD, BEFORE_WEIGHT),
    ]


def test_a_sitting_ends_after_half_an_hour_of_silence(database: Database) -> None:
    record(
        database,
        [
            shown("i1", 0, query="long ago", articles=("other",)),
            shown("i2", 1801, query="before", articles=("other",)),
            shown("i3", 3600, query="last"),
        ],
        [],
    )
    cast(database, done("resolved", 3700), 9)
    assert sorted(told(database)) == [
        ("before", PASSWORD, BEFORE_WEIGHT),
        ("last", PASSWORD, 1.0),
    ]


def test_a_sitting_lasts_as_long_as_nobody_falls_silent(database: Database) -> None:
    queries = ["first", "second", "third", "last"]
    lists = [
        shown(f"i{n}", 1500 * n, query=query, articles=("other",) if n < 3 else (PASSWORD,))
        for n, query in enumerate(queries)
    ]
    record(database, lists, [])
    cast(database, done("resolved", 4600), 9)
    assert [weight for _, _, weight in sorted(told(database))] == [0.5, 1.0, 0.5, 0.5]


def test_a_vote_against_speaks_of_its_own_query_alone(database: Database) -> None:
    lists = [shown("i1", query="before", articles=("other",)), shown("i2", 60, query="last")]
    record(database, lists, [])
    cast(database, done("not_resolved", 90), 9)
    assert told(database) == [("last", PASSWORD, -1.0)]


def test_the_last_list_that_held_the_article_led_to_it(database: Database) -> None:
    record(
        database,
        [
            shown("i1", 0, query="held it"),
            shown("i2", 60, query="did not", articles=("other",)),
            shown("i3", 200, query="too late"),
        ],
        [],
    )
    cast(database, done("resolved", 90), 9)
    assert told(database) == [("held it", PASSWORD, 1.0)]


def test_a_vote_without_a_search_teaches_nothing(database: Database) -> None:
    record(database, [shown("i1", query="of another", visit=visit("case-2"))], [])
    record(database, [shown("i2", query="elsewhere", articles=("other",))], [])
    cast(database, done("resolved", 30), 9)
    assert told(database) == []


def test_what_was_only_half_typed_teaches_nothing(database: Database) -> None:
    record(database, [shown("i1", query="cann", typing=True), shown("i2", 60, query="can")], [])
    cast(database, done("resolved", 90), 9)
    assert told(database) == [("can", PASSWORD, 1.0)]


def test_a_list_below_the_search_box_teaches_once_a_hit_of_it_was_opened(
    database: Database,
) -> None:
    record(
        database,
        [
            shown("i1", query="half", typing=True),
            shown("i2", 20, query="other words", typing=True, articles=("other",)),
            shown("i3", 60, query="cannot get in", typing=True),
        ],
        [
            done("open", 25, impression="i2", article="other"),
            done("open", 65, impression="i3"),
        ],
    )
    cast(database, done("resolved", 90), 9)
    assert sorted(told(database)) == [
        ("cannot get in", PASSWORD, 1.0),
        ("other words", PASSWORD, BEFORE_WEIGHT),
    ]


def test_what_a_product_page_offered_unasked_teaches_nothing(database: Database) -> None:
    offer = shown("i1", query="", typing=True, surface="widget")
    record(database, [offer], [done("open", 5, impression="i1")])
    cast(database, done("resolved", 30, impression="i1"), 9)
    assert told(database) == []


def test_opening_reading_and_rejected_votes_teach_nothing(database: Database) -> None:
    record(database, [shown("i1")], [done("open", 1), done("read", 30)])
    cast(database, done("resolved", 31, rejected="robot"), 9)
    assert told(database) == []
    cast(database, done("resolved", 32), 9)
    cast(database, done("resolved", 33), 9)
    assert len(told(database)) == 1


def test_a_vote_that_a_contact_took_back_says_nothing(database: Database) -> None:
    record(database, [shown("i1")], [])
    cast(database, done("resolved", 30), 9)
    settle(database, after(60))
    assert len(told(database)) == 1
    record(database, [], [done("contact", 600, article=None)])
    settle(database, after(700))
    assert told(database) == []


def test_history_and_votes_come_oldest_first(database: Database) -> None:
    record(database, [shown("i1", query="voted")], [])
    cast(database, done("resolved", 30), 9)
    import_history(database, [past("newer", at=after(60)), past("older", at=after(-60))])
    assert [query for query, *_ in told(database)] == ["older", "voted", "newer"]


def test_what_was_purged_is_no_longer_told(database: Database) -> None:
    import_history(database, [past("imported")])
    record(database, [shown("i1", query="voted")], [])
    cast(database, done("resolved", 30), 9)
    for one in resolutions(database):
        purge_case(database, one.source.removeprefix("case:"))
    assert told(database) == []
