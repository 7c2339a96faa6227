"""What a customer sends when searching did not help, and what goes with it.

Nobody should have to explain twice: a ticket carries what its case says was tried.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from kb.contact_settings import Priority
from kb.events import Surface, Visit

Medium = Literal["team", "customer", "webhook"]
"""Who a delivery is for: e-mail to the people who answer, to the customer, JSON to a program."""
DeliveryState = Literal["waiting", "delivered", "parked"]

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32 without 0 and 1, which look like O, I and L in many fonts."""
PREFIX = "KB"
_HALF = 4


def new_reference() -> str:
    """A random reference that can be read aloud: ``KB-7F3K-92QD``, one of 6.5e11."""
    first, second = ("".join(secrets.choice(ALPHABET) for _ in range(_HALF)) for _ in range(2))
    return f"{PREFIX}-{first}-{second}"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file; ``media_type`` is what its bytes say (kb.attachments)."""

    name: str
    media_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class FieldValue:
    """What was written into a field of the settings, under the label that was shown."""

    name: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Searched:
    """A question that was asked, masked, and how many articles it was answered with."""

    at: dt.datetime
    surface: Surface
    query: str
    hits: int


@dataclass(frozen=True, slots=True)
class Seen:
    """An article a customer had to do with; title and URL are those of the day."""

    name: str
    title: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """What a customer did before writing, oldest first, everything once.

    ``failed``: the case had come to nothing before. Suggestions of the holdout were not shown.
    """

    searches: tuple[Searched, ...] = ()
    read: tuple[Seen, ...] = ()
    suggested: tuple[Seen, ...] = ()
    opened: tuple[Seen, ...] = ()
    rejected: tuple[Seen, ...] = ()
    unhelpful: tuple[Seen, ...] = ()
    failed: bool = False

    @property
    def names(self) -> frozenset[str]:
        """Every article in it."""
        groups = (self.read, self.suggested, self.opened, self.rejected, self.unhelpful)
        return frozenset(one.name for group in groups for one in group)


@dataclass(frozen=True, slots=True)
class Draft:
    """A message as the form brings it.

    ``key`` is drawn when the form is shown: the same words under the same key are one ticket,
    however often they are sent. ``page`` is where the customer came from.
    """

    key: str
    visit: Visit
    at: dt.datetime
    email: str
    subject: str
    message: str
    lang: str
    name: str = ""
    page: str = ""
    product: str = ""
    plan: str = ""
    fields: tuple[FieldValue, ...] = ()
    attachments: tuple[Attachment, ...] = ()

    @property
    def digest(self) -> str:
        """What is equal for the same message sent twice."""
        files = (hashlib.sha256(one.data).hexdigest() for one in self.attachments)
        values = (f"{one.name}={one.value}" for one in self.fields)
        return _digest([self.key, self.email, self.subject, self.message, *values, *files])


def _digest(parts: Iterable[str]) -> str:
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "replace")
        whole.update(len(data).to_bytes(8) + data)
    return whole.hexdigest()


@dataclass(frozen=True, slots=True)
class Routing:
    """What the rules made of a ticket; ``rule`` is the name of the one that matched."""

    priority: Priority
    queue: str
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Destination:
    """One place a ticket goes to: an e-mail address, or the name of a webhook.

    ``domain`` ends the delivery's id where that is to be a Message-ID.
    """

    medium: Medium
    target: str
    domain: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens with a ticket, decided when it is stored."""

    routing: Routing
    due: dt.datetime | None
    tried: Tried
    destinations: tuple[Destination, ...]


@dataclass(frozen=True, slots=True)
class Ticket:
    """A stored ticket, card numbers masked; ``due`` is when its answer was promised for."""

    id: str
    case: str
    at: dt.datetime
    email: str
    name: str
    subject: str
    message: str
    lang: str
    page: str
    product: str
    plan: str
    fields: tuple[FieldValue, ...]
    routing: Routing
    due: dt.datetime | None
    tried: Tried
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the customer is told; ``new`` is False where the message was there already."""

    reference: str
    due: dt.datetime | None
    new: bool


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message on its way. ``id`` is equal on every repeat: Message-ID or idempotency key.

    ``claim`` names who is sending it just now.
    """

    id: str
    ticket: str
    medium: Medium
    target: str
    state: DeliveryState
    tries: int
    created: dt.datetime
    next_try: dt.datetime
    said: str | None = None
    done: dt.datetime | None = None
    claim: str | None = None
