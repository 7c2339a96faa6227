"""Times as the tables keep them: whole milliseconds since 1970, UTC."""

from __future__ import annotations

import datetime as dt

_START = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MILLISECOND = dt.timedelta(milliseconds=1)


def to_ms(moment: dt.datetime) -> int:
    """Milliseconds since 1970, rounded down; the moment knows its time zone."""
    return (moment - _START) // _MILLISECOND


def from_ms(milliseconds: int) -> dt.datetime:
    """The moment, in UTC."""
    return _START + milliseconds * _MILLISECOND
