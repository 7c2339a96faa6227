"""Tickets: stored whole or not at all, with the event of their case and everything to be sent.

A message that was acknowledged is on disk together with its outbox. The same message sent twice,
by a double click or because an answer was lost, is one ticket.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter
from sqlalchemy import Connection, Row, delete, select

from kb.events import Event
from kb.store.database import Database, insert
from kb.store.journal import add_event
from kb.store.moments import from_ms, to_ms
from kb.store.outbox import deliveries_of
from kb.store.tables import attachments, deliveries, tickets
from kb.store.tried import read_tried
from kb.tickets import (
    Attachment,
    Decision,
    Delivery,
    Destination,
    Draft,
    FieldValue,
    Receipt,
    Routing,
    Ticket,
    Tried,
    new_reference,
)

AT_ONCE = 200
"""Tickets that are deleted in one transaction."""
_TRIED = TypeAdapter(Tried)
_FIELDS = TypeAdapter(tuple[FieldValue, ...])
_ATTEMPTS = 20

Decide = Callable[[Tried], Decision]
"""What happens with a ticket whose customer tried this; pure, it may be asked twice."""


class ExportedTicket(BaseModel):
    """Everything stored about a ticket; as JSON its files are in URL-safe base64 (RFC 4648, 5)."""

    model_config = ConfigDict(frozen=True, ser_json_bytes="base64")

    ticket: Ticket
    deliveries: tuple[Delivery, ...]


@dataclass(frozen=True, slots=True)
class PurgedTickets:
    """Rows that were deleted."""

    tickets: int = 0
    attachments: int = 0
    deliveries: int = 0

    def __add__(self, other: PurgedTickets) -> PurgedTickets:
        return PurgedTickets(
            self.tickets + other.tickets,
            self.attachments + other.attachments,
            self.deliveries + other.deliveries,
        )


def add_ticket(database: Database, draft: Draft, decide: Decide) -> Receipt:
    """Store a message, its attachments, its case's ``contact`` and its outbox: on disk at once.

    Where the same message is there already, nothing is written and its reference is given.
    """
    return database.write(lambda connection: _add(connection, draft, decide))


def _add(connection: Connection, draft: Draft, decide: Decide) -> Receipt:
    earlier = _earlier(connection, draft)
    if earlier:
        return earlier
    decision = decide(read_tried(connection, draft.visit, draft.at))
    reference = _insert(connection, draft, decision)
    if reference is None:  # the other click was quicker
        return _earlier(connection, draft) or _add(connection, draft, decide)
    _attach(connection, reference, draft.attachments)
    add_event(connection, Event(draft.visit, draft.at, "contact"))
    rows = [_delivery_row(reference, one, draft.at) for one in decision.destinations]
    if rows:
        connection.execute(insert(connection, deliveries), rows)
    return Receipt(reference, decision.due, new=True)


def _earlier(connection: Connection, draft: Draft) -> Receipt | None:
    asked = select(tickets.c.id, tickets.c.due).where(tickets.c.digest == draft.digest)
    row = connection.execute(asked).one_or_none()
    return Receipt(row.id, _moment(row.due), new=False) if row else None


def _insert(connection: Connection, draft: Draft, decision: Decision) -> str | None:
    """The reference of a new row; None where another has just written the same message."""
    row = _ticket_row(draft, decision)
    for _ in range(_ATTEMPTS):  # one in 6.5e11 references is taken already
        added = insert(connection, tickets).values(id=new_reference(), **row)
        added = added.on_conflict_do_nothing()
        reference: str | None = connection.scalar(added.returning(tickets.c.id))
        if reference or _earlier(connection, draft):
            return reference
    raise RuntimeError("no free reference was found")


def _attach(connection: Connection, reference: str, files: Sequence[Attachment]) -> None:
    rows = [
        {
            "ticket_id": reference,
            "position": position,
            "name": one.name,
            "media_type": one.media_type,
            "data": one.data,
        }
        for position, one in enumerate(files)
    ]
    if rows:
        connection.execute(insert(connection, attachments), rows)


def _ticket_row(draft: Draft, decision: Decision) -> dict[str, Any]:
    return {
        "digest": draft.digest,
        "case_id": draft.visit.case,
        "at": to_ms(draft.at),
        "email": draft.email,
        "name": draft.name,
        "subject": draft.subject,
        "message": draft.message,
        "lang": draft.lang,
        "page": draft.page,
        "product": draft.product,
        "plan": draft.plan,
        "fields": _FIELDS.dump_python(draft.fields, mode="json"),
        "priority": decision.routing.priority,
        "queue": decision.routing.queue,
        "rule": decision.routing.rule,
        "due": to_ms(decision.due) if decision.due else None,
        "tried": _TRIED.dump_python(decision.tried, mode="json"),
    }


def _delivery_row(reference: str, destination: Destination, at: dt.datetime) -> dict[str, Any]:
    name = f"{reference}.{destination.medium}.{secrets.token_hex(4)}"
    return {
        "id": f"{name}@{destination.domain}" if destination.domain else name,
        "ticket_id": reference,
        "medium": destination.medium,
        "target": destination.target,
        "state": "waiting",
        "tries": 0,
        "created": to_ms(at),
        "next_try": to_ms(at),
    }


def read_ticket(database: Database, reference: str) -> Ticket | None:
    """A ticket with its attachments; None where there is none."""
    with database.reading() as connection:
        row = connection.execute(select(tickets).where(tickets.c.id == reference)).one_or_none()
        return _ticket(connection, row) if row else None


def tickets_of_case(database: Database, case_id: str) -> tuple[Ticket, ...]:
    """The tickets of a case, oldest first."""
    asked = select(tickets).where(tickets.c.case_id == case_id).order_by(tickets.c.at, tickets.c.id)
    with database.reading() as connection:
        return tuple(_ticket(connection, row) for row in connection.execute(asked).all())


def export_tickets(database: Database, case_id: str) -> tuple[ExportedTicket, ...]:
    """Everything stored about the tickets of a case, oldest first: for its export."""
    return tuple(
        ExportedTicket(ticket=one, deliveries=deliveries_of(database, one.id))
        for one in tickets_of_case(database, case_id)
    )


def _ticket(connection: Connection, row: Row[Any]) -> Ticket:
    asked = (
        select(attachments)
        .where(attachments.c.ticket_id == row.id)
        .order_by(attachments.c.position)
    )
    files = connection.execute(asked).all()
    return Ticket(
        id=row.id,
        case=row.case_id,
        at=from_ms(row.at),
        email=row.email,
        name=row.name,
        subject=row.subject,
        message=row.message,
        lang=row.lang,
        page=row.page,
        product=row.product,
        plan=row.plan,
        fields=_FIELDS.validate_python(row.fields),
        routing=Routing(row.priority, row.queue, row.rule),
        due=_moment(row.due),
        tried=_TRIED.validate_python(row.tried),
        attachments=tuple(Attachment(one.name, one.media_type, one.data) for one in files),
    )


def _moment(milliseconds: int | None) -> dt.datetime | None:
    return None if milliseconds is None else from_ms(milliseconds)


def purge_tickets_before(database: Database, moment: dt.datetime) -> PurgedTickets:
    """Delete tickets that were sent before, with all that belongs to them, delivered or not."""
    purged = PurgedTickets()
    while (some := database.write(lambda one: _purge_some(one, to_ms(moment)))) != PurgedTickets():
        purged += some
    database.tidy()
    return purged


def purge_tickets_of_case(database: Database, case_id: str) -> PurgedTickets:
    """Delete the tickets of a case with all that belongs to them."""
    asked = select(tickets.c.id).where(tickets.c.case_id == case_id)
    purged = database.write(lambda one: _purge(one, one.scalars(asked).all()))
    database.tidy()
    return purged


def _purge_some(connection: Connection, before: int) -> PurgedTickets:
    old = select(tickets.c.id).where(tickets.c.at < before).order_by(tickets.c.at).limit(AT_ONCE)
    return _purge(connection, connection.scalars(old).all())


def _purge(connection: Connection, ids: Sequence[str]) -> PurgedTickets:
    files = delete(attachments).where(attachments.c.ticket_id.in_(ids))
    sent = delete(deliveries).where(deliveries.c.ticket_id.in_(ids))
    return PurgedTickets(
        tickets=connection.execute(delete(tickets).where(tickets.c.id.in_(ids))).rowcount,
        attachments=connection.execute(files).rowcount,
        deliveries=connection.execute(sent).rowcount,
    )
