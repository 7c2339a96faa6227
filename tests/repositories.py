"""Repositories as git itself makes them, one commit at a time, at moments that a test chooses."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pytest
from dulwich.objects import Blob, Commit, Tree
from dulwich.repo import Repo

from indexer.git.reading import opened
from kb.git_settings import Git

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
ANN = "Ann Writer"
HOUR = dt.timedelta(hours=1)
Files = Mapping[str, str | bytes | None]
CLEAN = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}


def git(*arguments: str, folder: Path, stdin: bytes = b"") -> str:
    """Run git as nobody in particular; what it said."""
    command = ["git", "-C", str(folder), *arguments]
    environment = {**os.environ, **CLEAN}
    ran = subprocess.run(command, input=stdin, capture_output=True, check=True, env=environment)
    return ran.stdout.decode().strip()


def _script(files: Files, who: str, at: dt.datetime, branch: str, parents: str) -> bytes:
    """One commit as ``git fast-import`` reads it."""
    signed = f"{who} {int(at.timestamp())} +0000"
    head = f"commit refs/heads/{branch}\nauthor {signed}\ncommitter {signed}\ndata 1\nm\n"
    script = (head + parents).encode()
    for name, text in files.items():
        data = text.encode() if isinstance(text, str) else text
        if data is None:
            script += f"D {name}\n".encode()
        else:
            script += f"M 100644 inline {name}\ndata {len(data)}\n".encode() + data + b"\n"
    return script


@dataclass(frozen=True)
class Repository:
    """A bare repository."""

    path: Path

    @classmethod
    def make(cls, path: Path, *options: str) -> Repository:
        path.mkdir(parents=True)
        git("init", "--quiet", "--bare", "--initial-branch=main", *options, folder=path)
        return cls(path)

    def commit(
        self,
        files: Files,
        *,
        author: str = ANN,
        at: dt.datetime = NOON,
        branch: str = "main",
        merge: str = "",
        start: str = "",
    ) -> str:
        """Write and remove (None) files on a branch; the commit's id.

        ``merge`` is a branch that is merged, ``start`` the one that a new branch begins at.
        """
        begin = start or (branch if self.has(branch) else "")
        parents = f"from refs/heads/{begin}^0\n" if begin else ""
        parents += f"merge refs/heads/{merge}^0\n" if merge else ""
        script = _script(files, f"{author} <writer@example.com>", at, branch, parents)
        git("fast-import", "--quiet", folder=self.path, stdin=script)
        return self.id(f"refs/heads/{branch}")

    def commit_all(self, steps: Iterable[Files]) -> list[str]:
        """One commit after another on the main branch, an hour apart; their ids, oldest first."""
        first = "from refs/heads/main^0\n" if self.has("main") else ""
        begin = chain([first], repeat(""))
        script = b"".join(
            _script(files, f"Writer {n % 7} <w@example.com>", NOON + n * HOUR, "main", parents)
            for n, (files, parents) in enumerate(zip(steps, begin, strict=False))
        )
        git("fast-import", "--quiet", folder=self.path, stdin=script)
        return git("rev-list", "--reverse", "main", folder=self.path).split()

    def has(self, branch: str) -> bool:
        return branch in git("branch", "--format=%(refname:short)", folder=self.path).split()

    def id(self, ref: str) -> str:
        return git("rev-parse", ref, folder=self.path)


def pinned(repository: Path, data: Path, ref: str = "") -> tuple[str | None, str | None]:
    """The commit that a ref leads to, and the ref's name."""
    with opened(Git(repo=str(repository), ref=ref), data) as tree:
        return tree.commit, tree.ref


def spy(patch: pytest.MonkeyPatch, target: str, position: int = 0) -> list[Any]:
    """Note an argument of every call of a function, which works as before."""
    seen: list[Any] = []
    module, _, name = target.rpartition(".")
    function = getattr(import_module(module), name)

    def noted(*arguments: Any, **named: Any) -> Any:
        seen.append(arguments[position])
        return function(*arguments, **named)

    patch.setattr(target, noted)
    return seen


def plant(path: Path, entries: Mapping[bytes, tuple[int, bytes]], ref: str = "main") -> bytes:
    """A commit with names and modes that git itself refuses to write; its id.

    A name with a slash stays one name.
    """
    with Repo(str(path)) as repository:
        tree = Tree()
        for name, (mode, data) in entries.items():
            blob = Blob.from_string(data)
            repository.object_store.add_object(blob)
            tree.add(name, mode, blob.id)
        repository.object_store.add_object(tree)
        return plant_commit(repository, tree, ref)


def plant_commit(repository: Repo, tree: Tree, ref: str = "main") -> bytes:
    """A commit of any tree, on a branch."""
    commit = Commit()
    commit.tree = tree.id
    commit.author = commit.committer = b"Ann Writer <writer@example.com>"
    commit.author_time = commit.commit_time = int(NOON.timestamp())
    commit.author_timezone = commit.commit_timezone = 0
    commit.message = b"planted"
    repository.object_store.add_object(commit)
    repository.refs[f"refs/heads/{ref}".encode()] = commit.id  # type: ignore[index]
    return commit.id
