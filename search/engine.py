"""The engine: one query in, ranked hits out, from one snapshot.

A result is a function of (snapshot, recipe, memory, query). If the encoder is missing or fails,
keyword search answers and says so.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexer.analysis import analyse, matching
from indexer.encoder import Encoder
from indexer.models import open_encoder
from indexer.pointer import open_current
from indexer.snapshot import Snapshot
from kb.errors import Finding, ModelError
from search.filters import allowed_articles
from search.pins import Pins
from search.ranking import (
    KEYWORDS_ONLY,
    Calibration,
    FloatArray,
    IntArray,
    Signals,
    Weights,
    best,
    confidence,
    fuse,
    keyword_share,
    order,
    pooled,
)
from search.results import Explanation, Hit, Mode, SearchRequest, SearchResult
from search.snippets import make_snippet
from search.terms import keyword_scores, matched_words
from search.understanding import Understood, understand

NEAREST = 1000
"""Passages whose cosine is looked up; every other passage counts as the last of these."""
LEAST_CONFIDENCE = 0.5
"""Below it a result is marked as weak: see docs/search-quality.md."""
WEIGHTS: Mapping[Mode, Weights] = {
    "hybrid": Weights(),
    "keyword": Weights(keyword=1.0, passage=0.0, title=0.0),
    "vector": Weights(keyword=0.0, passage=0.95, title=0.05),
}
CALIBRATION: Mapping[Mode, Calibration] = {
    "hybrid": Calibration(),
    "keyword": KEYWORDS_ONLY,
    "vector": Calibration(),
}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Scored:
    """What is known of every passage and article for one query."""

    keyword: FloatArray
    """BM25 share of each passage, shape (passages,)."""
    cosine: FloatArray
    """Cosine of each passage, shape (passages,); zeros without an encoder."""
    signals: Signals
    scores: FloatArray
    """Fused score of each article, shape (articles,)."""

    def explain(self, row: int, weights: Weights, pinned: bool) -> Explanation:
        """What each signal added to an article's score."""
        return Explanation(
            keyword=float(weights.keyword * self.signals.keyword[row]),
            passage=float(weights.passage * self.signals.passage[row]),
            title=float(weights.title * self.signals.title[row]),
            pinned=pinned,
        )


class Engine:
    """Answers queries from one snapshot; safe to use from many threads."""

    def __init__(
        self, snapshot: Snapshot, encoder: Encoder | None, no_encoder: str | None = None
    ) -> None:
        self.snapshot = snapshot
        self._encoder = encoder
        self._no_encoder = no_encoder
        self._pins = Pins.of(snapshot.articles)

    @classmethod
    def open(cls, data: Path) -> Engine:
        """The engine of the active snapshot; without its model, keyword search and the reason."""
        snapshot = open_current(data)
        if snapshot.manifest.recipe is None:
            return cls(snapshot, None, snapshot.manifest.no_recipe_reason)
        try:
            return cls(snapshot, open_encoder(snapshot.manifest.recipe, data / "models"))
        except ModelError as error:
            log.warning("keyword search only: %s", error)
            return cls(snapshot, None, str(error))

    @property
    def recipe_id(self) -> str | None:
        """How the snapshot's vectors were made; None where it has none."""
        recipe = self.snapshot.manifest.recipe
        return recipe.id if recipe else None

    def search(self, request: SearchRequest) -> SearchResult:
        """Rank the articles that answer a request.

        Raises ValueError for an empty query, and for nothing else that people can type.
        """
        asked = understand(request, self.snapshot, self._is_word)
        vector, mode, fallback = self._vector(asked.meaning, request.mode)
        scored = self._score(asked, vector, mode)
        pinned = self._pins.find(asked.query.text, asked.languages)
        rows = self._choose(request, asked, scored, pinned)
        top = float(scored.scores[rows].max(initial=0.0))
        sure = 1.0 if pinned else confidence(top, CALIBRATION[mode])
        return SearchResult(
            query=asked.text,
            mode=mode,
            fallback=fallback,
            corrected=asked.corrected,
            snapshot=self.snapshot.id,
            recipe=self.recipe_id,
            memory=None,
            hits=tuple(self._hit(row, asked, scored, row in pinned, mode) for row in rows),
            confidence=sure,
            weak=sure < LEAST_CONFIDENCE,
        )

    def _is_word(self, word: str) -> bool:
        """Whether a word that no article holds is no misspelling; only the model can tell."""
        return self._encoder is not None and self._encoder.knows(word)

    def _vector(self, meaning: str, mode: Mode) -> tuple[FloatArray | None, Mode, str | None]:
        """The query's vector, the mode that can answer, and why it is not the one asked for."""
        if mode == "keyword":
            return None, mode, None
        if self._encoder is None:
            return None, "keyword", self._no_encoder or "there is no embedding model"
        try:
            return self._encoder.encode_query(meaning), mode, None
        except Exception as error:
            log.exception("the encoder failed")
            return None, "keyword", f"the encoder failed: {error}"

    def _score(self, asked: Understood, vector: FloatArray | None, mode: Mode) -> Scored:
        """Every signal of every article, and their sum."""
        first = self.snapshot.first_passages
        raw = keyword_scores(asked.terms, self.snapshot.keyword)
        keyword = keyword_share(raw, asked.terms.mass)
        cosine, title = np.zeros_like(keyword), np.zeros(len(first), dtype=np.float32)
        if vector is not None:
            cosine = self._cosines(vector)
            titles = self.snapshot.title_vectors
            title = titles.cosines(vector, np.arange(len(titles)))
        signals = Signals(best(keyword, first), pooled(cosine, first), title)
        return Scored(keyword, cosine, signals, fuse(signals, WEIGHTS[mode]))

    def _cosines(self, vector: FloatArray) -> FloatArray:
        """Cosine of every passage, shape (passages,); far ones share that of the last one near."""
        rows, cosines = self.snapshot.passage_vectors.nearest(vector, NEAREST)
        every = np.full(self.snapshot.passage_count, cosines[-1], dtype=np.float32)
        every[rows] = cosines
        return every

    def _choose(
        self, request: SearchRequest, asked: Understood, scored: Scored, pinned: Sequence[int]
    ) -> IntArray:
        """Rows of the best articles that may be shown, pinned ones first."""
        allowed = allowed_articles(request, asked.query, asked.languages, self.snapshot)
        if request.mode == "keyword" or self._encoder is None:
            allowed &= scored.signals.keyword > 0
        allowed[list(pinned)] &= np.True_
        scores = np.where(allowed, scored.scores, -np.inf)
        scores[[row for row in pinned if allowed[row]]] = np.inf
        rows = order(scores, request.limit)
        return rows[scores[rows] > -np.inf]

    def _hit(self, row: int, asked: Understood, scored: Scored, pinned: bool, mode: Mode) -> Hit:
        passage = self.snapshot.passage(self._best_passage(row, scored, mode))
        article, url = self.snapshot.articles[row], self.snapshot.url(row)
        text = passage.text or article.summary
        terms = asked.terms.telling
        matches = matching(text, article.lang, terms.keys())
        held = {word.term for word in matches} | terms.keys() & analyse(article.title, article.lang)
        return Hit(
            article=article,
            url=f"{url}#{passage.anchor}" if passage.anchor else url,
            anchor=passage.anchor,
            heading=passage.headings,
            snippet=make_snippet(text, matches, terms),
            score=round(float(scored.scores[row]), 4),
            matched=matched_words(asked.query.text, article.lang, held),
            explanation=scored.explain(row, WEIGHTS[mode], pinned),
        )

    def _best_passage(self, row: int, scored: Scored, mode: Mode) -> int:
        """The passage of an article that both signals like best."""
        first = self.snapshot.first_passages
        start = int(first[row])
        end = int(first[row + 1]) if row + 1 < len(first) else self.snapshot.passage_count
        weights = WEIGHTS[mode]
        value = (
            weights.keyword * scored.keyword[start:end] + weights.passage * scored.cosine[start:end]
        )
        return start + int(value.argmax())


def check_titles(
    snapshot: Snapshot, encoder: Encoder | None, on_done: Callable[[], None]
) -> list[Finding]:
    """A note for each article that its own title does not find among the first ten.

    Another article of the same title will do.
    """
    engine = Engine(snapshot, encoder)
    notes = []
    for article in snapshot.articles:
        hits = engine.search(SearchRequest(article.title, lang=article.lang, correct=False)).hits
        if article.title not in {hit.article.title for hit in hits}:
            what = f"searching for the title {article.title!r} does not find the article"
            remedy = "say in the text what the title says"
            notes.append(Finding(article.path, 1, what, remedy))
        on_done()
    return notes
