"""``kb demo-traffic``: what the dashboard looks like with visitors, before there are any."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.cli.console import counted
from kb.cli.progress import shown_progress
from kb.config import Config, load_config
from kb.errors import KBError, UnavailableError
from kb.history_file import HistoryRow, read_history
from kb.store.database import Database
from kb.store.retention import Purged, has_demo, purge_demo

if TYPE_CHECKING:
    from webapp.demo_traffic import Send

USUAL_URL = "http://127.0.0.1:8000"
AGO = dt.timedelta(hours=2)
"""The last visitor came so long before now: all of them have left."""


@click.command("demo-traffic")
@click.argument(
    "file", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option("--url", help=f"The running server.  [default: {USUAL_URL}, if one answers there]")
@click.option(
    "--days",
    default=28,
    show_default=True,
    type=click.IntRange(1, 3650),
    help="Spread it over the last so many days.",
)
@click.option("--as-dated", is_flag=True, help="Leave everything at the time that FILE says.")
@click.option(
    "--limit",
    default=2_000,
    show_default=True,
    type=click.IntRange(1),
    help="Visitors at most: the newest.",
)
@click.option("--seed", default=1, show_default=True, help="Another number, other visitors.")
@click.option("--remove", is_flag=True, help="Delete all demonstration traffic instead.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def demo_traffic(file: Path | None, remove: bool, as_json: bool, **how: object) -> None:
    """Let visitors made from the history in FILE use the help centre, to try the dashboard.

    FILE is as for `kb feedback import`. They search, read, vote and write through the server's own
    calls. Their cases are marked, teach memory nothing, and nobody is written to; --remove deletes
    them all.
    """
    if remove == (file is not None):
        raise click.UsageError("FILE, or --remove: one of them.")
    config = load_config()
    if file is None:
        _print({"cases": _removed(config).cases}, _removed_words, as_json)
        return
    _refuse_twice(config)
    did = _replayed(config, file, **how)  # type: ignore[arg-type]  # click checked them
    _print(did, _done_words, as_json)


def _print(counts: dict[str, int], words: Callable[[dict[str, int]], str], as_json: bool) -> None:
    click.echo(json.dumps(counts) if as_json else words(counts))


def _removed_words(counts: dict[str, int]) -> str:
    return f"Removed {counted(counts['cases'], 'demonstration case')}"


def _done_words(did: dict[str, int]) -> str:
    return (
        f"{counted(did['visitors'], 'visitor')} searched {counted(did['searches'], 'time')}, "
        f"read {counted(did['reads'], 'article')}, voted {counted(did['votes'], 'time')}, "
        f"opened {counted(did['forms'], 'contact form')} "
        f"and sent {counted(did['tickets'], 'message')} to nobody"
    )


def _removed(config: Config) -> Purged:
    database = Database.open(config.database)
    try:
        return purge_demo(database)
    finally:
        database.close()


def _refuse_twice(config: Config) -> None:
    """The same visitors would come once more, in the same cases."""
    database = Database.open(config.database)
    try:
        if has_demo(database):
            remedy = "remove it first: kb demo-traffic --remove"
            raise KBError(f"{database.place}: there is demonstration traffic already ({remedy})")
    finally:
        database.close()


def _replayed(
    config: Config, file: Path, url: str | None, days: int, as_dated: bool, limit: int, seed: int
) -> dict[str, int]:
    from webapp.demo_traffic import parts, replay

    now = dt.datetime.now(dt.UTC)
    rows = sorted(_rows(file), key=lambda one: one.at)[-limit:]
    visitors = parts(rows, seed, None if as_dated else now - dt.timedelta(days=days), now - AGO)
    did = Counter(dict.fromkeys(("searches", "reads", "votes", "forms", "tickets"), 0))
    with _server(config, url) as send, shown_progress() as progress:
        advance = progress.step("Visitors", len(visitors))
        for one in replay(visitors, send):
            did.update(one)
            advance()
    return {"visitors": len(visitors), **did}


def _rows(file: Path) -> list[HistoryRow]:
    with file.open(encoding="utf-8-sig", errors="replace") as lines:
        rows = [one.row for one in read_history(lines, str(file)) if one.row]
    if not rows:
        raise KBError(f"{file}: no row that can be used (see `kb feedback import`)")
    return rows


@contextmanager
def _server(config: Config, url: str | None) -> Iterator[Send]:
    """The server that runs, else one that runs in here while it is needed."""
    from webapp.demo_ways import Remote, here

    there = Remote(config, url or USUAL_URL)
    if there.answers():
        click.echo(f"Through {there.url}", err=True)
        yield there
    elif url:
        raise UnavailableError(f"{url}: no help centre answers there (start it with `kb serve`)")
    else:
        with here(config) as send:
            yield send
