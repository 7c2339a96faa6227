"""``kb search``: the portal's search in the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import get_args

import click
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from kb.categories import category_titles
from kb.cli.console import remarks, results
from kb.cli.filters import check_filters
from kb.config import load_config
from search.engine import Engine
from search.results import Hit, Mode, SearchRequest, SearchResult


@click.command()
@click.argument("query", nargs=-1, required=True)
@click.option("--limit", default=5, show_default=True, type=click.IntRange(1, 50))
@click.option("--lang", help="Only articles in this language.")
@click.option("--product", help="Only articles about this product, or about none in particular.")
@click.option("--mode", default="hybrid", show_default=True, type=click.Choice(get_args(Mode)))
@click.option("--explain", is_flag=True, help="Show what each signal contributed.")
@click.option("--exact", is_flag=True, help="Do not correct the spelling of unknown words.")
@click.option("--json", "json_wanted", is_flag=True, help="Print the answer of the HTTP API.")
def search(
    query: tuple[str, ...],
    limit: int,
    lang: str | None,
    product: str | None,
    mode: Mode,
    explain: bool,
    exact: bool,
    json_wanted: bool,
) -> None:
    """Search the active snapshot for QUERY, in a customer's own words."""
    text = " ".join(query)
    if not text.strip():
        raise click.UsageError("the query is empty (type what a customer would)")
    config = load_config()
    engine = Engine.open(config.data)
    check_filters(engine.snapshot, lang, product)
    filtered = SearchRequest(text, lang=lang, product=product, limit=limit, mode=mode)
    result = engine.search(replace(filtered, correct=not exact, explain=explain))
    if json_wanted:
        _print_json(result, config.site.prefix)
    else:
        _print(result, explain)


def _print_json(result: SearchResult, prefix: str) -> None:
    from webapp.answers import search_answer  # Flask comes with it: only where it is needed

    click.echo(search_answer(result, prefix).model_dump_json())


def _print(result: SearchResult, explain: bool) -> None:
    console, errors = results(), remarks()
    if result.fallback:
        errors.print(f"Keyword search only: {escape(result.fallback)}", style="yellow")
    if result.corrected:
        errors.print(f"Showing results for [bold]{escape(result.corrected)}[/] (--exact for yours)")
    if not result.hits:
        console.print("Nothing found. Try other words, or fewer.")
    elif result.weak:
        errors.print("No article clearly answers this; the nearest are:", style="yellow")
    for rank, hit in enumerate(result.hits, 1):
        print_hit(console, rank, hit, explain)


def print_hit(console: Console, rank: int, hit: Hit, explain: bool) -> None:
    """One hit, with the passage that was found."""
    console.print(f"[dim]{rank}.[/] [bold]{escape(hit.article.title)}[/]")
    trail = " › ".join((*category_titles(hit.article.category), *hit.heading))
    snippet = hit.snippet.wrap("[bold yellow]", "[/]", escape)
    lines = [f"[cyan]{escape(trail)}[/]" if trail else "", snippet, f"[dim]{escape(hit.url)}[/]"]
    if explain:
        lines.extend(f"[dim]{escape(line)}[/]" for line in _explanation(hit))
    for line in filter(None, lines):
        _print_indented(console, line)
    console.print()


def _print_indented(console: Console, line: str) -> None:
    """Wrapped under the title on a terminal; one line, without padding, in a pipe."""
    if console.is_terminal:
        console.print(Padding(line, (0, 3)))
    else:
        console.print(f"   {line}", soft_wrap=True)


def _explanation(hit: Hit) -> Iterator[str]:
    """What each signal added, and the past cases behind memory's vote."""
    why = hit.explanation
    signals = f"keyword {why.keyword:.3f}, passage {why.passage:.3f}, title {why.title:.3f}"
    voted = f", memory {why.memory:.3f}" if why.memory else ""
    pinned = ", pinned" if why.pinned else ""
    matched = f"; matched: {', '.join(hit.matched)}" if hit.matched else ""
    yield f"score {hit.score:.3f} = {signals}{voted}{pinned}{matched}"
    for case in why.cases:
        verb = "resolved" if case.weight > 0 else "did not resolve"
        about = f"{case.at:%Y-%m-%d}, cosine {case.cosine:.2f}, {case.source}"
        yield f"{verb} {case.query!r} ({about})"
