"""An article as its writer sees it: where in the file a heading, an image or a sentence stands.

Rendering forgets lines, and a finding without its line is hard to mend. So what the renderer says
is looked up again in the source; what cannot be found there is put down to the article's beginning.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from html import unescape

from kb import verbatim
from kb.articles import ParsedArticle

_COMMENT = re.compile(r"<!--.*?-->|\{%-?\s*comment.*?endcomment\s*-?%\}", re.DOTALL)
_HEADING = re.compile(
    r"^[ \t>]*(?P<marks>#{1,6})[ \t]+(?P<atx>\S.*)$"
    r"|^(?P<setext>[ \t>]*[^\s>#|+*-].*)\n[ \t>]*(?P<line>=+|-{2,})[ \t]*$"
    r"|<h(?P<level>[1-6])\b[^<>]*>(?P<html>(?s:.){0,500}?)</h(?P=level)>",
    re.MULTILINE | re.IGNORECASE,
)
_IMAGE = re.compile(
    r"!\[(?P<alt>[^][]*)\](?:\(\s*(?:<(?P<angled>[^<>\n]+)>|(?P<target>[^\s()]+))|\[(?P<ref>[^][]+)\])"
    r"|<img\b(?P<html>[^<>]*)>",
    re.IGNORECASE,
)
_SOURCE = re.compile(r"""\bsrc\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_HAS_ALT = re.compile(r"\balt\s*=\s*\S", re.IGNORECASE)
_UNSAID = re.compile(r"\]\([^()\n]*\)|<[^<>\n]*>|\{:?[ ]*[.#%][^{}\n]*\}")
_MARKS = re.compile(r"\]\([^()\n]*\)|<[^<>]*>|\{:?[ ]*[.#][^{}]*\}|[ ]#+\s*$")
PREFIX = 40
"""Letters of a text that are looked for: enough to know the place, few enough to survive markup."""


@dataclass(frozen=True, slots=True)
class WrittenHeading:
    """A heading in the source; ``letters`` tell it whatever its markup."""

    level: int
    letters: str
    line: int


@dataclass(frozen=True, slots=True)
class WrittenImage:
    """An image in the source; ``described`` where it has an alternative text or needs none."""

    source: str
    described: bool
    line: int


class Written:
    """The source of one article; positions are found when they are asked for."""

    def __init__(self, parsed: ParsedArticle) -> None:
        self._body = parsed.body
        self.first_line = parsed.first_line

    @cached_property
    def _prose(self) -> str:
        """The body with blanks in the place of code and comments."""
        hidden = [*verbatim.spans(self._body)]
        hidden += [match.span() for match in _COMMENT.finditer(self._body)]
        text = list(self._body)
        for start, end in hidden:
            text[start:end] = (char if char == "\n" else " " for char in text[start:end])
        return "".join(text)

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self._body))]

    def _line(self, position: int) -> int:
        return self.first_line - 1 + bisect_right(self._starts, position)

    def headings(self) -> Iterator[WrittenHeading]:
        """Whatever looks like a heading, in order; the page says which of them are."""
        for match in _HEADING.finditer(self._prose):
            level = len(match["marks"] or "") or int(match["level"] or 0)
            level = level or (1 if match["line"].startswith("=") else 2)
            text = match["atx"] or match["setext"] or match["html"] or ""
            yield WrittenHeading(level, letters(_MARKS.sub(" ", text)), self._line(match.start()))

    def images(self) -> Iterator[WrittenImage]:
        """Every image, in order."""
        for match in _IMAGE.finditer(self._prose):
            line = self._line(match.start())
            if match["html"] is None:
                target = match["angled"] or match["target"] or ""
                yield WrittenImage(target, bool(match["alt"].strip()), line)
            elif source := _SOURCE.search(match["html"]):
                address = next(filter(None, source.groups()), "")
                yield WrittenImage(address, bool(_HAS_ALT.search(match["html"])), line)

    def line_of_target(self, target: str) -> int:
        """Where a link to ``target`` is written."""
        pattern = rf"""(?:[(<"'=]|\]:)[ \t]*{re.escape(target)}(?=[)>"'\s])"""
        match = re.search(pattern, self._prose)
        return self._line(match.end()) if match else self.first_line

    def line_of(self, text: str) -> int:
        """Where a text of the page begins."""
        wanted = letters(text)[:PREFIX]
        found, places = self._letters
        position = found.find(wanted) if wanted else -1
        return self._line(places[position]) if position >= 0 else self.first_line

    @cached_property
    def _letters(self) -> tuple[str, list[int]]:
        """The body's letters and digits, and where each stands."""
        said = list(self._body)
        for match in _UNSAID.finditer(self._body):
            said[match.start() : match.end()] = " " * (match.end() - match.start())
        kept = [(char.lower(), row) for row, char in enumerate(said) if char.isalnum()]
        kept = [(char, row) for char, row in kept if len(char) == 1]
        return "".join(char for char, _ in kept), [row for _, row in kept]


def letters(text: str) -> str:
    """A text's letters and digits alone, in lower case."""
    return "".join(char.lower() for char in unescape(text) if char.isalnum())
