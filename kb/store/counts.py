"""What ``kb report`` counts.

Everything about cases comes from one grouped query, so that no two figures of a report can
disagree about what a case is.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Subquery,
    Text,
    case,
    cast,
    exists,
    false,
    func,
    select,
)

from kb.events import VOTES, Outcome, Surface
from kb.outcomes import IDLE
from kb.store.database import Database
from kb.store.moments import from_ms, to_ms
from kb.store.tables import cases, events, impressions

MOST_REMARKS = 10

_USES = ("open", "read", "resolved", "not_resolved")
"""Events that say that a hit was opened."""
_ACTS = {
    "opened": _USES,
    "read": ("read", "resolved"),
    "form": ("form_open",),
    "suggestion_opened": ("suggestion_open", "suggestion_resolved"),
    "suggestion_resolved": ("suggestion_resolved",),
}
"""What may have been done in a case, and the events that say so."""


@dataclass(frozen=True, slots=True)
class Window:
    """From a moment to another, which is not part of it: cases that began, things that happened."""

    since: dt.datetime
    until: dt.datetime


@dataclass(frozen=True, slots=True)
class Group:
    """So many cases that are alike in everything that a report asks about.

    ``busy``: the visitor may still be there; ``offered``: suggestions on the contact form were
    shown, or would have been; ``sent_since``: a ticket was sent after that; ``remembering``: the
    case began when there was a memory.
    """

    surface: Surface
    outcome: Outcome | None
    taken_back: bool
    holdout: bool
    plain: bool
    busy: bool
    remembering: bool
    searched: bool
    opened: bool
    read: bool
    form: bool
    offered: bool
    suggestion_opened: bool
    suggestion_resolved: bool
    sent: bool
    sent_since: bool
    cases: int


@dataclass(frozen=True, slots=True)
class Searched:
    """Lists on a surface: all, without any hit, and with hits of which none was opened."""

    surface: Surface
    searches: int
    without_hits: int
    without_clicks: int


@dataclass(frozen=True, slots=True)
class Voted:
    """Votes of a kind, and why they do not count where they do not."""

    type: str
    rejected: str | None
    reason: str | None
    votes: int


@dataclass(frozen=True, slots=True)
class Rated:
    """How often visitors gave so many of 5 points."""

    rating: int
    times: int


@dataclass(frozen=True, slots=True)
class Judged:
    """Votes on an article that count."""

    article: str
    yes: int
    no: int


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody wrote beside a vote, masked."""

    at: dt.datetime
    article: str | None
    reason: str | None
    comment: str
    case: str


@dataclass(frozen=True, slots=True)
class Counts:
    """Everything that was counted in a window; ``newest``: when the newest case of all began.

    ``remarks`` are the newest comments, newest first.
    """

    groups: tuple[Group, ...]
    searched: tuple[Searched, ...]
    voted: tuple[Voted, ...]
    rated: tuple[Rated, ...]
    judged: tuple[Judged, ...]
    remarks: tuple[Remark, ...]
    newest: dt.datetime | None


def count(database: Database, window: Window) -> Counts:
    """Count what began or happened in a window; outcomes as they were last settled."""
    with database.reading() as connection:
        return Counts(
            groups=_groups(connection, window),
            searched=_searched(connection, window),
            voted=_voted(connection, window),
            rated=_rated(connection, window),
            judged=_judged(connection, window),
            remarks=_remarks(connection, window),
            newest=_newest(connection),
        )


def _groups(connection: Connection, window: Window) -> tuple[Group, ...]:
    each = _cases(window, _first_memory(connection, window)).subquery()
    alike = select(*each.c, func.count().label("cases")).group_by(*each.c)
    return tuple(Group(**row._mapping) for row in connection.execute(alike))


def _cases(window: Window, first_memory: int | None) -> Select[Any]:
    """A row a case: what a Group says, but for how many there are."""
    shown, done = _shown_by_case(window), _done_by_case(window)
    remembering = false() if first_memory is None else cases.c.started >= first_memory
    return (
        select(
            cases.c.surface,
            cases.c.outcome,
            cases.c.taken_back,
            cases.c.holdout,
            cases.c.plain,
            (cases.c.last > to_ms(window.until - IDLE)).label("busy"),
            remembering.label("remembering"),
            (func.coalesce(shown.c.searched, 0) == 1).label("searched"),
            *((func.coalesce(done.c[name], 0) == 1).label(name) for name in _ACTS),
            shown.c.offered.is_not(None).label("offered"),
            done.c.sent_at.is_not(None).label("sent"),
            func.coalesce(done.c.sent_at >= shown.c.offered, false()).label("sent_since"),
        )
        .select_from(cases)
        .outerjoin(shown, shown.c.case_id == cases.c.id)
        .outerjoin(done, done.c.case_id == cases.c.id)
        .where(_began(window))
    )


def _shown_by_case(window: Window) -> Subquery:
    is_offer = (impressions.c.surface == "suggest") & _has_hits()
    return (
        select(
            impressions.c.case_id,
            func.max(case((_is_search(), 1), else_=0)).label("searched"),
            func.min(case((is_offer, impressions.c.at))).label("offered"),
        )
        .join(cases, cases.c.id == impressions.c.case_id)
        .where(_began(window))
        .group_by(impressions.c.case_id)
        .subquery()
    )


def _done_by_case(window: Window) -> Subquery:
    flags = (
        func.max(case((events.c.type.in_(types), 1), else_=0)).label(name)
        for name, types in _ACTS.items()
    )
    return (
        select(
            events.c.case_id,
            *flags,
            func.max(case((events.c.type == "contact", events.c.at))).label("sent_at"),
        )
        .join(cases, cases.c.id == events.c.case_id)
        .where(_began(window), events.c.rejected.is_(None))
        .group_by(events.c.case_id)
        .subquery()
    )


def _first_memory(connection: Connection, window: Window) -> int | None:
    """When a list was first ranked with memory."""
    first = select(func.min(impressions.c.at)).where(
        impressions.c.memory.is_not(None), _within(impressions.c.at, window)
    )
    found: int | None = connection.scalar(first)
    return found


def _searched(connection: Connection, window: Window) -> tuple[Searched, ...]:
    ignored = _has_hits() & ~_is_clicked()
    rows = connection.execute(
        select(
            impressions.c.surface,
            func.count().label("searches"),
            func.sum(case((_has_hits(), 0), else_=1)).label("without_hits"),
            func.sum(case((ignored, 1), else_=0)).label("without_clicks"),
        )
        .where(_is_search(), _within(impressions.c.at, window))
        .group_by(impressions.c.surface)
        .order_by(impressions.c.surface)
    )
    return tuple(Searched(**row._mapping) for row in rows)


def _voted(connection: Connection, window: Window) -> tuple[Voted, ...]:
    kind = (events.c.type, events.c.rejected, events.c.reason)
    rows = connection.execute(
        select(*kind, func.count().label("votes"))
        .where(events.c.type.in_(VOTES), _within(events.c.at, window))
        .group_by(*kind)
        .order_by(*kind)
    )
    return tuple(Voted(**row._mapping) for row in rows)


def _rated(connection: Connection, window: Window) -> tuple[Rated, ...]:
    rows = connection.execute(
        select(events.c.rating, func.count().label("times"))
        .where(events.c.rating.is_not(None), events.c.rejected.is_(None))
        .where(_within(events.c.at, window))
        .group_by(events.c.rating)
        .order_by(events.c.rating)
    )
    return tuple(Rated(**row._mapping) for row in rows)


def _judged(connection: Connection, window: Window) -> tuple[Judged, ...]:
    no = func.sum(case((events.c.type == "not_resolved", 1), else_=0))
    rows = connection.execute(
        select(events.c.article, (func.count() - no).label("yes"), no.label("no"))
        .where(events.c.type.in_(VOTES), events.c.rejected.is_(None))
        .where(_within(events.c.at, window), events.c.article.is_not(None))
        .group_by(events.c.article)
        .order_by(events.c.article)
    )
    return tuple(Judged(**row._mapping) for row in rows)


def _newest(connection: Connection) -> dt.datetime | None:
    newest = connection.scalar(select(func.max(cases.c.started)))
    return None if newest is None else from_ms(newest)


def _began(window: Window) -> ColumnElement[bool]:
    return _within(cases.c.started, window)


def _within(moment: ColumnElement[int], window: Window) -> ColumnElement[bool]:
    return (moment >= to_ms(window.since)) & (moment < to_ms(window.until))


def _has_hits() -> ColumnElement[bool]:
    return cast(impressions.c.articles, Text) != "[]"


def _is_search() -> ColumnElement[bool]:
    """No draft, and no query that was still typed, unless a hit of it was opened."""
    return (impressions.c.surface != "suggest") & (~impressions.c.typing | _is_clicked())


def _is_clicked() -> ColumnElement[bool]:
    return exists().where(
        events.c.case_id == impressions.c.case_id,
        events.c.impression == impressions.c.id,
        events.c.type.in_(_USES),
        events.c.rejected.is_(None),
    )


def _remarks(connection: Connection, window: Window) -> tuple[Remark, ...]:
    asked = (
        select(events)
        .where(_within(events.c.at, window), events.c.comment.is_not(None))
        .where(events.c.rejected.is_(None))
        .order_by(events.c.at.desc(), events.c.id.desc())
        .limit(MOST_REMARKS)
    )
    return tuple(
        Remark(from_ms(row.at), row.article, row.reason, row.comment, row.case_id)
        for row in connection.execute(asked)
    )
