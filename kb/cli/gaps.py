"""``kb gaps``: what customers ask and nothing answers, and a first text of what is missing."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from kb.cli.console import remarks, results
from kb.cli.periods import first_moment
from kb.cli.progress import shown_progress
from kb.config import Config, load_config
from kb.drafts import draft as draft_of
from kb.drafts import file_name, title_of, write_new
from kb.errors import ConfigError, KBError
from kb.gaps import PERIODS, USUAL_DAYS, keep_gaps, kept_gaps
from kb.insights import Gap, Gaps, Missing
from kb.store.cases import settle
from kb.store.database import Database
from kb.store.windows import Window

MOST_LISTED = 15
WHY: dict[Missing, str] = {
    "nothing_near": "no article is about this",
    "not_opened": "shown, not opened: ",
    "did_not_help": "opened, did not help: ",
    "ranked_low": "not among the first hits: ",
}


@click.command()
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help=f"First day, as 2026-01-31 (UTC); {USUAL_DAYS} days back where it is not given.",
)
@click.option("--limit", default=MOST_LISTED, show_default=True, type=click.IntRange(1))
@click.option("--json", "as_json", is_flag=True, help="Print the gaps as JSON.")
@click.option("--draft", "draft_id", metavar="ID", help="Write a draft article for this gap.")
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the draft; the articles' where it is not given.",
)
@click.option("--branch", help="Commit the draft to this branch; what is checked out stays.")
def gaps(
    since: dt.datetime | None,
    limit: int,
    as_json: bool,
    draft_id: str | None,
    into: Path | None,
    branch: str | None,
) -> None:
    """List what customers ask and nothing answers, what cost most first.

    Cases that failed or ended in a ticket are grouped by what they mean. Runs by itself with
    every `kb learn`.
    """
    if (into or branch) and not draft_id:
        raise click.UsageError("--into and --branch say where a draft goes (add --draft ID)")
    config = load_config()
    if draft_id:
        _write_draft(_chosen(config, draft_id, since), into or config.articles, branch)
        return
    found = _look(config, since)
    if as_json:
        shown = found.model_copy(update={"gaps": found.gaps[:limit]})
        click.echo(shown.model_dump_json())
    else:
        _print(found, limit, since)


def _look(config: Config, since: dt.datetime | None) -> Gaps:
    """Look for gaps now; those of the usual days are kept for the dashboard."""
    now = dt.datetime.now(dt.UTC)
    first = first_moment(since, USUAL_DAYS, now)
    from search.gap_finder import GapFinder

    database = Database.open(config.database)
    began = time.perf_counter()
    try:
        settle(database, now)
        with shown_progress() as progress:
            found = GapFinder.open(config.data).find(database, Window(first, now), progress)
        if not since:
            keep_gaps(database, USUAL_DAYS, found, time.perf_counter() - began)
    finally:
        database.close()
    return found


def renew_gaps(config: Config) -> None:
    """Look for the gaps of every period that the dashboard shows, and keep them."""
    from search.gap_finder import GapFinder

    database = Database.open(config.database)
    try:
        finder = GapFinder.open(config.data)
        with shown_progress() as progress:
            for days in sorted(PERIODS, reverse=True):
                began, now = time.perf_counter(), dt.datetime.now(dt.UTC)
                window = Window(now - dt.timedelta(days=days), now)
                found = finder.find(database, window, progress, forget=days == max(PERIODS))
                keep_gaps(database, days, found, time.perf_counter() - began)
    finally:
        database.close()


def renew_gaps_after_learning(config: Config) -> None:
    """Renew what is kept; that it cannot be is said, and fails nothing."""
    try:
        renew_gaps(config)
    except KBError as error:
        click.echo(f"Gaps were not renewed: {error}", err=True)


def _chosen(config: Config, id_: str, since: dt.datetime | None) -> Gap:
    """A gap by its id: among those that are kept, so that what was shown is found, or anew."""
    kept = () if since else _kept(config)
    for found in (*kept, None):
        for one in (found or _look(config, since)).gaps:
            if one.id == id_:
                return one
    raise ConfigError(f"no gap {id_!r} (`kb gaps` lists them with their ids)")


def _kept(config: Config) -> tuple[Gaps, ...]:
    now = dt.datetime.now(dt.UTC)
    database = Database.open(config.database)
    try:
        every = [kept_gaps(database, days, now) for days in (USUAL_DAYS, *PERIODS)]
    finally:
        database.close()
    return tuple(one.value for one in every if one)


def _write_draft(found: Gap, folder: Path, branch: str | None) -> None:
    """Write it to a path that does not exist yet, and say where."""
    text, title = draft_of(found), title_of(found)
    if branch is None:
        click.echo(str(write_new(folder, title, text)))
        return
    from indexer.git.branches import NewFile, commit_file, has_on

    number = 1
    while has_on(branch, folder, file_name(title, number)):
        number += 1
    file = NewFile(folder, file_name(title, number), text)
    committed = commit_file(file, branch, f"Draft: {title}")
    click.echo(f"{branch}:{committed.path} ({committed.commit[:12]})")


def _print(found: Gaps, limit: int, since: dt.datetime | None) -> None:
    period = f"since {found.since:%Y-%m-%d}"
    if not found.gaps:
        remarks().print(
            f"No gap {period}: {_number(found.unresolved, 'case')} ended without an answer"
            + (", no two about the same." if found.unresolved else ".")
        )
        return
    console = results()
    console.print(
        f"[bold]{_number(len(found.gaps), 'gap')}[/] {period}: {found.clustered:,} of "
        f"{_number(found.unresolved, 'case')} without an answer are in them"
    )
    table = Table(box=None, pad_edge=False)
    for name in ("people", "cases", "tickets"):
        table.add_column(name, justify="right")
    for name in ("id", "what they ask", "nearest article"):
        table.add_column(name)
    for one in found.gaps[:limit]:
        near = WHY[one.missing] + (one.nearest or "" if one.missing != "nothing_near" else "")
        numbers = (f"{count:,}" for count in (one.people, one.cases, one.cost))
        table.add_row(*numbers, one.id, escape(one.title), escape(near))
    console.print(table)
    if len(found.gaps) > limit:
        console.print(f"... and {len(found.gaps) - limit:,} more (--limit)")
    period = f"--since {since:%Y-%m-%d} " if since else ""
    console.print(f"Write one: kb gaps {period}--draft ID")


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
