"""A database full of simulated visitors, of whom it is known what is true: see odds."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from typing import Any

from odds import DAYS, IS_DEMO, OVER, PLAIN, REVISED, SNAPSHOTS, TOPICS, Topic, Truth
from sqlalchemy import Connection, Table, insert
from stores import NOW
from stories import DAY, Case, tell

from kb.events import DEMO
from kb.store.database import Database
from kb.store.moments import to_ms
from kb.store.tables import cases, events, impressions, revisions

__all__ = ["OVER", "PLAIN", "REVISED", "SNAPSHOTS", "TOPICS", "Topic", "Truth", "simulate"]
AT_ONCE = 5_000


@dataclass(slots=True)
class _Rows:
    """What is written at once."""

    cases: list[dict[str, Any]] = field(default_factory=list)
    impressions: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)

    def write(self, connection: Connection) -> None:
        """In the order in which a reader may look for them."""
        tables: list[tuple[Table, list[dict[str, Any]]]] = [
            (cases, self.cases),
            (impressions, self.impressions),
            (events, self.events),
        ]
        for table, rows in tables:
            if rows:
                connection.execute(insert(table), rows)


def enough(database: Database) -> int:
    """All 20,000 cases once; the same statements are asked of fewer in the slower database."""
    return 20_000 if database.engine.dialect.name == "sqlite" else 2_000


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
