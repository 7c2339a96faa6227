"""Learning: past cases become a memory, and it is used only if it makes nothing worse.

A memory is tried on judged queries before it is activated: on the site's own, or else on its newest
cases, with a memory of the older ones.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np

from indexer.cache import AsQueries, EmbeddingCache
from indexer.encoder import Encoder
from indexer.evidence import Case, said, waiting, weigh
from indexer.memory import ResolutionMemory, open_memory
from indexer.memory_build import Lessons, activate_memory, forget, remove_memory, write_memory
from indexer.snapshot import Snapshot
from kb.errors import ContentError, UnavailableError
from kb.events import Resolution
from search.engine import Engine
from search.judgements import JudgedQuery, JudgedSet, read_judged_set
from search.metrics import measure
from search.query import MOST_DRAFT_CHARACTERS, clean
from search.results import SearchRequest

Verdict = Literal["activated", "nothing", "worse", "off"]

NEWEST = 0.2
"""Share of the cases, the newest, on which a memory is tried where a site has no judged queries."""
FEWEST_TRIED = 10
"""Judged queries below which a comparison says nothing."""
MOST_TRIED = 1_000
"""Judged queries after which a comparison says enough: the newest."""
WORSE = 0.002
"""Loss of nDCG@10 beyond which a memory is not used: less is one query in some hundreds."""
KNOWN = 0.5
"""Share of the judged articles that must be published: else the judgements are another site's."""

log = logging.getLogger(__name__)


class Progress(Protocol):
    """How long work is shown."""

    def step(self, name: str, total: int) -> Callable[[], None]:
        """Begin a step; call the answer for each part that is done."""


@dataclass(frozen=True, slots=True)
class Past:
    """Everything known. ``judged`` is where the site's judged queries would be.

    ``purged``: something was deleted of which no trace may stay from now on; ``expired``: of which
    none may stay when this is done. ``wanted``: past cases may reorder results.
    """

    resolutions: Sequence[Resolution]
    judged: Path | None = None
    purged: bool = False
    expired: bool = False
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class Tried:
    """nDCG@10 on judged queries without and with the memory."""

    on: str
    queries: int
    without: float
    with_memory: float

    @property
    def worse(self) -> bool:
        """Whether the memory loses more than a query here and there."""
        return self.with_memory < self.without - WORSE


@dataclass(frozen=True, slots=True)
class Learned:
    """What came of it; ``memory`` is the one in use now, ``tried`` None where it could not be.

    ``waiting`` are rows that a single visitor brought since the last time: they wait for another's.
    """

    verdict: Verdict
    memory: str | None
    looked_at: int
    waiting: int
    cases: int
    articles: int
    tried: Tried | None


def learn(past: Past, data: Path, progress: Progress) -> Learned:
    """Make a memory of the past, try it, and let search use it if it is no worse than none.

    The caller has held ``indexer.lock.learning`` since before the past was read: what is deleted
    meanwhile would be learned again. Raises UnavailableError where there are no vectors.
    """
    before = open_memory(data)
    known = before.said() if before else frozenset()
    if past.purged or not past.wanted:
        forget(data)  # before anything can fail
    if not past.wanted:
        return Learned("off", None, len(past.resolutions), 0, 0, 0, None)
    engine = Engine.open(data)
    if engine.encoder is None:
        raise UnavailableError("memory needs an embedding model (see `kb doctor`)")
    learner = Learner(engine.with_memory(None), engine.encoder, data, progress)
    learner.forget_vectors(past.resolutions)
    return _learn(past, learner, known)


def _learn(past: Past, learner: Learner, known: frozenset[str]) -> Learned:
    waits = waiting(past.resolutions, known)
    heard = [one for one in past.resolutions if one not in waits]
    cases = learner.weigh(heard)
    counted = sum(len(case.sources) for case in cases)
    articles = len({case.article for case in cases})
    counts = (len(past.resolutions), len(past.resolutions) - len(heard), counted, articles)
    if not cases:
        forget(learner.data)
        return Learned("nothing", None, *counts, None)
    memory = learner.remember(cases, heard)
    tried = learner.try_memory(memory, heard, past.judged)
    if tried and tried.worse:
        if past.expired:
            forget(learner.data)
        remove_memory(learner.data, memory.id)
        in_use = open_memory(learner.data)
        return Learned("worse", in_use.id if in_use else None, *counts, tried)
    activate_memory(learner.data, memory)
    return Learned("activated", memory.id, *counts, tried)


@dataclass(frozen=True, slots=True)
class Learner:
    """What learning works with: an engine without memory, its encoder, and the data folder."""

    engine: Engine
    encoder: Encoder
    data: Path
    progress: Progress

    @property
    def _snapshot(self) -> Snapshot:
        return self.engine.snapshot

    @property
    def _vectors(self) -> Path:
        return self.data / "cache" / f"queries-{self.encoder.recipe.id}"

    def forget_vectors(self, resolutions: Sequence[Resolution]) -> None:
        """Remove the vectors of queries that are no longer known, and those of other models."""
        for path in self._vectors.parent.glob("queries-*"):
            if path != self._vectors:
                path.unlink()
        self._cache().keep_only([_text(one.query) for one in resolutions])

    def _cache(self) -> EmbeddingCache:
        return EmbeddingCache(self._vectors, AsQueries(self.encoder))

    def weigh(self, resolutions: Sequence[Resolution]) -> tuple[Case, ...]:
        """The cases that count in this snapshot."""
        return weigh(resolutions, self._name_now)

    def _name_now(self, name: str) -> str | None:
        row = self._snapshot.named(name)
        site_lang = self._snapshot.manifest.site_lang
        return None if row is None else self._snapshot.articles[row].name(site_lang)

    def remember(self, cases: tuple[Case, ...], heard: Sequence[Resolution]) -> ResolutionMemory:
        """A memory on disk, not yet active."""
        texts = [_text(case.query) for case in cases]
        cache = self._cache()
        vectors = cache.encode(texts, self.progress.step("Encoding", len(cache.missing(texts))))
        on_done = self.progress.step("Learning", 1)
        lessons = Lessons(cases, vectors, {said(one) for one in heard})
        memory = write_memory(lessons, self._snapshot, self.data)
        on_done()
        return memory

    def try_memory(
        self, memory: ResolutionMemory, heard: Sequence[Resolution], judged: Path | None
    ) -> Tried | None:
        """Compare it with none on the site's judged queries, else on the newest cases."""
        own = self._own_queries(judged) if judged else None
        if own:
            return self._compare(memory, own, str(judged))
        older, newest = _split(heard)
        cases = self.weigh(older)
        judgements = self._judgements(newest)
        if len(_askable(judgements)) < FEWEST_TRIED or not cases:
            return None
        rehearsal = self.remember(cases, older)
        try:
            return self._compare(rehearsal, judgements, "the newest cases")
        finally:
            remove_memory(self.data, rehearsal.id)

    def _own_queries(self, folder: Path) -> JudgedSet | None:
        """The site's judged queries, where they speak of what is published."""
        if not (folder / "queries.jsonl").is_file():
            return None
        try:
            judged = read_judged_set(folder)
        except ContentError as error:
            log.warning("judged queries are left out:\n%s", error)
            return None
        names = {name for judgement in judged.judgements.values() for name in judgement}
        here = sum(self._snapshot.named(name) is not None for name in names)
        return judged if _askable(judged) and here >= KNOWN * len(names) else None

    def _judgements(self, newest: Sequence[Resolution]) -> JudgedSet:
        """Newest cases as judged queries: each wording with the articles that resolved it."""
        found: dict[str, dict[str, float]] = defaultdict(dict)
        for one in newest:
            if name := self._name_now(one.article):
                found[one.query][name] = 1.0
        texts = list(found)[-MOST_TRIED:]
        queries = tuple(JudgedQuery(id=text, text=text) for text in texts)
        return JudgedSet(queries, found)

    def _compare(self, memory: ResolutionMemory, judged: JudgedSet, on: str) -> Tried:
        remembering = self.engine.with_memory(memory)
        queries = _askable(judged)
        on_done = self.progress.step("Trying", len(queries))
        pairs = []
        for query in queries:
            judgement = judged.judgements[query.id]
            pairs.append([_quality(one, query, judgement) for one in (self.engine, remembering)])
            on_done()
        without, with_memory = np.mean(pairs, axis=0)
        return Tried(on, len(queries), round(float(without), 4), round(float(with_memory), 4))


def _text(query: str) -> str:
    """What is encoded of a past query."""
    return clean(query, MOST_DRAFT_CHARACTERS) or " "


def _split(resolutions: Sequence[Resolution]) -> tuple[list[Resolution], list[Resolution]]:
    """Older and newest ones; only those that resolved an issue judge."""
    ordered = sorted(resolutions, key=lambda one: (one.at, one.source))
    good = [one for one in ordered if one.weight > 0]
    newest = good[len(good) - int(NEWEST * len(good)) :]
    judging = {one.source for one in newest}
    return [one for one in ordered if one.source not in judging], newest


def _askable(judged: JudgedSet) -> list[JudgedQuery]:
    """The queries that have a judgement and are not empty."""
    return [one for one in judged.queries if one.id in judged.judgements and clean(one.text)]


def _quality(engine: Engine, query: JudgedQuery, judgement: Mapping[str, float]) -> float:
    ranked = engine.rank(SearchRequest(query.text, lang=query.lang))
    snapshot = engine.snapshot
    names = [snapshot.articles[row].name(snapshot.manifest.site_lang) for row in ranked.rows]
    return measure(names, judgement).ndcg_10
