"""``kb report``: whether the help centre helps, in figures that say how sure they are."""

from __future__ import annotations

import datetime as dt

import click

from kb.cli.console import results
from kb.cli.report_tables import show
from kb.config import load_config
from kb.figures import Report
from kb.overview import overview
from kb.store.database import Database
from kb.store.windows import Window

USUAL_DAYS = 30


@click.command()
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help=f"First day, as 2026-01-31 (UTC); {USUAL_DAYS} days back where it is not given.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def report(since: dt.datetime | None, as_json: bool) -> None:
    """Report outcomes, funnels, votes, and what suggestions and memory change.

    Every share comes with its sample size, its 95 % interval, and how it changed since the period
    of the same length before.
    """
    now = dt.datetime.now(dt.UTC)
    first = since.replace(tzinfo=dt.UTC) if since else now - dt.timedelta(days=USUAL_DAYS)
    if first >= now:
        raise click.UsageError(f"--since {first:%Y-%m-%d} is in the future (name a day before now)")
    database = Database.open(load_config().database)
    try:
        found = overview(database, Window(first, now), now)
    finally:
        database.close()
    if as_json:
        click.echo(found.model_dump_json())
    elif not found.cases and not sum(found.votes.rejected.values()):
        click.echo(_nothing(found), err=True)
    else:
        show(results(), found)


def _nothing(found: Report) -> str:
    if found.newest_case is None:
        return "No case yet: the first search, vote or draft begins one."
    newest = f"{found.newest_case:%Y-%m-%d}"
    return (
        f"No case began since {found.since:%Y-%m-%d}; the newest is of {newest} "
        f"(`kb report --since {newest}` shows it)."
    )
