"""``kb publish``: articles in, served snapshot out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

import click

from indexer.publish import Report
from indexer.publish import publish as publish_content
from indexer.source import read_folder
from kb.articles import Fragment
from kb.cli.learn import learn_after_publish
from kb.cli.progress import shown_progress
from kb.config import load_config
from kb.errors import Finding
from search.titles import check_titles


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--quiet", is_flag=True, help="Do not print notes.")
def publish(folder: Path | None, as_json: bool, quiet: bool) -> None:
    """Build a snapshot of the articles in FOLDER, verify it, and let it be served.

    FOLDER defaults to KB_ARTICLES, else articles/. Only what changed is rendered and encoded
    again. A publish that fails changes nothing.
    """
    config = load_config()
    content = read_folder(folder or config.articles, config.site, config.limits)
    with shown_progress() as progress:
        report = publish_content(content, config, check_titles, progress)
    if not quiet:
        _print_notes(report)
    click.echo(_as_json(report) if as_json else _as_text(report))
    learn_after_publish(config)


def _print_notes(report: Report) -> None:
    for line in (*_left_out(report.left_out), *_grouped(report.notes)):
        click.echo(line, err=True)
    if report.keyword_only:
        click.echo(f"Keyword search only: {report.keyword_only}", err=True)


def _left_out(fragments: Iterable[Fragment]) -> Iterable[str]:
    """Every file that is no article, under its reason."""
    ordered = sorted(fragments, key=lambda one: (one.reason, one.path))
    for reason, group in groupby(ordered, key=lambda one: one.reason):
        yield f"Left out ({reason}):"
        yield from (f"  {one.path}" for one in group)


def _grouped(notes: Iterable[Finding]) -> Iterable[str]:
    """One line for the same note in many files, at its first place."""
    places: dict[tuple[str, str], list[Finding]] = {}
    for note in notes:
        places.setdefault((note.what, note.remedy), []).append(note)
    for group in places.values():
        more = f", and {len(group) - 1} more" if len(group) > 1 else ""
        yield f"{group[0]}{more}"


def _as_text(report: Report) -> str:
    languages = ", ".join(report.languages)
    return (
        f"Published {report.snapshot}: {report.articles:,} articles ({languages}), "
        f"{report.passages:,} passages, {report.encoded:,} encoded, {report.seconds:.1f} s"
    )


def _as_json(report: Report) -> str:
    return json.dumps(asdict(report), ensure_ascii=False)
