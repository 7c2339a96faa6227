"""Categories are the articles' folders; here their names become titles. Pure."""

from __future__ import annotations

import re

ORDINAL = re.compile(r"^\d+[-_. ]+(?=\D)")
SEPARATORS = re.compile(r"[-_]+")


def category_title(path: str) -> str:
    """``guides/for-writers`` as readers see it: ``For writers``."""
    name = ORDINAL.sub("", path.rpartition("/")[2])
    words = name if " " in name else SEPARATORS.sub(" ", name).strip()
    return words[:1].upper() + words[1:]


def category_titles(path: str) -> tuple[str, ...]:
    """The titles along a category's path, outermost first."""
    return tuple(category_title(step) for step in path.split("/") if step)
