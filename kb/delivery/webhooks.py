"""Tickets as signed JSON, for a desk program or anything else that listens.

The receiver checks ``X-KB-Signature`` over ``timestamp.body``, refuses old timestamps, and keeps
the ``Idempotency-Key`` it has seen: the same ticket may come twice.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from http.client import HTTPException
from typing import Any

from pydantic import TypeAdapter
from urllib3 import HTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util import parse_url

from kb import __version__
from kb.config import Config
from kb.delivery.sending import SendingError
from kb.delivery_settings import Webhook
from kb.tickets import Attachment, Delivery, Ticket

GONE = 410
"""The receiver says that it wants nothing more."""
_MOST_SAID = 300
_TICKET = TypeAdapter(Ticket)
_FAILURES = (HTTPError, HTTPException, OSError)


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
        raise SendingError(f"{_host(webhook.url)}: {status} {said}".rstrip(), final=status == GONE)


def post_json(url: str, body: bytes, headers: Mapping[str, str], timeout: float) -> tuple[int, str]:
    """Status and the beginning of a bad answer; ``timeout`` in seconds for the whole.

    Redirects are not followed, so none leads inside. SendingError where there is no answer.
    """
    usual = {"Content-Type": "application/json", "User-Agent": f"kb/{__version__}"}
    end = time.monotonic() + timeout
    try:
        with _connected(url, timeout, end) as connection:
            path = parse_url(url).request_uri
            connection.request("POST", path, body, {**usual, **headers}, preload_content=False)
            with connection.getresponse() as answer:
                said = "" if 200 <= answer.status < 300 else _beginning(answer)
    except _FAILURES as error:
        what = f"timed out after {timeout:g} s" if time.monotonic() >= end else error
        raise SendingError(f"{_host(url)}: {what}") from None
    return answer.status, " ".join(said.split())


def _host(url: str) -> str:
    """For messages: who knows the rest of a webhook's address can often post there."""
    return parse_url(url)._replace(auth=None, path=None, query=None, fragment=None).url


@contextmanager
def _connected(url: str, timeout: float, end: float) -> Iterator[HTTPConnection]:
    """A connection that is cut at the ``end``.

    The time-out of a socket is for each of its bytes, and a receiver may take its time with many.
    """
    asked = parse_url(url)
    kind = HTTPSConnection if asked.scheme == "https" else HTTPConnection
    with closing(kind((asked.host or "").strip("[]"), asked.port, timeout=timeout)) as connection:
        connection.connect()
        clock = threading.Timer(end - time.monotonic(), _cut, [connection.sock])
        clock.daemon = True
        clock.start()
        try:
            yield connection
        finally:
            clock.cancel()


def _cut(connection: socket.socket) -> None:
    """Let who reads from the connection in another thread find its end."""
    with suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


def _beginning(answer: HTTPResponse) -> str:
    try:
        return answer.read(_MOST_SAID).decode("utf-8", "replace")
    except _FAILURES:
        return ""
