"""Many small records in one file, read one at a time without loading the rest.

A snapshot of thousands of articles is a handful of files this way: quick to fsync, to check and
to open, and a web worker holds in memory only what it shows.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np


def write_records(path: Path, records: Iterable[bytes]) -> None:
    """Write records to ``path`` and where each ends to ``path.ends.npy``."""
    ends, position = [], 0
    with path.open("wb") as file:
        for record in records:
            position += file.write(record)
            ends.append(position)
    np.save(_ends(path), np.asarray(ends, dtype=np.int64))


def _ends(path: Path) -> Path:
    return path.with_name(path.name + ".ends.npy")


class Records(Sequence[bytes]):
    """The records of a file by row."""

    def __init__(self, path: Path) -> None:
        self._ends = np.load(_ends(path))
        self._starts = np.concatenate(([0], self._ends[:-1]))
        with path.open("rb") as file:
            empty = path.stat().st_size == 0
            self._data = b"" if empty else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, row: int) -> bytes:  # type: ignore[override]  # slices are not needed
        return self._data[int(self._starts[row]) : int(self._ends[row])]

    def __iter__(self) -> Iterator[bytes]:
        return (self[row] for row in range(len(self)))
