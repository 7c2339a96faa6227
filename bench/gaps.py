"""Are gaps found? Articles that answer much are taken out, and every question is asked again.

    .venv/bin/python -m bench.gaps [--set firefox] [--taken 10] [--from 1] [--names]

A question is resolved if its article is in the first three hits, else it failed. An article counts
as found where, among the first 15 clusters, there is one of whose questions more than half belong
to it; "most often" asks only that no other article has as many of the cluster's questions. Beside
it stands plain k-means on the encoder's own vectors, its clusters by size.
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from sklearn.cluster import KMeans

from bench.processes import ROOT
from bench.sites import publish_site
from indexer.models import prepare_encoder
from kb.articles import parse_article
from kb.events import Surface
from kb.history_file import read_history
from kb.store.unresolved import Asked, Unresolved
from search.engine import Engine
from search.gaps import find, subject, text_of, texts_of, without_subject
from search.judgements import read_judged_set
from search.ranking import FloatArray
from search.results import SearchRequest

SEEN = 3
FIRST = 15
KMEANS = (15, 30, 60)
SEEDS = 3
NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asked, first in a search and perhaps then in a message, and what answers."""

    id: str
    texts: Mapping[str, str]
    answers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Trial:
    """Questions that failed while some articles were out, and the engine of the others."""

    engine: Engine
    taken: tuple[str, ...]
    failed: tuple[Unresolved, ...]
    answers: Mapping[str, frozenset[str]]

    def found(self, clusters: Sequence[Sequence[str]], share: float) -> set[str]:
        """Articles out of which more than ``share`` of a cluster of case ids comes, or most."""
        return set(filter(None, (self._owner(ids, share) for ids in clusters[:FIRST])))

    def _owner(self, ids: Sequence[str], share: float) -> str | None:
        counts = Counter(article for one in ids for article in self.answers[one])
        first, *others = counts.most_common(2)
        is_first = not others or others[0][1] < first[1]
        enough = first[0] in self.taken and first[1] > share * len(ids)
        return first[0] if is_first and enough else None


def questions(folder: Path, history: bool) -> tuple[Question, ...]:
    """The judged queries of a set, and what was resolved before them."""
    judged = read_judged_set(folder)
    found = []
    for query in judged.queries:
        answers = frozenset(
            name for name, one in judged.judgements.get(query.id, {}).items() if one
        )
        texts = {"text": query.text, "text_long": query.text_long or query.text}
        found.append(Question(query.id, texts, answers))
    past = folder / "feedback.jsonl"
    if history and past.is_file():
        found.extend(_older(past))
    return tuple(one for one in found if one.answers and one.texts["text"].strip())


def _older(past: Path) -> Iterator[Question]:
    """Each question once: one that several articles answered has a line for each."""
    answers: dict[str, set[str]] = defaultdict(set)
    for one in read_history(past.read_text(encoding="utf-8").splitlines(), past.name):
        if one.row:
            answers[one.row.query].add(one.row.article)
    for number, (text, articles) in enumerate(answers.items(), 1):
        texts = dict.fromkeys(("text", "text_long"), text)
        yield Question(f"past-{number}", texts, frozenset(articles))


def most_asked(asked: Sequence[Question], first: int, count: int) -> tuple[str, ...]:
    """The articles that answer most questions, from the first-th on."""
    counts = Counter(name for one in asked for name in one.answers)
    ordered = sorted(counts, key=lambda name: (-counts[name], name))
    return tuple(ordered[first - 1 : first - 1 + count])


def without(articles: Path, taken: Sequence[str], data: Path) -> Engine:
    """The engine of a help centre in which some articles are missing."""
    rest = data.with_name(f"{data.name}-articles")
    shutil.copytree(articles, rest)
    for path in rest.rglob("*.md"):
        read = parse_article(path.read_bytes(), path.name, "en", frozenset({"en"}))
        if getattr(getattr(read, "article", None), "slug", None) in taken:
            path.unlink()
    return Engine.open(publish_site(rest, data))


def replay(engine: Engine, asked: Sequence[Question], taken: tuple[str, ...], field: str) -> Trial:
    """Ask everything; what is not answered by the first three hits failed."""
    failed = []
    for one in asked:
        draft = field == "text_long"
        ranked = engine.rank(SearchRequest(one.texts[field], draft=draft))
        names = [engine.snapshot.articles[row].slug for row in ranked.rows]
        if one.answers.isdisjoint(names[:SEEN]):
            surface: Surface = "suggest" if draft else "portal"
            listed = Asked(one.texts[field], surface, "en", tuple(names))
            failed.append(Unresolved(one.id, one.id, NOW, "failed", draft, (listed,)))
    return Trial(engine, taken, tuple(failed), {one.id: one.answers for one in asked})


def vectors_of(trial: Trial) -> FloatArray:
    """The encoder's own, by text."""
    encoder = trial.engine.encoder
    assert encoder
    return np.asarray([encoder.encode_query(text) for text in texts_of(trial.failed)])


def ours(trial: Trial, vectors: FloatArray) -> list[list[str]]:
    """Case ids of each cluster, as ``kb gaps`` lists them."""
    centre = subject(trial.engine.snapshot.title_vectors.vectors())
    found = find(trial.failed, without_subject(texts_of(trial.failed), vectors, centre))
    return [[case.case for case in one.cases] for one in found]


def kmeans(trial: Trial, vectors: FloatArray, k: int, seed: int) -> list[list[str]]:
    """Case ids of each cluster, largest first."""
    row_of = dict(zip(texts_of(trial.failed), range(len(vectors)), strict=True))
    points = vectors[[row_of[text_of(one.asked[0])] for one in trial.failed]]
    labels = KMeans(min(k, len(vectors)), n_init=3, random_state=seed).fit_predict(points)
    members: dict[int, list[str]] = defaultdict(list)
    for one, label in zip(trial.failed, labels, strict=True):
        members[int(label)].append(one.case)
    return sorted(members.values(), key=lambda ids: (-len(ids), ids))


def row(trial: Trial) -> Iterator[str]:
    """Found by majority, and most often, by us and by k-means."""
    vectors = vectors_of(trial)
    clusters = ours(trial, vectors)
    yield f"{len(trial.failed):,}"
    yield _both([clusters], trial)
    for k in KMEANS:
        yield _both([kmeans(trial, vectors, k, seed) for seed in range(SEEDS)], trial)


def _both(runs: Sequence[Sequence[Sequence[str]]], trial: Trial) -> str:
    numbers = [np.mean([len(trial.found(one, share)) for one in runs]) for share in (0.5, 0.0)]
    return " / ".join(re.sub(r"\.0$", "", f"{number:.1f}") for number in numbers)


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=ROOT.parent / "shared" / "data" / "eval",
    show_default="../shared/data/eval",
)
@click.option("--set", "name", default="firefox", show_default=True)
@click.option("--taken", default=10, show_default=True, help="Articles that are taken out.")
@click.option("--from", "first", default=1, show_default=True, help="Rank of the first of them.")
@click.option("--names", is_flag=True, help="Also say which articles are found, and where.")
def main(data: Path, name: str, taken: int, first: int, names: bool) -> None:
    """Print a table: found by more than half of a cluster's questions / by most often."""
    with tempfile.TemporaryDirectory(prefix="kb-bench-") as folder:
        work = Path(folder)
        prepare_encoder("", work / "models")
        means = " | ".join(f"k-means, {k}" for k in KMEANS)
        click.echo(f"| {name} | failed | kb gaps | {means} |\n|---|---|---|" + "---|" * len(KMEANS))
        past = (data / name / "feedback.jsonl").is_file()
        for history in (False, True) if past else (False,):
            asked = questions(data / name, history)
            out = most_asked(asked, first, taken)
            engine = without(data / name / "articles", out, work / f"data-{history}")
            for field in ("text", "text_long") if _has_long(asked) else ("text",):
                trial = replay(engine, asked, out, field)
                label = f"{field}, {len(asked):,} questions"
                click.echo(f"| {label} | " + " | ".join(row(trial)) + " |")
                if names:
                    _name(trial)


def _has_long(asked: Sequence[Question]) -> bool:
    return any(one.texts["text"] != one.texts["text_long"] for one in asked)


def _name(trial: Trial) -> None:
    """Each of the first clusters, its size, and what answers its questions."""
    by_id = {one.case: one for one in trial.failed}
    for rank, ids in enumerate(ours(trial, vectors_of(trial))[:FIRST], 1):
        counts = Counter(article for one in ids for article in trial.answers[one])
        out = ", ".join(
            f"{'*' if article in trial.taken else ''}{article} {number}"
            for article, number in counts.most_common(3)
        )
        click.echo(f"{rank:2} {len(ids):3}  {out}  | {by_id[ids[0]].asked[0].query[:60]!r}")


if __name__ == "__main__":
    main()
