"""How well can gaps be found at all? No better than questions that are alike are answered alike.

    .venv/bin/python -m bench.gap_labels [--set firefox] [--from 1] [--field text]

Prints of how many pairs of like questions both have an article in common that answers them, and
how many missing articles ``kb gaps`` finds, as bench.gaps counts; then both once more with a share
of the answers exchanged for those of questions drawn by chance, which is what unsure labels are.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
import numpy as np

from bench.gaps import Trial, most_asked, ours, questions, replay, vectors_of, without
from bench.processes import ROOT
from indexer.models import prepare_encoder
from search.ranking import FloatArray, IntArray

ALIKE = 0.7
"""Cosine of the encoder's own vectors from which two questions are alike."""
SHARES = (0.0, 0.3, 0.4, 0.5)
TAKEN = 10
DRAWS = 20

Answers = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Alike:
    """Questions that mean nearly the same: ids, and pairs of rows, shape (pairs, 2)."""

    ids: Sequence[str]
    pairs: IntArray

    @classmethod
    def of(cls, ids: Sequence[str], vectors: FloatArray) -> Alike:
        """Pairs of unit vectors, shape (ids, dimensions), at ``ALIKE`` or more."""
        return cls(ids, np.argwhere(np.triu(vectors @ vectors.T >= ALIKE, 1)))

    def agreement(self, answers: Answers) -> float:
        """Share of the pairs that have an answer in common."""
        both = [(answers[self.ids[one]], answers[self.ids[two]]) for one, two in self.pairs]
        return float(np.mean([not first.isdisjoint(second) for first, second in both]))


def exchanged(answers: Answers, share: float, seed: int) -> dict[str, frozenset[str]]:
    """Answers, a share of them those of another question."""
    chance = np.random.default_rng(seed)
    known = list(answers.values())
    return {
        id_: known[chance.integers(len(known))] if chance.random() < share else one
        for id_, one in answers.items()
    }


def figures(trial: Trial, alike: Alike) -> Iterator[str]:
    """For each share of exchanged answers: articles found (and how many pairs agree)."""
    clusters = ours(trial, vectors_of(trial))
    for share in SHARES:
        drawn = [exchanged(trial.answers, share, seed) for seed in range(DRAWS if share else 1)]
        found = [len(replace(trial, answers=one).found(clusters, 0.5)) for one in drawn]
        agree = np.mean([alike.agreement(one) for one in drawn])
        yield f"{np.mean(found):.1f} ({agree:.0%})"


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=ROOT.parent / "shared" / "data" / "eval",
    show_default="../shared/data/eval",
)
@click.option("--set", "name", default="firefox", show_default=True)
@click.option("--from", "first", default=1, show_default=True, help="Rank of the first one out.")
@click.option("--field", default="text", show_default=True, help="text or text_long.")
def main(data: Path, name: str, first: int, field: str) -> None:
    """Print a table: articles found (like questions with an answer in common)."""
    with tempfile.TemporaryDirectory(prefix="kb-bench-") as folder:
        work = Path(folder)
        prepare_encoder("", work / "models")
        asked = questions(data / name, history=False)
        out = most_asked(asked, first, TAKEN)
        engine = without(data / name / "articles", out, work / "data")
        assert engine.encoder
        vectors = [engine.encoder.encode_query(one.texts[field]) for one in asked]
        alike = Alike.of([one.id for one in asked], np.asarray(vectors))
        shares = " | ".join(f"{share:.0%} exchanged" for share in SHARES)
        click.echo(f"| {name}, {field} | like pairs | {shares} |\n|---|---|" + "---|" * len(SHARES))
        cells = " | ".join(figures(replay(engine, asked, out, field), alike))
        click.echo(f"| {len(asked):,} questions | {len(alike.pairs):,} | {cells} |")


if __name__ == "__main__":
    main()
