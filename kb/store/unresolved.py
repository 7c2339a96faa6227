"""Cases that ended without an answer: what gaps are made of.

A case that ended well is none, whatever was voted before: it was resolved in the end.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from kb.events import Outcome, Surface
from kb.store.counts import is_question
from kb.store.database import Database
from kb.store.groups import began
from kb.store.moments import from_ms
from kb.store.tables import cases, events, impressions
from kb.store.windows import Window

MOST_CASES = 20_000
"""The newest that are looked at: what was asked before is asked still, or is no gap any more."""
MOST_ASKED = 5
"""Questions of one case that count, the last: a visitor who comes back asks for something else."""
_UNRESOLVED = ("failed", "contacted")
_OPENS = ("open", "read", "suggestion_open")


@dataclass(frozen=True, slots=True)
class Asked:
    """A list that was shown: the question, masked, and articles by rank.

    A draft of a message is a question on the surface ``suggest``: its first line is the subject.
    """

    query: str
    surface: Surface
    lang: str
    articles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A case that failed or ended in a contact; ``sent``: a ticket was.

    ``visitor`` is a keyed digest, of one month, None where it is not known. ``asked`` is oldest
    first; ``opened`` names articles that were, ``rejected`` those of which "no" was said.
    """

    case: str
    visitor: str | None
    started: dt.datetime
    outcome: Outcome
    sent: bool
    asked: tuple[Asked, ...]
    opened: frozenset[str] = frozenset()
    rejected: frozenset[str] = frozenset()


def unresolved(database: Database, window: Window) -> tuple[Unresolved, ...]:
    """The cases of a window in which something was asked, newest first; outcomes as settled."""
    with database.reading() as connection:
        ended = connection.execute(
            select(cases.c.id, cases.c.visitor, cases.c.started, cases.c.outcome, cases.c.sent)
            .where(_of(window))
            .order_by(cases.c.started.desc(), cases.c.id)
            .limit(MOST_CASES)
        ).all()
        asked = _asked(connection, window)
        done = _done(connection, window)
    return tuple(_case(row, asked[row.id], done[row.id]) for row in ended if row.id in asked)


def _of(window: Window) -> ColumnElement[bool]:
    return began(window) & cases.c.outcome.in_(_UNRESOLVED)


def _asked(connection: Connection, window: Window) -> Mapping[str, list[Asked]]:
    """Questions by case, oldest first."""
    shown = (
        select(
            impressions.c.case_id,
            impressions.c.query,
            impressions.c.surface,
            impressions.c.lang,
            impressions.c.articles,
        )
        .join(cases, cases.c.id == impressions.c.case_id)
        .where(_of(window), is_question())
        .order_by(impressions.c.case_id, impressions.c.at, impressions.c.id)
    )
    found: dict[str, list[Asked]] = defaultdict(list)
    for case, query, surface, lang, articles in connection.execute(shown):
        if query.strip():
            found[case].append(Asked(query, surface, lang, tuple(articles)))
    return found


def _done(connection: Connection, window: Window) -> Mapping[str, list[tuple[str, str]]]:
    """What was opened or voted down, by case: the event's type and the article."""
    happened = (
        select(events.c.case_id, events.c.type, events.c.article)
        .join(cases, cases.c.id == events.c.case_id)
        .where(_of(window), events.c.rejected.is_(None), events.c.article.is_not(None))
        .where(events.c.type.in_((*_OPENS, "not_resolved")))
    )
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for case, type_, article in connection.execute(happened):
        found[case].append((type_, article))
    return found


def _case(row: Any, asked: list[Asked], done: list[tuple[str, str]]) -> Unresolved:
    return Unresolved(
        case=row.id,
        visitor=row.visitor,
        started=from_ms(row.started),
        outcome=row.outcome,
        sent=row.sent is not None,
        asked=tuple(asked[-MOST_ASKED:]),
        opened=frozenset(article for type_, article in done if type_ in _OPENS),
        rejected=frozenset(article for type_, article in done if type_ == "not_resolved"),
    )
