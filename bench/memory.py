"""What each part of the memory contributes: one change at a time, on the same questions.

.venv/bin/python -m bench.memory [--data ../shared/data/eval]
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np

from bench.processes import ROOT
from bench.sites import publish_site
from indexer.classifier import TRAINING, Training
from indexer.evidence import HALF_LIFE, said, weigh
from indexer.memory_build import Lessons, forget, write_memory
from indexer.models import prepare_encoder
from kb.events import Resolution
from kb.history_file import read_history
from search.engine import Engine
from search.evaluate import TextField, Trial, run
from search.judgements import read_judged_set
from search.voting import CHOSEN, Ramp, Tuning

NEVER = dt.timedelta(days=1_000_000)
ALWAYS = Ramp(-2.0, -1.0)
OTHERS = ("stackfaq", "hint3-curekart")


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to learn and to vote."""

    name: str
    training: Training = TRAINING
    tuning: Tuning = CHOSEN
    half_life: dt.timedelta = HALF_LIFE


def variants() -> Iterator[Variant]:
    """The method, and the method with one part changed."""
    change = dataclasses.replace
    yield Variant("the method")
    yield Variant("no similar cases: the model alone", tuning=change(CHOSEN, prior_count=1e9))
    yield Variant("no model: similar cases alone", tuning=change(CHOSEN, prior_count=1e-9))
    wide = change(CHOSEN, prior_count=1e-9, sharpness=0.2)
    yield Variant("no model, and less similar cases count", tuning=wide)
    yield Variant("no prior: nothing is common", training=Training(prior=False))
    yield Variant("no decay", half_life=NEVER)
    yield Variant("half-life 250 days", half_life=dt.timedelta(days=250))
    yield Variant("hardly any shrinkage (C = 100)", training=Training(penalty=100.0))
    yield Variant("strong shrinkage (C = 0.5)", training=Training(penalty=0.5))
    yield Variant("articles' own texts weigh 0.02", training=Training(own_weight=0.02))
    trusting = change(CHOSEN, closeness=ALWAYS, experience=ALWAYS)
    yield Variant("always trusted", tuning=trusting)
    yield Variant("trusted by closeness alone", tuning=change(CHOSEN, experience=ALWAYS))
    yield Variant("trusted by experience alone", tuning=change(CHOSEN, closeness=ALWAYS))
    yield Variant("half as strong", tuning=change(CHOSEN, strength=CHOSEN.strength / 2))


@dataclass(frozen=True, slots=True)
class Site:
    """A published help centre and what it learns from."""

    data: Path
    past: tuple[Resolution, ...]

    def engine(self, variant: Variant) -> Engine:
        """The site's engine with a memory made in one way."""
        engine = Engine.open(self.data)
        encoder = engine.encoder
        assert encoder
        cases = weigh(self.past, lambda name: name, variant.half_life)
        vectors = np.asarray([encoder.encode_query(case.query) for case in cases])
        lessons = Lessons(cases, vectors, frozenset(map(said, self.past)), variant.training)
        memory = write_memory(lessons, engine.snapshot, self.data)
        remembering = engine.with_memory(memory, variant.tuning)
        forget(self.data)
        return remembering


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=ROOT.parent / "shared" / "data" / "eval",
    show_default="../shared/data/eval",
)
def main(data: Path) -> None:
    """Print a table: nDCG@10 of firefox, alone and beside two sets that have no history."""
    with tempfile.TemporaryDirectory(prefix="kb-bench-") as folder:
        alone, together = _sites(data, Path(folder))
        click.echo(
            "| | text | drafts | text, three sites | FAQ | chat A |\n|---|---|---|---|---|---|"
        )
        _row("without memory", Engine.open(alone.data), Engine.open(together.data), data)
        for variant in variants():
            _row(variant.name, alone.engine(variant), together.engine(variant), data)


def _sites(data: Path, work: Path) -> tuple[Site, Site]:
    prepare_encoder("", work / "models")
    lines = (data / "firefox" / "feedback.jsonl").read_text(encoding="utf-8").splitlines()
    past = tuple(
        Resolution(one.row.query, one.row.article, one.row.at, 1.0, f"import:{one.line}")
        for one in read_history(lines, "feedback.jsonl")
        if one.row
    )
    mixed = work / "mixed"
    for name in ("firefox", *OTHERS):
        shutil.copytree(data / name / "articles", mixed / name)
    return (
        Site(publish_site(data / "firefox" / "articles", work / "alone"), past),
        Site(publish_site(mixed, work / "together"), past),
    )


def _row(name: str, alone: Engine, together: Engine, data: Path) -> None:
    figures = [
        _ndcg(alone, data / "firefox", "text"),
        _ndcg(alone, data / "firefox", "text_long"),
        _ndcg(together, data / "firefox", "text"),
        *(_ndcg(together, data / other, "text") for other in OTHERS),
    ]
    click.echo(f"| {name} | " + " | ".join(f"{one:.3f}".lstrip("0") for one in figures) + " |")


def _ndcg(engine: Engine, folder: Path, field: TextField) -> float:
    judged = read_judged_set(folder)
    found, _ = run(engine, judged, Trial(field=field), lambda: None)
    return found.ndcg_10


if __name__ == "__main__":
    main()
