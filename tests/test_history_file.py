"""Imported history: each line is used, or told by its number with what is wrong and a remedy."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.errors import Finding
from kb.history_file import LONGEST, REMEDY, HistoryRow, read_history

GOOD = {"query": "lamp broke", "article": "lamps", "at": "2026-01-31", "outcome": "resolved"}


def read(*lines: object) -> list[HistoryRow | Finding | None]:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    return [one.row or one.finding for one in read_history(texts, "past.jsonl")]


def row(**changes: object) -> HistoryRow:
    (found,) = read(GOOD | changes)
    assert isinstance(found, HistoryRow), found
    return found


def finding(line: object) -> Finding:
    (found,) = read(line)
    assert isinstance(found, Finding), found
    return found


def test_a_row_says_what_was_asked_and_what_came_of_it() -> None:
    found = row(query="  lamp broke ", ticket=4711)
    assert (found.query, found.article, found.outcome) == ("lamp broke", "lamps", "resolved")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-01-31", "2026-01-31T00:00:00+00:00"),
        ("2026-01-31T10:30:00", "2026-01-31T10:30:00+00:00"),
        ("2026-01-31T10:30:00Z", "2026-01-31T10:30:00+00:00"),
        ("2026-01-31T10:30:00+02:00", "2026-01-31T08:30:00+00:00"),
    ],
)
def test_a_time_without_a_zone_is_utc(written: str, meant: str) -> None:
    found = row(at=written).at
    assert found == dt.datetime.fromisoformat(meant)
    assert found.utcoffset() == dt.timedelta(0)


@pytest.mark.parametrize("outcome", ["resolved", "assumed", "failed", "contacted", "not_resolved"])
def test_every_outcome_may_be_imported(outcome: str) -> None:
    assert row(outcome=outcome).outcome == outcome


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("no json", "Invalid JSON"),
        ("[]", "object"),
        ("7", "object"),
        ({"query": "lamp"}, "article Field required"),
        (GOOD | {"query": "   "}, "query String should have at least 1 character"),
        (GOOD | {"article": ""}, "article String should have at least 1 character"),
        (GOOD | {"at": "yesterday"}, "at Input should be a valid datetime"),
        (GOOD | {"outcome": "solved"}, "outcome Input should be 'resolved'"),
        (GOOD | {"at": "0001-01-01T00:00:00+14:00"}, "beyond the calendar"),
        (GOOD | {"query": None}, "query Input should be a valid string"),
        ('{"query": "\\ud800", "article": "a", "at": "2026-01-31", "outcome": "resolved"}', "JSON"),
    ],
)
def test_a_line_that_is_no_use_says_why_and_what_to_write(line: object, what: str) -> None:
    found = finding(line)
    assert what in found.what
    assert (found.path, found.line, found.remedy) == ("past.jsonl", 1, REMEDY)


def test_a_time_to_come_is_no_use_as_it_would_make_all_others_old() -> None:
    tomorrow = dt.datetime.now(dt.UTC) + dt.timedelta(days=2)
    assert "lies in the future" in finding(GOOD | {"at": tomorrow.isoformat()}).what
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(hours=12)
    assert row(at=soon.isoformat()).at == soon


def test_lines_keep_their_numbers_and_blank_ones_are_passed_over() -> None:
    lines = ["", json.dumps(GOOD), "  \n", "broken", json.dumps(GOOD)]
    found = list(read_history(lines, "past.jsonl"))
    assert [(one.line, one.row is not None) for one in found] == [(2, True), (4, False), (5, True)]


def test_a_long_query_is_cut() -> None:
    assert len(row(query="lamp " * LONGEST).query) == LONGEST


@given(st.text())
def test_no_line_is_an_exception(line: str) -> None:
    found = list(read_history([line], "past.jsonl"))
    assert len(found) == (1 if line.strip() else 0)
    assert all((one.row is None) != (one.finding is None) for one in found)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            name: st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text())
            for name in GOOD
        },
    )
)
def test_no_value_is_an_exception(values: dict[str, object]) -> None:
    (found,) = read(GOOD | values)
    assert found
