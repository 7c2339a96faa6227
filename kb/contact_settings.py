"""How customers reach people: ``[contact]`` in kb.toml.

What the form asks for, who receives what, when somebody answers. What belongs together is checked
together, so that a rule never sends a ticket to a queue that is not there.
"""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from kb.attachments import FILE_TYPES
from kb.delivery_settings import Email, Retry, Smtp, Webhook
from kb.wording import LANGUAGE, Settings, Wording

FieldKind = Literal[
    "text", "textarea", "choice", "product", "plan", "version", "order_number", "phone"
]
Priority = Literal["low", "normal", "high", "urgent"]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""As datetime.date.weekday() counts them."""
OWN_FIELDS = frozenset({"name", "email", "subject", "message", "attachments", "language", "page"})
"""What every form has; a field of the settings is called otherwise."""
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Language = Annotated[str, Field(pattern=LANGUAGE)]


class FormField(Settings):
    """One more thing the form asks for: ``[[contact.fields]]``."""

    name: Name
    kind: FieldKind = "text"
    label: Wording = Field(default_factory=dict)
    hint: Wording = Field(default_factory=dict)
    required: bool = False
    choices: tuple[str, ...] = ()
    longest: Annotated[int, Field(ge=1, le=20_000)] = 200
    pattern: str = ""
    """What the whole value must match, as a regular expression of Python."""

    @field_validator("pattern")
    @classmethod
    def _is_regular(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"a regular expression expected: {error}") from None
        return value

    @model_validator(mode="after")
    def _has_choices(self) -> FormField:
        if self.kind == "choice" and not self.choices:
            raise ValueError(f"the field {self.name!r} is a choice without choices")
        return self

    @property
    def has_choices(self) -> bool:
        """Whether one of ``choices`` is picked; else anything is typed."""
        return bool(self.choices)


class Uploads(Settings):
    """Files that may come with a ticket: ``[contact.attachments]``."""

    enabled: bool = True
    most: Annotated[int, Field(ge=1, le=20)] = 5
    most_bytes: Annotated[int, Field(ge=1)] = 10_000_000
    """Of one file."""
    types: tuple[str, ...] = ("png", "jpg", "jpeg", "gif", "webp", "pdf", "txt", "log", "csv")

    @field_validator("types")
    @classmethod
    def _are_known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        types = tuple(one.lower().lstrip(".") for one in value)
        unknown = [one for one in types if one not in FILE_TYPES]
        if unknown:
            raise ValueError(f"{unknown[0]!r} cannot be checked; known: {' '.join(FILE_TYPES)}")
        return types


class Queue(Settings):
    """Where tickets are answered: ``[contact.queues.NAME]``."""

    to: Email | None = None
    label: Wording = Field(default_factory=dict)


def _word(value: str) -> str:
    if not any(map(str.isalnum, value)):
        raise ValueError("a word expected")
    return value


class Rule(Settings):
    """What gives a ticket its priority and its queue; everything that is named must be so.

    A word may end in ``*``. Within one list any of them is enough.
    """

    name: Annotated[str, Field(min_length=1, max_length=80)]
    words: tuple[Annotated[str, AfterValidator(_word)], ...] = ()
    products: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()
    languages: tuple[Language, ...] = ()
    failed_before: bool | None = None
    priority: Priority | None = None
    queue: Name | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Rule:
        if self.priority is None and self.queue is None:
            raise ValueError(f"the rule {self.name!r} gives neither priority nor queue")
        return self


class Opening(Settings):
    """Hours of some days; ``closes = "00:00"`` is the end of the day."""

    days: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri")
    opens: dt.time = dt.time(9)
    closes: dt.time = dt.time(17)

    @model_validator(mode="after")
    def _closes_later(self) -> Opening:
        if self.opens.tzinfo or self.closes.tzinfo:
            raise ValueError("times without a zone expected: contact.hours.time_zone has it")
        if self.closes != dt.time() and self.closes <= self.opens:
            raise ValueError(f"it closes at {self.closes:%H:%M}, before it opens")
        return self


def _zone(value: str) -> str:
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("a time zone such as 'Europe/Berlin' expected") from None
    return value


class Hours(Settings):
    """When people answer, and how many of these hours an answer takes: ``[contact.hours]``."""

    time_zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    open: tuple[Opening, ...] = ()
    holidays: tuple[dt.date, ...] = ()
    answer_hours: Annotated[float, Field(gt=0, le=1000)] | None = None

    @model_validator(mode="after")
    def _ever_opens(self) -> Hours:
        if self.answer_hours and not any(one.days for one in self.open):
            raise ValueError("answer_hours are counted within [[contact.hours.open]]: add one")
        return self


class Channel(Settings):
    """One way to reach people: ``[[contact.channels]]``."""

    kind: Literal["form", "email", "phone", "chat", "forum", "post", "other"]
    name: Wording
    address: str = ""
    """A URL, an e-mail address, a number or a postal address: as it is shown."""
    hours: Wording = Field(default_factory=dict)
    """Where they are not those of ``[contact.hours]``."""
    languages: tuple[Language, ...] = ()

    @property
    def url(self) -> str:
        """Where a click leads; empty where nothing can be clicked."""
        if self.kind == "email":
            return f"mailto:{self.address}"
        if self.kind == "phone":
            return f"tel:{re.sub(r'[^0-9+]', '', self.address)}"
        return self.address if re.match(r"https?://|/", self.address) else ""


class Contact(Settings):
    """Everything about the way to a person."""

    fields: tuple[FormField, ...] = ()
    attachments: Uploads = Uploads()
    queue: Name = "support"
    """For what no rule sends elsewhere."""
    queues: Mapping[Name, Queue] = {}
    rules: tuple[Rule, ...] = ()
    channels: tuple[Channel, ...] = ()
    hours: Hours = Hours()
    smtp: Smtp = Smtp()
    webhooks: tuple[Webhook, ...] = ()
    retry: Retry = Retry()
    confirm: bool = True
    """Whether customers get an e-mail with their reference."""
    keep_days: Annotated[int, Field(ge=1)] = 730
    """Days after which a ticket is deleted."""

    @model_validator(mode="after")
    def _fits_together(self) -> Contact:
        known = {self.queue, *self.queues}
        _once("field", [one.name for one in self.fields])
        _once("webhook", [one.name for one in self.webhooks])
        _free([one.name for one in self.fields])
        named = [(f"rule {one.name!r}", one.queue) for one in self.rules if one.queue]
        named += [(f"webhook {one.name!r}", queue) for one in self.webhooks for queue in one.queues]
        for place, queue in named:
            if queue not in known:
                raise ValueError(f"{place} names the queue {queue!r}: add [contact.queues.{queue}]")
        return self

    @property
    def ready(self) -> bool:
        """Whether a message reaches anyone: by e-mail or by webhook."""
        mailed = bool(self.smtp.host) and any(one.to for one in self.queues.values())
        return mailed or bool(self.webhooks)

    def address(self, queue: str) -> str | None:
        """Where the tickets of a queue are mailed to, else where those of the usual one are."""
        for name in (queue, self.queue):
            if name in self.queues and self.queues[name].to:
                return self.queues[name].to
        return None


def _once(what: str, names: Iterable[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ValueError(f"two {what}s are called {twice[0]!r}: give one another name")


def _free(names: Iterable[str]) -> None:
    taken = sorted(OWN_FIELDS.intersection(names))
    if taken:
        raise ValueError(f"the form has a field {taken[0]!r} already: give this one another name")
