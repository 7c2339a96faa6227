"""How good a ranking is, in the field's usual figures. Pure.

nDCG takes the judged score itself as gain, as trec_eval does, and log2(rank + 1) as discount
(Järvelin, Kekäläinen 2002, "Cumulated Gain-Based Evaluation of IR Techniques").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Quality:
    """Figures of one query, each between 0 and 1."""

    ndcg_10: float
    recall_5: float
    recall_10: float
    mrr_10: float
    p_1: float
    hit_3: float


def measure(ranked: Sequence[str], judged: Mapping[str, float]) -> Quality:
    """Compare a ranking, best first, with judged scores; only scores above 0 are relevant."""
    gains = [max(0.0, judged.get(slug, 0.0)) for slug in ranked[:10]]
    relevant = sum(score > 0 for score in judged.values())
    first = next((rank for rank, gain in enumerate(gains, 1) if gain > 0), None)
    return Quality(
        ndcg_10=_dcg(gains) / (_dcg(sorted(judged.values(), reverse=True)[:10]) or 1.0),
        recall_5=_hits(gains[:5]) / max(1, relevant),
        recall_10=_hits(gains) / max(1, relevant),
        mrr_10=1 / first if first else 0.0,
        p_1=float(_hits(gains[:1])),
        hit_3=float(_hits(gains[:3]) > 0),
    )


def _hits(gains: Sequence[float]) -> int:
    return sum(gain > 0 for gain in gains)


def _dcg(gains: Sequence[float]) -> float:
    return float(sum(max(0.0, gain) / np.log2(rank + 1) for rank, gain in enumerate(gains, 1)))


def auroc(scores: Sequence[float], positive: Sequence[bool]) -> float | None:
    """Chance that a positive scores above a negative, ties counting half (Mann-Whitney U).

    None where one of the two is missing.
    """
    values, labels = np.asarray(scores, dtype=float), np.asarray(positive, dtype=bool)
    if labels.all() or not labels.any():
        return None
    above = np.sort(values[~labels])
    below = np.searchsorted(above, values[labels], side="left")
    not_above = np.searchsorted(above, values[labels], side="right")
    return float(np.mean((below + not_above) / 2) / len(above))
