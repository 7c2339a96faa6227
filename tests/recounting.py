"""Counting once more, in SQL and arithmetic that know nothing of how the product counts.

What a window says is put into a temporary table ``told``, one row for each thing that is counted;
any number of figures are then counted from it in one statement.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

import pytest
from pydantic import BaseModel
from scipy.stats import beta, binomtest
from sqlalchemy import Connection, Row, text
from stores import NOW

from kb.figures import Difference, Outcomes, Point, Share
from kb.store.moments import to_ms
from kb.store.windows import Window

DAY = dt.timedelta(days=1)
MONTH = Window(NOW - 28 * DAY, NOW)
TODAY = Window(NOW - DAY, NOW + DAY)

Pair = tuple[int, int]
"""So many of so many."""

CLICKS = "('open', 'read', 'resolved', 'not_resolved')"
VOTES = frozenset({"resolved", "not_resolved", "suggestion_resolved"})
OF_WINDOW = """(:surface = '' OR c.surface = :surface)
  AND (:lang = '' OR :lang = (SELECT first.lang FROM impressions first
    WHERE first.case_id = c.id ORDER BY first.at LIMIT 1))"""
"""Of a case ``c``: whether it is one of the window's surface and language."""

ENDED = "outcome IS NOT NULL"
HELPED = "outcome IN ('resolved', 'assumed')"
OUTCOMES: Mapping[str, tuple[str, str]] = {
    "resolved": (ENDED, "outcome = 'resolved'"),
    "assumed": (ENDED, "outcome = 'assumed'"),
    "failed": (ENDED, "outcome = 'failed'"),
    "contacted": (ENDED, "outcome = 'contacted'"),
    "taken_back": ("outcome = 'contacted'", "taken_back"),
    "busy": ("1 = 1", "outcome IS NULL AND busy"),
    "silent": ("1 = 1", "outcome IS NULL AND NOT busy"),
    "helped": (ENDED, HELPED),
}
"""Of what, and what is counted of it."""


class Told:
    """What the tables say of a window: ``rows`` selects what ``told`` holds."""

    def __init__(self, connection: Connection, window: Window, rows: str) -> None:
        self.connection = connection
        self.bound: dict[str, Any] = {
            "since": to_ms(window.since),
            "until": to_ms(window.until),
            "surface": window.surface or "",
            "lang": window.lang or "",
            "idle": to_ms(NOW - dt.timedelta(minutes=30)),
        }
        connection.execute(text("DROP TABLE IF EXISTS told"))
        connection.execute(text(f"CREATE TEMPORARY TABLE told AS {rows}"), self.bound)

    def all(self, asked: str, **bound: Any) -> list[Row[Any]]:
        return list(self.connection.execute(text(asked), {**self.bound, **bound}).all())

    def pairs(
        self, kinds: Mapping[str, tuple[str, str]], where: str = "1 = 1", **bound: Any
    ) -> dict[str, Pair]:
        """Each of ``kinds``, a base and what is counted of it, in one look at the table."""
        counts = (
            f"count(CASE WHEN {base} AND {hit} THEN 1 END), count(CASE WHEN {base} THEN 1 END)"
            for base, hit in kinds.values()
        )
        (row,) = self.all(f"SELECT {', '.join(counts)} FROM told WHERE {where}", **bound)
        return dict(zip(kinds, zip(row[::2], row[1::2], strict=True), strict=True))


def value(found: BaseModel, name: str) -> Any:
    """A figure by its dotted name."""
    for part in name.split("."):
        found = getattr(found, part)
    return found


def began_in(step: Point) -> str:
    """The rows of ``told`` whose case began in a step of a trend."""
    return f"started >= {to_ms(step.since)} AND started < {to_ms(step.until)}"


def exactly(share: Share, pair: Pair) -> bool:
    """Whether a share is so many of so many, with Wilson's interval."""
    count, total = pair
    assert (share.count, share.total) == pair
    if not total:
        return (share.share, share.low, share.high) == (None, None, None)
    interval = wilson(pair)
    assert share.share == count / total
    assert (share.low, share.high) == pytest.approx(interval, abs=1e-12)
    return True


@cache
def wilson(pair: Pair) -> tuple[float, float]:
    """Each bound for itself: SciPy takes ten times as long over both, for a p-value."""
    low = binomtest(*pair, alternative="greater").proportion_ci(0.975, method="wilson").low
    high = binomtest(*pair, alternative="less").proportion_ci(0.975, method="wilson").high
    return float(low), float(high)


def newcombe(found: Difference, one: Pair, other: Pair) -> bool:
    """Whether a difference is the one of two shares, with the interval of Newcombe's method 10."""
    if not one[1] or not other[1]:
        return (found.value, found.low, found.high) == (None, None, None)
    first, second = one[0] / one[1], other[0] / other[1]
    (low, high), (other_low, other_high) = wilson(one), wilson(other)
    below = ((first - low) ** 2 + (other_high - second) ** 2) ** 0.5
    above = ((high - first) ** 2 + (second - other_low) ** 2) ** 0.5
    expected = first - second - below, first - second + above
    assert found.value == first - second
    assert (found.low, found.high) == pytest.approx(expected, abs=1e-12)
    return True


def usual(votes: Iterable[Row[Any]]) -> float:
    """The share of yes among votes."""
    said = Counter(one.type != "not_resolved" for one in votes)
    return said[True] / max(said.total(), 1)


def likely(yes: int, no: int, usual: float) -> tuple[float, float, float]:
    """How likely an article resolves an issue, from below to above, by its votes and four more."""
    prior = min(max(usual, 0.01), 0.99)
    good, bad = yes + 4 * prior, no + 4 * (1 - prior)
    low, high = beta(good, bad).ppf([0.025, 0.975])
    return good / (good + bad), float(low), float(high)


def same_outcomes(found: Outcomes, counted: Mapping[str, Pair]) -> bool:
    for name in ("resolved", "assumed", "failed", "contacted", "taken_back"):
        assert exactly(getattr(found, name), counted[name])
    return (found.busy, found.silent) == (counted["busy"][0], counted["silent"][0])


def same_trend(
    trend: tuple[Point, ...], window: Window, counted: Callable[[Point], Mapping[str, Pair]]
) -> bool:
    """Whether the steps are the whole window without a hole, and each what was counted in it."""
    assert (trend[0].since, trend[-1].until) == (window.since, window.until)
    for point, after in zip(trend, [*trend[1:], None], strict=True):
        assert after is None or point.until == after.since
        expected = counted(point)
        assert same_outcomes(point.outcomes, expected)
        assert exactly(point.helped, expected["helped"])
    return True
