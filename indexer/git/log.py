"""What every commit did to the Markdown files of a folder, renames found by their likeness.

The line of first parents is followed: a merge counts as one step, on the day it was merged, and
its authors are those who wrote it on the branch.
"""

from __future__ import annotations

import datetime as dt
import stat
from collections.abc import Iterator
from itertools import islice
from pathlib import PurePosixPath

from dulwich.diff_tree import (
    CHANGE_COPY,
    RenameDetector,
    TreeChange,
    tree_changes,
)
from dulwich.objects import Commit, ObjectID, TreeEntry
from dulwich.walk import Walker

from indexer.git.objects import BROKEN, Objects
from indexer.tree import MARKDOWN, Change, File, Step
from kb.errors import UnavailableError

MOST_CHANGES = 200_000
"""Of one commit: one that changes more tells nothing about any one file."""
MOST_MERGED = 1_000
"""Commits of a merged branch that are asked for their authors."""
LARGEST = 2_000_000
"""Bytes of a file that is compared with others to see whether it was renamed."""


class _Renames(RenameDetector):
    """Git's way to find renames, among Markdown files of a sensible size."""

    def __init__(self, objects: Objects) -> None:
        super().__init__(objects.store, rewrite_threshold=None)
        self._objects = objects

    def _add_change(self, change: TreeChange) -> None:
        if all(self._comparable(one) for one in (change.old, change.new) if one):
            super()._add_change(change)

    def _comparable(self, entry: TreeEntry) -> bool:
        assert entry.sha is not None
        return _is_article(entry) and self._objects.size(entry.sha) <= LARGEST


class GitLog:
    """The log of one folder, up to a commit."""

    def __init__(self, objects: Objects, head: Commit, folder: str) -> None:
        self.whole = True
        self._objects = objects
        self._head = head
        self._folder = folder

    def commits(self) -> Iterator[str]:
        """First parents, newest first, as far as they are here."""
        commit: Commit | None = self._head
        while commit:
            yield commit.id.decode()
            parents = _parents(commit)
            commit = self._objects.commit(parents[0]) if parents else None
            self.whole = self.whole and (commit is not None or not parents)

    def step(self, commit: str) -> Step:
        """What a commit did, seen from its first parent."""
        found = self._objects.commit(ObjectID(commit.encode()))
        try:
            return self._step(found) if found else Step(commit, None, ())
        except (*BROKEN, UnavailableError):
            return Step(commit, None, ())  # one that makes no sense says nothing

    def _step(self, found: Commit) -> Step:
        commit = found.id.decode()
        before = self._objects.commit(found.parents[0]) if found.parents else None
        if before is None and found.parents:  # where a shallow clone ends: nothing is known
            return Step(commit, _moment(found), ())
        changes = self._changes(before, found)
        by_path = self._authors(found) if len(found.parents) > 1 else {}
        own = (_author(found),)
        return Step(
            commit,
            _moment(found),
            tuple(Change(old, new, _of(by_path, old, new) or own) for old, new in changes),
        )

    def _changes(
        self, before: Commit | None, after: Commit
    ) -> Iterator[tuple[File | None, File | None]]:
        old, new = self._root(before), self._root(after)
        for change in self._diff(old, new):
            added = change.type == CHANGE_COPY
            one = None if added else _file(change.old)
            other = _file(change.new)
            if one or other:
                yield one, other

    def _diff(self, old: ObjectID | None, new: ObjectID | None) -> list[TreeChange]:
        """Changes of files between two folders, renames found where there can be any."""
        if old == new:
            return []
        store = self._objects.store
        raw = tree_changes(store, old, new, include_trees=True)
        plain = list(islice(raw, MOST_CHANGES + 1))
        if len(plain) > MOST_CHANGES:
            return []
        removed = any(_file(one.old) and not one.new for one in plain)
        added = any(_file(one.new) and not one.old for one in plain)
        if removed and added:
            return _Renames(self._objects).changes_with_renames(old, new)
        return plain

    def _root(self, commit: Commit | None) -> ObjectID | None:
        """The folder as a commit has it; None where it has none."""
        found = self._objects.find(commit.tree, self._folder) if commit else None
        return found.id if found and stat.S_ISDIR(found.mode) else None

    def _authors(self, merge: Commit) -> dict[str, tuple[str, ...]]:
        """Who wrote what on the branches that a merge brought in, by path."""
        found: dict[str, dict[str, None]] = {}
        walker = Walker(
            self._objects.store,
            list(merge.parents[1:]),
            exclude=[merge.parents[0]],
            max_entries=MOST_MERGED,
            get_parents=lambda one: [up for up in _parents(one) if self._objects.commit(up)],
        )
        for entry in walker:
            commit = entry.commit
            if len(commit.parents) < 2:
                before = self._objects.commit(commit.parents[0]) if commit.parents else None
                for pair in self._changes(before, commit):
                    for path in {one.path for one in pair if one}:
                        found.setdefault(path, {})[_author(commit)] = None
        return {path: tuple(names) for path, names in found.items()}

    def read(self, file: File, most: int) -> bytes | None:
        """A file as it was; None where it is larger than so many bytes."""
        blob_id = ObjectID(file.digest.encode())
        return self._objects.blob(blob_id) if self._objects.size(blob_id) <= most else None


def _parents(commit: Commit) -> list[ObjectID]:
    try:
        return commit.parents
    except BROKEN:
        return []


def _file(entry: TreeEntry | None) -> File | None:
    """An article's file; None for everything else."""
    if entry is None or not _is_article(entry):
        return None
    assert entry.path is not None
    assert entry.sha is not None
    return File(entry.path.decode(), digest=entry.sha.decode())


def _is_article(entry: TreeEntry) -> bool:
    if entry.path is None or entry.mode is None or not stat.S_ISREG(entry.mode):
        return False
    try:
        path = PurePosixPath(entry.path.decode())
    except UnicodeDecodeError:
        return False
    others = any(part.startswith(".") for part in path.parts)
    return path.suffix.lower() in MARKDOWN and not others


def _of(authors: dict[str, tuple[str, ...]], old: File | None, new: File | None) -> tuple[str, ...]:
    return next((authors[one.path] for one in (new, old) if one and one.path in authors), ())


def _moment(commit: Commit) -> dt.datetime | None:
    """When it was committed; None for a date that no calendar has."""
    try:
        return dt.datetime.fromtimestamp(commit.commit_time, dt.UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _author(commit: Commit) -> str:
    """The author's name without the address, as one line that can be shown."""
    text = commit.author.decode("utf-8", "replace").partition("<")[0]
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())[:100]
