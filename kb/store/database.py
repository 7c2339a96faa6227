"""The one door to the database: SQLite in the data folder, or PostgreSQL by URL.

SQLite lets one connection write at a time, and whoever waits for it polls: with many processes
some wait long and a few are told "database is locked". Here writers queue up for a kernel lock on a
file beside the database instead: it wakes them in turn and dies with its process. It also keeps two
connections from writing and checkpointing at one moment, which could damage a database before
SQLite 3.51.3 (https://www.sqlite.org/wal.html#walresetbug).
"""

from __future__ import annotations

import fcntl
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from kb.errors import ConfigError, UnavailableError
from kb.store.failures import explained, passing
from kb.store.migrating import migrate

Result = TypeVar("Result")

BUSY_SECONDS = 60
"""How long a SQLite connection waits for a program that does not queue up with us."""
CONNECT_SECONDS = 10
POOL = 4
"""Connections a process keeps; as many again while it is busy: 8 workers stay below PostgreSQL's
default of 100."""
PAUSES = (0.01, 0.05, 0.25, 1.0)
"""Seconds, give or take a half, before a transaction that PostgreSQL gave up is tried again."""
WAL_BYTES = 64 * 2**20
"""A write-ahead log that grew beyond this is cut when it starts over."""
_READ_ONLY = {"mode": "ro", "uri": "true"}
_BEGIN = "kb_begin"
"""Execution option: the statement that opens a transaction in SQLite, or an empty text."""


class Database:
    """A migrated database, for any number of threads; each process opens its own."""

    def __init__(self, engine: Engine, place: str, queue: Path | None) -> None:
        self._engine = engine
        self._place = place
        self._queue = queue

    @classmethod
    def open(cls, url: str) -> Database:
        """Connect, create what is missing, migrate to the newest version.

        ``sqlite:///path`` or ``postgresql://user:password@host/name``. ConfigError where the
        address makes no sense, UnavailableError where there is no such server, no right or no
        space.
        """
        address = _parse(url)
        if address.get_backend_name() == "sqlite":
            database = _open_sqlite(address)
        else:
            database = _open_postgresql(address)
        try:
            migrate(database)
        except BaseException:
            database.close()
            raise
        return database

    @classmethod
    def look(cls, url: str) -> Database | None:
        """Connect to what is there, to read and nothing else; None where there is no database.

        Nothing is made or migrated: what another release left may lack what is asked for.
        """
        address = _parse(url)
        if address.get_backend_name() == "sqlite":
            return _look_at_sqlite(Path(address.database or "").resolve())
        return _open_postgresql(address, "-c default_transaction_read_only=on")

    @property
    def place(self) -> str:
        """Where it is, without a password: for messages."""
        return self._place

    @property
    def engine(self) -> Engine:
        """SQLAlchemy's engine, for tests and tools; transactions are begun by the methods here."""
        return self._engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees the database at one moment; it blocks no writer."""
        with explained(self._place), self._engine.connect() as connection:
            if self._queue is None:
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is on disk when the block ends, or never was."""
        with explained(self._place), self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    def write(self, work: Callable[[Connection], Result]) -> Result:
        """Do ``work`` in a transaction, again where two of them got in each other's way.

        On disk when it returns. ``work`` changes nothing but the database.
        """
        for pause in PAUSES:
            try:
                with self._transaction("BEGIN IMMEDIATE") as connection:
                    return work(connection)
            except SQLAlchemyError as error:
                if not passing(error):
                    with explained(self._place):
                        raise
            time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - spreads, hides nothing
        with self.writing() as connection:
            return work(connection)

    def tidy(self) -> None:
        """Let nothing that was deleted linger in SQLite's write-ahead log.

        Where somebody reads for longer than a second, it goes when the log next starts over.
        """
        if self._queue is not None:
            with explained(self._place), self._transaction("") as connection:
                connection.exec_driver_sql("PRAGMA busy_timeout = 1000")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Connection]:
        # First in the queue, then a connection: who waits must not keep one from a reader.
        with self._turn(), self._engine.connect() as connection:
            connection.execution_options(**{_BEGIN: begin})
            with connection.begin():
                yield connection

    def _turn(self) -> AbstractContextManager[None]:
        return _turn(self._queue) if self._queue else nullcontext()


def insert(connection: Connection, table: Table) -> sqlite.Insert:
    """INSERT in the dialect of the connection, with ``on_conflict_do_nothing`` and ``_update``."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return cast("sqlite.Insert", postgresql.insert(table))  # the same methods


@contextmanager
def _turn(queue: Path) -> Iterator[None]:
    """Wait for the file's kernel lock and hold it."""
    try:
        descriptor = os.open(queue, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        remedy = "make it and its folder writable for the user that runs this, or free disk space"
        raise UnavailableError(f"{queue}: {error.strerror} ({remedy})") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)  # even if a process that was forked holds a copy
        os.close(descriptor)


def _parse(url: str) -> URL:
    expected = "sqlite:///path or postgresql://user:password@host/name expected"
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        raise ConfigError(
            f"setting 'database_url': not an address ({expected})"
        ) from None  # it is not shown: it may hold a password
    kind = address.drivername
    if kind in {"postgres", "postgresql", "postgresql+psycopg"}:
        return address.set(drivername="postgresql+psycopg")
    if kind in {"sqlite", "sqlite+pysqlite"} and address.database not in {None, "", ":memory:"}:
        return address.set(drivername="sqlite+pysqlite")
    raise ConfigError(f"setting 'database_url': {kind}:... ({expected})")


def _open_sqlite(address: URL) -> Database:
    path = Path(address.database or "").resolve()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        remedy = "mend KB_DATA or KB_DATABASE_URL"
        raise UnavailableError(f"{path.parent}: {error.strerror} ({remedy})") from None
    engine = create_engine(
        address.set(database=str(path)),
        pool_size=POOL,
        max_overflow=POOL,
        connect_args={"timeout": BUSY_SECONDS},
    )
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    database = Database(engine, str(path), path.with_name(f"{path.name}-queue"))
    # Kept in the file. It needs the database for itself: without the queue two that start at the
    # same time would get in each other's way.
    with explained(database.place), database._transaction("") as connection:
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")
    return database


def _set_up(connection: Any, _: object) -> None:
    connection.isolation_level = None  # Python begins nothing by itself: see _begin
    connection.execute("PRAGMA synchronous = FULL")  # a commit is on disk when it returns
    connection.execute("PRAGMA secure_delete = ON")  # what is purged is overwritten
    connection.execute(f"PRAGMA journal_size_limit = {WAL_BYTES}")


def _begin(connection: Connection) -> None:
    statement = connection.get_execution_options().get(_BEGIN, "BEGIN")
    if statement:
        connection.exec_driver_sql(statement)


def _look_at_sqlite(path: Path) -> Database | None:
    if not path.is_file():
        return None
    address = URL.create("sqlite+pysqlite", database=path.as_uri(), query=_READ_ONLY)
    engine = create_engine(address, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "begin", _begin)
    return Database(engine, str(path), path.with_name(f"{path.name}-queue"))


def _open_postgresql(address: URL, options: str = "") -> Database:
    engine = create_engine(
        address,
        pool_size=POOL,
        max_overflow=POOL,
        pool_pre_ping=True,  # the server may have been started again
        connect_args={"connect_timeout": CONNECT_SECONDS, "options": options},
    )
    shown = address.set(query={})  # in which a password may stand, too
    return Database(engine, shown.render_as_string(hide_password=True), None)
