"""How likely it is that what was found answers: for marking weak results and for keeping silent.

The best score alone says too little: a message may be near to everything a site says, or share its
words with no article. Four figures that mean the same on every site say more, added up as log odds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexer.postings import Postings
from indexer.snapshot import Snapshot
from search.ranking import FloatArray, IntArray, best
from search.results import Mode
from search.scoring import Scored
from search.understanding import Understood

CROWD = 5
"""Articles whose mean score says how much else there is."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for an answer, and against it."""

    nearest: float = 0.0
    """Cosine of the query and the nearest passage of any article; 0 without vectors."""
    lead: float = 0.0
    """Score by which the best article is ahead of the next; 0 where it is alone."""
    crowd: float = 0.0
    """Mean score of the ``CROWD`` best articles."""
    held: float = 0.0
    """Of what the query's telling words say, by rarity, the share that the best article holds.

    As its square root: the first words count for more than the last.
    """


@dataclass(frozen=True, slots=True)
class Calibration:
    """Log odds of an answer: ``base``, and so much for each unit of evidence.

    Fitted by ``python -m bench.calibration``, see docs/search-quality.md.
    """

    base: float
    nearest: float
    lead: float
    crowd: float
    held: float


HYBRID = Calibration(base=-3.97, nearest=7.4, lead=5.95, crowd=-2.7, held=1.84)
KEYWORDS_ONLY = Calibration(base=-1.92, nearest=0.0, lead=2.95, crowd=0.0, held=2.85)
"""For scores that are shares of keywords alone, which say much less."""
CALIBRATION: Mapping[Mode, Calibration] = {
    "hybrid": HYBRID,
    "keyword": KEYWORDS_ONLY,
    "vector": HYBRID,
}


def confidence(evidence: Evidence, calibration: Calibration = HYBRID) -> float:
    """How likely it is, in [0, 1], that the best article answers."""
    odds = (
        calibration.base
        + calibration.nearest * evidence.nearest
        + calibration.lead * evidence.lead
        + calibration.crowd * evidence.crowd
        + calibration.held * evidence.held
    )
    return 1 / (1 + math.exp(-odds))


def gather(
    asked: Understood, scored: Scored, allowed: npt.NDArray[np.bool_], snapshot: Snapshot
) -> Evidence:
    """The evidence among the articles that may be shown, ``allowed`` of shape (articles,)."""
    if not allowed.any():
        return Evidence()
    leader = int(np.where(allowed, scored.scores, -np.inf).argmax())
    first = snapshot.first_passages
    end = int(first[leader + 1]) if leader + 1 < len(first) else snapshot.passage_count
    lead, crowd = standing(scored.scores[allowed])
    return Evidence(
        nearest=_nearest(scored.cosine, first, allowed),
        lead=lead,
        crowd=crowd,
        held=_held(asked, (int(first[leader]), end), snapshot.keyword.postings),
    )


def _nearest(cosine: FloatArray, first: IntArray, allowed: npt.NDArray[np.bool_]) -> float:
    """The best cosine of a passage that may be shown; nearly always every one may."""
    return float(cosine.max() if allowed.all() else best(cosine, first)[allowed].max())


def standing(scores: FloatArray) -> tuple[float, float]:
    """The best score's lead over the next, and the mean of the ``CROWD`` best."""
    count = min(CROWD, len(scores))
    top = np.sort(np.partition(scores, -count)[-count:])[::-1]
    lead = float(top[0] - top[1]) if count > 1 else 0.0
    return lead, float(top.mean())


def _held(asked: Understood, passages: tuple[int, int], postings: Postings) -> float:
    """What of the query's telling words stands in a half-open range of passages."""
    total = held = 0.0
    for terms, rarity in asked.telling().items():
        total += rarity
        if any(_stands(postings, term, passages) for term in terms):
            held += rarity
    return math.sqrt(held / total) if total else 0.0


def _stands(postings: Postings, term: str, passages: tuple[int, int]) -> bool:
    start, end = np.searchsorted(postings.passages_with(term), passages)
    return bool(start < end)
