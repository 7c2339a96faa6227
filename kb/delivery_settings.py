"""How messages leave the house: ``[contact.smtp]``, ``[[contact.webhooks]]``, ``[contact.retry]``.

Passwords and secrets are never shown: a mistake names the setting alone.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator

from kb.addresses import email_address, sender_address
from kb.wording import Settings

LEAST_SECRET = 16
"""Characters of a webhook's secret; ``secrets.token_urlsafe()`` makes 43."""


def _email(value: str) -> str:
    found = email_address(value)
    if found is None:
        raise ValueError("an address such as help@example.com expected")
    return found


def _sender(value: str) -> str:
    if value and sender_address(value) is None:
        raise ValueError("'Name <help@example.com>' or 'help@example.com' expected")
    return value


def _url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("an address that starts with https:// expected")
    return value


def _secret(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < LEAST_SECRET:
        raise ValueError(f"at least {LEAST_SECRET} characters expected")
    return value


Email = Annotated[str, AfterValidator(_email)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Smtp(Settings):
    """The mail server; without ``host`` no e-mail is sent."""

    host: str = ""
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: SecretStr = SecretStr("")
    sender: Annotated[str, AfterValidator(_sender)] = ""
    """What stands under From: ``Help <help@example.com>``."""
    timeout: Seconds = 30

    @model_validator(mode="after")
    def _has_a_sender(self) -> Smtp:
        if self.host and not self.sender:
            raise ValueError("mail needs a sender: set contact.smtp.sender")
        return self


class Webhook(Settings):
    """A receiver of signed JSON."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
    url: Annotated[str, AfterValidator(_url)]
    secret: Annotated[SecretStr, AfterValidator(_secret)]
    queues: tuple[str, ...] = ()
    """Whose tickets it receives; all where none is named."""
    attachments: bool = False
    """Whether the files come along, in base64; else their names and sizes alone."""
    timeout: Seconds = 15


class Retry(Settings):
    """How long a delivery that fails is tried again before it is parked: here almost five days.

    RFC 5321, 4.5.4.1, asks for four to five.
    """

    first_seconds: Seconds = 30
    longest_seconds: Seconds = 4 * 3600
    tries: Annotated[int, Field(ge=1, le=1000)] = 36
    lease_seconds: Annotated[float, Field(gt=0)] = 300
    """After this time another process takes over what a killed one was sending."""

    def pause(self, tries: int) -> dt.timedelta:
        """How long to wait after so many tries, twice as long each time; without jitter."""
        doublings = min(max(tries - 1, 0), math.log2(self.longest_seconds / self.first_seconds) + 1)
        return dt.timedelta(seconds=min(self.first_seconds * 2**doublings, self.longest_seconds))
