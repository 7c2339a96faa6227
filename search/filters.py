"""Which articles may be shown at all: by language, product, phrases and excluded words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from indexer.analysis import analyse
from indexer.postings import IntArray
from indexer.snapshot import Snapshot
from search.query import Query
from search.results import SearchRequest

BoolArray = npt.NDArray[np.bool_]


def allowed_articles(
    request: SearchRequest, query: Query, languages: Sequence[str], snapshot: Snapshot
) -> BoolArray:
    """Whether each article may be shown, shape (articles,)."""
    allowed = np.ones(len(snapshot.articles), dtype=bool)
    if request.lang:
        allowed &= [article.lang == request.lang for article in snapshot.articles]
    if request.product:
        allowed &= _about(request.product, snapshot)
    for phrase in query.phrases:
        allowed &= _with_phrase(phrase, query, languages, snapshot)
    for word in query.excluded:
        allowed &= ~_articles_of(_passages_with(word, languages, snapshot), snapshot)
    return allowed


def _with_phrase(
    phrase: str, query: Query, languages: Sequence[str], snapshot: Snapshot
) -> BoolArray:
    """Articles that hold a phrase.

    Customers also quote what they saw (``it says "oops"``), so a phrase beside other words that no
    article holds is plain text, and so is a single quoted word.
    """
    holds = _articles_of(_passages_with(phrase, languages, snapshot), snapshot)
    beside_others = phrase != query.text
    if beside_others and (" " not in phrase or not holds.any()):
        return np.ones_like(holds)
    return holds


def _about(product: str, snapshot: Snapshot) -> BoolArray:
    """Articles about a product, and those that name none: they are about all."""
    wanted = product.casefold()
    return np.asarray(
        [
            not article.products or wanted in map(str.casefold, article.products)
            for article in snapshot.articles
        ]
    )


def _passages_with(phrase: str, languages: Sequence[str], snapshot: Snapshot) -> IntArray:
    """Passages that hold the words side by side, read in any of the languages."""
    found = [
        snapshot.keyword.passages_with_phrase(terms)
        for lang in languages
        if (terms := analyse(phrase, lang))
    ]
    return np.concatenate(found) if found else np.empty(0, dtype=np.int64)


def _articles_of(passages: IntArray, snapshot: Snapshot) -> BoolArray:
    """Whether each article has one of these passages."""
    holds = np.zeros(len(snapshot.articles), dtype=bool)
    holds[np.searchsorted(snapshot.first_passages, passages, side="right") - 1] = True
    return holds
