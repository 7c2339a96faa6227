"""Which articles were read in which cases, and what was said of them: counted for all at once.

An article was read in a case by whatever shows that somebody had it before them. Cases are those
that began in the window; votes and comments are the window's own, as in ``kb report``. Readings
are settled with their cases: a table of all articles is one look at an index.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, false, func, insert, select, text

from kb.outcomes import IDLE
from kb.queries import Spellings
from kb.store.groups import began, of_window, step, within
from kb.store.moments import to_ms
from kb.store.tables import IS_VOTE, cases, events, impressions
from kb.store.tables import readings as table
from kb.store.windows import Window
from kb.tallies import Tally

READS = ("read", "resolved", "not_resolved", "suggestion_open", "suggestion_resolved")
"""Events that say that somebody had the article before them."""
LEADS = ("open", "read", "resolved", "not_resolved")
"""Events that say that the article was opened from a list."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Cases that are alike in which one article was read.

    ``step`` is the one of the window; ``snapshot`` the newest in which it was read, None where
    none is known.
    """

    step: int
    snapshot: str | None
    tally: Tally


@dataclass(frozen=True, slots=True)
class Cast:
    """Votes that count, on one article as one snapshot had it; ``reason`` is that of a no."""

    snapshot: str | None
    yes: bool
    reason: str | None
    times: int


def renew_readings(connection: Connection, ids: Sequence[str]) -> None:
    """Write once more what was read in some cases, which have just been settled."""
    connection.execute(delete(table).where(table.c.case_id.in_(ids)))
    of_case = ("started", "last", "surface", "lang", "outcome", "taken_back")
    read = (
        select(
            events.c.case_id,
            events.c.article,
            func.max(bytewise(connection, events.c.snapshot)),
            *(cases.c[name] for name in of_case),
            func.coalesce(cases.c.article == events.c.article, false()),
        )
        .join(cases, cases.c.id == events.c.case_id)
        .where(events.c.case_id.in_(ids), was_read(), events.c.article.is_not(None))
        .group_by(events.c.case_id, events.c.article, cases.c.id)
    )
    names = ["case_id", "article", "snapshot", *of_case, "own"]
    connection.execute(insert(table).from_select(names, read))


def tallies_by_article(
    connection: Connection, window: Window, now: dt.datetime
) -> Mapping[str, Sequence[Tally]]:
    """How the cases ended in which each article was read."""
    found: dict[str, list[Tally]] = defaultdict(list)
    asked = _alike(window, now, [table.c.article])
    for article, *tally in connection.execute(asked):
        found[article].append(_tally(*tally))
    return found


def readings(
    connection: Connection, article: str, window: Window, now: dt.datetime
) -> tuple[Reading, ...]:
    """How the cases ended in which this one was read, by when they began and what was read."""
    when = step(window, table.c.started).label("step")
    asked = _alike(window, now, [when, table.c.snapshot], table.c.article == article)
    return tuple(
        Reading(number, snapshot, _tally(*tally))
        for number, snapshot, *tally in connection.execute(asked)
    )


def _alike(
    window: Window,
    now: dt.datetime,
    by: Sequence[ColumnElement[Any]],
    *where: ColumnElement[bool],
) -> Select[Any]:
    """How many readings of a window there are that are alike."""
    busy = (table.c.last > to_ms(now - IDLE)).label("busy")
    chosen = [(table.c.surface, window.surface), (table.c.lang, window.lang)]
    each = (
        select(*by, table.c.outcome, table.c.taken_back, busy, table.c.own)
        .where(within(table.c.started, window), *where)
        .where(*(column == value for column, value in chosen if value is not None))
        .subquery()
    )
    return select(*each.c, func.count()).group_by(*each.c)


def _tally(outcome: Any, taken_back: bool, busy: bool, own: bool, number: int) -> Tally:
    return Tally(outcome, taken_back, bool(busy), number, own)


def was_read() -> ColumnElement[bool]:
    """Of an event: it counts, and says that its article was read."""
    return events.c.type.in_(READS) & events.c.rejected.is_(None)


def bytewise(connection: Connection, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A text that is compared by its bytes, on every database."""
    return column.collate("C" if connection.dialect.name == "postgresql" else "BINARY")


def votes_by_article(connection: Connection, window: Window) -> Mapping[str, tuple[int, int]]:
    """Votes that count: yes and no."""
    no = func.count().filter(events.c.type == "not_resolved")
    asked = _said(select(events.c.article, func.count() - no, no), window)
    rows = connection.execute(
        asked.where(text(IS_VOTE), events.c.article.is_not(None)).group_by(events.c.article)
    )
    return {article: (yes, against) for article, yes, against in rows}


def votes_on(connection: Connection, article: str, window: Window) -> tuple[Cast, ...]:
    """Votes that count on one article."""
    yes = events.c.type != "not_resolved"
    kind = (events.c.snapshot, yes.label("yes"), events.c.reason)
    asked = _said(select(*kind, func.count().label("times")), window)
    rows = connection.execute(
        asked.where(text(IS_VOTE), events.c.article == article).group_by(*kind)
    )
    return tuple(Cast(row.snapshot, bool(row.yes), row.reason, row.times) for row in rows)


def comments_by_article(connection: Connection, window: Window) -> Mapping[str, int]:
    """How many comments each article got."""
    asked = _said(select(events.c.article, func.count().label("number")), window)
    asked = asked.where(events.c.comment.is_not(None), events.c.article.is_not(None))
    rows = connection.execute(asked.group_by(events.c.article))
    return {row.article: row.number for row in rows}


def queries_before(
    connection: Connection, article: str, window: Window
) -> tuple[Spellings, Counter[str], int]:
    """What was typed for the lists from which it was opened: spellings, cases by query, cases."""
    asked = (
        select(events.c.case_id, impressions.c.query)
        .join(cases, cases.c.id == events.c.case_id)
        .join(impressions, impressions.c.id == events.c.impression)
        .where(began(window), events.c.article == article, events.c.type.in_(LEADS))
        .where(events.c.rejected.is_(None), impressions.c.query != "")
        .where(impressions.c.surface != "suggest", impressions.c.case_id == events.c.case_id)
        .distinct()
    )
    spellings, people = Spellings(), set()
    for case, query in connection.execute(asked):
        people.add((case, spellings.add(query)))
    return spellings, Counter(key for _, key in people), len({case for case, _ in people})


def _said(asked: Select[Any], window: Window) -> Select[Any]:
    """Events of a window that count."""
    return of_window(asked, window).where(events.c.rejected.is_(None))
