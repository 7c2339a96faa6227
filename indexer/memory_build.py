"""Writing a memory: built aside, verified, and only then pointed at, as a snapshot is."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexer.classifier import (
    TRAINING,
    Examples,
    FloatArray,
    IntArray,
    Training,
    own_examples,
    train,
)
from indexer.evidence import Case
from indexer.manifest import (
    ID_DIGITS,
    MANIFEST,
    MEMORY_FORMAT,
    MemoryManifest,
    file_hashes,
    fsync,
    sha256_of_file,
    write_manifest,
)
from indexer.memory import CASE, MEMORY, NAMES, SAID, ResolutionMemory
from indexer.pointer import PARTIAL, activate, ids_in
from indexer.records import write_records
from indexer.snapshot import Snapshot
from indexer.vectors import VectorIndex

NEAREST_CASES = 10
"""Cases whose mean cosine says how much experience there is with an article."""
BATCH = 4_096


@dataclass(frozen=True, slots=True)
class Lessons:
    """Cases that count, with their queries' unit vectors, shape (cases, dimensions).

    ``said`` is all that was looked at, as ``indexer.evidence.said``.
    """

    cases: tuple[Case, ...]
    vectors: FloatArray
    said: Collection[str]
    training: Training = TRAINING


def write_memory(lessons: Lessons, snapshot: Snapshot, data: Path) -> ResolutionMemory:
    """Train on the cases and on a snapshot's articles; a memory on disk, not yet active."""
    (data / MEMORY).mkdir(parents=True, exist_ok=True)
    for old in (data / MEMORY).glob(f"*{PARTIAL}"):
        shutil.rmtree(old, ignore_errors=True)
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%d-%H%M%S-%f")[:-3]
    partial = data / MEMORY / f"{stamp}{PARTIAL}"
    partial.mkdir()
    _write_files(lessons, snapshot, partial)
    sha256 = write_manifest(partial, _manifest(lessons, snapshot, partial))
    folder = partial.with_name(f"{stamp}-{sha256[:ID_DIGITS]}")
    partial.rename(folder)
    fsync(folder.parent)
    return ResolutionMemory.open(folder, sha256)


def _write_files(lessons: Lessons, snapshot: Snapshot, folder: Path) -> None:
    site_lang = snapshot.manifest.site_lang
    names = tuple(article.name(site_lang) for article in snapshot.articles)
    row_of = {name: row for row, name in enumerate(names)}
    articles = np.asarray([row_of[case.article] for case in lessons.cases], dtype=np.int64)
    weights = np.asarray([case.weight for case in lessons.cases], dtype=np.float32)
    titles, texts = snapshot.title_vectors.vectors(), snapshot.passage_vectors.vectors()
    first = snapshot.first_passages
    good = weights > 0
    taught = Examples(lessons.vectors[good], articles[good], weights[good])
    own = own_examples(titles, texts, first, lessons.training.own_weight)
    model = train(taught, own, len(names), lessons.training)
    np.savez(
        folder / "tables.npz",
        article=articles,
        weight=weights,
        largest=np.asarray([case.largest for case in lessons.cases], dtype=np.float32),
        voice=np.unique([case.sources[0] for case in lessons.cases], return_inverse=True)[1],
        experience=experience(lessons.vectors, titles, texts, first),
        model_weights=model.weights,
        model_bias=model.bias,
    )
    VectorIndex.clustered(lessons.vectors).save(folder / "cases.faiss")
    write_records(folder / "cases", map(CASE.dump_json, lessons.cases))
    (folder / "articles.json").write_bytes(NAMES.dump_json(names))
    (folder / "said.json").write_bytes(SAID.dump_json(frozenset(lessons.said)))


def experience(
    cases: FloatArray, titles: FloatArray, texts: FloatArray, first: IntArray
) -> FloatArray:
    """Mean cosine of each article and its nearest cases, shape (articles,).

    Shapes: (cases, dimensions), (articles, dimensions), (passages, dimensions), (articles,). The
    cosine of a case and an article is that of the article's best passage, or its title's.
    """
    nearest = np.full((len(titles), 0), -1, dtype=np.float32)
    for start in range(0, len(cases), BATCH):
        some = cases[start : start + BATCH].T
        best = np.maximum(np.maximum.reduceat(texts @ some, first, axis=0), titles @ some)
        nearest = np.hstack([nearest, best])
        if nearest.shape[1] > NEAREST_CASES:
            nearest = np.partition(nearest, -NEAREST_CASES, axis=1)[:, -NEAREST_CASES:]
    return np.asarray(nearest.mean(axis=1), dtype=np.float32)


def _manifest(lessons: Lessons, snapshot: Snapshot, folder: Path) -> MemoryManifest:
    assert snapshot.manifest.recipe
    return MemoryManifest(
        format=MEMORY_FORMAT,
        created=dt.datetime.now(dt.UTC),
        files=file_hashes(folder),
        snapshot=snapshot.id,
        recipe=snapshot.manifest.recipe,
        cases=sum(len(case.sources) for case in lessons.cases),
        articles=len({case.article for case in lessons.cases}),
    )


def activate_memory(data: Path, memory: ResolutionMemory) -> None:
    """Let search use a memory from now on, and remove every other: what was deleted is in them."""
    folder = data / MEMORY / memory.id
    activate(data / MEMORY, memory.id, sha256_of_file(folder / MANIFEST))
    for other in ids_in(data / MEMORY):
        if other != memory.id:
            remove_memory(data, other)


def remove_memory(data: Path, memory_id: str) -> None:
    """Remove one that is not active."""
    shutil.rmtree(data / MEMORY / memory_id, ignore_errors=True)


def forget(data: Path) -> None:
    """Remove every memory: search goes on without."""
    shutil.rmtree(data / MEMORY, ignore_errors=True)
