"""A memory brought together with the snapshot that is served: past cases and their votes.

A memory names articles, a snapshot may have renamed or removed them since: here names become rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indexer.memory import ResolutionMemory
from indexer.snapshot import Snapshot
from search.ranking import FloatArray, IntArray
from search.scoring import Scored
from search.voting import CHOSEN, Acquaintance, Recalled, Tuning, counts, shares, trust, votes

RECALLED = 50
"""Nearest cases that are looked at."""
NEAREST = 5
"""Of these, the ones whose mean cosine says whether the past knows such queries."""
NAMED = 3
"""Cases that explain a vote."""
GONE = -1


@dataclass(frozen=True, slots=True)
class Opinion:
    """What memory says of every article, shape (articles,), and of how much that is worth."""

    votes: FloatArray
    shares: FloatArray
    trust: float
    recalled: Recalled
    cases: IntArray

    def behind(self, row: int) -> tuple[tuple[int, float], ...]:
        """The cases nearest to the query that name an article, and their cosines."""
        of_it = np.flatnonzero(self.recalled.article == row)[:NAMED]
        return tuple((int(self.cases[i]), float(self.recalled.cosine[i])) for i in of_it)


class Recall:
    """One memory for one snapshot; safe to use from many threads."""

    def __init__(
        self, memory: ResolutionMemory, snapshot: Snapshot, tuning: Tuning = CHOSEN
    ) -> None:
        self.memory = memory
        self._tuning = tuning
        tables = memory.tables
        rows = [snapshot.named(name) for name in memory.names]
        row_of = np.asarray([GONE if row is None else row for row in rows], dtype=np.int64)
        self._article = row_of[tables.article]
        count = len(snapshot.articles)
        self._weights = np.zeros((count, tables.model.weights.shape[1]), dtype=np.float32)
        self._bias = np.full(count, -np.inf, dtype=np.float32)
        self._experience = np.zeros(count, dtype=np.float32)
        here = _taught(memory.names, row_of, snapshot)
        self._weights[row_of[here]] = tables.model.weights[here]
        self._bias[row_of[here]] = tables.model.bias[here]
        self._experience[row_of[here]] = tables.experience[here]

    def opinion(self, vector: FloatArray, scored: Scored) -> Opinion:
        """What the past says of a query with this vector, shape (dimensions,)."""
        rows, cosines = self.memory.cases.nearest(vector, RECALLED)
        tables = self.memory.tables
        recalled = Recalled(
            cosine=cosines,
            article=self._article[rows],
            weight=tables.weight[rows],
            largest=tables.largest[rows],
            voice=tables.voice[rows],
        )
        counted = counts(recalled, len(self._bias), self._tuning)
        share = shares(self._prior(vector), counted, self._tuning)
        nearest_text = max(float(scored.cosine.max()), float(scored.signals.title.max()))
        leader = int(scored.scores.argmax())
        known = Acquaintance(
            float(cosines[:NEAREST].mean()), nearest_text, float(self._experience[leader])
        )
        trusted = trust(known, counted, self._tuning)
        voted = votes(share, counted, trusted, self._tuning)
        return Opinion(voted, share, trusted, recalled, rows)

    def _prior(self, vector: FloatArray) -> FloatArray:
        """The model's shares among the articles that are still there."""
        odds = self._weights @ vector + self._bias
        best = odds.max()
        if best == -np.inf:
            return np.zeros_like(odds)
        powers = np.exp(odds - best)
        return np.asarray(powers / powers.sum(), dtype=np.float32)


def _taught(names: Sequence[str], row_of: IntArray, snapshot: Snapshot) -> IntArray:
    """Which articles of a memory are still there; of two that became one, the one it was."""
    site_lang = snapshot.manifest.site_lang
    found: dict[int, int] = {}
    for old, (name, row) in enumerate(zip(names, row_of.tolist(), strict=True)):
        if row != GONE and (row not in found or snapshot.articles[row].name(site_lang) == name):
            found[row] = old
    return np.asarray(list(found.values()), dtype=np.int64)
