"""What a snapshot or a memory consists of, to the byte.

Whoosh pickles its schema into the index and FAISS trusts its files, so nothing of a snapshot is
parsed before every file has been compared with the manifest, and the manifest with its own hash.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from indexer.encoder import Recipe
from kb.errors import DamagedSnapshotError

FORMAT = 1
MEMORY_FORMAT = 1
MANIFEST = "manifest.json"
_ANOTHER_RELEASE = "another release of kb made the snapshot"
ID_DIGITS = 12
"""Digits of its manifest's SHA-256 at the end of a snapshot's id: the id checks the manifest."""


class Counts(BaseModel):
    """How much of each thing a snapshot holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    articles: int
    passages: int
    assets: int


class Contents(BaseModel):
    """What every folder that is checked before it is read says of itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    remedy: ClassVar[str]
    newest_format: ClassVar[int]

    format: int
    created: dt.datetime
    files: dict[str, str]


class Manifest(Contents):
    """The contents of a snapshot; ``recipe`` is None where it has no embeddings.

    ``source`` is the folder or repository that was published; of a repository ``ref`` is the
    branch, tag or commit that was asked for, and ``folder`` the articles' path inside it. ``due``
    is when the next article is to appear by itself.
    """

    remedy: ClassVar[str] = "run `kb publish`, or `kb rollback`"
    newest_format: ClassVar[int] = FORMAT

    commit: str | None
    source: str | None = None
    ref: str | None = None
    folder: str = ""
    due: dt.datetime | None = None
    site_lang: str
    languages: tuple[str, ...]
    recipe: Recipe | None
    no_recipe_reason: str | None
    counts: Counts


class MemoryManifest(Contents):
    """The contents of a memory: which vectors it compares, and how much it was made from."""

    remedy: ClassVar[str] = "run `kb learn`"
    newest_format: ClassVar[int] = MEMORY_FORMAT

    snapshot: str
    recipe: Recipe
    cases: int
    articles: int


Kind = TypeVar("Kind", bound=Contents)
Part = TypeVar("Part")


def file_hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder but the manifest, by POSIX path."""
    return {
        path.relative_to(folder).as_posix(): sha256_of_file(path)
        for path in sorted(_files(folder))
        if path != folder / MANIFEST
    }


def write_manifest(folder: Path, manifest: Contents) -> str:
    """Write the manifest, force the whole folder to disk, and give the manifest's SHA-256."""
    text = manifest.model_dump_json(indent=1)
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    for path in _files(folder):
        fsync(path)
    for parent, _, _ in os.walk(folder):
        fsync(Path(parent))
    return hashlib.sha256(text.encode()).hexdigest()


def read_verified(folder: Path, kind: type[Kind], sha256: str | None = None) -> Kind:
    """The manifest of a snapshot or memory whose every file is as it was written.

    ``sha256`` is the manifest's own, from the pointer; the folder's name holds its beginning.
    Raises DamagedSnapshotError that names the first file that is not.
    """
    try:
        return _verified(folder, kind, sha256)
    except _DamageError as damage:
        raise DamagedSnapshotError(f"{damage} ({kind.remedy})") from None


def read_part(path: Path, read: Callable[[Path], Part]) -> Part:
    """What ``read`` makes of a part of a snapshot, a file or a folder.

    What an older release wrote can be whole and yet lack a file, or hold another one than this
    release reads. Raises DamagedSnapshotError that names it.
    """
    try:
        return read(path)
    except Exception as error:
        raise DamagedSnapshotError(f"{_damage(path, error)} ({Manifest.remedy})") from error


def require(folder: Path, manifest: Contents, names: Iterable[str]) -> None:
    """DamagedSnapshotError where a manifest lacks a file, as that of an older release may."""
    for name in names:
        if name not in manifest.files:
            damage = _DamageError(folder / name, f"is missing: {_ANOTHER_RELEASE}")
            raise DamagedSnapshotError(f"{damage} ({manifest.remedy})")


def _damage(path: Path, error: Exception) -> _DamageError:
    if isinstance(error, OSError) and error.strerror:
        return _DamageError(Path(error.filename or path), f"cannot be read: {error.strerror}")
    if not path.exists():
        return _DamageError(path, "cannot be read: No such file or directory")
    return _DamageError(path, f"cannot be read: {_ANOTHER_RELEASE}")


class _DamageError(Exception):
    """What is wrong with which file."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(f"{path}: {what}")


def _verified(folder: Path, kind: type[Kind], sha256: str | None) -> Kind:
    data = _read_manifest(folder)
    found = hashlib.sha256(data).hexdigest()
    if not found.startswith(folder.name.rpartition("-")[2]) or sha256 not in (None, found):
        raise _DamageError(folder / MANIFEST, "is not the one that was activated")
    try:
        manifest = kind.model_validate_json(data)
    except ValidationError as error:
        what = f"cannot be read: {error.errors()[0]['msg']}"
        raise _DamageError(folder / MANIFEST, what) from None
    if manifest.format != kind.newest_format:
        what = f"has format {manifest.format}, this is {kind.newest_format}"
        raise _DamageError(folder / MANIFEST, what)
    _verify_files(folder, manifest)
    return manifest


def _verify_files(folder: Path, manifest: Contents) -> None:
    """Every file as it was, and no other: Whoosh opens the newest of what it finds."""
    for path in _files(folder):
        name = path.relative_to(folder).as_posix()
        if name not in manifest.files and name != MANIFEST:
            raise _DamageError(path, "is not in the manifest")
    for name, expected in manifest.files.items():
        try:
            found = sha256_of_file(folder / name)
        except OSError as error:
            raise _DamageError(folder / name, f"cannot be read: {error.strerror}") from None
        if found != expected:
            raise _DamageError(folder / name, "is not what the manifest says")


def _read_manifest(folder: Path) -> bytes:
    try:
        return (folder / MANIFEST).read_bytes()
    except OSError as error:
        raise _DamageError(folder / MANIFEST, f"cannot be read: {error.strerror}") from None


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
