"""A window and its steps: what a trend is drawn by."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stores import NOW

from kb.store.windows import MOST_STEPS, WEEKLY_FROM, Window, steps

DAY, WEEK = dt.timedelta(days=1), dt.timedelta(weeks=1)
MOMENTS = st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2060, 1, 1), timezones=st.just(dt.UTC))


@settings(deadline=None)  # a busy machine is no mistake
@given(MOMENTS, st.timedeltas(dt.timedelta(microseconds=1), 20_000 * DAY))
def test_the_steps_are_the_window_in_whole_days(since: dt.datetime, length: dt.timedelta) -> None:
    window = Window(since, since + length, "portal", "de")
    found = steps(window)
    assert (found[0].since, found[-1].until) == (window.since, window.until)
    assert {(one.surface, one.lang) for one in found} == {("portal", "de")}
    assert len(found) <= MOST_STEPS
    assert window.step % (DAY if length < WEEKLY_FROM else WEEK) == dt.timedelta(0)
    for one, after in pairwise(found):
        assert one.until == after.since
        assert one.until.time() == dt.time()
        assert one.since < one.until
        assert length < WEEKLY_FROM or one.until.weekday() == 0


@pytest.mark.parametrize(
    ("days", "step", "number"),
    [(1, 1, 2), (7, 1, 8), (28, 1, 29), (30, 1, 31), (40, 2, 21), (56, 7, 9), (364, 14, 27)],
)
def test_a_step_is_as_short_as_a_chart_allows(days: int, step: int, number: int) -> None:
    window = Window(NOW - days * DAY, NOW)
    assert (window.step, len(steps(window))) == (step * DAY, number)


def test_whole_days_make_whole_steps() -> None:
    midnight = NOW.replace(hour=0)
    found = steps(Window(midnight - 28 * DAY, midnight))
    assert len(found) == 28
    assert {one.until - one.since for one in found} == {DAY}


def test_the_window_before_is_as_long_and_of_the_same_cases() -> None:
    window = Window(NOW - 3 * DAY, NOW, "widget", "es")
    assert window.before == Window(NOW - 6 * DAY, NOW - 3 * DAY, "widget", "es")
