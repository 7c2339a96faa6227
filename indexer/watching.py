"""Which files of a folder were changed since somebody looked: what a preview waits for.

By looking again and again. What systems offer instead differs from one to the next, misses what
happens on network disks and in containers, and needs a library for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from indexer.tree import walk

Stamps = Mapping[str, tuple[int, ...]]
"""Files by their path below the folder; the numbers are others when the file is saved again."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Paths of files that were saved, new ones among them, and of those that are gone."""

    saved: tuple[str, ...]
    gone: tuple[str, ...]

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.saved or self.gone)


def look(root: Path) -> Stamps:
    """The files of a folder as they are now; those that go meanwhile are gone."""
    found = {}
    for path in walk(root):
        try:
            about = (root / path).lstat()
        except OSError:
            continue
        found[path] = (about.st_mtime_ns, about.st_size, about.st_ino)
    return found


def changes(before: Stamps, now: Stamps) -> Changes:
    """What happened between two looks, by path."""
    saved = (path for path, stamp in now.items() if before.get(path) != stamp)
    return Changes(tuple(sorted(saved)), tuple(sorted(before.keys() - now.keys())))
