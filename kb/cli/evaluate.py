"""``kb evaluate``: how good search is, on judged queries."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import get_args

import click
from rich.table import Table

from indexer.snapshot import Snapshot
from kb.cli.console import results
from kb.cli.progress import shown_progress
from kb.config import load_config
from search.engine import Engine
from search.evaluate import (
    Answered,
    Evaluation,
    Surface,
    TextField,
    Trial,
    run,
)
from search.judgements import JudgedSet, read_judged_set, unanswered, unasked
from search.results import Mode


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--mode", default="hybrid", show_default=True, type=click.Choice(get_args(Mode)))
@click.option("--field", default="text", show_default=True, type=click.Choice(get_args(TextField)))
@click.option(
    "--surface",
    default="search",
    show_default=True,
    type=click.Choice(get_args(Surface)),
    help="suggest: also what the contact form would offer.",
)
@click.option("--no-memory", is_flag=True, help="Leave out what was learned from resolutions.")
@click.option("--run", "run_file", type=click.Path(path_type=Path), help="Write a line a query.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def evaluate(
    folder: Path,
    mode: Mode,
    field: TextField,
    surface: Surface,
    no_memory: bool,
    run_file: Path | None,
    as_json: bool,
) -> None:
    """Search the judged queries in FOLDER (queries.jsonl, qrels.tsv) in the active snapshot."""
    judged = read_judged_set(folder)
    engine = Engine.open(load_config().data)
    _note_unknown(judged, engine.snapshot, str(folder))
    with shown_progress() as progress:
        on_done = progress.step("Searching", len(judged.queries))
        trial = Trial(mode, field, memory=not no_memory, surface=surface)
        evaluation, answered = run(engine, judged, trial, on_done)
    if run_file:
        _write_run(run_file, answered)
    if as_json:
        click.echo(evaluation.model_dump_json(by_alias=True))
    else:
        _print(evaluation)


def _note_unknown(judged: JudgedSet, snapshot: Snapshot, folder: str) -> None:
    """One line, as the judgements of another help centre may all be so."""
    names = {article.name(snapshot.manifest.site_lang) for article in snapshot.articles}
    notes = list(chain(unasked(judged, folder), unanswered(judged, names, folder)))
    if notes:
        more = len(notes) - 1
        others = f", and {more:,} more {'line' if more == 1 else 'lines'} like this" if more else ""
        click.echo(f"{notes[0]}{others}", err=True)


def _write_run(path: Path, answered: tuple[Answered, ...]) -> None:
    path.write_text("".join(f"{one.line()}\n" for one in answered), encoding="utf-8")


def _print(evaluation: Evaluation) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in evaluation.model_dump(by_alias=True).items():
        shown = ", ".join(f"{k} {v}" for k, v in value.items()) if name == "latency_ms" else value
        table.add_row(name, "-" if shown is None else str(shown))
    results().print(table)
