"""What memory learns from: history that was imported, and what visitors said themselves."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Connection, func, select

from kb.events import DEMO, VOTES, PastOutcome, Resolution
from kb.store.counts import is_question
from kb.store.database import Database, insert
from kb.store.moments import from_ms, to_ms
from kb.store.tables import cases, events, history, impressions

WEIGHTS: Mapping[str, float] = {
    "resolved": 1.0,
    "suggestion_resolved": 1.0,
    "assumed": 0.25,
    "failed": -0.5,
    "contacted": -0.5,
    "not_resolved": -1.0,
}
"""What an outcome says about the article; only a person's own word weighs a whole case.

``assumed`` counts in imported history alone: learning from our own clicks would learn our order.
"""
BEFORE_WEIGHT = 0.5
"""Weight of what the visitor had searched before in the same sitting, in other words."""
SITTING = dt.timedelta(minutes=30)
EARLIER = 3
"""Queries before the last one that count."""
BATCH = 5_000


@dataclass(frozen=True, slots=True)
class PastCase:
    """One row of imported history; ``query`` is masked, ``article`` a name."""

    query: str
    article: str
    at: dt.datetime
    outcome: PastOutcome

    @property
    def id(self) -> str:
        """Digest of the row: the same row has the same id."""
        parts = "\0".join((self.query, self.article, self.at.isoformat(), self.outcome))
        return hashlib.sha256(parts.encode()).hexdigest()[:24]


def import_history(database: Database, past: Iterable[PastCase]) -> int:
    """Keep rows that are not there yet; how many were added. All or none."""
    rows = iter(past)
    with database.writing() as connection:
        before = _count(connection)
        while batch := [_row(one) for one in islice(rows, BATCH)]:
            connection.execute(insert(connection, history).on_conflict_do_nothing(), batch)
        return _count(connection) - before


def _count(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(history)) or 0


def _row(one: PastCase) -> dict[str, Any]:
    return {
        "id": one.id,
        "query": one.query,
        "article": one.article,
        "at": to_ms(one.at),
        "outcome": one.outcome,
    }


def resolutions(database: Database) -> list[Resolution]:
    """Everything that says whether an article resolved a query, oldest first.

    Of visitors' cases: votes that count, paired with the query whose list led to the article and,
    at half the weight, with those before it in the same sitting. A vote that a contact took back
    says nothing, and neither does a demonstration's.
    """
    with database.reading() as connection:
        found = [*_imported(connection), *_voted(connection)]
    return sorted(found, key=lambda one: (one.at, one.source))


def _imported(connection: Connection) -> Iterator[Resolution]:
    for row in connection.execute(select(history)):
        yield Resolution(
            query=row.query,
            article=row.article,
            at=from_ms(row.at),
            weight=WEIGHTS[row.outcome],
            source=f"import:{row.id}",
        )


def _voted(connection: Connection) -> Iterator[Resolution]:
    votes = connection.execute(
        select(events.c.case_id, events.c.at, events.c.type, events.c.article, cases.c.visitor)
        .join(cases, cases.c.id == events.c.case_id)
        .where(events.c.type.in_(VOTES), events.c.rejected.is_(None), ~cases.c.taken_back)
        .where(~events.c.case_id.startswith(DEMO, autoescape=True))
        .order_by(events.c.case_id, events.c.at)
    )
    for vote in votes.all():
        for query, weight in _queries_behind(connection, vote):
            yield Resolution(
                query=query,
                article=vote.article,
                at=from_ms(vote.at),
                weight=weight * WEIGHTS[vote.type],
                source=f"case:{vote.case_id}",
                visitor=vote.visitor,
            )


def _queries_behind(connection: Connection, vote: Any) -> list[tuple[str, float]]:
    """The query that led to the article, and those before it that did not."""
    lists = connection.execute(
        select(impressions.c.query, impressions.c.articles, impressions.c.at)
        .where(
            impressions.c.case_id == vote.case_id,
            impressions.c.at <= vote.at,
            is_question(),
        )
        .order_by(impressions.c.at.desc())
    ).all()
    led = next((rank for rank, one in enumerate(lists) if vote.article in one.articles), None)
    if led is None:
        return []
    return [(lists[led].query, 1.0), *_before(lists[led:], vote)]


def _before(lists: Sequence[Any], vote: Any) -> Iterator[tuple[str, float]]:
    """Other wordings of the same sitting; only where the vote says that it was resolved."""
    if WEIGHTS[vote.type] < 0:
        return
    last = lists[0]
    for one in lists[1 : 1 + EARLIER]:
        if last.at - one.at > SITTING / dt.timedelta(milliseconds=1):
            return
        if one.query.casefold() != lists[0].query.casefold():
            yield one.query, BEFORE_WEIGHT
        last = one
