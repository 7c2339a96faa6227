"""All systems on one set of judged queries."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from bench.figures import BM25S, HTTP, OURS, RRF, TXTAI, WHOOSH, Publishes, Row, SetFigures
from bench.fusion import reciprocal_rank_fusion
from bench.measured import ARTICLES, PASSAGES, Indexed, Measured
from bench.processes import run
from bench.publishing import Published
from bench.txtai_index import txtai_index
from indexer.passages import embedding_text
from indexer.pointer import open_current
from search.judgements import JudgedSet, read_judged_set
from search.metrics import measure

PYTHON = Path(sys.executable)
EDIT = "\n\nOne more sentence, to see what an edit costs.\n"


@dataclass(frozen=True)
class Place:
    """Where one set is measured; ``peers`` is the peers' Python, None without them."""

    source: Path
    work: Path
    models: Path
    peers: Path | None
    full: bool

    @property
    def data(self) -> Path:
        """KB_DATA of the set."""
        return self.work / "data"

    @property
    def articles(self) -> Path:
        """A copy that may be edited."""
        return self.work / "articles"

    @property
    def passages(self) -> Path:
        """JSON lines that every peer indexes."""
        return self.work / "passages.jsonl"

    @property
    def queries(self) -> Path:
        """A JSON list of texts."""
        return self.work / "queries.json"

    @cached_property
    def judged(self) -> JudgedSet:
        """Queries and judgements."""
        return read_judged_set(self.source)


@dataclass(frozen=True, slots=True)
class System:
    """How one system did: its rankings, and its row but for nDCG."""

    row: Row
    rankings: Sequence[Sequence[str]]


def bench_set(place: Place) -> SetFigures:
    """Publish, ask every system every query, edit, publish again."""
    _prepare(place)
    first, first_wall = _publish(place)
    _write_inputs(place)
    systems = [*_ours(place, first), _whoosh(place), *_peers(place)]
    _edit(place.articles)
    second, second_wall = _publish(place)
    ndcg = {one.row.system: _ndcg(one.rankings, place.judged) for one in systems}
    return SetFigures(
        name=place.source.name,
        queries=len(place.judged.queries),
        judged=len(ndcg[OURS]),
        publishes=Publishes(
            first=first, second=second, first_wall=first_wall, second_wall=second_wall
        ),
        rows=tuple(_with_ndcg(one.row, ndcg) for one in systems),
        ndcg=ndcg,
    )


def _prepare(place: Place) -> None:
    """An empty data folder with the exported model, and articles that may be written to."""
    place.data.mkdir(parents=True)
    (place.data / "models").symlink_to(place.models)
    source = place.source / "articles"
    for path in filter(Path.is_file, source.rglob("*")):
        copy = place.articles / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)


def _publish(place: Place) -> tuple[Published, float]:
    started = time.perf_counter()
    published = run(Published, PYTHON, "publishing", place.data, place.articles)
    return published, time.perf_counter() - started


def _write_inputs(place: Place) -> None:
    """What every system is given: the texts that our encoder read, and the queries."""
    snapshot = open_current(place.data)
    names = [article.name(snapshot.manifest.site_lang) for article in snapshot.articles]
    with place.passages.open("w", encoding="utf-8") as file:
        for passage in map(snapshot.passage, range(snapshot.passage_count)):
            title = snapshot.articles[passage.article].title
            row = {"article": names[passage.article], "text": embedding_text(title, passage)}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    texts = [query.text for query in place.judged.queries]
    place.queries.write_text(json.dumps(texts), encoding="utf-8")


def _edit(articles: Path) -> None:
    """Add a sentence to the article of middle size."""
    files = sorted(articles.rglob("*.md"), key=lambda path: path.stat().st_size)
    with files[len(files) // 2].open("a", encoding="utf-8") as file:
        file.write(EDIT)


def _ours(place: Place, published: Published) -> Iterator[System]:
    """Our search in process and over HTTP, and what fusing its two signals by rank would give."""
    hybrid = ("engine", place.data, place.queries, "hybrid", ARTICLES)
    yield _measured(OURS, PYTHON, hybrid, published.indexed)
    yield _measured(HTTP, PYTHON, ("over_http", place.data, place.queries), None)
    single = [
        run(Measured, PYTHON, "engine", place.data, place.queries, mode, PASSAGES).rankings
        for mode in ("keyword", "vector")
    ]
    fused = [reciprocal_rank_fusion(pair) for pair in zip(*single, strict=True)]
    for name, rankings in zip(("kb, keywords only", "kb, vectors only"), single, strict=True):
        yield System(Row(system=name), rankings)
    yield System(Row(system=RRF), fused)


def _whoosh(place: Place) -> System:
    index = open_current(place.data).folder / "keyword" / "whoosh"
    command = ("whoosh_searcher", index, place.passages, place.queries)
    return _measured(WHOOSH, PYTHON, command, None)


def _peers(place: Place) -> Iterator[System]:
    """Systems in an environment of their own."""
    if place.peers is None:
        return
    inputs, bm25 = (place.passages, place.queries), place.work / "bm25s"
    pace = run(Indexed, place.peers, "peers.bm25", "index", place.passages, bm25)
    yield _measured(BM25S, place.peers, ("peers.bm25", "search", bm25, *inputs), pace)
    txtai = txtai_index(place.peers, place.passages, place.work / "txtai", place.full)
    if txtai.folder is None:
        yield System(_row(TXTAI, txtai.pace), [])
        return
    command = ("peers.txtai_hybrid", "search", txtai.folder, *inputs)
    yield _measured(TXTAI, place.peers, command, txtai.pace)


def _measured(name: str, python: Path, command: tuple[object, ...], pace: Indexed | None) -> System:
    started = time.time()
    module, *arguments = command
    measured = run(Measured, python, str(module), *arguments)
    p50, p95 = np.percentile(measured.milliseconds, [50, 95])
    row = _row(name, pace).model_copy(
        update={
            "p50": float(p50),
            "p95": float(p95),
            "start": measured.first_answer - started,
            "memory": measured.memory,
        }
    )
    return System(row, measured.rankings)


def _row(name: str, pace: Indexed | None) -> Row:
    return Row(system=name, indexed_a_second=pace.passages / pace.seconds if pace else None)


def _ndcg(rankings: Sequence[Sequence[str]], judged: JudgedSet) -> list[float]:
    """nDCG@10 of each judged query; empty where the system was not asked."""
    if not rankings:
        return []
    return [
        measure(ranking, judged.judgements[query.id]).ndcg_10
        for query, ranking in zip(judged.queries, rankings, strict=True)
        if query.id in judged.judgements
    ]


def _with_ndcg(row: Row, ndcg: Mapping[str, Sequence[float]]) -> Row:
    values = ndcg[row.system]
    return row.model_copy(update={"ndcg_10": float(np.mean(values)) if values else None})
