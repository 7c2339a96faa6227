"""What a search takes and gives: the words between engine, command line, portal and API."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from kb.articles import Article
from search.snippets import Snippet

Mode = Literal["hybrid", "keyword", "vector"]


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """One question to the engine.

    ``typing``: the last word is unfinished and also matches as a prefix. ``correct``: an unknown
    word may be replaced by the nearest known one. ``lang`` and ``product`` are filters.
    ``draft``: the text is a message to a person, longer than a search and without operators.
    ``memory``: what past cases taught may reorder the hits. ``explain``: name those cases.
    """

    text: str
    lang: str | None = None
    limit: int = 10
    mode: Mode = "hybrid"
    typing: bool = False
    correct: bool = True
    product: str | None = None
    draft: bool = False
    memory: bool = True
    explain: bool = False


@dataclass(frozen=True, slots=True)
class CaseBehind:
    """A past case that speaks for an article, or against it (``weight`` below 0).

    ``source`` is its newest case (``case:ID``, see ``kb case``) or imported row (``import:ID``).
    """

    source: str
    query: str
    at: dt.datetime
    cosine: float
    weight: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an article stands where it stands: each signal as it entered the sum.

    ``memory`` is the vote of past cases, ``cases`` the nearest of them that name the article, where
    the request asked for them.
    """

    keyword: float
    passage: float
    title: float
    pinned: bool
    memory: float = 0.0
    cases: tuple[CaseBehind, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """One article with its best passage.

    ``url`` is the portal's path with the passage's ``#anchor``, without the site's path prefix;
    ``heading`` the passage's heading path, outermost first; ``matched`` the query's words found.
    """

    article: Article
    url: str
    anchor: str
    heading: tuple[str, ...]
    snippet: Snippet
    score: float
    matched: tuple[str, ...]
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Hits, best first, and everything needed to replay them.

    ``mode`` is the mode that answered, ``fallback`` why it is not the one asked for;
    ``corrected`` the query that was searched where it is not the one typed; ``memory`` the id of
    the memory that voted; ``confidence``, 0 to 1, that any article answers; ``weak`` where it is
    too low to promise an answer.
    """

    query: str
    mode: Mode
    fallback: str | None
    corrected: str | None
    snapshot: str
    recipe: str | None
    memory: str | None
    hits: tuple[Hit, ...]
    confidence: float
    weak: bool
