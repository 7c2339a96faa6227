"""``kb search``: the portal's search in the terminal."""

from __future__ import annotations

from typing import get_args

import click
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from kb.cli.console import remarks, results
from kb.config import load_config
from search.engine import Engine
from search.results import Hit, Mode, SearchRequest, SearchResult


@click.command()
@click.argument("query", nargs=-1, required=True)
@click.option("--limit", default=5, show_default=True, type=click.IntRange(1, 50))
@click.option("--lang", help="Only articles in this language.")
@click.option("--mode", default="hybrid", show_default=True, type=click.Choice(get_args(Mode)))
@click.option("--explain", is_flag=True, help="Show what each signal contributed.")
@click.option("--exact", is_flag=True, help="Do not correct the spelling of unknown words.")
@click.option("--json", "json_wanted", is_flag=True, help="Print the answer of the HTTP API.")
def search(
    query: tuple[str, ...],
    limit: int,
    lang: str | None,
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
    request = SearchRequest(text, lang=lang, limit=limit, mode=mode, correct=not exact)
    result = engine.search(request)
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
        _print_hit(console, rank, hit, explain)


def _print_hit(console: Console, rank: int, hit: Hit, explain: bool) -> None:
    console.print(f"[dim]{rank}.[/] [bold]{escape(hit.article.title)}[/]")
    trail = " › ".join((*filter(None, hit.article.category.split("/")), *hit.heading))
    if trail:
        console.print(Padding(Text(trail, style="cyan"), (0, 3)))
    console.print(Padding(hit.snippet.wrap("[bold yellow]", "[/]", escape), (0, 3)))
    console.print(Padding(Text(hit.url, style="dim"), (0, 3)))
    if explain:
        console.print(Padding(Text(_explanation(hit), style="dim"), (0, 3)))
    console.print()


def _explanation(hit: Hit) -> str:
    why = hit.explanation
    signals = f"keyword {why.keyword:.3f}, passage {why.passage:.3f}, title {why.title:.3f}"
    pinned = ", pinned" if why.pinned else ""
    matched = f"; matched: {', '.join(hit.matched)}" if hit.matched else ""
    return f"score {hit.score:.3f} = {signals}{pinned}{matched}"
