"""Gaps as they were last looked for: pages read them, and only the command line looks for them.

Looking needs the embedding model and some seconds, which no request should.
"""

from __future__ import annotations

import datetime as dt

from kb.insights import Gaps
from kb.store import kept
from kb.store.database import Database

PREFIX = "gaps:"
PERIODS = (7, 28, 90, 365)
"""Days up to now for which gaps are kept: those that the dashboard offers."""
USUAL_DAYS = 28


def kept_gaps(database: Database, days: int, now: dt.datetime) -> kept.Kept[Gaps] | None:
    """Gaps of the days up to when they were last looked for; None before the first time."""
    return kept.read(database, f"{PREFIX}{days}", Gaps, now)


def keep_gaps(database: Database, days: int, found: Gaps, seconds: float) -> None:
    """Keep gaps that took so many seconds to find."""
    key = f"{PREFIX}{days}"
    kept.keep(database, key, found, seconds, found.as_of)
    kept.read(database, key, Gaps, found.as_of)  # or it goes when nobody asked for some days
