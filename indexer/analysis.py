"""From text to terms, the same way for articles and queries, or they would never meet.

Words are found without knowing the language (NFKC, casefold); Snowball stems the languages it
knows. Scripts written without spaces become character bigrams, which need no dictionary.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import snowballstemmer

ANALYSIS_VERSION = 2

_STEMMERS = {
    "ar": "arabic",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "eo": "esperanto",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fa": "persian",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "nb": "norwegian",
    "ne": "nepali",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}


def _ranges(*pairs: tuple[int, int]) -> str:
    return "".join(f"{chr(low)}-{chr(high)}" for low, high in pairs)


# Thai, Lao, Myanmar, Khmer, kana, Han, Hangul, and the halfwidth kana and Hangul.
UNSPACED = _ranges(
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1100, 0x11FF),
    (0x1780, 0x17FF),
    (0x3005, 0x3007),
    (0x3040, 0x30FF),
    (0x3130, 0x318F),
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7AF),
    (0xF900, 0xFAFF),
    (0xFF66, 0xFFDC),
    (0x20000, 0x3FFFF),
)
# Marks belong to the letter before them (Hindi vowels, decomposed accents); \w leaves them out.
_MARKS = "".join(chr(c) for c in range(0x300, 0x10000) if unicodedata.category(chr(c))[0] == "M")
_UNSPACED_START = re.compile(rf"[{UNSPACED}]")
_LETTERS = rf"(?:[^\W_{UNSPACED}][{_MARKS}]*)+"
_JOINER = "['’._:-]"
_WORD = re.compile(rf"[{UNSPACED}]+|{_LETTERS}(?:{_JOINER}{_LETTERS})*(?:\+\+|[#](?!\w))?")
_PARTS = re.compile(rf"{_LETTERS}(?:\+\+|[#])?")
_SOFT_JOINER = re.compile(rf"(?<!\d){_JOINER}|{_JOINER}(?!\d)")
_ACCENT = re.compile("(?<=[a-z\u0370-\u03ff])[\u0300-\u036f]+")
"""On Latin and Greek letters; й is a letter of its own."""
_SHORT = 2
"""Letters that an apostrophe cuts off: l', 's, 't, 're."""
_stemming = threading.Lock()


@dataclass(frozen=True, slots=True)
class Word:
    """One term and the place in the text, ``text[start:end]``, that it came from."""

    term: str
    start: int
    end: int


def analyse(text: str, lang: str) -> list[str]:
    """Terms of a text in reading order, repeats included; empty where nothing is a word.

    ``lang`` is a language tag such as ``en`` or ``pt-BR``. A compound (``e-mail``) gives its
    parts and the parts run together, so that either spelling finds the other.
    """
    language = lang.lower().partition("-")[0]
    return [term for token in _WORD.findall(text) for term in _terms(token, language)]


def words(text: str, lang: str) -> list[Word]:
    """The terms of ``analyse`` with their places, which may overlap; for marking what matched."""
    language = lang.lower().partition("-")[0]
    return [word for match in _WORD.finditer(text) for word in _placed(match, language)]


def _placed(match: re.Match[str], language: str) -> Iterator[Word]:
    """Bigrams have places of their own, unless NFKC changed their length."""
    terms = _terms(match[0], language)
    if _is_unspaced(match[0]) and len(terms) == max(1, len(match[0]) - 1):
        for offset, term in enumerate(terms, match.start()):
            yield Word(term, offset, offset + len(term))
    else:
        yield from (Word(term, *match.span()) for term in terms)


@lru_cache(maxsize=200_000)
def _terms(token: str, language: str) -> tuple[str, ...]:
    token = unicodedata.normalize("NFKC", token).casefold()
    if _is_unspaced(token):
        return tuple(token[i : i + 2] for i in range(max(1, len(token) - 1)))
    parts = _PARTS.findall(token)
    if len(parts) < 2:
        return tuple(_stem(part, language) for part in parts)
    if "'" in token or "’" in token:  # don't, l'article: what is cut off is no word
        parts = [part for part in parts if len(part) > _SHORT]
    whole = _SOFT_JOINER.sub("", token)
    if _WORD.fullmatch(whole):  # not what NFKC makes of ½ or ﷺ
        parts.append(whole)
    return tuple(dict.fromkeys(_stem(part, language) for part in parts))


def _is_unspaced(token: str) -> bool:
    return _UNSPACED_START.match(token) is not None


def _stem(word: str, language: str) -> str:
    """The stem without accents, which many people do not type; stemmers need them."""
    algorithm = _STEMMERS.get(language)
    if algorithm:
        with _stemming:  # a stemmer keeps its state in itself
            word = _stemmer(algorithm).stemWord(word)
    return word if word.isascii() else _without_accents(word)


def _without_accents(word: str) -> str:
    return unicodedata.normalize("NFC", _ACCENT.sub("", unicodedata.normalize("NFD", word)))


@lru_cache
def _stemmer(algorithm: str) -> Any:
    return snowballstemmer.stemmer(algorithm)
