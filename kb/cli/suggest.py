"""``kb suggest``: what the contact form would offer for a message, in the terminal."""

from __future__ import annotations

import click

from kb.cli.console import remarks, results
from kb.cli.filters import check_filters
from kb.cli.search import print_hit
from kb.config import load_config
from search.engine import Engine
from search.suggest import shown


@click.command()
@click.argument("text", nargs=-1, required=True)
@click.option("--url", default="", help="The page on which the form stands.")
@click.option("--lang", help="Only articles in this language.")
@click.option("--product", help="Only articles about this product, or about none in particular.")
@click.option("--json", "json_wanted", is_flag=True, help="Print the answer of the HTTP API.")
def suggest(
    text: tuple[str, ...],
    url: str,  # noqa: ARG001 - as in the API, which takes the page and does not use it yet
    lang: str | None,
    product: str | None,
    json_wanted: bool,
) -> None:
    """Show what the contact form would offer for TEXT: few articles or none. Counts nowhere."""
    from webapp.answers import draft_request, suggest_answer  # Flask comes with it

    typed = " ".join(text)
    if not typed.strip():
        raise click.UsageError("the message is empty (type what a customer would write)")
    config = load_config()
    engine = Engine.open(config.data)
    check_filters(engine.snapshot, lang, product)
    wanted = draft_request(typed, lang, product)
    hits = shown(engine.search(wanted)) if wanted else ()
    if json_wanted:
        click.echo(suggest_answer(hits, config.site.prefix).model_dump_json())
        return
    for rank, hit in enumerate(hits, 1):
        print_hit(results(), rank, hit, explain=False)
    if not hits:
        remarks().print("Nothing would be offered: no article is likely enough to answer this.")
