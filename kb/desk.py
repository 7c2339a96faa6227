"""The way of a message from the form to the people who answer: masked, routed, promised, stored."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable

from kb.addresses import sender_address
from kb.cards import mask_cards
from kb.contact_settings import Contact
from kb.delivery_settings import Webhook
from kb.hours import due
from kb.priorities import route
from kb.store.database import Database
from kb.store.tickets import add_ticket
from kb.tickets import (
    Decision,
    Destination,
    Draft,
    FieldValue,
    Receipt,
    Routing,
    Seen,
    Tried,
)

Describe = Callable[[str], Seen]
"""An article's name to its title and full URL, as the active snapshot knows them."""


def receive(database: Database, contact: Contact, draft: Draft, describe: Describe) -> Receipt:
    """Store a message and put what is to be sent into the outbox: on disk when this returns.

    The same message again under the same key is the same ticket. UnavailableError where nothing
    could be stored: the customer must be told to try again.
    """
    masked = _masked(draft, contact)
    return add_ticket(database, masked, lambda tried: _decide(contact, masked, tried, describe))


def _masked(draft: Draft, contact: Contact) -> Draft:
    """Card numbers taken out; what fits a field's own pattern is an order number, not a card."""
    exact = {one.name for one in contact.fields if one.pattern}
    fields = (
        one if one.name in exact else FieldValue(one.name, one.label, mask_cards(one.value))
        for one in draft.fields
    )
    return dataclasses.replace(
        draft,
        name=mask_cards(draft.name),
        subject=mask_cards(draft.subject),
        message=mask_cards(draft.message),
        page=mask_cards(draft.page),
        product=mask_cards(draft.product),
        plan=mask_cards(draft.plan),
        fields=tuple(fields),
    )


def _decide(contact: Contact, draft: Draft, tried: Tried, describe: Describe) -> Decision:
    routing = route(draft, tried, contact)
    return Decision(
        routing=routing,
        due=due(draft.at, contact.hours),
        tried=_described(tried, describe),
        destinations=tuple(_destinations(contact, draft, routing)),
    )


def _described(tried: Tried, describe: Describe) -> Tried:
    def all_of(seen: Iterable[Seen]) -> tuple[Seen, ...]:
        return tuple(describe(one.name) for one in seen)

    return dataclasses.replace(
        tried,
        read=all_of(tried.read),
        suggested=all_of(tried.suggested),
        opened=all_of(tried.opened),
        rejected=all_of(tried.rejected),
        unhelpful=all_of(tried.unhelpful),
    )


def _destinations(contact: Contact, draft: Draft, routing: Routing) -> Iterable[Destination]:
    domain = message_domain(contact)
    team = contact.address(routing.queue)
    if team:
        yield Destination("team", team, domain)
    if contact.confirm and contact.smtp.host:
        yield Destination("customer", draft.email, domain)
    for one in contact.webhooks:
        if _receives(one, routing.queue):
            yield Destination("webhook", one.name)


def _receives(webhook: Webhook, queue: str) -> bool:
    return not webhook.queues or queue in webhook.queues


def message_domain(contact: Contact) -> str:
    """What our Message-IDs end in: the sender's domain."""
    sender = sender_address(contact.smtp.sender)
    return sender[1].rpartition("@")[2] if sender else "localhost"
