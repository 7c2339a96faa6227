"""``kb outbox``: what is still to be sent about tickets, and what was given up on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import click
from pydantic import TypeAdapter
from rich.markup import escape
from rich.table import Table

from kb.cli.console import results
from kb.config import load_config
from kb.store import outbox as store
from kb.store.database import Database
from kb.tickets import Delivery

_LIST = TypeAdapter(tuple[Delivery, ...])


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@click.pass_context
def outbox(context: click.Context, as_json: bool) -> None:
    """List what waits to be sent about tickets, and what is parked after too many tries.

    Exits with 1 where something is parked.
    """
    if context.invoked_subcommand:
        return
    with _database() as database:
        found = store.undelivered(database)
    if as_json:
        click.echo(_LIST.dump_json(found, exclude={"__all__": {"claim"}}).decode())
    elif found:
        _print(found)
    else:
        click.echo("Everything has been delivered.", err=True)
    if any(one.state == "parked" for one in found):
        raise SystemExit(1)


@outbox.command()
@click.argument("id_", metavar="[ID]", required=False)
def retry(id_: str | None) -> None:
    """Send everything that waits or is parked again now, or only ID: a delivery or a ticket.

    `kb serve` sends it. Exits with 1 where nothing has that ID.
    """
    with _database() as database:
        count = store.retry(database, id_, dt.datetime.now(dt.UTC))
    if id_ and not count:
        click.echo(
            f"Nothing that waits or is parked is called {id_!r} (see `kb outbox`).", err=True
        )
        raise SystemExit(1)
    click.echo(f"{count:,} to be sent again now")


@outbox.command()
@click.argument("id_", metavar="ID")
def drop(id_: str) -> None:
    """Give up what is parked and called ID: a delivery or a ticket. It is not sent any more.

    The ticket stays. Exits with 1 where nothing that is parked has that ID.
    """
    with _database() as database:
        count = store.drop(database, id_)
    if not count:
        click.echo(f"Nothing that is parked is called {id_!r} (see `kb outbox`).", err=True)
        raise SystemExit(1)
    click.echo(f"{count:,} given up")


@contextmanager
def _database() -> Iterator[Database]:
    database = Database.open(load_config().database)
    try:
        yield database
    finally:
        database.close()


def _print(found: tuple[Delivery, ...]) -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("state", "tries", "next try (UTC)", "to", "why", "id"):
        table.add_column(name, justify="right" if name == "tries" else "left")
    for one in found:
        next_try = f"{one.next_try:%Y-%m-%d %H:%M:%S}" if one.state == "waiting" else ""
        words = (one.state, str(one.tries), next_try, one.target, one.said or "", one.id)
        table.add_row(*map(escape, words))
    results().print(table)
