"""``kb memory``: what was learned, and what past cases say about one query."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict

import click
from rich.markup import escape
from rich.table import Table

from indexer.memory import ResolutionMemory
from kb.cli.console import counted, remarks, results
from kb.cli.learn import OFF
from kb.config import load_config
from search.engine import Engine
from search.results import Hit, SearchRequest

NONE = (
    "No memory is in use: nothing is learned yet (`kb feedback import`, then `kb learn`), or what"
    " was learned is not used (`kb learn` says why)"
)
MOST_LISTED = 15
MOST_HITS = 50


@click.command()
@click.argument("query", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def memory(query: tuple[str, ...], as_json: bool) -> None:
    """Show what was learned; with QUERY, what past cases say about it."""
    if query and not " ".join(query).strip():
        raise click.UsageError("the query is empty (type what a customer would)")
    config = load_config()
    engine = Engine.open(config.data)
    if engine.memory is None:
        click.echo(f"{NONE if config.feedback.memory else OFF}.", err=True)
        raise click.exceptions.Exit(1)
    if query:
        _print_about(engine, " ".join(query), as_json)
    else:
        _print_whole(engine.memory, as_json)


def _print_whole(memory: ResolutionMemory, as_json: bool) -> None:
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
        f"Memory {memory.id}, made {manifest.created:%Y-%m-%d %H:%M} UTC from "
        f"{counted(manifest.cases, 'case')} about {counted(manifest.articles, 'article')}"
    )
    table = Table(box=None, pad_edge=False)
    table.add_column("cases", justify="right")
    table.add_column("article")
    for name, count in counts.most_common(MOST_LISTED):
        table.add_row(f"{count:,}", escape(name))
    console.print(table)
    if len(counts) > MOST_LISTED:
        console.print(f"... and {len(counts) - MOST_LISTED:,} more articles")


def _print_about(engine: Engine, text: str, as_json: bool) -> None:
    """The articles of which a past case like this one says something, most first."""
    result = engine.search(SearchRequest(text, limit=MOST_HITS, explain=True))
    voted = [hit for hit in result.hits if hit.explanation.cases]
    voted.sort(key=lambda hit: -hit.explanation.memory)
    voted = voted[:MOST_LISTED]
    if as_json:
        articles = [_as_row(hit) for hit in voted]
        click.echo(json.dumps({"memory": result.memory, "articles": articles}, default=str))
        return
    if not voted:
        remarks().print("Past cases say nothing about this: they were about other things.")
    for hit in voted:
        _print_cases(hit)


def _as_row(hit: Hit) -> dict[str, object]:
    cases = [asdict(case) for case in hit.explanation.cases]
    return {"slug": hit.article.slug, "vote": hit.explanation.memory, "cases": cases}


def _print_cases(hit: Hit) -> None:
    results().print(f"{hit.explanation.memory:+.3f} [bold]{escape(hit.article.title)}[/]")
    for case in hit.explanation.cases:
        when = f"{case.cosine:.2f} {case.at:%Y-%m-%d}"
        line = f"       {when} {escape(case.query)} [dim]{case.source}[/]"
        results().print(line, soft_wrap=True)
