"""Objects of the local copy, by their ids: whatever a repository holds, only this much is asked.

Sizes are read from where a pack declares them, so that nobody unpacks a gigabyte to refuse it.
"""

from __future__ import annotations

import mmap
import stat
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from dulwich.errors import (
    ApplyDeltaError,
    FileFormatException,
    NotBlobError,
    NotTreeError,
    WrongObjectException,
)
from dulwich.object_store import MaxTreeDepthExceeded
from dulwich.objects import ZERO_SHA, Blob, Commit, ObjectID, Tree
from dulwich.repo import Repo

from kb.errors import UnavailableError

BROKEN = (
    ApplyDeltaError,
    AssertionError,
    FileFormatException,
    LookupError,
    MaxTreeDepthExceeded,
    ValueError,
    WrongObjectException,
    zlib.error,
)
"""What the library raises at objects that are missing, damaged, or made to break it."""
OFS_DELTA, REF_DELTA = 6, 7
DELTA_HEAD = 512
"""Compressed bytes that surely hold a delta's two sizes: tables of codes (RFC 1951, 3.2.7) may
take some 300 of them."""
TWO_SIZES = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """One name in a folder."""

    name: bytes
    mode: int
    id: ObjectID


@contextmanager
def sound(object_id: ObjectID) -> Iterator[None]:
    """Say so where an object is missing, or is not what it should be."""
    try:
        yield
    except BROKEN:
        what = f"git object {object_id.decode()} is missing or damaged"
        raise UnavailableError(f"{what} (run git fsck on the repository)") from None


class Objects:
    """What is asked of a repository's objects; UnavailableError where one is not sound."""

    def __init__(self, repository: Repo) -> None:
        self.store = repository.object_store
        self._packs = [(pack.index, _mapped(Path(pack.data.path))) for pack in self.store.packs]

    def commit(self, commit_id: ObjectID) -> Commit | None:
        """A commit; None where it is not here, as in a shallow clone."""
        try:
            found = self.store[commit_id]
        except BROKEN:
            return None
        return found if isinstance(found, Commit) else None

    def entries(self, tree_id: ObjectID) -> Sequence[Entry]:
        """The names in a folder."""
        with sound(tree_id):
            found = self.store[tree_id]
            if not isinstance(found, Tree):
                raise NotTreeError(tree_id)
            return [
                Entry(one.path or b"", one.mode or 0, one.sha or ZERO_SHA)
                for one in found.iteritems()
            ]

    def find(self, tree_id: ObjectID, path: str) -> Entry | None:
        """What a path below a folder leads to; links are not followed."""
        found = Entry(b"", stat.S_IFDIR, tree_id)
        for step in path.encode().split(b"/") if path else ():
            if not stat.S_ISDIR(found.mode):
                return None
            inside = (one for one in self.entries(found.id) if one.name == step)
            step_found = next(inside, None)
            if step_found is None:
                return None
            found = step_found
        return found

    def blob(self, blob_id: ObjectID) -> bytes:
        """A file's bytes."""
        with sound(blob_id):
            found = self.store[blob_id]
            if not isinstance(found, Blob):
                raise NotBlobError(blob_id)
            return found.data

    def size(self, blob_id: ObjectID) -> int:
        """A file's size in bytes, without unpacking it."""
        with sound(blob_id):
            for index, pack in self._packs:
                with suppress(KeyError):
                    return _declared(pack, index.object_offset(blob_id), len(blob_id) // 2)
            return self.store[blob_id].raw_length()


def _mapped(path: Path) -> mmap.mmap:
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _declared(pack: mmap.mmap, offset: int, id_bytes: int) -> int:
    """The size that a pack declares for the object at an offset.

    https://git-scm.com/docs/pack-format: type and size in groups of seven bits; a delta begins
    with the sizes of what it starts from and of what it makes.
    """
    kind = pack[offset] >> 4 & 7
    size, start = _number(pack, offset, 4)
    if kind == OFS_DELTA:
        _, start = _number(pack, start, 7)
    elif kind == REF_DELTA:
        start += id_bytes
    if kind not in {OFS_DELTA, REF_DELTA}:
        return size
    head = zlib.decompressobj().decompress(pack[start : start + DELTA_HEAD], TWO_SIZES)
    _, start = _number(head, 0, 7)
    return _number(head, start, 7)[0]


def _number(data: bytes | mmap.mmap, start: int, first_bits: int) -> tuple[int, int]:
    """A number whose first byte holds so many of its bits, lowest first, and where it ends."""
    number, shift = data[start] & (1 << first_bits) - 1, first_bits
    while data[start] & 0x80:
        start += 1
        number |= (data[start] & 0x7F) << shift
        shift += 7
    return number, start + 1
