"""Where front matter begins and ends, also where its fences are not quite what they should be.

Front matter that is taken for text puts its article before customers, whatever it says of hiding
it. So keys behind a fence are read or refused, and never shown; prose behind one is prose. Keys
whose fence was forgotten are refused where they are more than words with a colon.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.errors import ContentError, Finding
from kb.front_matter_keys import HIDDEN, FrontMatter, meant, says_to_hide

_NOTHING = r"(?:[\s\ufeff\u200b]|<!--.*?-->)*+"
_OPENING = re.compile(
    _NOTHING + r"(?P<fence>[-\u2010-\u2015\u2212]+)[^\S\n]*$", re.DOTALL | re.MULTILINE
)
"""The first line that says anything, if it is all dashes, or what an editor makes of them."""
_BEFORE = re.compile(_NOTHING, re.DOTALL)
_TOML = re.compile(
    r"\+{3,}[^\S\n]*\n(?:\s|#[^\n]*\n)*+(?:[\w.\"'-]++[ \t]*=|\[+[\w.\"'-]+\]+\s*$)", re.MULTILINE
)
"""Hugo's other front matter, as far as its first key or table."""
_KEY = re.compile(r" {0,3}[\"']?(?P<key>[\w-]+)[\"']?[ \t]*:(?:\s(?P<value>.*)|$)")
_CLOSING = re.compile(r" {0,3}(?:-{3,}|\.{3})\s*")
_MOST_INDENT = 3
"""More makes code of a line."""
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


@dataclass(frozen=True, slots=True)
class _Head:
    """The keys before the first line of prose, and that line; empty where there is none."""

    keys: tuple[re.Match[str], ...]
    end: str

    @property
    def is_front_matter(self) -> bool:
        """Whether it is more than words with a colon: a fence ends it, or it hides the article."""
        is_closed = _CLOSING.fullmatch(self.end) and any(
            key["key"] in FrontMatter.model_fields for key in self.keys
        )
        return bool(is_closed) or any(map(_hides, self.keys))


def split(text: str, path: str) -> tuple[str, int]:
    """The front matter, with as many lines before it as in the file, and where the body starts.

    Raises ContentError where keys are fenced so that they cannot be told from the text.
    """
    opening = _opening(text)
    if opening is None:
        _refuse_unopened(text, path)
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
    return any(map(_is_ours, _head(text).keys))


def _head(text: str) -> _Head:
    """The keys at the head of a text, among blank lines and comments."""
    keys: list[re.Match[str]] = []
    for line in text.split("\n", _MOST_LINES)[:_MOST_LINES]:
        key = _KEY.match(line)
        keys.extend([key] if key else [])
        belongs = key or (keys and line.startswith((" ", "\t", "- ")))
        if not belongs and line.strip() and not line.startswith("#"):
            return _Head(tuple(keys), line)
    return _Head(tuple(keys), "")


def _is_ours(key: re.Match[str]) -> bool:
    """Prose may begin with ``Summary:`` or ``Published:``; what else hides counts in any case."""
    if key["key"] in FrontMatter.model_fields or _hides(key):
        return True
    return meant(key["key"], None) in HIDDEN.keys() - {"published"}


def _hides(key: re.Match[str]) -> bool:
    return says_to_hide(key["key"], key["value"] or "")


def _refuse_unopened(text: str, path: str) -> None:
    """Refuse front matter above which no line of hyphens stands; in code it is an example."""
    match = _BEFORE.match(text)
    start = match.end() if match else 0
    before = text[text.rfind("\n", 0, start) + 1 : start]
    if before.isspace() and len(before.expandtabs()) > _MOST_INDENT:
        return
    line = text.count("\n", 0, start) + 1
    if _TOML.match(text, start):
        remedy = "write it as `key: value` lines between two lines of `---`"
        raise _error(path, line, "the front matter is TOML, and not YAML", remedy)
    if _KEY.match(text, start) and _head(text[start:]).is_front_matter:
        remedy = "write `---` above and below it; if it is text, put a `# heading` above it"
        raise _error(path, line, "there is no `---` above the front matter", remedy)


def _error(path: str, line: int, what: str, remedy: str) -> ContentError:
    return ContentError([Finding(path, line, what, remedy, "error")])
