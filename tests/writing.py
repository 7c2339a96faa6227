"""Processes that write as web workers do, and keep a list of what was acknowledged.

``python tests/writing.py URL LIST NAME COUNT``: batches by ``record`` and votes by ``cast``, COUNT
events in all; each goes into LIST, a line each, only after the call has returned.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import select
from stores import done, shown, visit

from kb.store.database import Database
from kb.store.journal import cast, record
from kb.store.tables import events, impressions

MOST = 9
"""Events in a batch."""


def write(database: Database, acknowledged: int, name: str, count: int) -> None:
    """Write ``count`` events; ``acknowledged`` is the list's descriptor."""
    dice, written = random.Random(name), 0
    while written < count:
        number = f"{name}-{written}"
        who = visit(case=f"case-{name}-{written // 50}", visitor=None)
        if dice.random() < 0.5:
            vote = done("resolved", written, visit=who, article=number)
            assert cast(database, vote, per_hour=count) is None
            size, lines = 1, [number]
        else:
            size = min(dice.randint(1, MOST), count - written)
            lines = [f"{name}-{written + step}" for step in range(size)]
            reads = [done("read", written, visit=who, article=one) for one in lines]
            record(database, [shown(f"list-{number}", written, visit=who)], reads)
            lines.append(f"list-{number}")
        os.write(acknowledged, "".join(f"{line}\n" for line in lines).encode())
        written += size


def start(url: str, folder: Path, names: list[str], count: int) -> list[subprocess.Popen[str]]:
    """One process a name; its list is a file of that name."""
    return [
        subprocess.Popen(
            [sys.executable, "-W", "error", __file__, url, str(folder / name), name, str(count)],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in names
    ]


def acknowledged(folder: Path) -> set[str]:
    """What the writers' lists say; a line that was cut off was not acknowledged."""
    texts = [path.read_text() for path in folder.iterdir()]
    return {line for text in texts for line in text.split("\n")[:-1]}


def stored(database: Database) -> list[str]:
    """What the database holds."""
    with database.reading() as connection:
        of_events = connection.scalars(select(events.c.article)).all()
        return [*of_events, *connection.scalars(select(impressions.c.id))]


def assert_all_kept(url: str, folder: Path, whole: bool) -> int:
    """Every acknowledged row is there, once, and hardly another: how many were acknowledged."""
    database = Database.open(url)
    kept, promised = stored(database), acknowledged(folder)
    if url.startswith("sqlite"):
        with database.reading() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    database.close()
    assert len(kept) == len(set(kept))
    assert promised <= set(kept)
    unheard = len(kept) - len(promised)  # written, but its writer died before it could say so
    assert unheard <= (0 if whole else (MOST + 1) * len(list(folder.iterdir())))
    return len(promised)


def finish(writers: list[subprocess.Popen[str]]) -> None:
    """Wait for writers that nobody kills; none of them met an error."""
    said = [writer.communicate()[1] for writer in writers]
    assert said == [""] * len(writers)
    assert {writer.returncode for writer in writers} == {0}


def kill_when(writers: list[subprocess.Popen[str]], folder: Path, rows: int) -> None:
    """``kill -9`` all of them once so many rows are acknowledged; none of them met an error."""
    while len(acknowledged(folder)) < rows:
        assert all(writer.poll() is None for writer in writers)
        time.sleep(0.2)
    for writer in writers:
        writer.kill()
    said = [writer.communicate()[1] for writer in writers]
    assert said == [""] * len(writers)
    assert {writer.returncode for writer in writers} == {-9}


if __name__ == "__main__":
    opened = Database.open(sys.argv[1])
    listed = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    write(opened, listed, sys.argv[3], int(sys.argv[4]))
    opened.close()
