"""``kb new``: an article to begin with, so that nobody starts from an empty file."""

from __future__ import annotations

from pathlib import Path

import click

from kb.config import load_config
from kb.drafts import blank, write_new


@click.command()
@click.argument("title")
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the article; the articles' where it is not given.",
)
def new(title: str, into: Path | None) -> None:
    """Start an article called TITLE: a draft with the headings to fill in.

    Prints the file's path. A file that is there is never overwritten.
    """
    folder = into or load_config().articles
    click.echo(str(write_new(folder, title, blank(title))))
