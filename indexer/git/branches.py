"""The git repository that articles lie in, without the git command.

A file is added to a branch by writing objects alone: what is checked out, the index and the current
branch stay as they are, so that nobody's work is disturbed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from dulwich.errors import NotGitRepository
from dulwich.object_store import commit_tree_changes, tree_lookup_path
from dulwich.objects import Blob, Commit, Tree
from dulwich.refs import Ref, check_ref_format
from dulwich.repo import Repo, get_user_identity
from dulwich.worktree import list_worktrees

from kb.errors import ConfigError

FILE_MODE = 0o100644
HEADS = b"refs/heads/"


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that is to be committed: ``folder`` exists in a working tree, ``name`` is new."""

    folder: Path
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Committed:
    """Where a file went: its path in the repository, and the commit's SHA."""

    path: str
    commit: str


def has_on(branch: str, folder: Path, name: str) -> bool:
    """Whether a branch, or what it would begin at, has such a path already."""
    with _repository(folder) as repo:
        base = _base(repo, _ref(branch))
        return _lookup(repo, base, _inside(repo, folder, name))


def commit_file(file: NewFile, branch: str, message: str) -> Committed:
    """Add a file to a branch, which begins at the commit that is checked out if it is new.

    Raises ConfigError where the folder is in no repository, where the branch is checked out (its
    files would look as if somebody had deleted the new one), has such a file already, or moves at
    the same time.
    """
    ref = _ref(branch)
    with _repository(file.folder) as repo:
        base = _base(repo, ref)
        for tree in list_worktrees(repo):
            if tree.branch == ref:
                raise ConfigError(
                    f"branch {branch!r} is checked out in {tree.path} (name another branch, or "
                    "write into the folder)"
                )
        path = _inside(repo, file.folder, file.name)
        if _lookup(repo, base, path):
            raise ConfigError(f"{path.decode()}: branch {branch!r} has it already (name another)")
        commit = _commit(repo, base, path, file.text, message)
        _move(repo, ref, commit)
        return Committed(path.decode(), commit.id.decode())


def _repository(folder: Path) -> Repo:
    try:
        return Repo.discover(folder)
    except NotGitRepository:
        remedy = "use --into, or keep the articles in git"
        raise ConfigError(f"{folder}: in no git repository ({remedy})") from None


def _ref(branch: str) -> Ref:
    ref = Ref(HEADS + branch.encode())
    if branch.startswith("-") or branch == "HEAD" or not check_ref_format(ref):
        raise ConfigError(f"{branch!r} cannot be a branch (letters, digits, / and - can)")
    return ref


def _base(repo: Repo, ref: Ref) -> Commit:
    """The commit that a branch points at, or that is checked out."""
    for name in (ref, Ref(b"HEAD")):
        try:
            found = repo[repo.refs[name]]
        except KeyError:
            continue
        if isinstance(found, Commit):
            return found
    raise ConfigError(f"{repo.path}: no commit yet (commit the articles first)")


def _inside(repo: Repo, folder: Path, name: str) -> bytes:
    """The path of a file as git has it."""
    root = Path(repo.path).resolve()
    try:
        return (folder.resolve() / name).relative_to(root).as_posix().encode()
    except ValueError:
        remedy = "name a folder of its working tree"
        raise ConfigError(f"{folder}: not below {root} ({remedy})") from None


def _lookup(repo: Repo, base: Commit, path: bytes) -> bool:
    try:
        tree_lookup_path(repo.object_store.__getitem__, base.tree, path)
    except KeyError:
        return False
    return True


def _commit(repo: Repo, base: Commit, path: bytes, text: str, message: str) -> Commit:
    """Write the file, its folders and a commit on ``base``; nothing points at it yet."""
    blob = Blob.from_string(text.encode())
    repo.object_store.add_object(blob)
    root = repo.object_store[base.tree]
    assert isinstance(root, Tree)
    made = Commit()
    made.tree = commit_tree_changes(repo.object_store, root, [(path, FILE_MODE, blob.id)])
    made.parents = [base.id]
    config = repo.get_config_stack()
    made.author = get_user_identity(config, "AUTHOR")
    made.committer = get_user_identity(config, "COMMITTER")
    made.author_time = made.commit_time = int(time.time())
    made.author_timezone = made.commit_timezone = 0
    made.encoding = b"UTF-8"
    made.message = message.encode() + b"\n"
    repo.object_store.add_object(made)
    return made


def _move(repo: Repo, ref: Ref, commit: Commit) -> None:
    """Let the branch point at a commit, unless it moved meanwhile."""
    moved = (
        repo.refs.set_if_equals(ref, commit.parents[0], commit.id)
        if ref in repo.refs
        else repo.refs.add_if_new(ref, commit.id)
    )
    if not moved:
        raise ConfigError(f"{ref.decode()} moved at the same time (run it again)")
