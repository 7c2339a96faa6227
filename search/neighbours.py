"""Passages of different articles that are near each other in meaning: where to look for doubles.

Every passage is compared with every other one, block by block: exact, and for 20,000 passages a
matter of seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from indexer.checks.centre import Centre
from indexer.checks.written import Written
from indexer.encoder import FloatArray
from indexer.passages import Passage

BLOCK = 1024


@dataclass(frozen=True, slots=True)
class Pair:
    """Two passages of different articles in one language, by row, and their cosine."""

    one: int
    other: int
    cosine: float


@dataclass(frozen=True, slots=True)
class Corpus:
    """Every passage of a help centre; ``vectors``, shape (passages, dimensions), go with them."""

    centre: Centre
    passages: Sequence[Passage]
    vectors: FloatArray

    @classmethod
    def of(cls, centre: Centre, vectors: FloatArray) -> Corpus:
        """The corpus of a prepared help centre and its passages' vectors, in row order."""
        return cls(centre, [one for page in centre.prepared for one in page.passages], vectors)

    def path(self, row: int) -> str:
        """The file that a passage stands in."""
        return self.centre.content.articles[self.passages[row].article].article.path

    def title(self, row: int) -> str:
        """The title of a passage's article."""
        return self.centre.content.articles[self.passages[row].article].article.title

    def written(self, row: int) -> Written:
        """The source of a passage's article."""
        return Written(self.centre.content.articles[self.passages[row].article])

    def lang(self, row: int) -> str:
        """The language of a passage's article."""
        return self.centre.content.articles[self.passages[row].article].article.lang


def neighbours(corpus: Corpus, least: float) -> Iterator[Pair]:
    """All pairs with a cosine of at least ``least``, in row order."""
    vectors = corpus.vectors
    owner = np.asarray([passage.article for passage in corpus.passages])
    for start in range(0, len(vectors), BLOCK):
        cosines = vectors[start : start + BLOCK] @ vectors[start:].T
        ones, others = np.nonzero(cosines >= least)
        later = owner[ones + start] < owner[others + start]
        for one, other in zip(ones[later], others[later], strict=True):
            pair = Pair(int(one) + start, int(other) + start, float(cosines[one, other]))
            if corpus.lang(pair.one) == corpus.lang(pair.other):
                yield pair
