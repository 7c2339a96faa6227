"""Compiled postings: every BM25F score there can be, computed once when the index is built.

Whoosh's own searcher computes the same figures in pure Python for each query (195 ms at 50,000
passages). Here a query is a sum of a few rows of a sparse matrix, term by passage, mapped from
the snapshot; a test holds it equal to Whoosh in score and order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FieldTerms:
    """Analysed terms of one passage, field by field, in reading order, repeats included."""

    title: tuple[str, ...]
    headings: tuple[str, ...]
    body: tuple[str, ...]
    keywords: tuple[str, ...]


FIELDS = ("title", "headings", "body", "keywords")


@dataclass(frozen=True, slots=True)
class BM25F:
    """Boost of each field and the two parameters of BM25; see docs/search-quality.md.

    ``b`` is how much a field's length counts, ``k1`` how soon repeats of a word stop counting.
    """

    title: float = 0.5
    headings: float = 0.25
    body: float = 1.0
    keywords: float = 1.5
    b: float = 0.4
    k1: float = 0.9

    def boost(self, field: str) -> float:
        """How much a match in this field counts."""
        return float(getattr(self, field))


class Postings:
    """Impact of every term on every passage that has it; rows are terms, sorted."""

    def __init__(self, terms: Sequence[str], arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        self.terms = terms
        self.passages = int(arrays["passages"])
        self._starts = arrays["starts"]
        self._rows = arrays["rows"]
        self._impacts = arrays["impacts"]

    @classmethod
    def open(cls, folder: Path) -> Postings:
        """Map the arrays of a folder that ``compile_postings`` wrote."""
        terms = (folder / "terms.txt").read_text(encoding="utf-8").split("\n")
        names = ("passages", "starts", "rows", "impacts")
        mapped = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in names}
        return cls(terms, {name: np.asarray(array) for name, array in mapped.items()})

    @cached_property
    def _row_of(self) -> dict[str, int]:
        return {term: row for row, term in enumerate(self.terms)}

    def row(self, term: str) -> int:
        """The term's row; KeyError for an unknown one."""
        return self._row_of[term]

    def __contains__(self, term: str) -> bool:
        return term in self._row_of

    def passages_with(self, term: str) -> IntArray:
        """Passages that hold the term, ascending; empty for an unknown one."""
        start, end = self._span(term)
        return np.asarray(self._rows[start:end], dtype=np.int64)

    def rarity(self, term: str) -> float:
        """Inverse document frequency over all fields, as Whoosh defines it: ln(N/(n+1)) + 1."""
        start, end = self._span(term)
        return float(np.log(self.passages / (end - start + 1)) + 1)

    def scores(self, terms: Mapping[str, float]) -> FloatArray:
        """BM25F of every passage, shape (passages,); each distinct term counts by its weight."""
        total = np.zeros(self.passages, dtype=np.float32)
        for term, weight in terms.items():
            start, end = self._span(term)
            total[self._rows[start:end]] += self._impacts[start:end] * np.float32(weight)
        return total

    def _span(self, term: str) -> tuple[int, int]:
        row = self._row_of.get(term)
        return (0, 0) if row is None else (int(self._starts[row]), int(self._starts[row + 1]))


def compile_postings(
    folder: Path,
    passages: Sequence[FieldTerms],
    parameters: BM25F,
    stored_length: Callable[[int], int],
) -> None:
    """Write the postings of passages to a folder.

    ``stored_length`` is the field length as Whoosh keeps it, rounded to one byte.
    """
    terms = sorted({term for one in passages for field in FIELDS for term in getattr(one, field)})
    row_of = {term: row for row, term in enumerate(terms)}
    parts = [_field_impacts(passages, f, row_of, parameters, stored_length) for f in FIELDS]
    keys = np.concatenate([part[0] for part in parts])
    impacts = np.concatenate([part[1] for part in parts])
    unique, inverse = np.unique(keys, return_inverse=True)
    summed = np.bincount(inverse, weights=impacts, minlength=len(unique))
    count = max(1, len(passages))
    starts = np.searchsorted(unique // count, np.arange(len(terms) + 1))
    (folder / "terms.txt").write_text("\n".join(terms), encoding="utf-8")
    np.save(folder / "passages.npy", np.asarray(len(passages), dtype=np.int64))
    np.save(folder / "starts.npy", starts.astype(np.int64))
    np.save(folder / "rows.npy", (unique % count).astype(np.int32))
    np.save(folder / "impacts.npy", summed.astype(np.float32))


def _field_impacts(
    passages: Sequence[FieldTerms],
    field: str,
    row_of: Mapping[str, int],
    parameters: BM25F,
    stored_length: Callable[[int], int],
) -> tuple[IntArray, npt.NDArray[np.float64]]:
    """Keys (term row * passages + passage) and impacts of one field: Whoosh's formula.

    whoosh.scoring.bm25 of Whoosh 2.7.4, with idf and average length of this field alone.
    """
    lengths = np.fromiter((len(getattr(p, field)) for p in passages), dtype=np.int64)
    keys, counts = _count(passages, field, row_of)
    count = max(1, len(passages))
    documents = np.bincount(keys // count, minlength=len(row_of))
    idf = np.log(count / (documents + 1)) + 1
    stored = np.fromiter((stored_length(int(n)) for n in lengths), dtype=np.float64)
    relative = stored / (lengths.sum() / count or 1)
    k1, b = parameters.k1, parameters.b
    saturation = counts + k1 * ((1 - b) + b * relative[keys % count])
    impacts = idf[keys // count] * (counts * (k1 + 1)) / saturation
    return keys, impacts * parameters.boost(field)


def _count(
    passages: Sequence[FieldTerms], field: str, row_of: Mapping[str, int]
) -> tuple[IntArray, npt.NDArray[np.float64]]:
    """Key and number of occurrences of every (term, passage) of one field."""
    keys: list[int] = []
    counts: list[int] = []
    for passage, one in enumerate(passages):
        for term, times in Counter(getattr(one, field)).items():
            keys.append(row_of[term] * len(passages) + passage)
            counts.append(times)
    return np.asarray(keys, dtype=np.int64), np.asarray(counts, dtype=np.float64)
