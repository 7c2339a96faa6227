"""What a customer typed, made ready to search: normalised, cut to length, operators taken out.

No query is an error but an empty one, so whatever looks half like an operator is plain text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MOST_CHARACTERS = 512
MOST_DRAFT_CHARACTERS = 8_000

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u2028\u2029\ufeff]+")
PHRASE = re.compile(r"[\"“”„«»]([^\"“”„«»]+)[\"“”„«»]")
EXCLUDED = re.compile(r"(?:(?<=\s)|^)-([^\W\d][\w-]*)(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Query:
    """``text`` is what is meant; ``phrases`` must occur, ``excluded`` words must not."""

    text: str
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()


def clean(text: str, most: int = MOST_CHARACTERS) -> str:
    """NFKC, no control characters, single spaces, at most ``most`` characters."""
    printable = CONTROL.sub(" ", text[: 4 * most].encode("utf-8", "replace").decode("utf-8"))
    return " ".join(unicodedata.normalize("NFKC", printable).split())[:most].strip()


def parse_query(text: str) -> Query:
    """Take ``"phrases"`` and ``-words`` out of a cleaned query, where something else is left."""
    phrases = tuple(match.strip() for match in PHRASE.findall(text) if match.strip())
    rest = PHRASE.sub(r"\1", text)
    excluded = tuple(EXCLUDED.findall(rest))
    wanted = " ".join(EXCLUDED.sub(" ", rest).split())
    if not wanted:
        return Query(text)
    return Query(wanted, phrases, excluded)
