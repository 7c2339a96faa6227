"""How long the dashboard's first page takes to count, with a million events behind it.

.venv/bin/python -m bench.dashboard [--events 1000000]

A year of simulated visitors (tests/traffic.py) goes into each database. The page is asked for the
first time, which counts two periods of four weeks, and again, when its figures are kept; then for
all there is. Settling works out what became of every case: after that only of new ones. The median
of five, but for settling, which is done once.
"""

from __future__ import annotations

import datetime as dt
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from bench.processes import ROOT
from kb.figures import Overview
from kb.overview import overview
from kb.store import kept
from kb.store.cases import settle
from kb.store.database import Database
from kb.store.windows import Window

EVENTS_A_CASE = 2.0837
"""Of the simulated visitors."""
YEAR, MONTH = dt.timedelta(days=364), dt.timedelta(days=28)
TURNS = 5
KEY = "overview:28::"
HEAD = "| database | events | settled, s | first page, ms | kept, ms | all periods, ms |"


@click.command()
@click.option("--events", default=1_000_000, show_default=True)
def main(events: int) -> None:
    """Print a table of seconds and milliseconds."""
    sys.path.insert(0, str(ROOT / "tests"))  # the visitors, and a PostgreSQL server, of the tests
    click.echo(f"{HEAD}\n| --- |{' ---: |' * 5}")
    with tempfile.TemporaryDirectory(prefix="kb-bench-") as folder:
        _row("SQLite", f"sqlite:///{Path(folder) / 'kb.db'}", events)
        with _postgresql() as url:
            _row("PostgreSQL", url, events)


@contextmanager
def _postgresql() -> Iterator[str]:
    from stores import server

    with server() as url:
        yield url


def _row(name: str, url: str, events: int) -> None:
    from stores import NOW
    from traffic import simulate

    database = Database.open(url)
    simulate(database, round(events / EVENTS_A_CASE), days=YEAR.days)
    settled = _seconds(lambda: settle(database, NOW))
    month, everything = Window(NOW - MONTH, NOW), Window(NOW - YEAR, NOW)
    found = overview(database, month, NOW)
    kept.keep(database, KEY, found, 1.0, NOW)
    figures = [
        _milliseconds(lambda: overview(database, month, NOW)),
        _milliseconds(lambda: kept.read(database, KEY, Overview, NOW)),
        _milliseconds(lambda: overview(database, everything, NOW)),
    ]
    cells = (name, f"{events:,}", f"{settled:.0f}", *(f"{one:,.0f}" for one in figures))
    click.echo(f"| {' | '.join(cells)} |")
    database.close()


def _milliseconds(work: Callable[[], object]) -> float:
    return 1000 * statistics.median(_seconds(work) for _ in range(TURNS))


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
