"""What the engine found, in the API's words: the same for HTTP and for ``kb search --json``."""

from __future__ import annotations

from search.results import Hit, SearchResult
from webapp.models import SearchAnswer, SearchHit

HEADING_SEPARATOR = " › "


def search_answer(result: SearchResult, prefix: str, impression: str | None = None) -> SearchAnswer:
    """A search's answer; ``prefix`` is the path under which the portal lives."""
    return SearchAnswer(
        query=result.query,
        mode=result.mode,
        fallback=result.fallback,
        corrected=result.corrected,
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
