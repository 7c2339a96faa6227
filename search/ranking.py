"""Signals fused into one score per article. Pure: nothing is read here.

A convex combination keeps what scores say about confidence, which ranks forget
(Bruch, Gai, Ingber 2023, "An Analysis of Fusion Functions for Hybrid Retrieval"). Every signal
keeps a scale of its own and is not stretched over what else was found: so a score means the same
for every query, and the best one says whether anything answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Signals:
    """What each way of looking says about every article; arrays of shape (articles,)."""

    keyword: FloatArray
    """``keyword_share`` of the article's best passage; 0 where no word matches."""
    passage: FloatArray
    """``pooled`` cosines of the query and the article's passages."""
    title: FloatArray
    """Cosine of the query and the article's title."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each signal counts; chosen on the dev sets, see docs/search-quality.md."""

    keyword: float = 0.22
    passage: float = 0.74
    title: float = 0.04


SECOND = 0.5
"""Weight of an article's second best passage beside its best: a topic is more than one hit."""


def best(scores: FloatArray, first: IntArray) -> FloatArray:
    """Best score of each article, shape (articles,), from scores of shape (passages,).

    ``first``, shape (articles,), is the row of each article's first passage: passages are stored
    article by article and every article has at least one.
    """
    top: FloatArray = np.maximum.reduceat(scores, first)
    return top


def pooled(scores: FloatArray, first: IntArray) -> FloatArray:
    """Weighted mean of each article's two best scores; shapes as in ``best``.

    An article of a single passage keeps that passage's score.
    """
    top = best(scores, first)
    is_top = scores == np.repeat(top, np.diff(first, append=len(scores)))
    second = best(np.where(is_top, np.float32(-np.inf), scores), first)
    second = np.where(np.add.reduceat(is_top, first, dtype=np.int32) > 1, top, second)
    return np.where(np.isinf(second), top, (top + SECOND * second) / (1 + SECOND))


def keyword_share(scores: FloatArray, mass: float) -> FloatArray:
    """BM25 scores over the query's ``mass``, the sum of its distinct terms' idf.

    About the share of what the query says that a passage holds: one where each term occurs once
    in a text of average length, more where words are repeated or stand in the title.
    """
    return scores / np.float32(mass) if mass > 0 else np.zeros_like(scores)


def fuse(signals: Signals, weights: Weights = Weights()) -> FloatArray:
    """One score per article, shape (articles,), from signals of that shape."""
    fused: FloatArray = (
        weights.keyword * signals.keyword
        + weights.passage * signals.passage
        + weights.title * signals.title
    )
    return fused


def order(scores: FloatArray, limit: int) -> IntArray:
    """Rows of the ``limit`` best scores, best first; equal scores in row order."""
    if limit >= len(scores):
        return np.argsort(-scores, kind="stable")
    last = np.partition(scores, -limit)[-limit]  # sorting the few that matter, not every article
    few = np.flatnonzero(scores >= last)
    return few[np.argsort(-scores[few], kind="stable")][:limit]
