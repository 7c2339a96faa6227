"""The old content that ``kb check --against`` compares with: a folder, or a commit in git."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer.git.here import at_commit
from indexer.git.place import MissingError
from indexer.source import Content, read
from indexer.tree import FolderTree, Tree
from kb.config import Config
from kb.errors import ConfigError, ContentError


@contextmanager
def old_content(against: str, place: Path, config: Config) -> Iterator[Content | str]:
    """Articles of a folder, or those of ``place`` as a branch, tag or commit has them.

    A text says why there are none: the commit may be from before there was such a folder.
    """
    if Path(against).is_dir():
        yield _read(FolderTree(Path(against)), config)
        return
    with at_commit(place, against) as tree:
        yield _read(tree, config)


def _read(tree: Tree, config: Config) -> Content | str:
    try:
        return read(tree, config.site, config.limits, config.data / "cache" / "parsed")
    except MissingError as error:
        return str(error)
    except ContentError as error:
        raise ConfigError(f"{tree.place}: cannot be compared with:\n{error}") from None
