"""The figures that somebody may want next are counted before they are asked for.

So the first page in the morning is there at once, and shows this morning's figures.
"""

from __future__ import annotations

import datetime as dt
import re
import time
from typing import get_args

from kb.events import Surface
from kb.figures import Overview
from kb.overview import overview
from kb.store import kept
from kb.store.database import Database
from kb.store.windows import Window

ASKED = dt.timedelta(days=3)
"""What somebody asked for so lately is counted again; the rest is forgotten."""
USUAL = tuple(f"overview:{days}::" for days in (7, 28, 90))
_KEY = re.compile(
    r"overview:(?:(?P<days>\d{1,5})|(?P<first>[\d-]{10})\.\.(?P<last>[\d-]{10}))"
    rf":(?P<surface>|{'|'.join(get_args(Surface))}):(?P<lang>[\w-]*)"
)


def renew(database: Database, now: dt.datetime) -> int:
    """Count every overview that is wanted and no longer fresh; how many these were."""
    wanted = {*USUAL, *kept.asked_since(database, now - ASKED)}
    return sum(_renew(database, key, now) for key in sorted(wanted))


def _renew(database: Database, key: str, now: dt.datetime) -> bool:
    """False where the figures are fresh, or another's to count."""
    window = window_of(key, now.date())
    if window is None or kept.is_fresh(database, key, now):
        return False
    started = time.perf_counter()
    found: Overview = overview(database, window, now)
    kept.keep(database, key, found, time.perf_counter() - started, now)
    return True


def window_of(key: str, today: dt.date) -> Window | None:
    """The cases of an overview's key: ``overview:28:portal:de`` are the last 28 days, today too.

    ``overview:2026-01-01..2026-01-31::`` is January. None where the key is none of these.
    """
    found = _KEY.fullmatch(key)
    if not found:
        return None
    try:
        last = dt.date.fromisoformat(found["last"]) if found["last"] else today
        days = dt.timedelta(days=int(found["days"] or 1) - 1)
        first = dt.date.fromisoformat(found["first"]) if found["first"] else last - days
    except (ValueError, OverflowError):  # no such day
        return None
    surface = next((one for one in get_args(Surface) if one == found["surface"]), None)
    until = _midnight(last + dt.timedelta(days=1))
    return Window(_midnight(first), until, surface, found["lang"] or None)


def _midnight(date: dt.date) -> dt.datetime:
    return dt.datetime.combine(date, dt.time(), dt.UTC)
