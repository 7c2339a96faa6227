"""The sentence that shows why an article was found, with the matched words marked. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from indexer.analysis import Word
from search.sentences import HEAD, ROW, Lines, Unit, best, from_here, stops, units

MOST_CHARACTERS = 220
ELLIPSIS = "…"
BETWEEN = " · "
"""Between lines of which the first does not end as a sentence, and between cells."""
LEAD = 40
"""Characters before the first match in a sentence that is too long to be shown whole."""
_BAR = re.compile(r"(?:^| )\|(?: |$)")
Part = tuple[int, int, str]
"""A half-open range of the text, and what stands between it and the next."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """Plain text and the half-open ranges (start, end) in it that match the query, in order."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()

    def html(self) -> str:
        """The text escaped, each match in ``<mark>``."""
        return self.wrap("<mark>", "</mark>", escape)

    def wrap(self, before: str, after: str, plain: Callable[[str], str]) -> str:
        """The text with each match between ``before`` and ``after``; ``plain`` escapes it."""
        parts, position = [], 0
        for start, end in self.marks:
            parts += [plain(self.text[position:start]), before, plain(self.text[start:end]), after]
            position = end
        return "".join([*parts, plain(self.text[position:])])


def make_snippet(lines: Lines, matches: Sequence[Word], rarity: Mapping[str, float]) -> Snippet:
    """The best sentences of a passage, at most ``MOST_CHARACTERS``.

    ``matches`` are the query's words in the text, in order, ``rarity`` how much each term says.
    A row of a table is shown where no sentence matches, a line of code where nothing else does.
    Where nothing matches, the first sentences.
    """
    found = units(lines)
    if not found:
        return Snippet("")
    first = best(found, matches, rarity)
    shown = from_here(found[first:], MOST_CHARACTERS, len(BETWEEN))
    return _cut(_joined(lines.text, _parts(lines.text, shown), matches))


def _parts(text: str, shown: Sequence[Unit]) -> Iterator[Part]:
    is_row = shown[0].rank in {ROW, HEAD}
    return _cells(text, shown[0]) if is_row else _sentences(text, shown)


def _sentences(text: str, shown: Sequence[Unit]) -> Iterator[Part]:
    """What stands in one line stays as it is."""
    for _, line in groupby(shown, key=lambda unit: unit.line):
        first, *more = line
        end = more[-1].end if more else first.end
        yield first.start, end, " " if stops(text, first.start, end) else BETWEEN


def _cells(text: str, row: Unit) -> Iterator[Part]:
    """The cells that hold something: the first names what the others say of it."""
    bars = [match.span() for match in _BAR.finditer(text[row.start : row.end])]
    starts = (row.start, *(row.start + end for _, end in bars))
    ends = (*(row.start + start for start, _ in bars), row.end)
    joint = ": "
    for start, end in zip(starts, ends, strict=True):
        if text[start:end].strip():
            yield start, end, " " if stops(text, start, end) else joint
            joint = BETWEEN


def _joined(text: str, parts: Iterator[Part], matches: Sequence[Word]) -> Snippet:
    """The parts one after the other, and in them what matches."""
    shown, marks, joint = "", [], ""
    for start, end, following in parts:
        shown += joint
        shift = len(shown) - start
        marks += [(first + shift, last + shift) for first, last in _ranges(start, end, matches)]
        shown, joint = shown + text[start:end], following
    return Snippet(shown, tuple(marks))


def _cut(whole: Snippet) -> Snippet:
    """A piece of what is too long around its first match, between spaces where there are any."""
    text = whole.text
    if len(text) <= MOST_CHARACTERS:
        return whole
    first = whole.marks[0][0] if whole.marks else 0
    begin = (text.rfind(" ", 0, first - LEAD) + 1 or first) if first > MOST_CHARACTERS // 2 else 0
    stop = min(len(text), begin + MOST_CHARACTERS)
    if stop < len(text):
        stop = max(text.rfind(" ", begin, stop), begin + MOST_CHARACTERS // 2)
    before, after = ELLIPSIS * (begin > 0), ELLIPSIS * (stop < len(text))
    kept = ((max(start, begin), min(end, stop)) for start, end in whole.marks)
    shift = len(before) - begin
    marks = tuple((start + shift, end + shift) for start, end in kept if start < end)
    return Snippet(before + text[begin:stop] + after, marks)


def _ranges(start: int, end: int, matches: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Matches within a range; those that overlap or touch (bigrams) are one."""
    begin = last = -1
    for word in matches:
        if word.start < start or word.end > end:
            continue
        if word.start > last:
            if last > begin:
                yield begin, last
            begin = word.start
        last = max(last, word.end)
    if last > begin:
        yield begin, last
