"""``make bench``: one table from one run.

.venv/bin/python -m bench [--sets firefox,aws-docs] [--full] [--json FILE]
"""

from __future__ import annotations

import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import numpy as np

from bench.bootstrap import paired_bootstrap
from bench.figures import OURS, RRF, TXTAI, Compared, Run, SetFigures, WholeProcess
from bench.one_set import Place, bench_set
from bench.over_http import KB
from bench.processes import ROOT, wall_seconds
from bench.tables import as_markdown
from indexer.models import prepare_encoder

SETS = "firefox,stackfaq,hint3-curekart,hint3-sofmattress,aws-docs"
PEERS = ROOT / ".venv-peers" / "bin" / "python"
QUESTION = "how do I clear cookies"
TURNS = 5


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=ROOT.parent / "shared" / "data" / "eval",
    show_default="../shared/data/eval",
    help="Folder of sets, each with articles/, queries.jsonl and qrels.tsv.",
)
@click.option("--sets", default=SETS, show_default=True)
@click.option("--full", is_flag=True, help="Let txtai index large sets too, once: this takes long.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write all figures.")
def main(data: Path, sets: str, full: bool, json_file: Path | None) -> None:
    """Compare speed, size and quality with the peers in .venv-peers."""
    machine = _machine()
    sources = list(_present(data, sets.split(",")))
    peers = PEERS if PEERS.is_file() else None
    if peers is None:
        click.echo(f"no peers: {PEERS} is absent (run `make bench`)", err=True)
    with tempfile.TemporaryDirectory(prefix="kb-bench-") as folder:
        work = Path(folder)
        prepare_encoder("", work / "models")
        measured = []
        for source in sources:
            click.echo(f"{source.name} ...", err=True)
            place = Place(source, work / source.name, work / "models", peers, full)
            measured.append(bench_set(place))
        whole = _whole_process(work / sources[0].name / "data")
    run = Run(
        machine=machine,
        sets=tuple(measured),
        compared=tuple(_compared(measured)),
        whole_process=whole,
    )
    click.echo(as_markdown(run), nl=False)
    if json_file:
        json_file.write_text(run.model_dump_json(indent=1), encoding="utf-8")


def _present(data: Path, names: Sequence[str]) -> Iterator[Path]:
    """Folders of the sets that are there; the others are named."""
    there = [data / name for name in names if (data / name / "qrels.tsv").is_file()]
    for name in names:
        if data / name not in there:
            click.echo(f"{name} is left out: no qrels.tsv in {data / name}", err=True)
    if not there:
        raise click.UsageError(f"no set of judged queries in {data} (name its folder with --data)")
    yield from there


def _whole_process(data: Path) -> WholeProcess:
    """The two commands in turns, after one turn that fills the disk's cache."""
    search = [str(KB), "search", QUESTION]
    imported = [sys.executable, "-c", "import sentence_transformers"]
    turns = [
        (wall_seconds(search, KB_DATA=str(data)), wall_seconds(imported)) for _ in range(TURNS + 1)
    ]
    ours, theirs = map(statistics.median, zip(*turns[1:], strict=True))
    return WholeProcess(kb_search=ours, import_sentence_transformers=theirs)


def _compared(sets: Sequence[SetFigures]) -> Iterator[Compared]:
    """Against each other hybrid: set by set, all queries alike, all sets alike."""
    for other in (RRF, TXTAI):
        by_set = {
            one.name: np.asarray(one.ndcg[OURS]) - np.asarray(one.ndcg[other])
            for one in sets
            if one.ndcg.get(other)
        }
        groups = {name: [differences] for name, differences in by_set.items()}
        if len(by_set) > 1:
            groups["all queries"] = [np.concatenate(list(by_set.values()))]
            groups[f"mean of {len(by_set)} sets"] = list(by_set.values())
        for over, group in groups.items():
            yield Compared(other=other, over=over, difference=paired_bootstrap(group))


def _machine() -> str:
    """What the figures are measured on; other work slows peers that use all cores the most."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    name = next(models, platform.machine())
    python = platform.python_version()
    return f"{name}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before, Python {python}."


if __name__ == "__main__":
    main()
