"""The keyword index: Whoosh on disk, compiled postings in memory.

Whoosh holds the durable index with positions, for phrases and as the oracle of the scores; it is
written once, in a fresh folder, by the one publisher, as Whoosh itself never fsyncs and its lock
is not to be trusted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, cached_property, lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from whoosh import fields, index
from whoosh.analysis import IDTokenizer
from whoosh.formats import Positions
from whoosh.lang.stopwords import stoplists
from whoosh.query import Or, Phrase
from whoosh.util.numeric import byte_to_length, length_to_byte

from indexer.analysis import analyse
from indexer.manifest import read_part
from indexer.places import Places
from indexer.postings import BM25F, FIELDS, FieldTerms, Postings, compile_postings
from indexer.vocabulary import Vocabulary

IntArray = npt.NDArray[np.int64]

WRITER_MEGABYTES = 512
"""Postings that Whoosh keeps before it sorts them on disk; a fresh index fits."""


class AnalysedText(fields.TEXT):  # type: ignore[misc]  # Whoosh ships no types
    """A text field whose value is its terms in order: nothing is left for Whoosh to analyse."""

    def index(self, value: Sequence[str], **_: object) -> Iterator[tuple[bytes, int, float, bytes]]:
        """Each distinct term with its count, weight and positions, as Whoosh stores them."""
        places: dict[str, list[int]] = {}
        for position, term in enumerate(value):
            places.setdefault(term, []).append(position)
        for term, positions in places.items():
            count = len(positions)
            yield term.encode(), count, float(count), _stored_positions(tuple(positions))


@lru_cache(maxsize=100_000)
def _stored_positions(positions: tuple[int, ...]) -> bytes:
    """Most words stand once in a passage, so the same few places come again and again."""
    return bytes(Positions().encode(list(positions)))


@cache
def stop_terms(lang: str) -> frozenset[str]:
    """Terms of a language's commonest words, which say little; empty where Whoosh has no list."""
    return frozenset(term for word in stoplists.get(lang[:2], ()) for term in analyse(word, lang))


class KeywordIndex:
    """What the passages of a snapshot say in words."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.postings = read_part(folder, Postings.open)
        self.vocabulary = read_part(folder, Vocabulary.open)

    @cached_property
    def places(self) -> Places:
        """Where the words of passages stand."""
        return read_part(self._folder, lambda folder: Places(folder, self.postings))

    @cached_property
    def whoosh(self) -> index.Index:
        """Whoosh's own index, opened when first needed: unpickling it costs time."""
        return read_part(self._folder / "whoosh", _open_whoosh)

    def passages_with_phrase(self, terms: Sequence[str]) -> IntArray:
        """Passages in which the terms stand side by side in one field, ascending."""
        if len(terms) == 1:
            return self.postings.passages_with(terms[0])
        query = Or([Phrase(field, list(terms)) for field in FIELDS])
        opened = self.whoosh
        with read_part(self._folder / "whoosh", lambda _: opened.searcher()) as searcher:
            return np.asarray(sorted(searcher.docs_for_query(query)), dtype=np.int64)


def _open_whoosh(folder: Path) -> index.Index:
    return index.open_dir(str(folder), readonly=True)


def build_keyword_index(
    folder: Path, passages: Sequence[FieldTerms], vocabulary: Vocabulary, parameters: BM25F
) -> None:
    """Write the index of passages, whose position is their row, to an empty folder."""
    _write_whoosh(folder / "whoosh", passages)
    compile_postings(folder, passages, parameters, _stored_length)
    vocabulary.save(folder)


def _write_whoosh(folder: Path, passages: Sequence[FieldTerms]) -> None:
    folder.mkdir()
    schema = fields.Schema(**dict.fromkeys(FIELDS, AnalysedText(analyzer=IDTokenizer())))
    writer = index.create_in(str(folder), schema).writer(limitmb=WRITER_MEGABYTES)
    for passage in passages:
        writer.add_document(**{field: getattr(passage, field) for field in FIELDS})
    writer.commit()
    for lock in folder.glob("*_WRITELOCK"):
        lock.unlink()


def _stored_length(length: int) -> int:
    """Whoosh rounds a field's length to one byte; scores depend on it."""
    return int(byte_to_length(length_to_byte(length)))
