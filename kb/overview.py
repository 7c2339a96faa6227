"""The first page of the dashboard, and ``kb report``: a period beside the one before it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from pydantic import BaseModel

from kb.figures import Difference, Overview, Point, Report, Share
from kb.report import assemble, point, share
from kb.store.cases import settle
from kb.store.counts import Counts, count_within
from kb.store.database import Database
from kb.store.windows import Window, steps
from kb.tallies import change


def overview(database: Database, window: Window, now: dt.datetime) -> Overview:
    """Settle what can be, count both periods at one moment, and say what changed."""
    settle(database, now)
    with database.reading() as connection:
        counts = count_within(connection, window, now)
        before = count_within(connection, window.before, now)
    return compare(window, counts, before)


def compare(window: Window, counts: Counts, before: Counts) -> Overview:
    """What was counted in a window, beside what was in the window before it."""
    report, earlier = assemble(counts, window), assemble(before, window.before)
    helped = share("helped", counts.groups)
    changes = {"helped": change(helped, share("helped", before.groups))}
    return Overview(
        **dict(report),
        helped=helped,
        before=earlier,
        changes={**changes, **_changes(report, earlier)},
        trend=_trend(window, counts),
        demo=counts.demo,
    )


def _changes(report: Report, before: Report) -> dict[str, Difference]:
    earlier = dict(shares(before))
    return {name: change(one, earlier[name]) for name, one in shares(report)}


def shares(part: BaseModel, place: str = "") -> Iterator[tuple[str, Share]]:
    """Every share of a report by its dotted name; none by surface, or of the window before."""
    for name, value in part:
        if isinstance(value, Share):
            yield place + name, value
        elif isinstance(value, BaseModel) and not isinstance(value, Report):
            yield from shares(value, f"{place}{name}.")


def _trend(window: Window, counts: Counts) -> tuple[Point, ...]:
    return tuple(map(point, steps(window), counts.trend))
