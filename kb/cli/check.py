"""``kb check``: what an edit would break, said before it is merged."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import click

from indexer.source import read_what_can_be
from indexer.tree import FolderTree
from kb.check_formats import CheckReport, as_github, as_json, as_sarif, gravest_first
from kb.check_places import placed, prefix_of
from kb.check_rules import RULES, Level, fails
from kb.cli.check_against import old_content
from kb.cli.check_text import as_text
from kb.cli.progress import shown_progress
from kb.config import Config, load_config
from kb.errors import ContentError
from kb.events import Resolution
from search.gate import TOLERANCE, Gate
from search.inspection import Inspected, Wanted, inspect, refusal
from search.judged import collect

FORMATS = ("text", "json", "sarif", "github")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the options ask for."""

    against: str | None
    tolerance: float
    quick: bool


def _named(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    """A pipeline's variable that is empty must not compare with something else, unseen."""
    if value is not None and not value.strip():
        raise click.BadParameter("it is empty (name a branch, tag, commit or folder)")
    return value


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--format", "form", default="text", show_default=True, type=click.Choice(FORMATS))
@click.option(
    "--against",
    metavar="REF|DIR",
    callback=_named,
    help="Old content; else what is published.",
)
@click.option(
    "--tolerance",
    default=TOLERANCE,
    show_default=True,
    type=click.FloatRange(0, 1),
    help="Loss of nDCG@10 on the judged questions that is let pass.",
)
@click.option(
    "--fail-on",
    default="error",
    show_default=True,
    type=click.Choice(get_args(Level)),
    help="Least level that fails.",
)
@click.option(
    "--ignore", multiple=True, metavar="RULE", type=click.Choice(tuple(RULES)), help="Leave out."
)
@click.option("--quick", is_flag=True, help="Leave out what needs the model.")
def check(
    folder: Path | None,
    form: str,
    against: str | None,
    tolerance: float,
    fail_on: Level,
    ignore: tuple[str, ...],
    quick: bool,
) -> None:
    """Say what the articles in FOLDER would break, without publishing them.

    FOLDER defaults to KB_ARTICLES, else articles/. Exit code 1 where something fails.
    """
    started = time.monotonic()
    config = load_config()
    place = folder or config.articles
    inspected = _inspect(place, config, _Asked(against, tolerance, quick))
    flaws = [one for one in inspected.flaws if one.rule.name not in ignore]
    report = CheckReport(
        flaws=gravest_first(placed(flaws, prefix_of(place, Path.cwd()))),
        passed=not any(fails(one, fail_on) for one in flaws),
        articles=inspected.articles,
        encoded=inspected.encoded,
        seconds=time.monotonic() - started,
        gate=None if inspected.gate is None else _gate(inspected.gate),
        no_gate=inspected.no_gate,
    )
    _print(report, form)
    if not report.passed:
        raise click.exceptions.Exit(1)


def _inspect(place: Path, config: Config, asked: _Asked) -> Inspected:
    try:
        content = read_what_can_be(FolderTree(place), config.site, config.limits)
    except ContentError as error:
        return refusal(error)
    judged = collect(place.resolve().parent / "evaluation", _resolutions(config))
    old = old_content(asked.against, place, config) if asked.against else nullcontext()
    with old as against, shown_progress() as progress:
        today = dt.datetime.now(dt.UTC).date()
        wanted = Wanted(judged, asked.tolerance, today, against, asked.quick)
        try:
            return inspect(content, config, wanted, progress)
        except ContentError as error:
            return refusal(error)


def _resolutions(config: Config) -> list[Resolution]:
    """What past cases say; nothing where there is no database."""
    if not config.has_database:
        return []
    from kb.store.database import Database
    from kb.store.history import resolutions

    database = Database.open(config.database)
    try:
        return resolutions(database)
    finally:
        database.close()


def _gate(gate: Gate) -> Mapping[str, Any]:
    """The gate's figures, and the questions that are answered worse, as JSON has them."""
    worse = [
        {
            "query": one.query,
            "answer": one.answer,
            "ranks": [one.before, one.after],
            "ndcg@10": [one.ndcg_before, one.ndcg_after],
            "above": list(one.above),
            "asked": one.asked,
            "lost": one.lost,
            "fails": one.fails,
            "unsaid": one.unsaid,
        }
        for one in gate.worse
    ]
    figures = {"queries": gate.queries, "before": gate.before, "after": gate.after}
    return {**figures, "tolerance": gate.tolerance, "better": gate.better, "worse": worse}


def _print(report: CheckReport, form: str) -> None:
    if form == "json":
        click.echo(as_json(report))
    elif form == "sarif":
        click.echo(as_sarif(report))
    else:
        for line in as_github(report) if form == "github" else as_text(report):
            click.echo(line)
