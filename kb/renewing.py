"""The figures that somebody may want next are counted before they are asked for.

So the first page in the morning is there at once, and shows this morning's figures.
"""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Callable, Mapping
from typing import get_args

from pydantic import BaseModel

from kb.events import Surface
from kb.insights import ArticleRows
from kb.overview import overview
from kb.store import article_insights, kept, query_insights
from kb.store.database import Database
from kb.store.windows import Window

ASKED = dt.timedelta(days=3)
"""What somebody asked for so lately is counted again; the rest is forgotten."""


def articles_of(database: Database, window: Window, now: dt.datetime) -> ArticleRows:
    """Every article of a window, as it is kept."""
    return ArticleRows(rows=article_insights.articles(database, window, now))


def _without_hits(database: Database, window: Window, now: dt.datetime) -> BaseModel:
    return query_insights.queries(database, window, now, "without_hits", 1)


def _without_clicks(database: Database, window: Window, now: dt.datetime) -> BaseModel:
    return query_insights.queries(database, window, now, "without_clicks", 1)


_COUNTS: Mapping[str, Callable[[Database, Window, dt.datetime], BaseModel]] = {
    "overview": overview,
    "articles": articles_of,
    "queries:without_hits:1": _without_hits,
    "queries:without_clicks:1": _without_clicks,
}
"""What the first page is made from, by how its keys begin."""
USUAL = tuple(f"{what}:{days}::" for what in _COUNTS for days in (7, 28, 90))
_KEY = re.compile(
    rf"(?P<what>{'|'.join(map(re.escape, _COUNTS))}):"
    r"(?:(?P<days>\d{1,5})|(?P<first>[\d-]{10})\.\.(?P<last>[\d-]{10}))"
    rf":(?P<surface>|{'|'.join(get_args(Surface))}):(?P<lang>[\w-]*)"
)


def renew(database: Database, now: dt.datetime) -> int:
    """Count everything that is wanted and no longer fresh; how many keys these were."""
    wanted = {*USUAL, *kept.asked_since(database, now - ASKED)}
    return sum(_renew(database, key, now) for key in sorted(wanted))


def _renew(database: Database, key: str, now: dt.datetime) -> bool:
    """False where the figures are fresh, or another's to count."""
    window = window_of(key, now.date())
    if window is None or kept.is_fresh(database, key, now):
        return False
    started = time.perf_counter()
    found = _COUNTS[_what(key)](database, window, now)
    kept.keep(database, key, found, time.perf_counter() - started, now)
    return True


def _what(key: str) -> str:
    found = _KEY.fullmatch(key)
    assert found
    return found["what"]


def window_of(key: str, today: dt.date) -> Window | None:
    """The cases of a key: ``overview:28:portal:de`` are the last 28 days, today too.

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
