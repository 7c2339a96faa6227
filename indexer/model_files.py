"""What a sentence-transformers model is, read from its files alone."""

from __future__ import annotations

import hashlib
import json
import time
from functools import lru_cache
from pathlib import Path

from indexer.encoder import Pooling
from indexer.manifest import sha256_of_file
from kb.errors import ModelError

SETTLED_NS = 2 * 10**9
"""The coarsest clock of a file system that is in use."""
MODEL_FILES = frozenset({".safetensors", ".bin", ".json", ".txt", ".model"})
"""What decides a model's vectors; pictures and descriptions do not."""


def sha256_of(path: Path) -> str:
    """SHA-256 of a model's file; ModelError where it cannot be read.

    Models are large and a preview builds often, so a file is read once while it stays the same.
    One that was changed just now is read again: the next change could bear the same time.
    """
    try:
        about = path.stat()
        changed = max(about.st_mtime_ns, about.st_ctime_ns)
        if time.time_ns() - changed < SETTLED_NS:
            return sha256_of_file(path)
        return _digest(path, about.st_dev, about.st_ino, about.st_size, changed)
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror} (reinstall the model)") from None


@lru_cache(maxsize=64)
def _digest(path: Path, *_about: int) -> str:
    return sha256_of_file(path)


def is_plain(folder: Path) -> bool:
    """Whether a model is Transformer + mean or CLS pooling (+ normalise), which ONNX can serve."""
    try:
        modules = [m["type"].rsplit(".", 1)[-1] for m in _read(folder / "modules.json")]
        first, rest = modules[:2], modules[2:]
        known = first == ["Transformer", "Pooling"] and rest in ([], ["Normalize"])
        return known and bool(pooling_of(folder))
    except (OSError, KeyError, TypeError, ValueError):
        return False


def _read(path: Path) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(path.read_bytes())
    return found


def pooling_of(folder: Path) -> Pooling | None:
    """How a model makes one vector of its tokens'; None for ways that we cannot repeat."""
    config = json.loads((folder / "1_Pooling" / "config.json").read_bytes())
    chosen = {key for key, value in config.items() if key.startswith("pooling_mode_") and value}
    if chosen == {"pooling_mode_mean_tokens"} or config.get("pooling_mode") == "mean":
        return "mean"
    is_cls = chosen == {"pooling_mode_cls_token"} or config.get("pooling_mode") == "cls"
    return "cls" if is_cls else None


def revision_of(folder: Path) -> str:
    """Identity of a model's folder: the hash of everything that decides its vectors."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in MODEL_FILES)
    if not files:
        raise ModelError(f"{folder}: no model in it (name a sentence-transformers model)")
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path.relative_to(folder).as_posix()} {sha256_of(path)}\n".encode())
    return digest.hexdigest()
