"""Where each word of each passage stands, so that snippets are marked without reading it again.

Finding the words of ten passages anew took longer than encoding the query.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexer.analysis import Word
from indexer.postings import Postings

FILES = ("place_ends", "place_terms", "place_starts", "place_lengths")


@dataclass(frozen=True, slots=True)
class Spans:
    """Half-open ranges of a passage's terms in its text; positions as in ``FieldTerms.body``."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]


def write_places(
    folder: Path, bodies: Sequence[Sequence[str]], spans: Sequence[Spans], postings: Postings
) -> None:
    """Write where the terms of each passage's text stand; all by passage row."""
    terms = np.asarray([postings.row(term) for body in bodies for term in body], dtype=np.int32)
    starts = np.asarray([start for one in spans for start in one.starts], dtype=np.int32)
    ends = np.asarray([end for one in spans for end in one.ends], dtype=np.int32)
    counts = np.asarray([len(body) for body in bodies], dtype=np.int64)
    np.save(folder / "place_ends.npy", np.cumsum(counts))
    np.save(folder / "place_terms.npy", terms)
    np.save(folder / "place_starts.npy", starts)
    np.save(folder / "place_lengths.npy", ends - starts)


class Places:
    """The places of a snapshot, mapped from disk."""

    def __init__(self, folder: Path, postings: Postings) -> None:
        mapped = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in FILES)
        self._ends, self._terms, self._starts, self._lengths = map(np.asarray, mapped)
        self._postings = postings

    def find(self, passage: int, terms: Iterable[str]) -> list[Word]:
        """The words of a passage whose term is one of ``terms``, in reading order."""
        first = int(self._ends[passage - 1]) if passage else 0
        here = self._terms[first : int(self._ends[passage])]
        wanted = np.zeros(len(here), dtype=bool)
        for term in terms:
            if term in self._postings:
                wanted |= here == self._postings.row(term)
        found = np.flatnonzero(wanted)
        starts, lengths = self._starts[found + first], self._lengths[found + first]
        places = zip(here[found].tolist(), starts.tolist(), lengths.tolist(), strict=True)
        return [Word(self._postings.terms[row], start, start + n) for row, start, n in places]
