"""What ``kb report`` and the dashboard count.

Everything about cases comes from kb.store.groups, so that no two figures can disagree about what a
case is. Lists and votes go by their own time, also those of cases that began before the window.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, case, exists, func, select, text

from kb.events import Surface
from kb.store.database import Database
from kb.store.groups import Group, count_demo, count_groups, is_of, of_window, within
from kb.store.moments import from_ms
from kb.store.readings import votes_by_article
from kb.store.tables import IS_CLICK, IS_VOTE, cases, events, impressions
from kb.store.windows import Window
from kb.tallies import Tally

MOST_REMARKS = 10


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
    """Everything that was counted in a window; ``newest``: when the newest case of all times began.

    ``remarks`` are the newest comments, newest first; ``trend`` says how the cases of each step
    ended; ``demo`` cases are demonstration traffic.
    """

    groups: tuple[Group, ...]
    searched: tuple[Searched, ...]
    voted: tuple[Voted, ...]
    rated: tuple[Rated, ...]
    judged: tuple[Judged, ...]
    remarks: tuple[Remark, ...]
    newest: dt.datetime | None
    trend: tuple[tuple[Tally, ...], ...] = ()
    demo: int = 0


def count(database: Database, window: Window, now: dt.datetime) -> Counts:
    """Count what began or happened in a window; outcomes as they were last settled."""
    with database.reading() as connection:
        return count_within(connection, window, now)


def count_within(connection: Connection, window: Window, now: dt.datetime) -> Counts:
    """The same, in the caller's transaction."""
    grouped = count_groups(connection, window, now)
    return Counts(
        groups=grouped.groups,
        searched=_searched(connection, window),
        voted=_voted(connection, window),
        rated=_rated(connection, window),
        judged=_judged(connection, window),
        remarks=_remarks(connection, window),
        newest=_newest(connection, window),
        trend=grouped.trend,
        demo=count_demo(connection, window),
    )


def _searched(connection: Connection, window: Window) -> tuple[Searched, ...]:
    has_hits = impressions.c.hits > 0
    chosen = [(impressions.c.surface, window.surface), (impressions.c.lang, window.lang)]
    rows = connection.execute(
        select(
            impressions.c.surface,
            func.count().label("searches"),
            func.sum(case((has_hits, 0), else_=1)).label("without_hits"),
            func.sum(case((has_hits & ~is_clicked(), 1), else_=0)).label("without_clicks"),
        )
        .where(is_search(), within(impressions.c.at, window))
        .where(*(column == value for column, value in chosen if value is not None))
        .group_by(impressions.c.surface)
        .order_by(impressions.c.surface)
    )
    return tuple(Searched(**row._mapping) for row in rows)


def is_search() -> ColumnElement[bool]:
    """A question that is no draft of a message."""
    return (impressions.c.surface != "suggest") & is_question()


def is_question() -> ColumnElement[bool]:
    """No page's own offer, no query still being typed, unless a hit of it was opened."""
    return (impressions.c.query != "") & (~impressions.c.typing | is_clicked())


def is_clicked() -> ColumnElement[bool]:
    """Whether a hit of a list was opened."""
    return exists().where(
        events.c.impression == impressions.c.id,
        events.c.case_id == impressions.c.case_id,
        text(IS_CLICK),
    )


def _voted(connection: Connection, window: Window) -> tuple[Voted, ...]:
    kind = (events.c.type, events.c.rejected, events.c.reason)
    rows = connection.execute(
        of_window(select(*kind, func.count().label("votes")), window)
        .where(text(IS_VOTE))
        .group_by(*kind)
        .order_by(*kind)
    )
    return tuple(Voted(**row._mapping) for row in rows)


def _rated(connection: Connection, window: Window) -> tuple[Rated, ...]:
    rows = connection.execute(
        of_window(select(events.c.rating, func.count().label("times")), window)
        .where(events.c.rating.is_not(None), events.c.rejected.is_(None))
        .group_by(events.c.rating)
        .order_by(events.c.rating)
    )
    return tuple(Rated(**row._mapping) for row in rows)


def _judged(connection: Connection, window: Window) -> tuple[Judged, ...]:
    votes = sorted(votes_by_article(connection, window).items())
    return tuple(Judged(article, yes, no) for article, (yes, no) in votes)


def _remarks(connection: Connection, window: Window) -> tuple[Remark, ...]:
    told = (events.c.at, events.c.article, events.c.reason, events.c.comment, events.c.case_id)
    asked = (
        of_window(select(*told), window)
        .where(events.c.comment.is_not(None), events.c.rejected.is_(None))
        .order_by(events.c.at.desc(), events.c.id.desc())
        .limit(MOST_REMARKS)
    )
    return tuple(Remark(from_ms(at), *rest) for at, *rest in connection.execute(asked))


def _newest(connection: Connection, window: Window) -> dt.datetime | None:
    """When the newest case of the window's surface and language began, in it or not."""
    begins = select(cases.c.started).where(is_of(window)).order_by(cases.c.started.desc())
    newest = connection.scalar(begins.limit(1))
    return None if newest is None else from_ms(newest)
