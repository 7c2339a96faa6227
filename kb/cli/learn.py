"""``kb learn`` and ``kb memory``: what past cases taught, made, shown and explained."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from indexer.memory import ResolutionMemory
from kb.cli.console import remarks, results
from kb.cli.progress import shown_progress
from kb.config import Config, load_config
from kb.errors import KBError
from kb.store.cases import settle
from kb.store.database import Database
from kb.store.history import resolutions
from kb.store.retention import purge_before
from search.engine import Engine
from search.learning import Learned, Past, learn
from search.results import SearchRequest

MOST_LISTED = 15


@click.command("learn")
@click.option("--json", "as_json", is_flag=True, help="Print what came of it as JSON.")
def learn_command(as_json: bool) -> None:
    """Make a memory of past cases, try it on judged queries, and let search use it.

    Runs by itself after `kb publish` and every day inside `kb serve`. A memory that makes the
    judged queries worse is not used (exit 1).
    """
    config = load_config()
    learned = learn_from_store(config, purged=False)
    if as_json:
        click.echo(json.dumps(asdict(learned), ensure_ascii=False))
    else:
        click.echo(sentence(learned))
    if learned.verdict == "worse":
        raise click.exceptions.Exit(1)


def learn_from_store(config: Config, purged: bool) -> Learned:
    """Settle outcomes, delete what is older than it may be, and learn from the rest.

    ``purged``: something was deleted already, and no trace of it may stay in the memory.
    """
    now = dt.datetime.now(dt.UTC)
    database = Database.open(config.database)
    try:
        settle(database, now)
        kept = dt.timedelta(days=config.feedback.keep_days)
        expired = purge_before(database, now - kept, imported=False)
        past = resolutions(database)
    finally:
        database.close()
    gone = purged or expired.cases > 0
    with shown_progress() as progress:
        return learn(Past(past, _judged(config), gone), config.data, progress)


def _judged(config: Config) -> Path | None:
    """``evaluation/`` beside the folder that was published."""
    from indexer.pointer import open_current

    source = open_current(config.data).manifest.source
    return Path(source).parent / "evaluation" if source else None


def learn_after_publish(config: Config) -> None:
    """Learn where there is anything to learn from; a failure never fails the publish."""
    if not config.database_url and not (config.data / "kb.db").is_file():
        return
    try:
        learned = learn_from_store(config, purged=False)
    except KBError as error:
        click.echo(f"Memory was not renewed: {error}", err=True)
        return
    if learned.looked_at:
        click.echo(sentence(learned), err=True)


def sentence(learned: Learned) -> str:
    """What came of learning, in words."""
    tried = ""
    if learned.tried:
        one = learned.tried
        tried = f"; nDCG@10 {one.without:.3f} -> {one.with_memory:.3f} on {one.queries:,} queries"
        tried += f" ({one.on})"
    waits = ""
    if learned.waiting:
        waits = f"; {learned.waiting:,} new ones come from one visitor and wait for another's"
    counted = (
        f"{learned.cases:,} of {learned.looked_at:,} cases about {learned.articles:,} articles"
    )
    if learned.verdict == "activated":
        return f"Learned from {counted}{tried}; memory {learned.memory} is in use{waits}"
    if learned.verdict == "worse":
        kept = f"{learned.memory} stays" if learned.memory else "none is in use"
        return f"Not used: a memory of {counted} makes judged queries worse{tried}; {kept}{waits}"
    return f"Nothing to learn yet: {learned.looked_at:,} cases, none that two visitors share{waits}"


@click.command()
@click.argument("query", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def memory(query: tuple[str, ...], as_json: bool) -> None:
    """Show what was learned; with QUERY, what past cases say about it."""
    engine = Engine.open(load_config().data)
    if engine.memory is None:
        remarks().print("Nothing is learned yet (`kb feedback import`, then `kb learn`).")
        raise click.exceptions.Exit(1)
    if query:
        _about(engine, " ".join(query), as_json)
    else:
        _whole(engine.memory, as_json)


def _whole(memory: ResolutionMemory, as_json: bool) -> None:
    counts: Counter[str] = Counter()
    for row in range(len(memory.cases)):
        case = memory.case(row)
        counts[case.article] += len(case.sources)
    manifest = memory.manifest
    if as_json:
        about = manifest.model_dump(
            mode="json", include={"created", "cases", "articles", "snapshot"}
        )
        click.echo(json.dumps({"memory": memory.id, **about, "by_article": dict(counts)}))
        return
    console = results()
    console.print(
        f"Memory {memory.id}, made {manifest.created:%Y-%m-%d %H:%M} UTC from {manifest.cases:,} "
        f"cases about {manifest.articles:,} articles"
    )
    table = Table(box=None, pad_edge=False)
    table.add_column("cases", justify="right")
    table.add_column("article")
    for name, count in counts.most_common(MOST_LISTED):
        table.add_row(f"{count:,}", escape(name))
    console.print(table)
    if len(counts) > MOST_LISTED:
        console.print(f"... and {len(counts) - MOST_LISTED:,} more articles")


def _about(engine: Engine, text: str, as_json: bool) -> None:
    """The articles that past cases speak for, most first, with those cases."""
    result = engine.search(SearchRequest(text, limit=50, explain=True))
    voted = sorted(
        (hit for hit in result.hits if hit.explanation.memory),
        key=lambda hit: -hit.explanation.memory,
    )[:MOST_LISTED]
    if as_json:
        rows = [
            {"slug": hit.article.slug, "vote": hit.explanation.memory}
            | {"cases": [asdict(case) for case in hit.explanation.cases]}
            for hit in voted
        ]
        click.echo(json.dumps({"memory": result.memory, "articles": rows}, default=str))
        return
    if not voted:
        remarks().print("Past cases say nothing about this: they were about other things.")
    for hit in voted:
        results().print(f"{hit.explanation.memory:+.3f} [bold]{escape(hit.article.title)}[/]")
        for case in hit.explanation.cases:
            results().print(
                f"       {case.cosine:.2f} {case.at:%Y-%m-%d} {escape(case.query)}", soft_wrap=True
            )
