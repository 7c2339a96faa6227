"""Tickets for tests, real receivers for them, and senders that are killed.

Each of these runs until it is killed or done::

    python tests/ticketing.py send CONFIG              empties the outbox, as ``kb serve`` does
    python tests/ticketing.py write CONFIG FILE COUNT  stores tickets as the form does; each number
                                                       goes into FILE once it was acknowledged
    python tests/ticketing.py mail CONFIG FILE         the mail server of CONFIG; Message-ID and
                                                       subject go into FILE before it says 250
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from stores import NOW, visit

from kb.config import Config
from kb.delivery.outbox import run_outbox
from kb.desk import receive
from kb.store.database import Database
from kb.tickets import Draft, Seen

SECRET = "a secret of a webhook"
HERE = "127.0.0.1"


def draft(**changes: Any) -> Draft:
    """A message from the form."""
    usual: dict[str, Any] = {
        "key": "key-1",
        "visit": visit(),
        "at": NOW,
        "email": "ana@example.org",
        "name": "Ana",
        "subject": "Lamp does not light",
        "message": "I changed the bulb.\nStill dark.",
        "lang": "en",
    }
    return Draft(**{**usual, **changes})


def described(name: str) -> Seen:
    """An article as the snapshot knows it."""
    return Seen(name, f"About {name}", f"https://help.example.com/articles/{name}")


def settings(url: str, **contact: Any) -> Config:
    """Settings of a site that is mailed at one address."""
    usual: dict[str, Any] = {"queues": {"support": {"to": "team@example.com"}}}
    return Config(
        database_url=url,
        site={"name": "Lamps", "base_url": "https://help.example.com"},
        contact={**usual, **contact},
    )


def smtp(port: int, **changes: Any) -> dict[str, Any]:
    """A mail server on this machine."""
    return {
        "host": HERE,
        "port": port,
        "security": "none",
        "sender": "Lamps <help@example.com>",
        "timeout": 5,
        **changes,
    }


def _set() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


@dataclass
class Mailbox:
    """What aiosmtpd calls for each mail; ``refuses`` is what it answers to a recipient.

    ``to_sender``, ``says`` and ``farewell`` are what it answers to who sends, to a mail that it has
    read, and to who leaves.
    """

    mails: list[EmailMessage] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)
    listed: Path | None = None
    hangs_up: bool = False
    """Whether the next mail is taken without a word, as by a server that dies just then."""
    to_sender: str = "250 OK"
    says: str = "250 OK"
    farewell: str = "221 Bye"
    answers: threading.Event = field(default_factory=_set)
    """Nobody hears what becomes of a mail before this is set."""

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        envelope.mail_from = address
        return self.to_sender

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        mail = message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        if self.listed:
            append(self.listed, f"{mail['Message-ID']} {mail['Subject']}")
        if self.hangs_up:
            self.hangs_up = False
            server.transport.abort()
        await asyncio.to_thread(self.answers.wait)
        return self.says

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        return self.farewell

    def to(self, address: str) -> list[EmailMessage]:
        """The mails to one address."""
        return [one for one in self.mails if one["To"] == address]


@contextlib.contextmanager
def mail_server(port: int = 0, **options: Any) -> Iterator[tuple[Mailbox, int]]:
    """A real SMTP server, and the port it listens at."""
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname=HERE, port=port or free_port(), **options)
    controller.start()
    try:
        yield mailbox, controller.port
    finally:
        mailbox.answers.set()
        controller.stop()


def free_port() -> int:
    """One that nobody listens at."""
    with socket.socket() as one:
        one.bind((HERE, 0))
        return int(one.getsockname()[1])


@dataclass
class Receiver:
    """What a webhook was sent, and what it answers: the last answer over and over."""

    answers: list[int] = field(default_factory=lambda: [204])
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    url: str = ""


@contextlib.contextmanager
def receiver(*answers: int) -> Iterator[Receiver]:
    """A real HTTP server."""
    seen = Receiver(list(answers) or [204])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.headers.append(dict(self.headers))
            seen.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(seen.answers.pop(0) if len(seen.answers) > 1 else seen.answers[0])
            self.send_header("Location", f"{seen.url}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *words: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((HERE, 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    seen.url = f"http://{HERE}:{server.server_port}"
    try:
        yield seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def start(what: str, config: Config, *arguments: str) -> subprocess.Popen[str]:
    """This file in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", __file__, what, _plain(config), *arguments],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        stderr=subprocess.PIPE,
        text=True,
    )


def _plain(config: Config) -> str:
    return json.dumps(
        {"database_url": config.database_url, "contact": config.contact.model_dump(mode="json")}
    )


def append(listed: Path, line: str) -> None:
    """Add a line in one write."""
    file = os.open(listed, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(file, f"{line}\n".encode())
    os.close(file)


def lines(listed: Path) -> list[str]:
    """What was added so far; none where nothing was."""
    return listed.read_text().splitlines() if listed.exists() else []


def write(config: Config, listed: Path, count: int) -> None:
    """Store tickets one by one, some ten a second, from the first that is not acknowledged."""
    database = Database.open(config.database)
    for number in range(len(lines(listed)), count):
        one = draft(key=f"key-{number}", subject=f"Ticket {number}.", visit=visit(f"case-{number}"))
        receive(database, config.contact, one, described)
        append(listed, str(number))
        time.sleep(random.uniform(0, 0.2))
    database.close()


if __name__ == "__main__":
    read = Config(**json.loads(sys.argv[2]))
    if sys.argv[1] == "send":
        run_outbox(read, threading.Event())
    elif sys.argv[1] == "write":
        write(read, Path(sys.argv[3]), int(sys.argv[4]))
    else:
        Controller(Mailbox(listed=Path(sys.argv[3])), HERE, read.contact.smtp.port).start()
        threading.Event().wait()
