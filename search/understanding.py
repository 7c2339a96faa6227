"""What a request means: its text normalised and corrected, its terms, what is to be embedded."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass

from indexer.analysis import analyse, words
from indexer.keyword import KeywordIndex
from indexer.snapshot import Snapshot
from search.query import MOST_CHARACTERS, MOST_DRAFT_CHARACTERS, Query, clean, parse_query
from search.results import SearchRequest
from search.spelling import correct
from search.terms import QueryTerms, query_terms

IsWord = Callable[[str], bool]

LAST_WORD = re.compile(r"[^\W_]+$")
SHORTEST_COMPLETED = 2
"""Letters from which an unfinished word is completed for its meaning; one letter says nothing."""


@dataclass(frozen=True, slots=True)
class Understood:
    """``text`` is the query as typed, cleaned; ``meaning`` what is embedded.

    ``corrected`` is what was searched instead, where a word was unknown.
    """

    text: str
    query: Query
    corrected: str | None
    languages: tuple[str, ...]
    terms: QueryTerms
    meaning: str
    words: tuple[tuple[str, str], ...]
    """Each word as typed with one of its terms."""

    def matched(self, held: Container[str]) -> tuple[str, ...]:
        """The words, as typed, of which an article holds a term."""
        return tuple(dict.fromkeys(word for word, term in self.words if term in held))

    def telling(self) -> dict[frozenset[str], float]:
        """What each word that says something may mean, its terms in all languages, and its rarity.

        A rare word of one language may be unknown to another: the least rarity counts.
        """
        readings: dict[str, set[str]] = {}
        for word, term in self.words:
            readings.setdefault(word, set()).add(term)
        finished, completions = self.terms.finished, self.terms.completions
        found = {}
        for terms in readings.values():
            if not terms <= finished.keys():  # still being typed
                found[frozenset(completions)] = max(completions.values(), default=0.0)
            elif not terms & self.terms.stops:
                found[frozenset(terms)] = min(finished[term] for term in terms)
        return found


def understand(request: SearchRequest, snapshot: Snapshot, is_word: IsWord) -> Understood:
    """Read a request against the words of a snapshot; ValueError where it is empty.

    ``is_word`` says whether a word that no article holds is a word all the same.
    """
    text = clean(request.text, MOST_DRAFT_CHARACTERS if request.draft else MOST_CHARACTERS)
    if not text:
        raise ValueError("the query is empty")
    languages = (request.lang,) if request.lang else snapshot.manifest.languages
    unfinished = _unfinished(request)
    corrected = None if request.draft else _corrected(request, text, snapshot, is_word)
    searched = corrected or text
    query = Query(searched) if request.draft else parse_query(searched)
    index = snapshot.keyword
    terms = query_terms(query.text, unfinished, languages, index)
    meaning = _completed(query.text, unfinished, index)
    spoken = _words(query.text, languages)
    return Understood(text, query, corrected, languages, terms, meaning, spoken)


def _words(text: str, languages: Sequence[str]) -> tuple[tuple[str, str], ...]:
    found = (word for lang in languages for word in words(text, lang))
    return tuple((text[word.start : word.end], word.term) for word in found)


def _unfinished(request: SearchRequest) -> str:
    """The word that is being typed: the last one, where nothing follows it yet."""
    match = LAST_WORD.search(request.text) if request.typing else None
    return match[0] if match else ""


def _corrected(
    request: SearchRequest, text: str, snapshot: Snapshot, is_word: IsWord
) -> str | None:
    """The text with unknown words corrected; None where none was, or the reader wants it exact."""
    if not request.correct:
        return None
    index, languages = snapshot.keyword, snapshot.manifest.languages
    unfinished = _unfinished(request).casefold()

    def is_known(word: str) -> bool:
        if word in index.vocabulary or word == unfinished or is_word(word):
            return True
        readings = [analyse(word, lang) for lang in languages]
        in_pieces = any(len(terms) > 1 for terms in readings)  # bigrams: Chinese is not spelt
        return in_pieces or any(term in index.postings for terms in readings for term in terms)

    return correct(text, index.vocabulary, is_known)


def _completed(text: str, unfinished: str, index: KeywordIndex) -> str:
    """The text with its last word as the commonest known word that begins so."""
    if len(unfinished) < SHORTEST_COMPLETED or unfinished.casefold() in index.vocabulary:
        return text
    completions = index.vocabulary.commonest(unfinished.casefold(), 1)
    return text.removesuffix(unfinished) + completions[0] if completions else text
