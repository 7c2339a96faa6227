"""What the engine found, in the API's words: the same for HTTP and for ``--json``."""

from __future__ import annotations

import re
from collections.abc import Iterable

from search.query import MOST_DRAFT_CHARACTERS, clean
from search.results import Hit, SearchRequest, SearchResult
from search.suggest import MOST as SUGGESTED
from webapp.api_answers import SearchAnswer, SearchHit, SuggestAnswer

HEADING_SEPARATOR = " › "
LEAST_CHARACTERS = 10
LEAST_IDEOGRAMS = 4
IDEOGRAM = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def search_answer(result: SearchResult, prefix: str, impression: str | None = None) -> SearchAnswer:
    """A search's answer; ``prefix`` is the path under which the portal lives."""
    return SearchAnswer(
        query=result.query,
        mode=result.mode,
        fallback=result.fallback,
        corrected=result.corrected,
        weak=result.weak and bool(result.hits),
        snapshot=result.snapshot,
        recipe=result.recipe,
        memory=result.memory,
        impression=impression,
        hits=tuple(search_hit(hit, prefix) for hit in result.hits),
    )


def search_hit(hit: Hit, prefix: str) -> SearchHit:
    """One hit of an answer."""
    return SearchHit(
        slug=hit.article.slug,
        title=hit.article.title,
        url=prefix + hit.url,
        anchor=hit.anchor,
        heading=HEADING_SEPARATOR.join(hit.heading),
        snippet=hit.snippet.html(),
        score=hit.score,
        matched=hit.matched,
    )


def draft_request(
    typed: str, lang: str | None, product: str | None = None, *, typing: bool = False
) -> SearchRequest | None:
    """What is asked for a draft; None while it is too short to be about anything."""
    text = clean(typed, MOST_DRAFT_CHARACTERS)
    least = LEAST_IDEOGRAMS if IDEOGRAM.search(text) else LEAST_CHARACTERS
    if len(text) < least:
        return None
    return SearchRequest(text, lang, SUGGESTED, typing=typing, product=product, draft=True)


def suggest_answer(hits: Iterable[Hit], prefix: str) -> SuggestAnswer:
    """What is offered for a draft that nobody is watched for."""
    offered = tuple(search_hit(hit, prefix) for hit in hits)
    return SuggestAnswer(impression=None, holdout=False, suggestions=offered)
