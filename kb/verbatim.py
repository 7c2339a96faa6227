"""Where code is in a Markdown text, so that whatever rewrites the rest leaves it as it was.

A scan, not a parse: linear in the length of the text whatever it holds.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence

_OPENING = re.compile(
    r"^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(?P<fence>`{3,}(?=[^`\n]*$)|~{3,})"
    r"|<(?P<tag>pre|code|script|style)\b[^<>]*>"
    r"|(?P<raw>\{%-?\s*raw\s*-?%\})"
    r"|(?P<ticks>`+)",
    re.MULTILINE | re.IGNORECASE,
)
_END_OF_RAW = re.compile(r"\{%-?\s*endraw\s*-?%\}")


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each fenced block, code span, raw ``<pre>`` and Liquid ``raw`` part."""
    scan = _Scan(text)
    position = 0
    while match := _OPENING.search(text, position):
        end = scan.end(match)
        if end is not None:
            yield match.start(), end
        position = end or match.end()


def rewrite(pattern: re.Pattern[str], new: Callable[[re.Match[str]], str], text: str) -> str:
    """Substitute as ``pattern.sub`` does, but not where a match starts within code."""
    found = list(spans(text))
    starts, ends = [start for start, _ in found], [end for _, end in found]
    return pattern.sub(lambda m: m[0] if _inside(m.start(), starts, ends) else new(m), text)


def _inside(position: int, starts: Sequence[int], ends: Sequence[int]) -> bool:
    row = bisect_right(starts, position) - 1
    return row >= 0 and position < ends[row]


class _Scan:
    """Looks for ends of code; what was once not found is not looked for again."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.absent: set[str] = set()
        self.paragraph_end = 0

    def end(self, opening: re.Match[str]) -> int | None:
        """Where the code that starts here ends; None where it is not code after all."""
        if fence := opening["fence"]:
            closing = rf"^[ \t>]*{re.escape(fence[0])}{{{len(fence)},}}[ \t]*$"
            return self._find(closing, opening.end()) or len(self.text)
        if tag := opening["tag"]:
            return self._find(rf"</{tag.lower()}\s*>", opening.end())
        if opening["raw"]:
            return self._find(_END_OF_RAW.pattern, opening.end())
        return self._ticks(opening["ticks"], opening.end())

    def _find(self, closing: str, start: int) -> int | None:
        if closing in self.absent:
            return None
        match = re.compile(closing, re.MULTILINE | re.IGNORECASE).search(self.text, start)
        if not match:
            self.absent.add(closing)
        return match.end() if match else None

    def _ticks(self, ticks: str, start: int) -> int | None:
        """A code span ends at as many backticks, within its paragraph."""
        if start > self.paragraph_end:
            end = self.text.find("\n\n", start)
            self.paragraph_end = len(self.text) if end < 0 else end
        closing = re.compile(f"(?<!`){ticks}(?!`)")
        match = closing.search(self.text, start, self.paragraph_end)
        return match.end() if match else None
