"""Every signal of every passage and article of a snapshot for one query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from indexer.snapshot import Snapshot
from indexer.vectors import VectorIndex
from search.ranking import (
    FloatArray,
    Signals,
    Weights,
    best,
    fuse,
    keyword_share,
    pooled,
)
from search.results import Mode
from search.terms import QueryTerms, keyword_scores

NEAREST = 500
"""Vectors whose cosine is looked up; every other one counts as the last of these."""
WEIGHTS: Mapping[Mode, Weights] = {
    "hybrid": Weights(),
    "keyword": Weights(keyword=1.0, passage=0.0, title=0.0),
    "vector": Weights(keyword=0.0, passage=0.95, title=0.05),
}


@dataclass(frozen=True, slots=True)
class Scored:
    """What is known of every passage and article for one query, in one mode."""

    mode: Mode
    keyword: FloatArray
    """BM25 share of each passage, shape (passages,)."""
    cosine: FloatArray
    """Cosine of each passage, shape (passages,); zeros in keyword mode."""
    signals: Signals
    scores: FloatArray
    """Fused score of each article, shape (articles,)."""

    def parts(self, row: int) -> tuple[float, float, float]:
        """What keywords, passages and title added to an article's score."""
        weights, signals = WEIGHTS[self.mode], self.signals
        return (
            float(weights.keyword * signals.keyword[row]),
            float(weights.passage * signals.passage[row]),
            float(weights.title * signals.title[row]),
        )

    def best_passage(self, start: int, end: int) -> int:
        """Of the passages in a half-open range, the one that both signals like best."""
        weights = WEIGHTS[self.mode]
        keyword, cosine = self.keyword[start:end], self.cosine[start:end]
        return start + int((weights.keyword * keyword + weights.passage * cosine).argmax())


def score(terms: QueryTerms, vector: FloatArray | None, mode: Mode, snapshot: Snapshot) -> Scored:
    """Score all articles; ``vector`` is the query's, shape (dimensions,), None in keyword mode."""
    first = snapshot.first_passages
    keyword = keyword_share(keyword_scores(terms, snapshot.keyword), terms.mass)
    cosine, title = np.zeros_like(keyword), np.zeros(len(first), dtype=np.float32)
    if vector is not None:
        cosine = _cosines(vector, snapshot.passage_vectors)
        title = _cosines(vector, snapshot.title_vectors)
    signals = Signals(best(keyword, first), pooled(cosine, first), title)
    return Scored(mode, keyword, cosine, signals, fuse(signals, WEIGHTS[mode]))


def _cosines(vector: FloatArray, index: VectorIndex) -> FloatArray:
    """Cosine of every row, shape (rows,); far ones share that of the last one looked up."""
    rows, cosines = index.nearest(vector, NEAREST)
    every = np.full(len(index), cosines[-1], dtype=np.float32)
    every[rows] = cosines
    return every
