"""A database full of simulated visitors, of whom it is known what is true: see odds."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from odds import DAYS, IS_DEMO, REVISED, SNAPSHOTS, TOPICS, Truth
from psycopg import sql
from psycopg.types.json import Json
from sqlalchemy import Connection, Table, insert, text
from stores import NOW, database_on
from stories import DAY, Case, tell

from kb.events import DEMO
from kb.store.cases import settle
from kb.store.database import Database
from kb.store.moments import to_ms
from kb.store.tables import cases, events, impressions, revisions

AT_ONCE = 5_000


@dataclass(slots=True)
class _Rows:
    """What is written at once."""

    cases: list[dict[str, Any]] = field(default_factory=list)
    impressions: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)

    def write(self, connection: Connection) -> None:
        """In the order in which a reader may look for them."""
        put = _copy if connection.dialect.name == "postgresql" else _insert
        for table, rows in (
            (cases, self.cases),
            (impressions, self.impressions),
            (events, self.events),
        ):
            if rows:
                put(connection, table, rows)


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    connection.execute(insert(table), rows)


def _copy(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """All rows at once: one by one they take ten times as long."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, rows[0]))
    )
    opened: Any = connection.connection.dbapi_connection
    with opened.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            values = (Json(one) if isinstance(one, list) else one for one in row.values())
            copy.write_row(tuple(values))


@pytest.fixture(scope="session")
def visited_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database with 20,000 cases, settled; read it only."""
    with _visited(f"sqlite:///{tmp_path_factory.mktemp('visited')}/kb.db") as opened:
        yield opened


@pytest.fixture(scope="session")
def visited_postgresql(postgresql: str) -> Iterator[Database]:
    """The same visitors in PostgreSQL."""
    with database_on(postgresql) as address, _visited(address) as opened:
        yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
def visited(request: pytest.FixtureRequest) -> Database:
    """Either: every test that asks for it runs on both."""
    opened: Database = request.getfixturevalue(f"visited_{request.param}")
    return opened


@contextmanager
def _visited(url: str) -> Iterator[Database]:
    opened = Database.open(url)
    simulate(opened)
    with opened.writing() as connection:
        connection.execute(text("ANALYZE"))  # as a server does itself in its own time
    settle(opened, NOW)
    yield opened
    opened.close()


def simulate(database: Database, cases: int = 20_000, seed: int = 1, days: int = DAYS) -> Truth:
    """Write so many cases of the ``days`` before NOW."""
    chance, rows = random.Random(seed), _Rows()
    first, until = to_ms(NOW) - days * DAY, to_ms(NOW)
    with database.writing() as connection:
        _revise(connection)
        for number in range(cases):
            name = f"{DEMO if chance.random() < IS_DEMO else ''}case-{seed}-{number:07}"
            case = Case(name, first + (until - first) * number // cases, until, chance)
            tell(case)
            rows.cases.append(case.row())
            rows.impressions.extend(case.lists)
            rows.events.extend(case.acts)
            if len(rows.cases) == AT_ONCE:
                rows.write(connection)
                rows = _Rows()
        rows.write(connection)
    return Truth(NOW - dt.timedelta(days=days), NOW, cases)


def _revise(connection: Connection) -> None:
    first = (SNAPSHOTS[0], "r1", "c1", to_ms(NOW - dt.timedelta(days=90)))
    then = (SNAPSHOTS[2], "r2", "c2", to_ms(REVISED))
    texts = [(one.name, *first) for one in TOPICS]
    texts += [(one.name, *then) for one in TOPICS if one.before != one.since]
    names = ("article", "snapshot", "revision", "commit", "at")
    connection.execute(insert(revisions), [dict(zip(names, row, strict=True)) for row in texts])
