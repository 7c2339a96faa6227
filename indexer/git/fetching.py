"""From an address and a ref to one commit whose objects lie in the data folder.

Only what is new is fetched. The copy is a cache: it may be deleted at any time, and it is made
anew once it consists of many pieces, which also rids it of what was removed by force-pushes.
"""

from __future__ import annotations

import difflib
import fcntl
import hashlib
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from dulwich.client import FetchPackResult
from dulwich.errors import NotGitRepository
from dulwich.objects import Commit, ObjectID, Tag
from dulwich.refs import HEADREF, Ref, check_ref_format
from dulwich.repo import Repo

from indexer.git.place import UNENCRYPTED, MissingError, Place, stays_here
from indexer.git.remote import connected, explained, frugal
from kb.errors import ConfigError

FOLDER = "git"
BRANCHES, TAGS = "refs/heads/", "refs/tags/"
FULL_ID = re.compile(r"^([0-9a-f]{40}|[0-9a-f]{64})$")
SOME_ID = re.compile(r"^[0-9a-f]{7,39}$")
MOST_PIECES = 100
MOST_NAMED = 8
IN_MEMORY = 16 << 20

Refs = Mapping[Ref, ObjectID]


@dataclass(frozen=True, slots=True)
class Pinned:
    """A commit in the local copy; ``ref`` is the branch or tag that led to it, else its id."""

    repository: Repo
    commit: Commit
    ref: str


@contextmanager
def fetched(place: Place, ref: str, token: str, data: Path) -> Iterator[Pinned]:
    """Fetch a branch, a tag or a full commit id; without one, the repository's main branch.

    Raises MissingError where there is no such ref, ConfigError where there can be none, and
    UnavailableError where nothing can be fetched.
    """
    _check_ref(ref)
    if token and place.transport == "http" and not stays_here(place.host):
        raise ConfigError(f"repository {place.shown!r}: {UNENCRYPTED}")
    path = data / FOLDER / f"{hashlib.sha256(place.shown.encode()).hexdigest()[:16]}.git"
    with ExitStack() as stack:
        with _alone(path.with_suffix(".lock")):
            repository = stack.enter_context(closing(_copy(path)))
            commit, name = _Fetch(repository, place, token).pin(ref)
        yield Pinned(repository, commit, name)


def _check_ref(ref: str) -> None:
    """Refuse what no repository can have, before anyone else reads it."""
    full = ref if ref.startswith("refs/") else BRANCHES + ref
    good = not ref.startswith("-") and check_ref_format(Ref(full.encode("utf-8", "replace")))
    if ref and not good:
        what = "a branch, a tag or a full commit id expected"
        raise ConfigError(f"ref {ref!r}: {what} (such as main)")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One fetch at a time: the next waits, and finds what this one brought."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _copy(path: Path) -> Repo:
    """The local copy of a repository; one that is damaged or in pieces is made anew."""
    try:
        if len(list(path.glob("objects/pack/*.pack"))) > MOST_PIECES:
            raise NotGitRepository
        return Repo(str(path))
    except NotGitRepository:
        shutil.rmtree(path, ignore_errors=True)
        return Repo.init_bare(str(path), mkdir=True)


class _Fetch:
    """One look at a remote repository."""

    def __init__(self, repository: Repo, place: Place, token: str) -> None:
        self._repository = repository
        self._place = place
        self._token = token

    def pin(self, ref: str) -> tuple[Commit, str]:
        """The commit of a ref, and the ref's short name."""
        if FULL_ID.match(ref):
            return self._pin_id(ref), ref
        found: list[tuple[str, ObjectID]] = []

        def wanted(refs: Refs, _depth: int | None = None) -> list[ObjectID]:
            found.append(self._find(refs, ref))
            return self._missing([found[0][1]])

        symrefs = self._fetch(wanted).symrefs
        name, object_id = found[0]
        commit = self._commit(object_id, ref)
        self._remember(name, commit)
        if name == HEADREF.decode():
            name = (symrefs or {}).get(HEADREF, HEADREF).decode()
        return commit, name.removeprefix(BRANCHES).removeprefix(TAGS)

    def _pin_id(self, commit_id: str) -> Commit:
        """Servers need not give out what no branch or tag leads to."""
        object_id = ObjectID(commit_id.encode())
        if object_id not in self._repository.object_store:

            def wanted(refs: Refs, _depth: int | None = None) -> list[ObjectID]:
                ours = (BRANCHES.encode(), TAGS.encode())
                tips = {one for name, one in refs.items() if name.startswith(ours)}
                return self._missing(sorted(tips))

            self._fetch(wanted)
        if object_id not in self._repository.object_store:
            what = "no branch or tag leads to this commit"
            raise self._no_ref(commit_id, f"{what} (push it, or name a branch)")
        commit = self._commit(object_id, commit_id)
        self._remember(commit_id, commit)
        return commit

    def _missing(self, wanted: list[ObjectID]) -> list[ObjectID]:
        return [one for one in wanted if one not in self._repository.object_store]

    def _find(self, refs: Refs, ref: str) -> tuple[str, ObjectID]:
        """The full name and object of a ref: a branch before a tag, as in a browser."""
        names = [ref] if ref.startswith("refs/") else [BRANCHES + ref, TAGS + ref]
        for name in names if ref else [HEADREF.decode()]:
            found = refs.get(Ref(name.encode()))
            if found:
                return name, found
        raise self._no_ref(ref, _near(ref, refs))

    def _no_ref(self, ref: str, remedy: str) -> MissingError:
        what = f"ref {ref!r}: no such branch or tag in" if ref else "no commit yet in"
        return MissingError(f"{what} {self._place.shown}: {remedy}")

    def _commit(self, object_id: ObjectID, ref: str) -> Commit:
        """The commit, through as many tags as lead to it."""
        found = self._repository[object_id]
        while isinstance(found, Tag):
            found = self._repository[found.object[1]]
        if not isinstance(found, Commit):
            kind = found.type_name.decode()
            raise MissingError(f"ref {ref!r}: leads to a {kind} (name a branch or a commit)")
        return found

    def _remember(self, name: str, commit: Commit) -> None:
        """Let the next fetch know what is here already; a ref's own name is no file's name."""
        key = hashlib.sha256(name.encode()).hexdigest()
        self._repository.refs[Ref(f"{BRANCHES}{key}".encode())] = commit.id

    def _fetch(self, wanted: Callable[..., list[ObjectID]]) -> FetchPackResult:
        folder = str(self._repository.object_store.path)
        with (
            explained(self._place, self._token),
            connected(self._place, self._token) as client,
            tempfile.SpooledTemporaryFile(IN_MEMORY, dir=folder) as pack,
            frugal(),
        ):
            walker = self._repository.get_graph_walker()
            result = client.fetch_pack(self._place.path, wanted, walker, pack.write)
            self._keep(pack, result)
        return result

    def _keep(self, pack: IO[bytes], result: FetchPackResult) -> None:
        if not pack.tell():
            return
        if result.object_format and result.object_format != self._repository.object_format.name:
            self._repository._change_object_format(result.object_format)
        pack.seek(0)
        self._repository.object_store.add_thin_pack(pack.read, None)
        self._repository.update_shallow(result.new_shallow, result.new_unshallow)


def _near(ref: str, refs: Refs) -> str:
    """What may have been meant, else what there is."""
    names = [name.decode("utf-8", "replace") for name in sorted(refs)]
    short = [
        name.removeprefix(BRANCHES).removeprefix(TAGS)
        for name in names
        if name.startswith((BRANCHES, TAGS)) and not name.endswith("^{}")
    ]
    if not short:
        return "it is empty (push a commit)"
    if SOME_ID.match(ref):
        return "a commit is named by its full id (git rev-parse gives it)"
    near = difflib.get_close_matches(ref, short, MOST_NAMED)
    others = ", ".join(near or short[:MOST_NAMED])
    more = "" if near or len(short) <= MOST_NAMED else f" and {len(short) - MOST_NAMED} more"
    return f"did you mean {others}?" if near else f"there are {others}{more}"
