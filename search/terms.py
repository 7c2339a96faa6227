"""From a query to the terms of the index, and which of its words an article holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from indexer.analysis import analyse
from indexer.keyword import KeywordIndex, stop_terms
from indexer.postings import FloatArray

MOST_COMPLETIONS = 24
"""Words that an unfinished word may become; the commonest come first."""


@dataclass(frozen=True, slots=True)
class QueryTerms:
    """Terms with their rarity; of the last word's ``completions`` the best one counts."""

    finished: Mapping[str, float]
    completions: Mapping[str, float]
    mass: float
    """Rarity of all that the query says, unknown words too; an unfinished one as its rarest."""
    stops: frozenset[str]
    """Terms of words that say little in the languages searched."""

    @property
    def all(self) -> Mapping[str, float]:
        """Every term that may match."""
        return {**self.completions, **self.finished}

    @property
    def telling(self) -> Mapping[str, float]:
        """Terms worth marking: all but "how", "do", "the", unless there is nothing else."""
        said = {term: rarity for term, rarity in self.all.items() if term not in self.stops}
        return said or self.all


def query_terms(
    text: str, unfinished: str, languages: Sequence[str], index: KeywordIndex
) -> QueryTerms:
    """Terms of a query in each of the languages that are searched.

    ``unfinished`` is the end of the text that is still being typed, empty where nothing is.
    """
    whole = text.removesuffix(unfinished) if unfinished else text
    by_language = [_terms(whole, lang, index) for lang in languages]
    mass = min(sum(terms.values()) for terms in by_language)
    finished = {term: rarity for terms in by_language for term, rarity in terms.items()}
    stops = frozenset[str]().union(*(stop_terms(lang) for lang in languages))
    if not unfinished:
        return QueryTerms(finished, {}, mass, stops)
    completed = index.vocabulary.commonest(unfinished.casefold(), MOST_COMPLETIONS)
    grown = [_terms(" ".join((*completed, unfinished)), lang, index) for lang in languages]
    completions = {term: rarity for terms in grown for term, rarity in terms.items()}
    mass += max(completions.values(), default=0.0)
    return QueryTerms(finished, completions, mass, stops)


def _terms(text: str, lang: str, index: KeywordIndex) -> dict[str, float]:
    """Rarity of each distinct term."""
    return {term: index.postings.rarity(term) for term in dict.fromkeys(analyse(text, lang))}


def keyword_scores(terms: QueryTerms, index: KeywordIndex) -> FloatArray:
    """BM25F of every passage, shape (passages,)."""
    scores = index.postings.scores(dict.fromkeys(terms.finished, 1.0))
    if terms.completions:
        single = [index.postings.scores({term: 1.0}) for term in terms.completions]
        scores += np.maximum.reduce(single)
    return scores
