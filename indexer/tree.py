"""What a publish reads: files by path, whether they lie in a folder or in a commit of a repository.

Nothing that is not a plain file with a plain name is read; it is named with the reason instead.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from kb.errors import ConfigError, ContentError, Finding

MARKDOWN = frozenset({".md", ".markdown"})
NOT_UTF8 = "its name is not UTF-8 (rename it)"
LINK = "a symbolic link, which may lead outside the folder (copy what it leads to)"
_CANNOT, _PERMISSIONS = "cannot be read", "mend its permissions"
SHA = re.compile(r"^[0-9a-f]{40,64}$")


@dataclass(frozen=True, slots=True)
class File:
    """A file by its path below the tree; ``foreign`` says why it is none of ours, if it is not.

    ``size`` in bytes. ``digest`` names its content where that is known without reading it.
    """

    path: str
    size: int = 0
    foreign: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What one step did to a file: made it (no ``old``), removed it (no ``new``), or changed it.

    Where the paths differ it was renamed. ``authors`` are those who changed it.
    """

    old: File | None
    new: File | None
    authors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A commit and the Markdown files that it changed; ``at`` is None where its date is absurd."""

    commit: str
    at: dt.datetime | None
    changes: tuple[Change, ...]


class Log(Protocol):
    """How a tree came to be, one step after another."""

    whole: bool
    """Whether it reaches back to the beginning; a shallow clone's does not. Known once walked."""

    def commits(self) -> Iterator[str]:
        """The commits that led here, newest first: of a merge, the line that it was merged into."""

    def step(self, commit: str) -> Step:
        """What a commit did."""

    def read(self, file: File, most: int) -> bytes | None:
        """A file as it was; None where it is larger than so many bytes."""


class Tree(Protocol):
    """Files to publish, and where they are from."""

    @property
    def place(self) -> str:
        """Folder or address, without secrets."""

    @property
    def commit(self) -> str | None:
        """The commit that it is; None where nobody knows."""

    @property
    def ref(self) -> str | None:
        """What led to the commit: a branch, a tag or its own id; None for a folder."""

    @property
    def folder(self) -> str:
        """The tree's own path inside the repository; empty for the whole of it."""

    @property
    def log(self) -> Log | None:
        """Its history; None for a folder."""

    def files(self) -> Sequence[File]:
        """Every file in the order of paths; names that start with a dot are others'.

        ContentError names the folders that cannot be read: what is in them would be missed.
        """

    def read(self, path: str) -> bytes:
        """A file's bytes; ContentError where it cannot be read."""

    def beside(self, path: str, most: int) -> bytes | None:
        """A file beside the tree, or inside it where the tree is all there is.

        None where there is no such file, or where it is larger than so many bytes.
        """


class FolderTree:
    """A folder on disk; links in it are not followed."""

    ref = None
    folder = ""
    log = None

    def __init__(self, root: Path) -> None:
        try:
            names = os.scandir(root) if root.is_dir() else None
        except PermissionError as error:
            raise ConfigError(f"{root}: {_CANNOT}: {error.strerror} ({_PERMISSIONS})") from None
        if names is None:
            remedy = "name the articles' folder, or set KB_ARTICLES"
            raise ConfigError(f"{root}: no such folder ({remedy})")
        names.close()
        self._root = root
        self.place = str(root.resolve())

    @cached_property
    def commit(self) -> str | None:
        """The commit that is checked out, for people who compare sites; None outside git."""
        command = ["git", "-C", str(self._root), "rev-parse", "HEAD"]
        try:
            answer = subprocess.run(command, capture_output=True, text=True, check=False)
        except OSError:
            return None
        commit = answer.stdout.strip()
        return commit if SHA.match(commit) else None

    def files(self) -> Sequence[File]:
        """Every file below the folder, and links to folders."""
        found: list[File] = []
        wrong: list[OSError] = []
        for path in sorted(walk(self._root, wrong.append)):
            try:
                found.append(self._file(path))
            except OSError as error:  # names in its folder may be read, and no more
                wrong.append(error)
        if wrong:
            raise ContentError([self._unreadable(Path(one.filename), one) for one in wrong])
        return found

    def _file(self, path: str) -> File:
        readable = _readable(path)
        full = self._root / path
        if readable != path:
            return File(readable, foreign=NOT_UTF8)
        if full.is_symlink():
            return File(path, foreign=LINK)
        return (
            File(path, full.stat().st_size) if full.is_file() else File(path, foreign="not a file")
        )

    def read(self, path: str) -> bytes:
        """A file's bytes."""
        try:
            return (self._root / path).read_bytes()
        except OSError as error:
            raise ContentError([self._unreadable(self._root / path, error)]) from None

    def _unreadable(self, full: Path, error: OSError) -> Finding:
        path = _readable(full.relative_to(self._root).as_posix())
        return Finding(path, 1, f"{_CANNOT}: {error.strerror}", _PERMISSIONS, "error")

    def beside(self, path: str, most: int) -> bytes | None:
        """A file in the folder that holds this one."""
        file = self._root.resolve().parent / path
        try:
            return file.read_bytes() if file.stat().st_size <= most else None
        except OSError:
            return None


def _readable(path: str) -> str:
    """A path with a sign in place of each byte that is not UTF-8."""
    return os.fsencode(path).decode("utf-8", "replace")


def walk(root: Path, wrong: Callable[[OSError], object] | None = None) -> Iterator[str]:
    """Paths of files and of links to folders, which are not followed; dotted names are others'.

    ``wrong`` is told of each folder that cannot be read.
    """
    for folder, folders, files in os.walk(root, onerror=wrong):
        folders[:] = [name for name in folders if not name.startswith(".")]
        # Path.is_symlink raises in a folder of which the names may be read, and no more.
        linked = [name for name in folders if os.path.islink(Path(folder, name))]  # noqa: PTH114
        for name in (*files, *linked):
            if not name.startswith("."):
                yield Path(folder, name).relative_to(root).as_posix()
