"""The outbox: what is still to be sent, and who is sending it.

A sender claims a delivery for a while. If it dies, the claim runs out and another one sends again:
at least once, never none.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, or_, select, update

from kb.store.database import Database
from kb.store.moments import from_ms, to_ms
from kb.store.tables import deliveries
from kb.tickets import Delivery, Medium


def is_due(database: Database, media: Sequence[Medium], now: dt.datetime) -> bool:
    """Whether something is to be sent now; cheap, and it holds up no writer."""
    with database.reading() as connection:
        due = select(deliveries.c.id).where(_ready(media, now)).limit(1)
        return connection.scalar(due) is not None


def claim(
    database: Database, media: Sequence[Medium], now: dt.datetime, lease: dt.timedelta
) -> Delivery | None:
    """Take the delivery that waits longest, for a while; None where nothing is due.

    The claim counts as a try, so that one that kills its sender is parked in the end too.
    """

    def take(connection: Connection) -> Delivery | None:
        due = select(deliveries.c.id).where(_ready(media, now)).order_by(deliveries.c.next_try)
        found = connection.scalar(due.limit(1).with_for_update(skip_locked=True))
        if found is None:
            return None
        taken = (
            update(deliveries)
            .where(deliveries.c.id == found)
            .values(
                lease=to_ms(now + lease),
                claim=secrets.token_hex(8),
                tries=deliveries.c.tries + 1,
            )
            .returning(*deliveries.c)
        )
        return _delivery(connection.execute(taken).one())

    return database.write(take)


def _ready(media: Sequence[Medium], now: dt.datetime) -> ColumnElement[bool]:
    moment = to_ms(now)
    free = or_(deliveries.c.lease.is_(None), deliveries.c.lease <= moment)
    waits = (deliveries.c.state == "waiting") & (deliveries.c.next_try <= moment)
    return waits & free & deliveries.c.medium.in_(media)


def mark_delivered(database: Database, one: Delivery, now: dt.datetime) -> None:
    """It arrived; also where the claim ran out and another sends it again just now."""
    done = {"state": "delivered", "done": to_ms(now), "said": None}
    _finish(database, deliveries.c.id == one.id, done)


def mark_failed(database: Database, one: Delivery, said: str, next_try: dt.datetime) -> None:
    """It did not arrive: wait until ``next_try``. Not where the claim had run out."""
    _finish(database, _held(one), {"next_try": to_ms(next_try), "said": said})


def park(database: Database, one: Delivery, said: str, now: dt.datetime) -> None:
    """It will not arrive: leave it until a person tries again. Not where the claim had run out."""
    _finish(database, _held(one), {"state": "parked", "done": to_ms(now), "said": said})


def _held(one: Delivery) -> ColumnElement[bool]:
    mine = (deliveries.c.id == one.id) & (deliveries.c.claim == one.claim)
    return mine & (deliveries.c.state == "waiting")


def _finish(database: Database, which: ColumnElement[bool], values: dict[str, Any]) -> None:
    change = update(deliveries).where(which).values(lease=None, claim=None, **values)
    database.write(lambda connection: connection.execute(change))


def undelivered(database: Database) -> tuple[Delivery, ...]:
    """What waits or is parked, oldest first."""
    asked = select(deliveries).where(deliveries.c.state != "delivered")
    with database.reading() as connection:
        rows = connection.execute(asked.order_by(deliveries.c.created, deliveries.c.id)).all()
    return tuple(map(_delivery, rows))


def deliveries_of(database: Database, ticket: str) -> tuple[Delivery, ...]:
    """Everything that was or is to be sent about a ticket."""
    asked = select(deliveries).where(deliveries.c.ticket_id == ticket)
    with database.reading() as connection:
        rows = connection.execute(asked.order_by(deliveries.c.created, deliveries.c.id)).all()
    return tuple(map(_delivery, rows))


def retry(database: Database, id_: str | None, now: dt.datetime) -> int:
    """Send what is parked again, and at once what waits; one delivery, a ticket's, or all.

    How many there were. Tries are counted anew; what is being sent just now is left alone.
    """
    idle = or_(deliveries.c.lease.is_(None), deliveries.c.lease <= to_ms(now))
    which = (deliveries.c.state != "delivered") & idle
    if id_ is not None:
        which &= _called(id_)
    change = update(deliveries).where(which)
    change = change.values(
        state="waiting", tries=0, next_try=to_ms(now), done=None, lease=None, claim=None
    )
    return database.write(lambda connection: connection.execute(change).rowcount)


def drop(database: Database, id_: str) -> int:
    """Forget what is parked: one delivery, or a ticket's; the ticket stays. How many there were."""
    which = (deliveries.c.state == "parked") & _called(id_)
    return database.write(
        lambda connection: connection.execute(delete(deliveries).where(which)).rowcount
    )


def _called(id_: str) -> ColumnElement[bool]:
    return (deliveries.c.id == id_) | (deliveries.c.ticket_id == id_)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What has not left yet: how many wait, since when, and how many need a person."""

    waiting: int = 0
    parked: int = 0
    since: dt.datetime | None = None

    def waited(self, now: dt.datetime) -> float:
        """Seconds that the oldest of those that wait has waited."""
        return (now - self.since).total_seconds() if self.since else 0.0


def backlog(database: Database) -> Backlog:
    """What waits and what is parked; cheap, for those who watch over it."""
    asked = (
        select(deliveries.c.state, func.count(), func.min(deliveries.c.created))
        .where(deliveries.c.state != "delivered")
        .group_by(deliveries.c.state)
    )
    with database.reading() as connection:
        found = {state: (count, oldest) for state, count, oldest in connection.execute(asked)}
    waiting, oldest = found.get("waiting", (0, None))
    parked, _ = found.get("parked", (0, None))
    return Backlog(waiting, parked, None if oldest is None else from_ms(oldest))


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        ticket=row.ticket_id,
        medium=row.medium,
        target=row.target,
        state=row.state,
        tries=row.tries,
        created=from_ms(row.created),
        next_try=from_ms(row.next_try),
        said=row.said,
        done=None if row.done is None else from_ms(row.done),
        claim=row.claim,
    )
