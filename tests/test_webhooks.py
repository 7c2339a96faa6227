"""Webhooks to a real receiver: signed, with one key for every repeat, redirects not followed."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import hashlib
import hmac
import json
import socket
import threading
import time
from typing import Any

import pytest
from stores import NOW
from test_letters import ticket
from ticketing import HERE, SECRET, free_port, receiver, settings

from kb.config import Config
from kb.delivery.sending import SendingError
from kb.delivery.webhooks import send_webhook
from kb.tickets import Attachment, Delivery

PNG = Attachment("a.png", "image/png", b"\x89PNG\0")


def config(url: str, **changes: Any) -> Config:
    hook = {"name": "desk", "url": url, "secret": SECRET, "timeout": 0.5, **changes}
    return settings("", webhooks=[hook])


def delivery(target: str = "desk") -> Delivery:
    return Delivery(
        "KB-7F3K-92QD.webhook.1", "KB-7F3K-92QD", "webhook", target, "waiting", 1, NOW, NOW
    )


def fails(url: str, **changes: Any) -> SendingError:
    with pytest.raises(SendingError) as caught:
        send_webhook(ticket(), delivery(), NOW, config(url, **changes))
    return caught.value


def test_a_receiver_can_check_who_sent_it_and_when() -> None:
    with receiver() as seen:
        send_webhook(ticket(), delivery(), NOW, config(seen.url))
    (headers,), (body,) = seen.headers, seen.bodies
    assert headers["X-KB-Timestamp"] == str(int(NOW.timestamp()))
    signed = headers["X-KB-Timestamp"].encode() + b"." + body
    mine = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert headers["X-KB-Signature"] == f"sha256={mine}"
    assert headers["Content-Type"] == "application/json"


def test_a_repeat_has_the_same_key_and_the_same_body() -> None:
    with receiver() as seen:
        for minute in range(2):
            now = NOW + dt.timedelta(minutes=minute)
            send_webhook(ticket(), delivery(), now, config(seen.url))
    first, second = seen.headers
    assert first["Idempotency-Key"] == second["Idempotency-Key"] == delivery().id
    assert first["X-KB-Signature"] != second["X-KB-Signature"]
    assert seen.bodies[0] == seen.bodies[1]


def test_the_body_holds_the_whole_ticket() -> None:
    with receiver() as seen:
        send_webhook(ticket(attachments=(PNG,)), delivery(), NOW, config(seen.url))
    sent = json.loads(seen.bodies[0])
    assert (sent["type"], sent["version"]) == ("ticket.created", 1)
    assert sent["ticket"]["id"] == "KB-7F3K-92QD"
    assert sent["ticket"]["at"] == "2026-05-04T12:00:00Z"
    assert sent["ticket"]["routing"] == {
        "priority": "high",
        "queue": "support",
        "rule": "dark things",
    }
    assert sent["ticket"]["tried"]["searches"][0]["query"] == "dark lamp"
    assert sent["ticket"]["tried"]["read"][0]["url"] == "https://help.example.com/articles/lamps"
    assert sent["ticket"]["attachments"] == [
        {
            "name": "a.png",
            "media_type": "image/png",
            "bytes": 5,
            "sha256": hashlib.sha256(PNG.data).hexdigest(),
        }
    ]


def test_attachments_come_along_where_the_settings_say_so() -> None:
    with receiver() as seen:
        whole = config(seen.url, attachments=True)
        send_webhook(ticket(attachments=(PNG,)), delivery(), NOW, whole)
    (file,) = json.loads(seen.bodies[0])["ticket"]["attachments"]
    assert base64.b64decode(file["base64"]) == PNG.data


@pytest.mark.parametrize(
    ("status", "final"),
    [
        (301, False),
        (302, False),
        (307, False),
        (400, False),
        (404, False),
        (410, True),
        (503, False),
    ],
)
def test_everything_but_2xx_is_a_failure_and_410_the_last(status: int, final: bool) -> None:
    with receiver(status) as seen:
        error = fails(seen.url)
    assert str(error) == f"{seen.url}: {status}"
    assert error.final is final
    assert len(seen.bodies) == 1  # no redirect was followed


def test_of_a_receivers_address_only_the_host_is_told() -> None:
    with receiver(404) as seen:
        place = seen.url.removeprefix("http://").rstrip("/")
        error = fails(f"http://user:hunter2@{place}/services/T1/hunter2?key=hunter2")
    away = fails(f"http://{HERE}:{free_port()}/services/T1/hunter2")
    assert str(error) == f"http://{place}: 404"
    assert "hunter2" not in str(away)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_2xx_is_delivered(status: int) -> None:
    with receiver(status) as seen:
        send_webhook(ticket(), delivery(), NOW, config(seen.url))
    assert len(seen.bodies) == 1


def test_a_receiver_that_is_not_there_is_told() -> None:
    error = fails(f"http://{HERE}:{free_port()}")
    assert "refused" in str(error)
    assert not error.final


def test_a_receiver_that_hangs_is_left_after_the_time_that_is_set() -> None:
    with socket.socket() as silent:
        silent.bind((HERE, 0))
        silent.listen()
        error = fails(f"http://{HERE}:{silent.getsockname()[1]}")
    assert "timed out" in str(error)


@pytest.mark.parametrize(
    ("begins", "says"),
    [
        ("HTTP/1.1 410 x\r\nContent-Length: 300\r\n\r\n", ": 410"),
        ("HTTP/1.1 500 x\r\nTransfer-Encoding: chunked\r\n\r\n", ": 500"),
        ("HTTP/1.1 ", "timed out after 0.5 s"),
    ],
)
def test_a_receiver_that_answers_byte_by_byte_is_left_after_the_time_for_the_whole(
    begins: str, says: str
) -> None:
    sent: list[int] = []
    with socket.create_server((HERE, 0)) as slow:

        def drip() -> None:
            connection, _ = slow.accept()
            with connection, contextlib.suppress(OSError):
                connection.recv(1 << 16)
                connection.sendall(begins.encode())
                for _ in range(250):
                    time.sleep(0.1)
                    sent.append(connection.send(b"0"))

        thread = threading.Thread(target=drip)
        thread.start()
        error = fails(f"http://{HERE}:{slow.getsockname()[1]}")
        thread.join()
    assert says in str(error)
    assert error.final is ("410" in begins)
    assert len(sent) < 250, "it was hung up on"


def test_a_receiver_that_hangs_up_is_told() -> None:
    with socket.socket() as rude:
        rude.bind((HERE, 0))
        rude.listen()

        def hang_up() -> None:
            rude.accept()[0].close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        error = fails(f"http://{HERE}:{rude.getsockname()[1]}")
        thread.join()
    assert not error.final


def test_a_webhook_that_is_gone_from_the_settings_is_parked() -> None:
    with pytest.raises(SendingError, match="no webhook is called 'other' any more") as caught:
        send_webhook(ticket(), delivery("other"), NOW, config("https://x.example"))
    assert caught.value.final
