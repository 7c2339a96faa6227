"""The filters of the commands that search: a misspelt one is an error, as over HTTP."""

from __future__ import annotations

import click

from indexer.snapshot import Snapshot


def check_filters(snapshot: Snapshot, lang: str | None, product: str | None) -> None:
    """UsageError where no article has the language, or names the product."""
    articles = snapshot.articles
    _check("--lang", lang, {one.lang for one in articles}, "has this language")
    _check("--product", product, {one for each in articles for one in each.products}, "names it")


def _check(option: str, value: str | None, known: set[str], does: str) -> None:
    if value is not None and value not in known:
        names = ", ".join(sorted(known)) or "none is known"
        raise click.UsageError(f"{option} {value!r}: no article {does} (use one of: {names})")
