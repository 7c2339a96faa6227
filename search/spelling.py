"""Unknown words, corrected from the articles' own vocabulary: it never suggests what finds nothing.

A correction must be close and its word in use; better none than a silly one, because the reader
sees what was searched instead and is one click from what they typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from indexer.vocabulary import Vocabulary

WORD = re.compile(r"(?<![\w@/.:\\-])[^\W\d_]{4,}(?![\w@/:\\-]|\.\w)")
"""Words on their own: names of files, addresses and codes are no misspellings."""
LONGEST_ACRONYM = 5
SHORTEST_PART = 4
LONG = 9
"""Words of nine letters may be two edits away, shorter ones one: passport is no password."""


def correct(text: str, vocabulary: Vocabulary, is_known: Callable[[str], bool]) -> str | None:
    """The text with unknown words replaced by the nearest known ones; None where none changed.

    ``is_known`` says whether the index can find a word, in whatever inflection.
    """
    corrected = WORD.sub(lambda match: _nearest(match[0], vocabulary, is_known), text)
    return corrected if corrected != text else None


def _nearest(word: str, vocabulary: Vocabulary, is_known: Callable[[str], bool]) -> str:
    """The commonest of the nearest words, else the word itself."""
    plain = word.casefold()
    if _is_name(word) or is_known(plain) or _is_compound(plain, is_known):
        return word
    edits = 2 if len(plain) >= LONG else 1
    candidates = _candidates(vocabulary, plain[0], len(plain), edits)
    found = process.extract(
        plain, candidates, scorer=OSA.distance, score_cutoff=edits, limit=20, processor=None
    )
    if not found:
        return word
    best = min(found, key=lambda one: (one[1], -vocabulary.frequency(one[0]), one[0]))
    return str(best[0])


def _is_name(word: str) -> bool:
    """Whether a word is written as acronyms and product names are: ``CORS``, ``GoogleMeet``."""
    shouted = word.isupper() and len(word) > LONGEST_ACRONYM
    return not shouted and any(letter.isupper() for letter in word[1:])


def _is_compound(word: str, is_known: Callable[[str], bool]) -> bool:
    """Whether a word is two known ones written together: ``sharescreen``."""
    cuts = range(SHORTEST_PART, len(word) - SHORTEST_PART + 1)
    return any(is_known(word[:cut]) and is_known(word[cut:]) for cut in cuts)


@lru_cache(maxsize=4096)
def _candidates(vocabulary: Vocabulary, initial: str, length: int, edits: int) -> tuple[str, ...]:
    """Words of about that length with the same first letter: people rarely mistype that one."""
    return tuple(
        word
        for word in vocabulary.starting_with(initial)
        if abs(len(word) - length) <= edits and word.isalpha()
    )
