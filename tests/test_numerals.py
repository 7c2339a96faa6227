"""Runs of digits, and the dates and addresses among them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.numerals import runs


@given(st.text("0123456789 -.ab"), st.integers(1, 9))
def test_every_group_is_where_it_says(text: str, fewest: int) -> None:
    for run in runs(text, fewest):
        assert sum(map(len, run.groups)) >= fewest
        assert all(text[one.start : one.end] == one.digits for one in run.groups)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("192.168.1.1", "192 168 1 1"),
        ("2020-03-26 4155", "2020 03 26"),
        ("26.03.20", "26 03 20"),
        ("06.12.34.56.78", ""),
        ("999.168.1.1", ""),
        ("2020-13", ""),
        ("2020-33-33", ""),
    ],
)
def test_dates_and_addresses_are_kept(text: str, kept: str) -> None:
    (run,) = runs(text, 1)
    assert " ".join(run.groups[place].digits for place in sorted(run.kept)) == kept
