"""What a publish reads: files by path, whether they lie in a folder or in a commit of a repository.

Nothing that is not a plain file with a plain name is read; it is named with the reason instead.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from kb.errors import ConfigError, ContentError, Finding

MARKDOWN = frozenset({".md", ".markdown"})
NOT_UTF8 = "its name is not UTF-8 (rename it)"
LINK = "a symbolic link, which may lead outside the folder (copy what it leads to)"
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
        """Every file in the order of paths; names that start with a dot are others'."""

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
        if not root.is_dir():
            remedy = "name the articles' folder, or set KB_ARTICLES"
            raise ConfigError(f"{root}: no such folder ({remedy})")
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
        return [self._file(path) for path in sorted(walk(self._root))]

    def _file(self, path: str) -> File:
        readable = os.fsencode(path).decode("utf-8", "replace")
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
            what = f"cannot be read: {error.strerror}"
            raise ContentError([Finding(path, 1, what, "mend its permissions", "error")]) from None

    def beside(self, path: str, most: int) -> bytes | None:
        """A file in the folder that holds this one."""
        file = self._root.resolve().parent / path
        try:
            return file.read_bytes() if file.stat().st_size <= most else None
        except OSError:
            return None


def walk(root: Path) -> Iterator[str]:
    """Paths of files and of links to folders, which are not followed; dotted names are others'."""
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        linked = [name for name in folders if Path(folder, name).is_symlink()]
        for name in (*files, *linked):
            if not name.startswith("."):
                yield Path(folder, name).relative_to(root).as_posix()
