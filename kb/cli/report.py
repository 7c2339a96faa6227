"""``kb report``: whether the help centre helps, in figures that say how sure they are."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from kb.cli.console import results
from kb.cli.periods import first_moment
from kb.cli.progress import shown_progress
from kb.cli.report_tables import show
from kb.config import Config, load_config
from kb.errors import ConfigError, KBError, NoSnapshotError
from kb.figures import Overview, Report
from kb.insights import Gaps
from kb.overview import overview
from kb.store import article_insights, query_insights
from kb.store.database import Database
from kb.store.query_insights import Only
from kb.store.windows import Window

USUAL_DAYS = 30
MOST_LISTED = 5


@click.command()
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help=f"First day, as 2026-01-31 (UTC); {USUAL_DAYS} days back where it is not given.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write them as one page to send around, which needs no network.",
)
def report(since: dt.datetime | None, as_json: bool, html: Path | None) -> None:
    """Report outcomes, funnels, votes, and what suggestions and memory change.

    Every share comes with its sample size, its 95 % interval, and how it changed since the period
    of the same length before.
    """
    now = dt.datetime.now(dt.UTC)
    first = first_moment(since, USUAL_DAYS, now)
    config = load_config()
    database = Database.open(config.database)
    try:
        window = Window(first, now)
        found = overview(database, window, now)
        if html:
            _write(html, _page(config, database, window, found))
    finally:
        database.close()
    if html:
        click.echo(f"Written to {html}", err=True)
    if as_json:
        click.echo(found.model_dump_json())
    elif not html:
        _print(found)


def _print(found: Overview) -> None:
    """The tables; one sentence where nothing began and nothing happened either."""
    votes = found.votes
    happened = votes.yes.total, sum(votes.rejected.values()), sum(found.ratings.times.values())
    if found.cases or found.searches.searches or any(happened):
        show(results(), found)
    else:
        click.echo(_nothing(found), err=True)


def _nothing(found: Report) -> str:
    if found.newest_case is None:
        return "No case yet: the first search, vote or draft begins one."
    newest = f"{found.newest_case:%Y-%m-%d}"
    return (
        f"No case began since {found.since:%Y-%m-%d}; the newest is of {newest} "
        f"(`kb report --since {newest}` shows it)."
    )


def _page(config: Config, database: Database, window: Window, found: Overview) -> str:
    """The report as one HTML page, with what to write next as far as it is known."""
    from webapp.dashboard_overview import best
    from webapp.report_page import Sent, report_page

    known = article_insights.articles(database, window, found.until)
    missed: tuple[Only, ...] = ("without_hits", "without_clicks")
    typed = {
        only: query_insights.queries(database, window, found.until, only, 1).items[:MOST_LISTED]
        for only in missed
    }
    return report_page(
        config,
        Sent(
            overview=found,
            gaps=_gaps(config, database, window),
            typed=typed,
            best=best(known, MOST_LISTED),
            titles=_titles(config),
        ),
    )


def _gaps(config: Config, database: Database, window: Window) -> Gaps | None:
    """The largest gaps of the same days as everything else; that none can be found is said."""
    from search.gap_finder import GapFinder

    try:
        with shown_progress() as progress:
            found = GapFinder.open(config.data).find(database, window, progress)
    except KBError as error:
        click.echo(f"Gaps are left out: {error}", err=True)
        return None
    return found.model_copy(update={"gaps": found.gaps[:MOST_LISTED]})


def _titles(config: Config) -> dict[str, str]:
    from indexer.pointer import open_current

    try:
        snapshot = open_current(config.data)
    except NoSnapshotError:
        return {}
    own = snapshot.manifest.site_lang
    return {one.name(own): one.title for one in snapshot.articles}


def _write(path: Path, page: str) -> None:
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror} (name a file that can be written)") from None
