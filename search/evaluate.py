"""Judged queries against the active snapshot: the figures on which every change is judged."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from search.engine import Engine
from search.judgements import JudgedQuery, JudgedSet
from search.metrics import Quality, auroc, measure
from search.results import Mode, SearchRequest, SearchResult
from search.suggest import shown

TextField = Literal["text", "text_long"]
Surface = Literal["search", "suggest"]


class Latency(BaseModel):
    """Milliseconds of whole searches, one by one, nothing cached."""

    p50: float
    p95: float
    p99: float


class Evaluation(BaseModel):
    """What ``kb evaluate`` reports; averages are over the queries that have a judgement."""

    model_config = ConfigDict(populate_by_name=True)

    queries: int
    judged: int
    ndcg_10: float = Field(alias="ndcg@10")
    recall_5: float = Field(alias="recall@5")
    recall_10: float = Field(alias="recall@10")
    mrr_10: float = Field(alias="mrr@10")
    p_1: float = Field(alias="p@1")
    hit_3: float = Field(alias="hit@3")
    latency_ms: Latency
    answerable_auroc: float | None
    mode: Mode
    fallback: str | None
    snapshot: str
    recipe: str | None
    memory: str | None


class SuggestEvaluation(Evaluation):
    """And what the queries would get as drafts of a message, where empty beats wrong.

    Shares of all drafts; of the drafts that got a suggestion, those with a right one in it, where
    that is known; of the unanswerable drafts. None where there is nothing to share out.
    """

    suggested: float | None
    suggested_hit_3: float | None = Field(alias="suggested_hit@3")
    unanswerable_suggested: float | None


@dataclass(frozen=True, slots=True)
class Answered:
    """One query's ranking, as ``kb evaluate --run`` writes it."""

    id: str
    answerable: bool
    confidence: float
    shown: tuple[str, ...]
    slugs: tuple[str, ...]
    milliseconds: float

    def line(self) -> str:
        """One JSON line."""
        row = {"id": self.id, "confidence": self.confidence}
        return json.dumps({**row, "shown": self.shown, "slugs": self.slugs}, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Trial:
    """How judged queries are put to the engine."""

    mode: Mode = "hybrid"
    field: TextField = "text"
    memory: bool = True
    surface: Surface = "search"


def run(
    engine: Engine, judged: JudgedSet, trial: Trial, on_done: Callable[[], None]
) -> tuple[Evaluation, tuple[Answered, ...]]:
    """Search every query; the figures, and the rankings they were taken from."""
    results: list[SearchResult] = []
    answered = []
    for query in judged.queries:
        started = time.perf_counter()
        result = engine.search(asked_as(query, trial))
        milliseconds = (time.perf_counter() - started) * 1000
        results.append(result)
        answered.append(_answered(query, result, engine, milliseconds))
        on_done()
    figures = _evaluation(engine, judged, results, answered)
    if trial.surface == "suggest":
        figures = _suggested(figures, judged, answered)
    return figures, tuple(answered)


def asked_as(query: JudgedQuery, trial: Trial) -> SearchRequest:
    """The request that a trial makes of a query."""
    draft = trial.field == "text_long" and query.text_long is not None
    text = query.text_long if draft and query.text_long else query.text
    return SearchRequest(
        text or " ", lang=query.lang, mode=trial.mode, draft=draft, memory=trial.memory
    )


def _answered(
    query: JudgedQuery, result: SearchResult, engine: Engine, milliseconds: float
) -> Answered:
    site_lang = engine.snapshot.manifest.site_lang
    slugs = tuple(hit.article.name(site_lang) for hit in result.hits)
    suggested = tuple(hit.article.name(site_lang) for hit in shown(result))
    return Answered(
        query.id, query.answerable, round(result.confidence, 4), suggested, slugs, milliseconds
    )


def _evaluation(
    engine: Engine, judged: JudgedSet, results: Sequence[SearchResult], answered: Sequence[Answered]
) -> Evaluation:
    qualities = [
        measure(one.slugs, judged.judgements[one.id])
        for one in answered
        if one.id in judged.judgements
    ]
    times = [one.milliseconds for one in answered] or [0.0]
    p50, p95, p99 = (float(value) for value in np.percentile(times, [50, 95, 99]))
    fallbacks = [result.fallback for result in results if result.fallback]
    return Evaluation(
        queries=len(answered),
        judged=len(qualities),
        **_means(qualities),
        latency_ms=Latency(p50=round(p50, 3), p95=round(p95, 3), p99=round(p99, 3)),
        answerable_auroc=auroc(
            [one.confidence for one in answered], [one.answerable for one in answered]
        ),
        mode=results[-1].mode if results else "hybrid",
        fallback=fallbacks[0] if fallbacks else None,
        snapshot=engine.snapshot.id,
        recipe=engine.recipe_id,
        memory=next((result.memory for result in results if result.memory), None),
    )


def _suggested(
    figures: Evaluation, judged: JudgedSet, answered: Sequence[Answered]
) -> SuggestEvaluation:
    """The figures, and what was shown; a suggestion for an unanswerable draft is a wrong one."""
    known = [one for one in answered if one.id in judged.judgements or not one.answerable]
    return SuggestEvaluation(
        **figures.model_dump(),
        suggested=_share([bool(one.shown) for one in answered]),
        suggested_hit_3=_share(
            [
                measure(one.shown, judged.judgements.get(one.id, {})).hit_3
                for one in known
                if one.shown
            ]
        ),
        unanswerable_suggested=_share([bool(one.shown) for one in answered if not one.answerable]),
    )


def _share(found: Sequence[float]) -> float | None:
    return round(float(np.mean(found)), 4) if found else None


def _means(qualities: Sequence[Quality]) -> dict[str, float]:
    names = ("ndcg_10", "recall_5", "recall_10", "mrr_10", "p_1", "hit_3")
    return {
        name: round(float(np.mean([getattr(one, name) for one in qualities])), 4)
        if qualities
        else 0.0
        for name in names
    }
