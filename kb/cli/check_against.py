"""The old content that ``kb check --against`` compares with: a folder, or a commit in git."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer.git.here import at_commit
from indexer.source import Content, read
from indexer.tree import FolderTree, Tree
from kb.config import Config
from kb.errors import ConfigError, ContentError


@contextmanager
def old_content(against: str, place: Path, config: Config) -> Iterator[Content]:
    """Articles of a folder, or those of ``place`` as a branch, tag or commit has them."""
    if Path(against).is_dir():
        yield _read(FolderTree(Path(against)), config)
        return
    with at_commit(place, against) as tree:
        yield _read(tree, config)


def _read(tree: Tree, config: Config) -> Content:
    try:
        return read(tree, config.site, config.limits, config.data / "cache" / "parsed")
    except ContentError as error:
        raise ConfigError(f"{tree.place}: cannot be compared with:\n{error}") from None
