"""Tickets as signed JSON, for a desk program or anything else that listens.

The receiver checks ``X-KB-Signature`` over ``timestamp.body``, refuses old timestamps, and keeps
the ``Idempotency-Key`` it has seen: the same ticket may come twice.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import urllib3
from pydantic import TypeAdapter
from urllib3.exceptions import HTTPError

from kb import __version__
from kb.config import Config
from kb.delivery.sending import SendingError
from kb.delivery_settings import Webhook
from kb.tickets import Attachment, Delivery, Ticket

GONE = 410
"""The receiver says that it wants nothing more."""
_MOST_SAID = 300
_TICKET = TypeAdapter(Ticket)
_pool = urllib3.PoolManager(num_pools=8, maxsize=2, retries=False)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """``sha256=`` and HMAC-SHA256 of ``timestamp.body`` in hexadecimal, as receivers compute it."""
    signed = timestamp.encode() + b"." + body
    return "sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def body_of(ticket: Ticket, webhook: Webhook) -> bytes:
    """The same ticket as the same bytes, every time."""
    fields = {name: True for name in Ticket.__dataclass_fields__ if name != "attachments"}
    content = _TICKET.dump_python(ticket, mode="json", include=fields)
    content["attachments"] = [_file(one, webhook.attachments) for one in ticket.attachments]
    event = {"type": "ticket.created", "version": 1, "ticket": content}
    return TypeAdapter(dict[str, Any]).dump_json(event)


def _file(one: Attachment, whole: bool) -> dict[str, str | int]:
    about: dict[str, str | int] = {
        "name": one.name,
        "media_type": one.media_type,
        "bytes": len(one.data),
        "sha256": hashlib.sha256(one.data).hexdigest(),
    }
    return about | ({"base64": base64.b64encode(one.data).decode()} if whole else {})


def send_webhook(ticket: Ticket, delivery: Delivery, now: dt.datetime, config: Config) -> None:
    """Post a ticket; SendingError unless the answer is 2xx, final where it is 410."""
    webhook = next((one for one in config.contact.webhooks if one.name == delivery.target), None)
    if webhook is None:
        what = f"no webhook is called {delivery.target!r} any more (add it to [[contact.webhooks]])"
        raise SendingError(what, final=True)
    body, timestamp = body_of(ticket, webhook), str(int(now.timestamp()))
    headers = {
        "X-KB-Timestamp": timestamp,
        "X-KB-Signature": signature(webhook.secret.get_secret_value(), timestamp, body),
        "Idempotency-Key": delivery.id,
    }
    status, said = post_json(webhook.url, body, headers, webhook.timeout)
    if not 200 <= status < 300:
        raise SendingError(f"{webhook.url}: {status} {said}".rstrip(), final=status == GONE)


def post_json(url: str, body: bytes, headers: Mapping[str, str], timeout: float) -> tuple[int, str]:
    """Status and the beginning of a bad answer; ``timeout`` in seconds for the whole.

    Redirects are not followed, so none leads inside. SendingError where there is no answer.
    """
    usual = {"Content-Type": "application/json", "User-Agent": f"kb/{__version__}"}
    try:
        answer = _pool.request(
            "POST",
            url,
            body=body,
            headers={**usual, **headers},
            timeout=urllib3.Timeout(total=timeout),
            redirect=False,
            preload_content=False,
        )
        try:
            good = 200 <= answer.status < 300
            said = "" if good else answer.read(_MOST_SAID).decode("utf-8", "replace")
        finally:
            answer.close()
    except (HTTPError, OSError) as error:
        raise SendingError(f"{url}: {error}") from None
    return answer.status, " ".join(said.split())
