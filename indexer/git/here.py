"""A commit of the repository that a folder lies in: what a writer or a pipeline has checked out.

Nothing is fetched or copied, so that remote-tracking branches (``origin/main``) can be named, which
is all that a pipeline's clone has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from dulwich.errors import NotGitRepository
from dulwich.objects import Commit
from dulwich.objectspec import parse_commit
from dulwich.repo import Repo

from indexer.git.fetching import Pinned
from indexer.git.place import Place
from indexer.git.reading import GitTree
from kb.errors import ConfigError

STEP = re.compile(r"~\d{0,4}|\^")
STEPS = re.compile(rf"(?:{STEP.pattern})*$")
REMEDY = "name a folder, branch, tag or commit; in a pipeline, fetch the whole history"


@contextmanager
def at_commit(folder: Path, ref: str) -> Iterator[GitTree]:
    """The same folder as a branch, tag or commit has it; ConfigError where there is none."""
    try:
        repository = Repo.discover(str(folder.resolve()))
    except NotGitRepository:
        raise ConfigError(f"{folder}: is in no git repository ({REMEDY})") from None
    with closing(repository):
        try:
            commit = _commit(repository, ref)
        except (KeyError, ValueError, IndexError):
            raise ConfigError(f"{ref!r}: no such commit in {repository.path} ({REMEDY})") from None
        top = Path(repository.path).resolve()
        inside = folder.resolve().relative_to(top).as_posix()
        place = Place(str(top), "file", str(top))
        yield GitTree(Pinned(repository, commit, ref), place, "" if inside == "." else inside)


def _commit(repository: Repo, ref: str) -> Commit:
    """The commit of a ref; ``~2`` and ``^`` lead to what it came from, on the main line."""
    match = STEPS.search(ref)
    assert match
    commit = parse_commit(repository, ref[: match.start()] or "HEAD")
    for step in STEP.findall(match[0]):
        for _ in range(int(step[1:] or 1)):
            commit = parse_commit(repository, commit.parents[0])
    return commit
