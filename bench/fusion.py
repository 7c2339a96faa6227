"""Reciprocal rank fusion, the usual way to join two rankings, to compare ours with. Pure.

Cormack, Clarke, Buettcher 2009, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank
Learning Methods"; K is theirs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

K = 60


def reciprocal_rank_fusion(rankings: Sequence[Sequence[str]]) -> list[str]:
    """One ranking, best first, of everything in the rankings; ties as first seen."""
    scores: defaultdict[str, float] = defaultdict(float)
    for ranking in rankings:
        for rank, one in enumerate(ranking, 1):
            scores[one] += 1 / (K + rank)
    return sorted(scores, key=lambda one: -scores[one])
