"""Which cases a figure is about: those that began between two moments, and where.

Trends are drawn in steps of a window: calendar days or weeks (UTC), so that a label is a date; the
first and the last step are cut where the window is.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from itertools import count, pairwise

from kb.events import Surface

EARLIEST = dt.date(2000, 1, 1)
"""No case is older; before the year 4 the days before a window cannot be counted."""
MOST_STEPS = 31
WEEKLY_FROM = dt.timedelta(weeks=8)
MONDAY = dt.datetime(1970, 1, 5, tzinfo=dt.UTC)
"""Steps are counted from here."""
_DAY, _WEEK = dt.timedelta(days=1), dt.timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Window:
    """From a moment to another, which is not part of it: cases that began, things that happened.

    Of all cases, or of those that began on one surface or asked first in one language.
    """

    since: dt.datetime
    until: dt.datetime
    surface: Surface | None = None
    lang: str | None = None

    @property
    def before(self) -> Window:
        """As long a window that ends where this one begins."""
        return replace(self, since=self.since - (self.until - self.since), until=self.since)

    @property
    def step(self) -> dt.timedelta:
        """Days, or weeks from 8 weeks on: as many as make at most 31 steps."""
        unit = _DAY if self.until - self.since < WEEKLY_FROM else _WEEK
        return next(unit * times for times in count(1) if self._last(unit * times) - MOST_STEPS < 0)

    def _last(self, step: dt.timedelta) -> int:
        """Number of the step before ``until``, from 0."""
        end = max(self.since, self.until - dt.timedelta.resolution)
        return (end - MONDAY) // step - (self.since - MONDAY) // step


def steps(window: Window) -> tuple[Window, ...]:
    """A window for each step, oldest first: step ``n`` is (started - MONDAY) // window.step."""
    first = (window.since - MONDAY) // window.step
    inner = (MONDAY + number * window.step for number in count(first + 1))
    edges = [window.since]
    for edge in inner:
        if edge >= window.until:
            break
        edges.append(edge)
    return tuple(
        replace(window, since=one, until=other) for one, other in pairwise([*edges, window.until])
    )
