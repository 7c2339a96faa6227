"""Where front matter begins and ends, also where its fences are not quite what they should be.

Front matter that is taken for text puts its article before customers, whatever it says of hiding
it. So keys behind a fence are read or refused, and never shown; prose behind one is prose.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.errors import ContentError, Finding
from kb.front_matter_keys import HIDDEN, FrontMatter, meant

_OPENING = re.compile(
    r"(?:[\s\ufeff\u200b]|<!--.*?-->)*+(?P<fence>[-\u2010-\u2015\u2212]+)[^\S\n]*$",
    re.DOTALL | re.MULTILINE,
)
"""The first line that says anything, if it is all dashes, or what an editor makes of them."""
_KEY = re.compile(r" {0,3}[\"']?(?P<key>[\w-]+)[\"']?[ \t]*:(?:\s|$)")
_MOST_LINES = 500
"""Of front matter; more are not looked at."""


@dataclass(frozen=True, slots=True)
class _Opening:
    """A line of dashes at the head of a file, and where it ends."""

    end: int
    line: int
    indent: int
    plain: bool
    first: bool
    """Whether nothing at all stands before it."""


def split(text: str, path: str) -> tuple[str, int]:
    """The front matter, with as many lines before it as in the file, and where the body starts.

    Raises ContentError where keys are fenced so that they cannot be told from the text.
    """
    opening = _opening(text)
    if opening is None:
        return "", 0
    keys = _are_keys(text[opening.end + 1 :])
    if not keys and not (opening.first and opening.plain):
        return "", 0
    if not opening.plain:
        what = "the line above the front matter is not `---`"
        raise _error(path, opening.line, what, "write three hyphens, and nothing else")
    closing = _closing(opening.indent, keys).search(text, opening.end)
    if closing:
        block = text[opening.end : closing.start()]
        body = text[closing.end() :].lstrip("\n")
        return "\n" * (opening.line - 1) + block, len(text) - len(body)
    if keys:
        what = "the front matter is opened here and never closed"
        remedy = "write `---` below its last line; if this is a rule, write `***`"
        raise _error(path, opening.line, what, remedy)
    return "", 0  # a horizontal rule


def _opening(text: str) -> _Opening | None:
    """The first fence, behind nothing but blank lines and comments."""
    match = _OPENING.match(text)
    if not match or match["fence"] == "-":  # an empty item of a list
        return None
    fence, start = match["fence"], match.start("fence")
    before = text[text.rfind("\n", 0, start) + 1 : start]
    plain = len(fence) > 2 and not fence.strip("-")
    line = text.count("\n", 0, start) + 1
    return _Opening(match.end(), line, before.count(" "), plain, first=not start)


def _closing(indent: int, keys: bool) -> re.Pattern[str]:
    """The fence that ends a block; Jekyll and Pandoc also know ``...`` below keys."""
    dots = r"|\.{3}" if keys else ""
    return re.compile(rf"^ {{0,{indent}}}(?:-{{3,}}{dots})\s*$", re.MULTILINE)


def _are_keys(text: str) -> bool:
    """Whether one of the lines before the first of prose is a key of ours."""
    seen = False
    for line in text.split("\n", _MOST_LINES)[:_MOST_LINES]:
        key = _KEY.match(line)
        if key and _is_ours(key["key"]):
            return True
        seen = seen or key is not None
        belongs = key or (seen and line.startswith((" ", "\t", "- ")))
        if not belongs and line.strip() and not line.startswith("#"):
            return False
    return False


def _is_ours(key: str) -> bool:
    """Prose may begin with ``Summary:`` or ``Published:``; what else hides counts in any case."""
    return key in FrontMatter.model_fields or meant(key, None) in HIDDEN.keys() - {"published"}


def _error(path: str, line: int, what: str, remedy: str) -> ContentError:
    return ContentError([Finding(path, line, what, remedy, "error")])
