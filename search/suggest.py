"""When an answer is good enough to be offered unasked: empty beats wrong."""

from __future__ import annotations

from search.results import Hit, SearchResult

MOST = 3
LEAST_CONFIDENCE = 0.592
"""Below it 85 % of the chat messages fall that no article answers, see docs/search-quality.md."""


def shown(result: SearchResult) -> tuple[Hit, ...]:
    """The hits that a suggestion would show: at most three, none where no article is likely."""
    return result.hits[:MOST] if result.confidence >= LEAST_CONFIDENCE else ()
