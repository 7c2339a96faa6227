"""When a customer can expect an answer: so many hours in which people are there.

Opening hours are times on the wall of one place; lengths are measured on the world's clock, so a
day on which the clocks change is as long as it is there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from kb.contact_settings import DAYS, Hours, Opening

MOST_DAYS = 3 * 366
"""Days that are looked at: whoever is closed for longer promises nothing."""
_DAY = dt.timedelta(days=1)
Span = tuple[dt.datetime, dt.datetime]


def due(sent: dt.datetime, hours: Hours) -> dt.datetime | None:
    """When the answer to a message is due, in UTC; None where nothing is promised."""
    if hours.answer_hours is None:
        return None
    left = dt.timedelta(hours=hours.answer_hours)
    for opens, closes in _open_spans(sent, hours):
        if closes - opens >= left:
            return opens + left
        left -= closes - opens
    return None


def is_open(now: dt.datetime, hours: Hours) -> bool:
    """Whether people are there."""
    first = next(_open_spans(now, hours), None)
    return first is not None and first[0] <= now


def next_opening(now: dt.datetime, hours: Hours) -> dt.datetime | None:
    """From when on people are there, in UTC: now, where they are; None where they never are."""
    first = next(_open_spans(now, hours), None)
    return first[0] if first else None


def _open_spans(since: dt.datetime, hours: Hours) -> Iterator[Span]:
    """What is left of the opening hours, by time, in UTC; they touch nowhere, none is empty."""
    since = since.astimezone(dt.UTC)
    zone = ZoneInfo(hours.time_zone)
    # A day earlier: at the edges of the zone's day the one before may still be open.
    day = since.astimezone(zone).date() - _DAY
    for _ in range(MOST_DAYS):
        if day not in hours.holidays:
            for opens, closes in _spans_of(day, hours.open, zone):
                if closes > since:
                    yield max(opens, since), closes
        day += _DAY


def _spans_of(day: dt.date, openings: tuple[Opening, ...], zone: ZoneInfo) -> list[Span]:
    """A day's opening hours in UTC, those that overlap made one."""
    spans: list[Span] = []
    for opens, closes in sorted(_raw_spans(day, openings, zone)):
        if spans and opens <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(closes, spans[-1][1]))
        else:
            spans.append((opens, closes))
    return spans


def _raw_spans(day: dt.date, openings: tuple[Opening, ...], zone: ZoneInfo) -> Iterator[Span]:
    for one in openings:
        if DAYS[day.weekday()] in one.days:
            last = day if one.closes > one.opens else day + _DAY
            opens, closes = _moment(day, one.opens, zone), _moment(last, one.closes, zone)
            if opens < closes:  # not so where the clocks jump over all of it
                yield opens, closes


def _moment(day: dt.date, time: dt.time, zone: ZoneInfo) -> dt.datetime:
    """A wall-clock time in UTC; of one that is twice the first, of one that is not the next."""
    return dt.datetime.combine(day, time, zone).astimezone(dt.UTC)
