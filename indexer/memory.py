"""What was learned from past cases, read from disk: the nearest cases and the learned model.

A memory is built beside the snapshots and has a pointer of its own, so that learning never touches
what is published. It names articles, not rows: it serves every snapshot with the same recipe.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter

from indexer.classifier import Classifier, FloatArray, IntArray
from indexer.evidence import Case
from indexer.manifest import MemoryManifest, read_verified
from indexer.pointer import pointed
from indexer.records import Records
from indexer.vectors import VectorIndex
from kb.errors import DamagedSnapshotError

MEMORY = "memory"
CASE = TypeAdapter(Case)
NAMES = TypeAdapter(tuple[str, ...])
SAID = TypeAdapter(frozenset[str])

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tables:
    """What a memory compares a query with.

    Of each case: ``article``, its index in the names; ``weight`` and ``largest`` as in
    ``indexer.evidence.Case``; ``voice``, equal where the newest in it is the same visitor's case;
    all of shape (cases,). Of each article: ``experience``, the mean
    cosine of the cases nearest to its text, shape (articles,), and the model's rows.
    """

    article: IntArray
    weight: FloatArray
    largest: FloatArray
    voice: IntArray
    experience: FloatArray
    model: Classifier


class ResolutionMemory:
    """A memory that has been checked against its manifest."""

    def __init__(self, folder: Path, manifest: MemoryManifest) -> None:
        self.id = folder.name
        self.manifest = manifest
        self.names = NAMES.validate_json((folder / "articles.json").read_bytes())
        self.cases = VectorIndex.open(folder / "cases.faiss")
        self.tables = read_tables(folder)
        self._folder = folder
        self._cases = Records(folder / "cases")

    @classmethod
    def open(cls, folder: Path, sha256: str | None = None) -> ResolutionMemory:
        """Verify and open; DamagedSnapshotError names the file that is not what it was."""
        return cls(folder, read_verified(folder, MemoryManifest, sha256))

    def case(self, row: int) -> Case:
        """One case by its row."""
        return CASE.validate_json(self._cases[row])

    def said(self) -> frozenset[str]:
        """Everything that was looked at, as ``indexer.evidence.said``, also what did not count."""
        return SAID.validate_json((self._folder / "said.json").read_bytes())


def read_tables(folder: Path) -> Tables:
    """The tables of a memory's folder."""
    with np.load(folder / "tables.npz") as stored:
        return Tables(
            article=stored["article"],
            weight=stored["weight"],
            largest=stored["largest"],
            voice=stored["voice"],
            experience=stored["experience"],
            model=Classifier(stored["model_weights"], stored["model_bias"]),
        )


def open_memory(data: Path) -> ResolutionMemory | None:
    """The active memory; None where nothing was learned, or what was is damaged (which is logged).

    Search is good without it, so nothing is refused because of it.
    """
    found = pointed(data / MEMORY)
    if found is None:
        return None
    try:
        return ResolutionMemory.open(data / MEMORY / found.id, found.sha256)
    except DamagedSnapshotError as error:
        log.error("search does without memory: %s", error)
    except Exception as error:  # noqa: BLE001 - another version wrote it, say
        log.error("search does without memory %s: %s (run `kb learn`)", found.id, error)
    return None
