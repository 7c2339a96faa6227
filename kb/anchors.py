"""Ids of headings and places: readable, stable while a heading's words are, unique on a page."""

from __future__ import annotations

import re
from collections.abc import Iterable

RESERVED = "kb-"
"""Ids with this prefix are the portal's own; an article never gets one."""

_DROPPED = re.compile(r"[^\w\- ]")


def slug(text: str) -> str:
    """A heading's anchor as GitHub makes it: lower case, hyphens for spaces, letters of any script.

    Never empty, never one of the portal's own ids.
    """
    made = _DROPPED.sub("", " ".join(text.lower().split())).replace(" ", "-")
    return f"section-{made}" if made.startswith(RESERVED) or not made.strip("-") else made


class Anchors:
    """The ids of one page; ids that writers chose come before made ones, wherever they stand."""

    def __init__(self, chosen: Iterable[str]) -> None:
        self._free = {name for name in map(_spelled, chosen) if name}
        self._taken: set[str] = set()
        self._counts: dict[str, int] = {}

    def claim(self, chosen: str) -> str:
        """The id that a writer chose; empty where it is taken or the portal's own."""
        name = _spelled(chosen)
        if name in self._taken or not name:
            return ""
        self._free.discard(name)
        self._taken.add(name)
        return name

    def make(self, text: str) -> str:
        """A new id for a heading; the second of the same text ends in -1."""
        base = slug(text)
        name, count = base, self._counts.get(base, 0)
        while name in self._taken or name in self._free:
            count += 1
            name = f"{base}-{count}"
        self._counts[base] = count
        self._taken.add(name)
        return name


def _spelled(chosen: str) -> str:
    """An id holds no white space, and articles get none of the portal's."""
    name = "-".join(chosen.split())
    return "" if name.startswith(RESERVED) else name
