"""``kb snapshots`` and ``kb rollback``: what is on disk, and the way back."""

from __future__ import annotations

import json

import click
from pydantic import TypeAdapter
from rich.console import JustifyMethod
from rich.markup import escape
from rich.table import Table

from indexer.pointer import Listed, list_snapshots, roll_back
from kb.builds import Build
from kb.cli.console import results
from kb.config import Config, load_config

NUMBERS = frozenset({"articles", "passages"})
NEVER_CUT = {"": 1, "snapshot": 32, "created": 10}
"""Columns that keep this width in the narrowest terminal: a snapshot's name is to be copied."""
MOST_BUILDS = 10
NOT_SHOWN = {"__all__": {"claim", "untold"}}


@click.command()
@click.option("--builds", is_flag=True, help="List the last builds instead, with what they said.")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
def snapshots(builds: bool, as_json: bool) -> None:
    """List the snapshots on disk, newest first, each checked file by file.

    Exits with 1 where one is damaged.
    """
    if builds:
        _builds(load_config(), as_json)
        return
    found = list_snapshots(load_config().data)
    if as_json:
        click.echo(json.dumps([_row(one) for one in found]))
    elif found:
        _print(found)
    else:
        click.echo("No snapshot yet (run `kb publish`).", err=True)
    if any(one.damage for one in found):
        raise SystemExit(1)


def _row(one: Listed) -> dict[str, object]:
    manifest = one.manifest
    return {
        "id": one.id,
        "active": one.active,
        "damage": one.damage,
        "created": manifest.created.isoformat() if manifest else None,
        "commit": manifest.commit if manifest else None,
        "articles": manifest.counts.articles if manifest else None,
        "passages": manifest.counts.passages if manifest else None,
    }


def _print(found: list[Listed]) -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("", "snapshot", "created", "articles", "passages", "commit"):
        justify: JustifyMethod = "right" if name in NUMBERS else "left"
        whole, least = name != "created", NEVER_CUT.get(name)
        table.add_column(name, no_wrap=whole, justify=justify, min_width=least)
    for one in found:
        mark = "→" if one.active else ""
        if one.manifest is None:
            table.add_row(mark, one.id, "[red]damaged")
            continue
        counts = one.manifest.counts
        created = f"{one.manifest.created:%Y-%m-%d %H:%M:%S}"
        commit = (one.manifest.commit or "")[:10]
        table.add_row(mark, one.id, created, f"{counts.articles:,}", f"{counts.passages:,}", commit)
    results().print(table)
    for one in found:
        if one.damage:
            results().print(f"[red]{escape(one.damage)}", soft_wrap=True)


def _builds(config: Config, as_json: bool) -> None:
    """What pushes and schedules asked for, newest first."""
    from kb.store.builds import recent
    from kb.store.database import Database

    database = Database.open(config.database)
    try:
        found = recent(database, MOST_BUILDS)
    finally:
        database.close()
    if as_json:
        click.echo(TypeAdapter(tuple[Build, ...]).dump_json(found, exclude=NOT_SHOWN).decode())
    elif not found:
        click.echo("No build yet: a push asks for the first (see [git] in kb.toml).", err=True)
    for one in () if as_json else found:
        ended = f", ended {one.ended:%H:%M:%S}" if one.ended else ""
        click.echo(
            f"{one.id}: {one.state}, asked by {one.reason} {one.asked:%Y-%m-%d %H:%M:%S}{ended}"
        )
        click.echo("".join(f"  {line}\n" for line in one.log.splitlines()), nl=False)


@click.command()
@click.argument("snapshot_id", metavar="[ID]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the snapshot's id as JSON.")
def rollback(snapshot_id: str | None, as_json: bool) -> None:
    """Serve an older snapshot again: the one before the active, or ID.

    Articles are not touched: the next publish builds from them as they are.
    """
    served = roll_back(load_config().data, snapshot_id)
    click.echo(json.dumps({"snapshot": served}) if as_json else f"Serving {served}")
