"""What people type, as everything behind it can take it: forms, addresses and the API cut alike."""

from __future__ import annotations

import re

LONGEST_QUERY = 512
CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f]+")
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def cut_query(text: str) -> str:
    """A query as people can type it: no control characters, at most 512 characters."""
    return CONTROL_CHARACTERS.sub(" ", text).strip()[:LONGEST_QUERY]


def printable(text: str) -> str:
    """A text of several lines without what no database takes: NUL, other controls, halves."""
    return UNPRINTABLE.sub("", text).strip()
