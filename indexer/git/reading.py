"""One commit as a tree of plain files; whatever is none is named with the reason."""

from __future__ import annotations

import difflib
import re
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from dulwich.objects import ObjectID

from indexer.git.fetching import Pinned, fetched
from indexer.git.log import GitLog
from indexer.git.objects import Entry, Objects
from indexer.git.place import MissingError, Place, parse_place
from indexer.tree import LINK, NOT_UTF8, File
from kb.errors import ContentError, Finding
from kb.git_settings import Git

MOST_FILES = 200_000
LONGEST_PATH = 1_024
"""Bytes; folders within folders end there too."""
MOST_NAMED = 12
SUBMODULE = "a submodule, another repository (copy the files that belong here)"
NO_NAME = "a name that could lead elsewhere (rename it)"
GITS_OWN = "a name that git keeps for itself (rename it)"
UNSEEN = "its name holds control characters (rename it)"
GIT_NAME = re.compile(r"^\.?git(~\d+)?[. ]*(:.*)?$", re.IGNORECASE)
"""What some file system takes for ``.git``: CVE-2014-9390, CVE-2019-1352."""


@dataclass(frozen=True, slots=True)
class _Visited:
    """A name in the tree, with the path of its folder in front."""

    path: bytes
    entry: Entry


@contextmanager
def opened(git: Git, data: Path) -> Iterator[GitTree]:
    """The tree that the settings name, fetched; what is read from it is read before this ends.

    Raises ConfigError where a setting leads nowhere, UnavailableError where nothing can be fetched.
    That there is no such folder is said by who reads it, who knows then which commit it was.
    """
    place = parse_place(git.repo)
    with fetched(place, git.ref, git.token.get_secret_value(), data) as pinned:
        yield GitTree(pinned, place, git.path)


class GitTree:
    """The files of a commit below one of its folders."""

    def __init__(self, pinned: Pinned, place: Place, folder: str) -> None:
        self.place = place.shown
        self.ref: str | None = pinned.ref
        self.commit: str | None = pinned.commit.id.decode()
        self.folder = folder.strip("/")
        self._objects = Objects(pinned.repository)
        self._top = pinned.commit.tree
        self.log = GitLog(self._objects, pinned.commit, self.folder)

    def _folder_id(self) -> ObjectID:
        """The folder's object; MissingError where the commit has none of that name."""
        found = self._objects.find(self._top, self.folder)
        if found and stat.S_ISDIR(found.mode):
            return found.id
        what = "is no folder" if found else "no such folder"
        where = f"{self.place} at {(self.commit or '')[:12]}"
        raise MissingError(f"path {self.folder!r}: {what} in {where} ({self._folders_there()})")

    def _folders_there(self) -> str:
        """What may have been meant, else what there is."""
        entries = self._objects.entries(self._top)
        names = [one.name.decode("utf-8", "replace") for one in entries if stat.S_ISDIR(one.mode)]
        near = difflib.get_close_matches(self.folder.split("/")[0], names, MOST_NAMED)
        if near:
            return f"did you mean {', '.join(near)}?"
        return f"there are {', '.join(names[:MOST_NAMED])}" if names else "there are no folders"

    @cached_property
    def _files(self) -> dict[str, File]:
        visited = self._walk()
        return dict(sorted((one.path, one) for one in visited))

    def _walk(self) -> Iterator[File]:
        """Every file, without recursion: depth and number are what somebody else made them."""
        waiting = [_Visited(b"", Entry(b"", stat.S_IFDIR, self._folder_id()))]
        seen = 0
        while waiting:
            folder = waiting.pop()
            for entry in self._objects.entries(folder.entry.id):
                seen += 1
                if seen > MOST_FILES:
                    raise self._too_many()
                path = folder.path + b"/" + entry.name if folder.path else entry.name
                reason = _foreign(entry, path)
                if reason:
                    yield File(_readable(path), foreign=reason)
                elif entry.name.startswith(b"."):
                    continue
                elif stat.S_ISDIR(entry.mode):
                    waiting.append(_Visited(path, entry))
                else:
                    size = self._objects.size(entry.id)
                    yield File(path.decode(), size, digest=entry.id.decode())

    def _too_many(self) -> ContentError:
        what = f"more than {MOST_FILES:,} files"
        remedy = "name the articles' folder: --path, or `path` in [git]"
        return ContentError([Finding(self.folder or self.place, 1, what, remedy, "error")])

    def files(self) -> Sequence[File]:
        """Every file in the order of paths."""
        return tuple(self._files.values())

    def read(self, path: str) -> bytes:
        """A file's bytes."""
        return self._objects.blob(ObjectID(self._files[path].digest.encode()))

    def beside(self, path: str, most: int) -> bytes | None:
        """A file in the folder that holds this one, which may be the repository itself."""
        parent = self.folder.rpartition("/")[0]
        found = self._objects.find(self._top, f"{parent}/{path}" if parent else path)
        if not found or not stat.S_ISREG(found.mode) or self._objects.size(found.id) > most:
            return None
        return self._objects.blob(found.id)


def _foreign(entry: Entry, path: bytes) -> str:
    """Why a name is not read; empty for a plain file or folder with a plain name."""
    if stat.S_ISLNK(entry.mode):
        return LINK
    if not (stat.S_ISREG(entry.mode) or stat.S_ISDIR(entry.mode)):
        return SUBMODULE
    try:
        name = entry.name.decode()
    except UnicodeDecodeError:
        return NOT_UTF8
    return _strange(name) or ("its path is too long" if len(path) > LONGEST_PATH else "")


def _strange(name: str) -> str:
    """Why a name is refused; git itself writes none of these."""
    seen = "".join(one for one in name if unicodedata.category(one) != "Cf")
    if name in {"", ".", ".."} or "/" in name or "\\" in name or "\0" in name:
        return NO_NAME
    if GIT_NAME.match(seen):
        return GITS_OWN
    return UNSEEN if any(unicodedata.category(one) == "Cc" for one in name) else ""


def _readable(path: bytes) -> str:
    """A path that can be shown: what is not printable is replaced."""
    text = path.decode("utf-8", "replace")
    return "".join(one if one.isprintable() else "\ufffd" for one in text)
