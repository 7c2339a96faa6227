"""When an answer is good enough to be offered unasked: empty beats wrong."""

from __future__ import annotations

from search.results import Hit, SearchResult

MOST = 3


def shown(result: SearchResult) -> tuple[Hit, ...]:
    """The hits that a suggestion would show: at most three, none where the result is weak."""
    return () if result.weak else result.hits[:MOST]
