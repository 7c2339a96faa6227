"""The search gate: the same questions put to the old and to the new content, before a merge."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from search.answers import Answers
from search.engine import Engine
from search.judged import Judged
from search.judgements import JudgedQuery
from search.metrics import measure
from search.renamed import Fates
from search.results import SearchRequest
from search.sides import Sides

TOLERANCE = 0.01
"""Loss of mean nDCG@10 that is let pass: as if one question in a hundred lost a perfect answer."""
MUCH_ASKED = 3
"""Questions and resolved cases from which on an article is much asked."""
FOUND = 3
"""Ranks in which an answer is found: as many as are seen at a glance, or suggested."""
LOST = 5
"""Ranks in which an answer that was found must stay; the two between are the ranking's unrest."""
LISTED = 10
"""Ranks that are looked at."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One question before and after. Names are those of the new content where it has the article.

    ``answer`` is the judged article that lost most, else the one that stood highest; ranks count
    from 1, None where it is not among the first ten. ``above`` are the articles that stand above
    it now and did not before. ``unsaid``: the passage that answered is gone, and nothing new says
    the same. ``elsewhere``: another judged article is found now.
    """

    query: str
    answer: str
    before: int | None
    after: int | None
    ndcg_before: float
    ndcg_after: float
    above: tuple[str, ...]
    asked: int
    unsaid: str | None
    elsewhere: bool

    @property
    def lost(self) -> bool:
        """Whether the answer was found and is not any more, or does not answer any more."""
        if self.before is None or self.before > FOUND or self.elsewhere:
            return False
        return self.unsaid is not None or self.after is None or self.after > LOST

    @property
    def fails(self) -> bool:
        """Whether this alone fails the gate: an answer that many ask for is lost."""
        return self.lost and self.asked >= MUCH_ASKED

    @property
    def worse(self) -> bool:
        """Whether the question is answered worse than before."""
        return self.lost or self.ndcg_after < self.ndcg_before


@dataclass(frozen=True, slots=True)
class Gate:
    """What a change does to search; figures are mean nDCG@10 over all questions."""

    queries: int
    before: float
    after: float
    tolerance: float
    standings: tuple[Standing, ...]

    @property
    def too_much(self) -> bool:
        """Whether the questions as a whole lose more than is let pass."""
        return self.before - self.after > self.tolerance

    @property
    def worse(self) -> tuple[Standing, ...]:
        """The questions that are answered worse, the greatest loss first."""
        found = [one for one in self.standings if one.worse]
        return tuple(sorted(found, key=lambda one: one.ndcg_after - one.ndcg_before))

    @property
    def better(self) -> int:
        """How many questions are answered better."""
        return sum(one.ndcg_after > one.ndcg_before for one in self.standings)


def compare(
    sides: Sides, fates: Fates, judged: Judged, tolerance: float, on_done: Callable[[], None]
) -> Gate | None:
    """Put every question to both sides; None where there is none."""
    comparison = _Comparison(sides, fates, judged, on_done)
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        standings = tuple(filter(None, threads.map(comparison.stand, judged.queries)))
    if not standings:
        return None
    before = round(float(np.mean([one.ndcg_before for one in standings])), 4)
    after = round(float(np.mean([one.ndcg_after for one in standings])), 4)
    return Gate(len(standings), before, after, tolerance, standings)


class _Comparison:
    """What is worked out once for all questions."""

    def __init__(
        self, sides: Sides, fates: Fates, judged: Judged, on_done: Callable[[], None]
    ) -> None:
        self._sides, self._fates, self._on_done = sides, fates, on_done
        self._answers = Answers(sides, fates.names)
        self._asked: Counter[str] = Counter()
        for name, count in judged.asked.items():
            self._asked[fates.known(name)] += count

    def stand(self, asked: tuple[JudgedQuery, Mapping[str, float]]) -> Standing | None:
        """One question on both sides; None where nothing is judged to answer it."""
        query, judgements = asked
        judged = {self._fates.known(name): score for name, score in judgements.items()}
        names = self._fates.names
        old = [names.get(name, name) for name in _ranked(self._sides.old, query)]
        new = _ranked(self._sides.new, query)
        answer = _answer(old, new, judged)
        self._on_done()
        if answer is None:
            return None
        before, after = _rank(old, answer), _rank(new, answer)
        found = before is not None and before <= FOUND and after is not None
        return Standing(
            query=query.text,
            answer=answer,
            before=before,
            after=after,
            ndcg_before=round(measure(old, judged).ndcg_10, 4),
            ndcg_after=round(measure(new, judged).ndcg_10, 4),
            above=_above(old, new, answer),
            asked=self._asked[answer],
            unsaid=self._answers.unsaid(query.text, answer, new[:FOUND]) if found else None,
            elsewhere=any(judged.get(name, 0) > 0 for name in new[:FOUND] if name != answer),
        )


def _ranked(engine: Engine, query: JudgedQuery) -> list[str]:
    """Names of the first articles."""
    ranked = engine.rank(SearchRequest(query.text, lang=query.lang, limit=LISTED, memory=False))
    articles, lang = engine.snapshot.articles, engine.snapshot.manifest.site_lang
    return [articles[row].name(lang) for row in ranked.rows]


def _answer(old: Sequence[str], new: Sequence[str], judged: Mapping[str, float]) -> str | None:
    """The judged article that lost most of its gain, else the one that stood highest."""
    good = {name: score for name, score in judged.items() if score > 0}

    def lost(name: str) -> tuple[float, float]:
        before, after = (good[name] * _discount(_rank(side, name)) for side in (old, new))
        return round(before - after, 9), before

    return max(good, key=lost, default=None)


def _discount(rank: int | None) -> float:
    """What a rank is worth in nDCG."""
    return 0.0 if rank is None else 1 / math.log2(rank + 1)


def _rank(ranked: Sequence[str], name: str) -> int | None:
    return ranked.index(name) + 1 if name in ranked else None


def _above(old: Sequence[str], new: Sequence[str], answer: str) -> tuple[str, ...]:
    """What stands above the answer now and did not before."""
    before = old[: (_rank(old, answer) or LISTED + 1) - 1]
    return tuple(one for one in new[: (_rank(new, answer) or LISTED + 1) - 1] if one not in before)
