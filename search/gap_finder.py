"""Gaps of a help centre as it is: its cases, its embedding model, its articles.

Vectors of what was asked are kept between runs, so that only new questions are encoded; what was
purged leaves that cache with the next look at the longest period.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from indexer.cache import AsQueries, EmbeddingCache
from indexer.encoder import Encoder
from kb.errors import UnavailableError
from kb.insights import Gaps
from kb.store.database import Database
from kb.store.unresolved import Unresolved, unresolved
from kb.store.windows import Window
from search.engine import Engine
from search.gaps import Cluster, find, look, subject, texts_of, without_subject

NAME = "unresolved"


class Progress(Protocol):
    """How long work is shown."""

    def step(self, name: str, total: int) -> Callable[[], None]:
        """Begin a step; call the answer for each part that is done."""


@dataclass(frozen=True, slots=True)
class GapFinder:
    """Looks for gaps with one engine."""

    engine: Engine
    encoder: Encoder
    cache: Path

    @classmethod
    def open(cls, data: Path) -> GapFinder:
        """With the active snapshot; UnavailableError where there is none or it has no vectors."""
        engine = Engine.open(data)
        if engine.encoder is None:
            raise UnavailableError("gaps need an embedding model (see `kb doctor`)")
        return cls(engine, engine.encoder, data / "cache")

    def find(
        self, database: Database, window: Window, progress: Progress, *, forget: bool = False
    ) -> Gaps:
        """The gaps of a window, as outcomes were settled; ``forget`` vectors of other texts."""
        cases = unresolved(database, window)
        found = self.clusters(cases, progress, forget=forget)
        return Gaps(
            since=window.since,
            until=window.until,
            as_of=window.until,
            unresolved=len(cases),
            clustered=sum(len(one.cases) for one in found),
            gaps=look(self.engine, found),
        )

    def clusters(
        self, cases: Sequence[Unresolved], progress: Progress, *, forget: bool = False
    ) -> tuple[Cluster, ...]:
        """What cases ask, the costliest first."""
        texts = texts_of(cases)
        cache = self._cache(texts, forget)
        on_done = progress.step("Encoding", len(cache.missing(texts)))
        vectors = cache.encode(texts, on_done)
        centre = subject(self.engine.snapshot.title_vectors.vectors())
        return find(cases, without_subject(texts, vectors, centre))

    def _cache(self, texts: Sequence[str], forget: bool) -> EmbeddingCache:
        path = self.cache / f"{NAME}-{self.encoder.recipe.id}"
        for other in self.cache.glob(f"{NAME}-*"):
            if other != path:
                other.unlink(missing_ok=True)
        cache = EmbeddingCache(path, AsQueries(self.encoder))
        if forget:
            cache.keep_only(texts)
        return cache
