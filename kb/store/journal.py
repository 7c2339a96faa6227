"""What visitors did: lists that were shown in batches, votes one by one, each on disk when told so.

``record`` is for a thread behind the requests, ``cast`` for the request itself. An event that is
rejected is kept, up to a bound, so that abuse can be seen; it neither opens nor prolongs a case.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    case,
    delete,
    exists,
    func,
    select,
    update,
)

from kb.events import VOTES, Event, Impression, Rejection
from kb.store.database import Database, insert
from kb.store.moments import to_ms
from kb.store.tables import cases, events, impressions

SETTLES = dt.timedelta(seconds=10)
"""What is typed within this time of the next list of its case was on the way to that one."""
MOST_REJECTED = 100
"""Rejected events that are kept of one case, and of one visitor in a month."""
_HOUR = dt.timedelta(hours=1)
_ONCE = VOTES | {"rating"}
_ON_FORM = frozenset(
    {"form_open", "contact", "suggestion_open", "suggestion_reject", "suggestion_resolved"}
)


def record(database: Database, shown: Sequence[Impression], done: Sequence[Event]) -> None:
    """Write a batch: all of it is on disk when this returns, or none of it where it raises.

    An impression whose id is already there is ignored, so is a second counted vote of a case:
    votes go to ``cast``.
    """

    def write(connection: Connection) -> None:
        _touch(connection, shown, done)
        if shown:
            rows = [_impression_row(one) for one in shown]
            connection.execute(insert(connection, impressions).on_conflict_do_nothing(), rows)
        if done:
            rows = [_event_row(one) for one in done]
            connection.execute(insert(connection, events).on_conflict_do_nothing(), rows)
        if shown:
            touched = sorted({one.visit.case for one in shown})
            connection.execute(_COLLAPSE, [{"touched": one} for one in touched])

    if shown or done:
        database.write(write)


def cast(database: Database, vote: Event, per_hour: int) -> Rejection | None:
    """Write an event at once: on disk when this returns; why it does not count, or None.

    The first vote of a case on one revision of an article counts, and the first rating of a case; a
    later one that brings the reason or the comment that the first lacks completes it. Of one
    visitor's votes ``per_hour`` count within an hour. Other types are only written.
    """
    if vote.type in VOTES and (vote.article is None or vote.snapshot is None):
        raise ValueError(f"a vote names an article and its snapshot: {vote}")
    return database.write(lambda connection: _cast(connection, vote, per_hour))


def add_event(connection: Connection, event: Event) -> None:
    """Write an event that counts as part of the caller's transaction."""
    _touch(connection, (), [event])
    connection.execute(insert(connection, events).inline(), _event_row(event))


def _cast(connection: Connection, vote: Event, per_hour: int) -> Rejection | None:
    rejected = vote.rejected
    if rejected is None and vote.type in _ONCE:
        _wait_for_the_others(connection, vote)
        if _completes(connection, vote):
            _touch(connection, (), [vote])
            return None
        rejected = _refusal(connection, vote, per_hour)
    if rejected is None:
        _touch(connection, (), [vote])
        added = insert(connection, events).values(_event_row(vote)).on_conflict_do_nothing()
        if connection.scalar(added.returning(events.c.id)) is not None:
            return None
        rejected = "duplicate"  # another came between, from another process
    if not _too_many(connection, vote):
        refused = dataclasses.replace(vote, rejected=rejected)
        connection.execute(insert(connection, events).inline(), _event_row(refused))
    return rejected


def _wait_for_the_others(connection: Connection, vote: Event) -> None:
    """One vote of a visitor at a time, or two would each be the last that is allowed."""
    if connection.dialect.name == "postgresql":  # in SQLite only one writes anyway
        name = (vote.visit.visitor or vote.visit.case).encode("utf-8", "replace")
        key = int.from_bytes(hashlib.blake2b(name, digest_size=8).digest(), signed=True)
        connection.execute(select(func.pg_advisory_xact_lock(key)))


def _counted_before(vote: Event) -> ColumnElement[bool]:
    """Which events are the vote, or the rating, that this one would be the second of."""
    same = (events.c.case_id == vote.visit.case) & events.c.rejected.is_(None)
    if vote.type not in VOTES:
        return same & (events.c.type == vote.type)
    same &= events.c.type.in_(VOTES)
    return same & (events.c.article == vote.article) & (events.c.snapshot == vote.snapshot)


def _completes(connection: Connection, vote: Event) -> bool:
    """Add reason and comment to the counted vote that has none, if they are new."""
    news = {"reason": vote.reason, "comment": vote.comment}
    changed = False
    for name, value in news.items():
        if value is not None:
            column = events.c[name]
            same = _counted_before(vote) & (events.c.type == vote.type) & column.is_(None)
            changed |= (
                connection.execute(update(events).where(same).values({column: value})).rowcount > 0
            )
    return changed


def _refusal(connection: Connection, vote: Event, per_hour: int) -> Rejection | None:
    """Why the vote does not count."""
    if connection.scalar(select(exists().where(_counted_before(vote)))):
        return "duplicate"
    if vote.visit.visitor is None:
        return None
    recent = select(func.count()).where(
        events.c.visitor == vote.visit.visitor,
        events.c.at > to_ms(vote.at - _HOUR),
        events.c.type.in_(_ONCE),
        events.c.rejected.is_(None),
    )
    return "rate" if (connection.scalar(recent) or 0) >= per_hour else None


def _too_many(connection: Connection, vote: Event) -> bool:
    """Whether enough rejected events of this case or visitor are kept."""
    owners = [events.c.case_id == vote.visit.case]
    if vote.visit.visitor is not None:
        owners.append(events.c.visitor == vote.visit.visitor)
    for owner in owners:
        kept = select(func.count()).where(owner, events.c.rejected.is_not(None))
        if (connection.scalar(kept) or 0) >= MOST_REJECTED:
            return True
    return False


def _touch(connection: Connection, shown: Sequence[Impression], done: Sequence[Event]) -> None:
    """Open or prolong the cases; what was worked out about them no longer holds."""
    rows: dict[str, dict[str, Any]] = {}
    counted: list[Impression | Event] = [*shown, *(one for one in done if one.rejected is None)]
    for one in sorted(counted, key=lambda one: one.at):
        row = rows.setdefault(one.visit.case, _case_row(one))
        row["last"] = to_ms(one.at)
    if rows:
        # In one order, or two writers would wait for each other.
        connection.execute(_upsert(connection), [rows[name] for name in sorted(rows)])


def _upsert(connection: Connection) -> Any:
    added = insert(connection, cases)
    new = added.excluded
    earlier, later = new.started < cases.c.started, new.last > cases.c.last
    return added.on_conflict_do_update(
        index_elements=[cases.c.id],
        set_={
            "started": case((earlier, new.started), else_=cases.c.started),
            "surface": case((earlier, new.surface), else_=cases.c.surface),
            "last": case((later, new.last), else_=cases.c.last),
            "visitor": func.coalesce(cases.c.visitor, new.visitor),
            "settled": None,
        },
    )


def _collapse() -> Any:
    """Delete what was typed on the way to a later list of the same case and surface."""
    later = impressions.alias()
    return delete(impressions).where(
        impressions.c.case_id == bindparam("touched"),
        impressions.c.typing,
        exists().where(
            later.c.case_id == impressions.c.case_id,
            later.c.surface == impressions.c.surface,
            later.c.at > impressions.c.at,
            later.c.at <= impressions.c.at + int(SETTLES.total_seconds() * 1000),
        ),
        ~exists().where(
            events.c.case_id == impressions.c.case_id, events.c.impression == impressions.c.id
        ),
    )


_COLLAPSE = _collapse()


def _case_row(one: Impression | Event) -> dict[str, Any]:
    if isinstance(one, Impression):
        surface = one.surface
    else:
        surface = "suggest" if one.type in _ON_FORM else "portal"
    return {
        "id": one.visit.case,
        "started": to_ms(one.at),
        "last": to_ms(one.at),
        "surface": surface,
        "visitor": one.visit.visitor,
        "holdout": one.visit.holdout,
        "plain": one.visit.plain,
    }


def _impression_row(one: Impression) -> dict[str, Any]:
    return {
        "id": one.id,
        "case_id": one.visit.case,
        "at": to_ms(one.at),
        "surface": one.surface,
        "query": one.query,
        "lang": one.lang,
        "product": one.product,
        "articles": list(one.articles),
        "scores": [float(score) for score in one.scores],
        "snapshot": one.snapshot,
        "recipe": one.recipe,
        "memory": one.memory,
        "typing": one.typing,
        "hits": len(one.articles),
    }


def _event_row(one: Event) -> dict[str, Any]:
    return {
        "case_id": one.visit.case,
        "visitor": one.visit.visitor,
        "at": to_ms(one.at),
        "type": one.type,
        "impression": one.impression,
        "article": one.article,
        "snapshot": one.snapshot,
        "reason": one.reason,
        "comment": one.comment,
        "rating": one.rating,
        "rejected": one.rejected,
    }
