"""Which cases the dashboard's pages are about, as their address says it.

A period is whole days of UTC, so that a page has one window all day and what was counted for it
can be kept under the period's name.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import get_args

from kb.events import Surface
from kb.measures import MEASURES
from kb.store.case_insights import Ending, Selection
from kb.store.query_insights import Only
from kb.store.windows import EARLIEST, Window

USUAL_DAYS = 28
PERIODS = (7, USUAL_DAYS, 90, 365)
"""Days: whole weeks, where they are few, so that every weekday is in as often."""
LONGEST_DAYS = 1100
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Filters:
    """A period of so many days until today, or from a day to another; both are part of it."""

    days: int = USUAL_DAYS
    since: dt.date | None = None
    until: dt.date | None = None
    surface: Surface | None = None
    lang: str | None = None

    @classmethod
    def read(cls, asked: Mapping[str, str], today: dt.date, langs: frozenset[str]) -> Filters:
        """What an address asks for; what makes no sense is left out."""
        days = asked.get("days", "")
        surface = next((one for one in get_args(Surface) if one == asked.get("surface")), None)
        lang = asked.get("lang")
        chosen = cls(
            days=int(days) if days in map(str, PERIODS) else USUAL_DAYS,
            surface=surface,
            lang=lang if lang in langs else None,
        )
        since, until = _date(asked.get("from")), _date(asked.get("to"))
        if not since and not until:
            return chosen
        until = min(until or today, today)
        since = min(since or until, until)
        return replace(chosen, since=max(since, until - LONGEST_DAYS * _DAY), until=until)

    @property
    def period(self) -> str:
        """``28``, or ``2026-01-01..2026-01-31``."""
        return f"{self.since}..{self.until}" if self.since else str(self.days)

    @property
    def key(self) -> str:
        """What figures of these cases are kept under: ``28:portal:de``."""
        return f"{self.period}:{self.surface or ''}:{self.lang or ''}"

    def window(self, today: dt.date) -> Window:
        """The cases, until the end of the last day."""
        last = self.until or today
        first = self.since or today - (self.days - 1) * _DAY
        return Window(_midnight(first), _midnight(last + _DAY), self.surface, self.lang)

    def asked(self) -> dict[str, str]:
        """These filters as an address has them; what is usual is left out."""
        found: dict[str, str] = {}
        if self.since and self.until:
            found |= {"from": str(self.since), "to": str(self.until)}
        elif self.days != USUAL_DAYS:
            found["days"] = str(self.days)
        if self.surface:
            found["surface"] = self.surface
        if self.lang:
            found["lang"] = self.lang
        return found

    def last(self, days: int) -> dict[str, str]:
        """The address of the same with another period."""
        return replace(self, days=days, since=None, until=None).asked()


def selection(asked: Mapping[str, str]) -> Selection:
    """Which cases a list of them is of; what makes no sense is left out."""
    named = asked.get("measure", "")
    ending = next((one for one in get_args(Ending) if one == asked.get("ending")), None)
    only: Only = next((one for one in get_args(Only) if one == asked.get("only")), "all")
    return Selection(
        measure=named if named in MEASURES and MEASURES[named].base is not None else None,
        of="base" if asked.get("of") == "base" else "hit",
        article=asked.get("article"),
        query=asked.get("q"),
        only=only,
        voted="article" in asked and "voted" in asked,
        ending=ending,
    )


def _date(text: str | None) -> dt.date | None:
    try:
        found = dt.date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found >= EARLIEST else None


def _midnight(date: dt.date) -> dt.datetime:
    return dt.datetime.combine(date, dt.time(), dt.UTC)
