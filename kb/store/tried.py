"""What a case says its visitor tried before writing to a person, and what did not help."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from kb.events import Visit
from kb.outcomes import IDLE, Done, Journal, Listed, verdict
from kb.store.moments import from_ms, to_ms
from kb.store.tables import events, impressions
from kb.tickets import Searched, Seen, Tried

MOST = 30
"""Of each kind, the last ones: nobody reads more."""
_ON_FORM = "suggest"
_FORM_EVENTS = frozenset(
    {"form_open", "suggestion_open", "suggestion_reject", "suggestion_resolved"}
)
_IN_VAIN = ("not_resolved", "suggestion_reject")
Rows = Sequence[Row[Any]]


def read_tried(connection: Connection, visit: Visit, at: dt.datetime) -> Tried:
    """What is stored of the case up to a moment; articles by their names alone."""
    shown, done = _lists(connection, visit, at), _events(connection, visit, at)
    suggested = [] if visit.holdout else [one for one in shown if one.surface == _ON_FORM]
    return Tried(
        searches=_searches(one for one in shown if one.surface != _ON_FORM and one.query),
        read=_articles(done, "read", "open"),
        suggested=_seen(name for one in suggested for name in one.articles),
        opened=_articles(done, "suggestion_open"),
        rejected=_articles(done, "suggestion_reject"),
        unhelpful=_articles(done, "not_resolved"),
        failed=_failed(shown, done, at),
    )


def read_refused(connection: Connection, case: str) -> frozenset[str]:
    """Names of the articles of which the visitor said that they do not solve it."""
    asked = (
        select(events.c.article)
        .where(
            events.c.case_id == case,
            events.c.type.in_(_IN_VAIN),
            events.c.rejected.is_(None),
            events.c.article.is_not(None),
        )
        .distinct()
    )
    return frozenset(connection.scalars(asked))


def _lists(connection: Connection, visit: Visit, at: dt.datetime) -> Rows:
    asked = (
        select(impressions)
        .where(impressions.c.case_id == visit.case, impressions.c.at <= to_ms(at))
        .order_by(impressions.c.at, impressions.c.id)
    )
    return connection.execute(asked).all()


def _events(connection: Connection, visit: Visit, at: dt.datetime) -> Rows:
    asked = (
        select(events)
        .where(
            events.c.case_id == visit.case,
            events.c.at <= to_ms(at),
            events.c.rejected.is_(None),
        )
        .order_by(events.c.at, events.c.id)
    )
    return connection.execute(asked).all()


def _searches(lists: Iterable[Row[Any]]) -> tuple[Searched, ...]:
    """Every question once, at its last time."""
    found: dict[str, Searched] = {}
    for one in lists:
        found.pop(one.query.casefold(), None)
        found[one.query.casefold()] = Searched(
            from_ms(one.at), one.surface, one.query, len(one.articles)
        )
    return tuple(found.values())[-MOST:]


def _articles(done: Rows, *types: str) -> tuple[Seen, ...]:
    return _seen(one.article for one in done if one.type in types)


def _seen(names: Iterable[str | None]) -> tuple[Seen, ...]:
    return tuple(Seen(name) for name in dict.fromkeys(names) if name)[-MOST:]


def _failed(shown: Rows, done: Rows, at: dt.datetime) -> bool:
    """Whether the case had failed, had its visitor left instead of opening the form."""
    lists = (Listed(from_ms(x.at), x.surface, x.query) for x in shown if x.surface != _ON_FORM)
    acts = (Done(from_ms(x.at), x.type, x.article) for x in done if x.type not in _FORM_EVENTS)
    return verdict(Journal(tuple(lists), tuple(acts)), at + IDLE).outcome == "failed"
