"""What a snapshot consists of, to the byte.

Whoosh pickles its schema into the index and FAISS trusts its files, so nothing of a snapshot is
parsed before every file has been compared with the manifest, and the manifest with its own hash.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from indexer.encoder import Recipe
from kb.errors import DamagedSnapshotError

FORMAT = 1
MANIFEST = "manifest.json"
ID_DIGITS = 12
"""Digits of its manifest's SHA-256 at the end of a snapshot's id: the id checks the manifest."""


class Counts(BaseModel):
    """How much of each thing a snapshot holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    articles: int
    passages: int
    assets: int


class Manifest(BaseModel):
    """The contents of a snapshot; ``recipe`` is None where it has no embeddings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int
    created: dt.datetime
    commit: str | None
    site_lang: str
    languages: tuple[str, ...]
    recipe: Recipe | None
    no_recipe_reason: str | None
    counts: Counts
    files: dict[str, str]


def file_hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder but the manifest, by POSIX path."""
    return {
        path.relative_to(folder).as_posix(): sha256_of_file(path)
        for path in sorted(_files(folder))
        if path != folder / MANIFEST
    }


def write_manifest(folder: Path, manifest: Manifest) -> str:
    """Write the manifest, force the whole folder to disk, and give the manifest's SHA-256."""
    text = manifest.model_dump_json(indent=1)
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    for path in _files(folder):
        fsync(path)
    for parent, _, _ in os.walk(folder):
        fsync(Path(parent))
    return hashlib.sha256(text.encode()).hexdigest()


def read_verified(folder: Path, sha256: str | None = None) -> Manifest:
    """The manifest of a snapshot whose every file is as it was written.

    ``sha256`` is the manifest's own, from the pointer; the folder's name holds its beginning.
    Raises DamagedSnapshotError that names the first file that is not.
    """
    data = _read_manifest(folder)
    found = hashlib.sha256(data).hexdigest()
    if not found.startswith(folder.name.rpartition("-")[2]) or sha256 not in (None, found):
        raise _damaged(folder, MANIFEST, "is not the one that was activated")
    try:
        manifest = Manifest.model_validate_json(data)
    except ValidationError as error:
        raise _damaged(folder, MANIFEST, f"cannot be read: {error.errors()[0]['msg']}") from None
    if manifest.format != FORMAT:
        raise _damaged(folder, MANIFEST, f"has format {manifest.format}, this is {FORMAT}")
    _verify_files(folder, manifest)
    return manifest


def _verify_files(folder: Path, manifest: Manifest) -> None:
    """Every file as it was, and no other: Whoosh opens the newest of what it finds."""
    for path in _files(folder):
        name = path.relative_to(folder).as_posix()
        if name not in manifest.files and name != MANIFEST:
            raise _damaged(folder, name, "is not in the manifest")
    for name, expected in manifest.files.items():
        try:
            found = sha256_of_file(folder / name)
        except OSError as error:
            raise _damaged(folder, name, f"cannot be read: {error.strerror}") from None
        if found != expected:
            raise _damaged(folder, name, "is not what the manifest says")


def _read_manifest(folder: Path) -> bytes:
    try:
        return (folder / MANIFEST).read_bytes()
    except OSError as error:
        raise _damaged(folder, MANIFEST, f"cannot be read: {error.strerror}") from None


def _damaged(folder: Path, name: str, what: str) -> DamagedSnapshotError:
    return DamagedSnapshotError(f"{folder / name}: {what} (run `kb publish`, or `kb rollback`)")


def fsync(path: Path) -> None:
    """Force a file or folder to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def sha256_of_file(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
