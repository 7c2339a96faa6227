"""``kb case`` and ``kb purge``: what is stored about a visitor's case, and how it goes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json

import click
from rich.markup import escape
from rich.table import Table

from kb.cli.console import results
from kb.cli.learn import learn_from_store, sentence
from kb.config import Config, load_config
from kb.errors import NoSnapshotError
from kb.store.database import Database
from kb.store.retention import CaseExport, Purged, export_case, purge_before, purge_case

CASE = "case:"
"""Before a case's id, where memory names its sources."""
_ONE = {"cases": "case", "impressions": "impression", "events": "event", "history": "imported row"}


@click.command()
@click.argument("case_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print everything that is stored, as JSON.")
def case(case_id: str, as_json: bool) -> None:
    """Show what is stored about the case ID: what was shown, what was done, its outcome.

    Exits with 1 where nothing is.
    """
    database = Database.open(load_config().database)
    try:
        found = export_case(database, case_id.removeprefix(CASE))
    finally:
        database.close()
    if found is None:
        click.echo(f"Nothing is stored about case {case_id!r}.", err=True)
        raise SystemExit(1)
    if as_json:
        click.echo(found.model_dump_json(indent=2))
    else:
        _print(found)


def _print(found: CaseExport) -> None:
    if found.case:
        outcome = found.case.outcome or "no outcome yet"
        taken_back = ", taken back" if found.case.taken_back else ""
        click.echo(f"Case {found.case.id} ({found.case.surface}): {outcome}{taken_back}")
    rows = [
        (one.at, one.surface, one.query, " ".join(one.articles[:3])) for one in found.impressions
    ] + [
        (one.at, one.type, one.comment or one.reason or "", one.article or "")
        for one in found.events
    ]
    table = Table(box=None, pad_edge=False)
    for name in ("when", "what", "words", "articles"):
        table.add_column(name)
    for at, *words in sorted(rows):
        table.add_row(f"{at:%Y-%m-%d %H:%M:%S}", *(escape(word) for word in words))
    results().print(table)


@click.command()
@click.option(
    "--before",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="Delete cases in which nothing happened since, and older history (UTC).",
)
@click.option("--case", "case_id", metavar="ID", help="Delete everything about one case.")
@click.option("--json", "as_json", is_flag=True, help="Print what was deleted as JSON.")
def purge(before: dt.datetime | None, case_id: str | None, as_json: bool) -> None:
    """Delete what is stored about visitors: what is older than feedback.keep_days, or more.

    Imported history has no age limit of its own: only --before deletes it, or --case import:ID.
    """
    if before and case_id:
        raise click.UsageError("choose one of --before and --case")
    config = load_config()
    database = Database.open(config.database)
    try:
        purged = _purge(database, config, before, case_id)
    finally:
        database.close()
    click.echo(json.dumps(dataclasses.asdict(purged)) if as_json else _words(purged))
    if purged != Purged():
        _relearn(config)


def _purge(
    database: Database, config: Config, before: dt.datetime | None, case_id: str | None
) -> Purged:
    if case_id:
        return purge_case(database, case_id.removeprefix(CASE))
    if before:
        return purge_before(database, before.replace(tzinfo=dt.UTC))
    kept = dt.timedelta(days=config.feedback.keep_days)
    return purge_before(database, dt.datetime.now(dt.UTC) - kept, imported=False)


def _words(purged: Purged) -> str:
    rows = [(count, _ONE[name]) for name, count in dataclasses.asdict(purged).items() if count]
    words = [f"{count:,} {name}{'' if count == 1 else 's'}" for count, name in rows]
    return f"Deleted {', '.join(words)}" if words else "Nothing to delete"


def _relearn(config: Config) -> None:
    """Rebuild the memory, so that it forgets what was deleted."""
    try:
        learned = learn_from_store(config, purged=True)
    except NoSnapshotError:
        return  # nothing was ever learned
    click.echo(sentence(learned), err=True)
