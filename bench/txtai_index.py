"""txtai's index of a set: made once where it takes long, and its pace measured in every run."""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from bench.measured import Indexed
from bench.processes import ROOT, run
from indexer.models import DEFAULT_PACKAGE

SAMPLE = 2_000
"""Passages, evenly spaced, that tell the pace where the whole set is not indexed in this run."""
QUICK = 8_000
"""More passages than this are indexed on request only: about ten minutes on two cores."""
MODULE = "peers.txtai_hybrid"


@dataclass(frozen=True, slots=True)
class TxtaiIndex:
    """``folder`` is None where the set was too large to index unasked."""

    folder: Path | None
    pace: Indexed


def txtai_index(python: Path, passages: Path, scratch: Path, full: bool) -> TxtaiIndex:
    """Index the passages, or take the index of an earlier run, and measure the pace."""
    folder = python.parents[1] / "cache" / _key(passages)
    count = len(passages.read_bytes().splitlines())
    if not folder.is_dir() and (full or count <= QUICK):
        partial = folder.with_name(f"{folder.name}.partial")
        pace = _index(python, passages, partial, count)
        partial.rename(folder)
        return TxtaiIndex(folder, pace)
    pace = _index(python, passages, scratch, SAMPLE)
    return TxtaiIndex(folder if folder.is_dir() else None, pace)


def _index(python: Path, passages: Path, folder: Path, most: int) -> Indexed:
    return run(Indexed, python, MODULE, "index", model_folder(), passages, folder, most)


def _key(passages: Path) -> str:
    """Another text or another txtai is another index."""
    versions = (ROOT / "bench" / "requirements.txt").read_bytes()
    return hashlib.sha256(versions + passages.read_bytes()).hexdigest()[:16]


def model_folder() -> Path:
    """The files of the model that ours is exported from."""
    spec = importlib.util.find_spec(DEFAULT_PACKAGE)
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0], "model")
