"""The engine: one query in, ranked hits out, from one snapshot.

A result is a function of (snapshot, recipe, memory, query). If the encoder is missing or fails,
keyword search answers and says so.
"""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np

from indexer.analysis import analyse
from indexer.encoder import Encoder
from indexer.memory import ResolutionMemory, open_memory
from indexer.models import open_encoder
from indexer.pointer import open_current
from indexer.snapshot import Snapshot
from kb.errors import ModelError
from search.confidence import gather
from search.filters import allowed_articles
from search.pins import Pins
from search.ranked import Ranked
from search.ranking import FloatArray, order
from search.recall import Opinion, Recall
from search.results import CaseBehind, Explanation, Hit, Mode, SearchRequest, SearchResult
from search.scoring import Scored, score
from search.sentences import Lines
from search.snippets import make_snippet
from search.understanding import understand
from search.voting import CHOSEN, Tuning

LEAST_CONFIDENCE = 0.4
"""Below it a result is marked as weak: see docs/search-quality.md."""

log = logging.getLogger(__name__)


class Engine:
    """Answers queries from one snapshot; safe to use from many threads."""

    def __init__(
        self,
        snapshot: Snapshot,
        encoder: Encoder | None,
        no_encoder: str | None = None,
        recall: Recall | None = None,
    ) -> None:
        self.snapshot = snapshot
        self._recall = recall
        self._encoder = encoder
        self._no_encoder = no_encoder
        self._pins = Pins.of(snapshot.articles)
        self._titles: dict[int, frozenset[str]] = {}

    @classmethod
    def open(cls, data: Path, hidden: bool = False) -> Engine:
        """The engine of the active snapshot and memory; without its model, keyword search.

        ``hidden``: with drafts and internal articles, for writers alone.
        """
        snapshot = open_current(data).with_hidden() if hidden else open_current(data)
        if snapshot.manifest.recipe is None:
            return cls(snapshot, None, snapshot.manifest.no_recipe_reason)
        try:
            encoder = open_encoder(snapshot.manifest.recipe, data / "models")
        except ModelError as error:
            log.warning("keyword search only: %s", error)
            return cls(snapshot, None, str(error))
        return cls(snapshot, encoder, recall=_recall(open_memory(data), snapshot))

    def with_memory(self, memory: ResolutionMemory | None, tuning: Tuning = CHOSEN) -> Engine:
        """The same engine with another memory, or none."""
        recall = _recall(memory, self.snapshot, tuning)
        return Engine(self.snapshot, self._encoder, self._no_encoder, recall)

    def over(self, snapshot: Snapshot) -> Engine:
        """The same engine where some articles were edited since they were indexed."""
        return Engine(snapshot, self._encoder, self._no_encoder, self._recall)

    @property
    def memory(self) -> ResolutionMemory | None:
        """What was learned; None where nothing was, or it does not fit the snapshot's vectors."""
        return self._recall.memory if self._recall else None

    @property
    def memory_id(self) -> str | None:
        """Which memory votes; None where none does."""
        return self._recall.memory.id if self._recall else None

    @property
    def encoder(self) -> Encoder | None:
        """What makes a query's vector; None where there is none."""
        return self._encoder

    @property
    def recipe_id(self) -> str | None:
        """How the snapshot's vectors were made; None where it has none."""
        recipe = self.snapshot.manifest.recipe
        return recipe.id if recipe else None

    def search(self, request: SearchRequest) -> SearchResult:
        """Rank the articles that answer a request.

        Raises ValueError for an empty query, and for nothing else that people can type.
        """
        ranked = self.rank(request)
        asked, likely = ranked.asked, ranked.confidence
        return SearchResult(
            query=asked.text,
            mode=ranked.scored.mode,
            fallback=ranked.fallback,
            corrected=asked.corrected,
            snapshot=self.snapshot.id,
            recipe=self.recipe_id,
            memory=self.memory_id if ranked.opinion else None,
            hits=tuple(self._hit(row, ranked) for row in ranked.rows),
            confidence=likely,
            weak=likely < LEAST_CONFIDENCE,
        )

    def rank(self, request: SearchRequest, vector: FloatArray | None = None) -> Ranked:
        """The rows behind ``search``; ``vector`` is the query's where it is known already."""
        asked = understand(request, self.snapshot, self._is_word)
        mode, fallback = request.mode, None
        if vector is None:
            vector, mode, fallback = self._vector(asked.meaning, mode)
        scored = score(asked.terms, vector, mode, self.snapshot)
        allowed = allowed_articles(request, asked.query, asked.languages, self.snapshot)
        evidence = gather(asked, scored, allowed, self.snapshot)
        if mode == "keyword":
            allowed &= scored.signals.keyword > 0
        pinned = [row for row in self._pins.find(asked.query.text, asked.languages) if allowed[row]]
        opinion = self._opinion(request, vector, scored)
        voted = scored.scores + opinion.votes if opinion else scored.scores
        scores = np.where(allowed, voted, -np.inf)
        scores[pinned] = np.inf
        rows = [int(row) for row in order(scores, request.limit) if scores[row] > -np.inf]
        return Ranked(
            asked=asked,
            scored=scored,
            evidence=evidence,
            fallback=fallback,
            rows=tuple(rows),
            pinned=frozenset(pinned),
            opinion=opinion,
            explain=request.explain,
        )

    def _opinion(
        self, request: SearchRequest, vector: FloatArray | None, scored: Scored
    ) -> Opinion | None:
        """What past cases say; nothing where they are not wanted, or one signal alone is."""
        if self._recall is None or vector is None or not request.memory or scored.mode != "hybrid":
            return None
        return self._recall.opinion(vector, scored)

    def title_vector(self, row: int) -> FloatArray | None:
        """An article's title as a query's vector; None where titles are encoded otherwise."""
        recipe = self.snapshot.manifest.recipe
        if self._encoder is None or recipe is None or recipe.query_prefix != recipe.passage_prefix:
            return None
        return self.snapshot.title_vectors.vector(row)

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

    def _hit(self, row: int, ranked: Ranked) -> Hit:
        """An article with its best passage, and in it the sentence that shows why."""
        article, url = self.snapshot.articles[row], self.snapshot.url(row)
        passage_row = ranked.scored.best_passage(*self._passages_of(row))
        passage = self.snapshot.passage(passage_row)
        terms = ranked.asked.terms.telling
        matches = self.snapshot.keyword.places.find(passage_row, terms)
        held = {word.term for word in matches} | terms.keys() & self._title_terms(row)
        shown = Lines(passage.text or article.summary, passage.kinds)
        return Hit(
            article=article,
            url=f"{url}#{passage.anchor}" if passage.anchor else url,
            anchor=passage.anchor,
            heading=passage.headings,
            snippet=make_snippet(shown, matches, terms),
            score=round(ranked.score(row), 4),
            matched=ranked.asked.matched(held),
            explanation=self._explain(row, ranked),
        )

    def _explain(self, row: int, ranked: Ranked) -> Explanation:
        """What each signal added, and the cases behind memory's vote."""
        keyword, passage, title = ranked.scored.parts(row)
        opinion = ranked.opinion
        named = opinion is not None and opinion.trust > 0 and ranked.explain
        behind = opinion.behind(row) if opinion and named else ()
        return Explanation(
            keyword=keyword,
            passage=passage,
            title=title,
            pinned=row in ranked.pinned,
            memory=float(opinion.votes[row]) if opinion else 0.0,
            cases=tuple(self._case(case, cosine) for case, cosine in behind),
        )

    def _case(self, row: int, cosine: float) -> CaseBehind:
        assert self.memory
        case = self.memory.case(row)
        return CaseBehind(case.sources[0], case.query, case.at, cosine, case.weight)

    def _title_terms(self, row: int) -> frozenset[str]:
        """Terms of an article's title, worked out once."""
        if row not in self._titles:
            article = self.snapshot.articles[row]
            self._titles[row] = frozenset(analyse(article.title, article.lang))
        return self._titles[row]

    def _passages_of(self, row: int) -> tuple[int, int]:
        """Half-open range of an article's passages."""
        first = self.snapshot.first_passages
        last = row + 1 == len(first)
        return int(first[row]), self.snapshot.passage_count if last else int(first[row + 1])


def _recall(
    memory: ResolutionMemory | None, snapshot: Snapshot, tuning: Tuning = CHOSEN
) -> Recall | None:
    """A memory whose vectors can be compared with the snapshot's."""
    if memory is None:
        return None
    if memory.manifest.recipe != snapshot.manifest.recipe:
        log.warning("memory %s was made with another model: run `kb learn`", memory.id)
        return None
    return Recall(memory, snapshot, tuning)
