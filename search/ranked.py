"""Rows in their order, before they become hits: measuring and learning need no snippets."""

from __future__ import annotations

from dataclasses import dataclass

from search.confidence import CALIBRATION, Evidence, confidence
from search.recall import Opinion
from search.scoring import Scored
from search.understanding import Understood


@dataclass(frozen=True, slots=True)
class Ranked:
    """Rows of the articles that may be shown, best first, and why they stand there."""

    asked: Understood
    scored: Scored
    evidence: Evidence
    fallback: str | None
    rows: tuple[int, ...]
    pinned: frozenset[int]
    opinion: Opinion | None
    explain: bool

    @property
    def confidence(self) -> float:
        """How likely it is, 0 to 1, that any of them answers; a writer's pin is certain.

        By what was found, or else by what resolved such issues before.
        """
        if self.pinned or not self.rows:
            return float(bool(self.pinned))
        by_text = confidence(self.evidence, CALIBRATION[self.scored.mode])
        if self.opinion is None:
            return by_text
        by_past = self.opinion.trust * float(self.opinion.shares[list(self.rows)].max())
        return 1 - (1 - by_text) * (1 - by_past)

    def score(self, row: int) -> float:
        """An article's score with memory's vote."""
        vote = float(self.opinion.votes[row]) if self.opinion else 0.0
        return float(self.scored.scores[row]) + vote
