"""``kb feedback import``: history of another help desk in, so that memory need not start empty."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from indexer.pointer import open_current
from indexer.snapshot import Snapshot
from kb.cli.console import counted
from kb.config import load_config
from kb.errors import NoSnapshotError
from kb.history_file import ReadRow, read_history
from kb.masking import mask
from kb.store.database import Database
from kb.store.history import PastCase, import_history

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Imported:
    """How many rows were added, were known already, and were no use (each is told by its line).

    ``unpublished`` counts the rows of articles that are not published; they count once they are.
    """

    added: int
    known: int
    unusable: int
    unpublished: dict[str, int]


@click.group()
def feedback() -> None:
    """What past cases say about articles."""


@feedback.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def import_(file: Path, as_json: bool) -> None:
    """Read past cases from FILE: JSON lines with query, article, at and outcome.

    Importing the same file again adds nothing. E-mail addresses, phone and card numbers are masked
    before anything is stored. `kb learn` makes a memory of it.
    """
    with file.open(encoding="utf-8-sig", errors="replace") as lines:
        rows = list(read_history(lines, str(file)))
    config = load_config()
    database = Database.open(config.database)
    try:
        added = import_history(database, _cases(rows))
    finally:
        database.close()
    good = sum(one.row is not None for one in rows)
    result = Imported(added, good - added, len(rows) - good, _unpublished(rows, config.data))
    _report(rows, result, as_json)
    if rows and not good:
        raise click.exceptions.Exit(1)


def _cases(rows: list[ReadRow]) -> Iterator[PastCase]:
    for one in rows:
        if row := one.row:
            yield PastCase(mask(row.query), row.article, row.at, row.outcome)


def _unpublished(rows: list[ReadRow], data: Path) -> dict[str, int]:
    try:
        snapshot: Snapshot = open_current(data)
    except NoSnapshotError:
        return {}
    counts = Counter(one.row.article for one in rows if one.row)
    return {name: count for name, count in counts.items() if snapshot.named(name) is None}


def _report(rows: list[ReadRow], result: Imported, as_json: bool) -> None:
    findings = [one.finding for one in rows if one.finding]
    for finding in findings[:MOST_SHOWN]:
        click.echo(str(finding), err=True)
    if len(findings) > MOST_SHOWN:
        click.echo(f"... and {len(findings) - MOST_SHOWN:,} more lines like these", err=True)
    for name, count in sorted(result.unpublished.items())[:MOST_SHOWN]:
        rows_wait = counted(count, "row waits", "rows wait")
        click.echo(f"article {name!r} is not published: {rows_wait} for it", err=True)
    if as_json:
        click.echo(json.dumps(asdict(result), ensure_ascii=False))
        return
    click.echo(
        f"Imported {counted(result.added, 'case')}, {result.known:,} known already, "
        f"{counted(result.unusable, 'line')} not usable (`kb learn` makes a memory of them)"
    )
