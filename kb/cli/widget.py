"""``kb widget``: what a product team puts on its pages, and what that weighs."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from html import escape

import click
from rich.table import Table

from kb.cli.console import remarks, results
from kb.config import Config, load_config

LOCAL = "http://127.0.0.1:8000"


@dataclass(frozen=True, slots=True)
class Listed:
    """A file that a product page may load: sizes in bytes, ``integrity`` for its tag."""

    name: str
    url: str
    bytes: int
    gzip_bytes: int
    integrity: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What the command prints; ``tag`` follows each release, ``pinned`` is for one alone."""

    version: str
    tag: str
    pinned: str
    files: tuple[Listed, ...]


@click.command()
@click.option("--json", "json_wanted", is_flag=True, help="Print everything as JSON.")
def widget(json_wanted: bool) -> None:
    """Print the script tag for product pages, and every file behind it with its digest."""
    config = load_config()
    shown = _shown(config)
    if json_wanted:
        click.echo(json.dumps(asdict(shown), indent=2))
        return
    click.echo(f"{shown.tag}\n")
    click.echo(f"This version alone, checked by the browser:\n{shown.pinned}\n")
    results().print(_table(shown))
    if not config.site.base_url:
        remarks().print(f"Addresses begin with {LOCAL} until base_url under \\[site] says yours.")
    if not config.widget.origins:
        remarks().print("No other site may show it yet: name yours in origins under \\[widget].")


def _shown(config: Config) -> Shown:
    from webapp.widget_files import compose_alone  # Flask comes with it

    files = compose_alone(config)
    base = config.site.base_url or LOCAL
    folder = f"{base}/widget/{files.version}"
    listed = tuple(
        Listed(one.name, f"{folder}/{one.name}", len(one.data), one.gzip_bytes, one.integrity)
        for one in files.by_name.values()
    )
    loader = listed[0]
    pinned = (
        f'<script async src="{escape(loader.url)}" integrity="{loader.integrity}"'
        ' crossorigin="anonymous" data-kb></script>'
    )
    tag = f'<script async src="{escape(base)}/widget.js" data-kb></script>'
    return Shown(files.version, tag, pinned, listed)


def _table(shown: Shown) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("file", "bytes", "gzip", "integrity"):
        table.add_column(name, justify="right" if name in {"bytes", "gzip"} else "left")
    for one in shown.files:
        row = (one.name, f"{one.bytes:,}", f"{one.gzip_bytes:,}", one.integrity)
        table.add_row(*row)
    return table
