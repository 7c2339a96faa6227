"""A help centre whose visitors are watched: its application, its pages' forms, and its database."""

from __future__ import annotations

import re
import sqlite3
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from stores import begin_sqlite

from kb.config import Config, Feedback, Site
from kb.contact_settings import Contact
from kb.widget_settings import Widget
from webapp import create_app
from webapp.state import EXTENSION, State

SITE = Site(languages=("es",), contact_url="https://example.com/contact")
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/150.0.0.0 Safari/537.36"
CRAWLER = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


class Compiled(BytecodeCache):
    """Templates, compiled once for all applications of this process."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


@dataclass
class Centre:
    """One application with a database of its own."""

    app: Flask
    file: Path

    @property
    def state(self) -> State:
        found = self.app.extensions[EXTENSION]
        assert isinstance(found, State)
        return found

    def client(
        self, agent: str = BROWSER, address: str = "203.0.113.7", cookies: bool = True
    ) -> FlaskClient:
        """A browser that keeps cookies, or takes none."""
        client = self.app.test_client(use_cookies=cookies)
        client.environ_base |= {"HTTP_USER_AGENT": agent, "REMOTE_ADDR": address}
        return client

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What is in the database once everything noted is written; the last thing to ask."""
        self.state.recorder.close()
        return self._read(statement)

    def untouched(self) -> bool:
        """Whether nothing ever opened the database, now that everything noted would be in it."""
        self.state.recorder.close()
        return list(self.file.parent.glob(f"{self.file.name}*")) == [self.file]

    def awaited(self, statement: str, count: int) -> list[tuple[Any, ...]]:
        """What is in the database as soon as there are so many rows."""
        for _ in range(1000):
            with suppress(sqlite3.OperationalError):  # it is just being opened
                if len(self._read(statement)) >= count:
                    break
            time.sleep(0.05)
        return self.rows(statement)

    def _read(self, statement: str) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(f"{self.file.as_uri()}?mode=ro", uri=True)
        try:
            return connection.execute(statement).fetchall()
        finally:
            connection.close()


def open_centre(
    data: Path,
    folder: Path,
    site: Site = SITE,
    contact: dict[str, Any] | None = None,
    widget: dict[str, Any] | None = None,
    **feedback: Any,
) -> Centre:
    """The help centre of ``data``, with its database in ``folder``."""
    file = folder / "events.db"
    config = Config(
        data=data,
        site=site,
        database_url=begin_sqlite(file) if folder.is_dir() else f"sqlite:///{file}",
        secret_key="a secret that only tests know",
        contact=Contact.model_validate(contact or {}),
        widget=Widget.model_validate(widget or {}),
        feedback=Feedback(**({"holdout": 0, "without_memory": 0} | feedback)),
    )
    app = create_app(config)
    app.jinja_env.bytecode_cache = COMPILED
    return Centre(app, file)


def ballot(client: FlaskClient, slug: str = "first-steps") -> str:
    """The token of the form on an article."""
    found = re.search(r'name="about" value="([^"]+)"', client.get(f"/articles/{slug}").text)
    assert found
    return found[1]


def search(client: FlaskClient, query: str = "refund late", **more: Any) -> dict[str, Any]:
    """What the API answers."""
    answer = client.get("/api/v1/search", query_string={"q": query, **more})
    body = answer.get_json()
    assert isinstance(body, dict)
    return body
