"""The sentence that shows why an article was found, with the matched words marked. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from indexer.analysis import Word

MOST_CHARACTERS = 220
SENTENCE_END = re.compile(r"[.!?](?=\s)|[。！？\n]")
SPACE = re.compile(r"\s*")
ELLIPSIS = "…"
LABEL = 30
"""Characters below which a sentence is more likely a label, a setting or a link than an answer."""
LEAD = 40
"""Characters before the first match in a sentence that is too long to be shown whole."""


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


def make_snippet(text: str, matches: Sequence[Word], rarity: Mapping[str, float]) -> Snippet:
    """The best sentences of a passage, at most ``MOST_CHARACTERS``.

    ``matches`` are the query's words in the text, in order, ``rarity`` how much each term says.
    Where nothing matches, the first sentences.
    """
    sentences = _sentences(text)
    if not sentences:
        return Snippet("")
    best = _best(sentences, matches, rarity)
    start, end = _extent(text, sentences[best:], matches)
    before = ELLIPSIS if start > sentences[best][0] else ""
    after = "" if end in {stop for _, stop in sentences} else ELLIPSIS
    shift = len(before) - start
    marks = tuple((first + shift, last + shift) for first, last in _ranges(start, end, matches))
    return Snippet(before + text[start:end].replace("\n", " ") + after, marks)


def _sentences(text: str) -> list[tuple[int, int]]:
    """Half-open ranges of the sentences and lines of a text, without white space before them."""
    ends = [match.end() for match in SENTENCE_END.finditer(text)]
    starts = [SPACE.match(text, start).end() for start in (0, *ends)]  # type: ignore[union-attr]
    stops = (*ends, len(text))
    return [(start, stop) for start, stop in zip(starts, stops, strict=True) if start < stop]


def _best(
    sentences: Sequence[tuple[int, int]], matches: Sequence[Word], rarity: Mapping[str, float]
) -> int:
    """The sentence whose distinct terms say most; of equals the first that is no mere label."""
    starts = [start for start, _ in sentences]
    held: dict[int, set[str]] = {}
    for word in matches:
        held.setdefault(max(0, bisect_right(starts, word.start) - 1), set()).add(word.term)
    values = {at: sum(rarity.get(term, 0.0) for term in terms) for at, terms in held.items()}
    whole = {at: sentences[at][1] - sentences[at][0] >= LABEL for at in values}
    return max(values, key=lambda at: (values[at], whole[at], -at), default=0)


def _extent(
    text: str, sentences: Sequence[tuple[int, int]], matches: Sequence[Word]
) -> tuple[int, int]:
    """From the first sentence to the last that fits, or a piece of a first one that is too long."""
    start, end = sentences[0]
    if end - start > MOST_CHARACTERS:
        return _cut(text, start, end, matches)
    return start, max(stop for _, stop in sentences if stop - start <= MOST_CHARACTERS)


def _cut(text: str, start: int, end: int, matches: Sequence[Word]) -> tuple[int, int]:
    """A piece of a long sentence around its first match, between spaces where there are any."""
    first = next((word.start for word in matches if start <= word.start < end), start)
    begin = start
    if first - start > MOST_CHARACTERS // 2:
        begin = text.rfind(" ", start, first - LEAD) + 1 or first
    stop = min(end, begin + MOST_CHARACTERS)
    if stop < end:
        stop = max(text.rfind(" ", begin, stop), begin + MOST_CHARACTERS // 2)
    return begin, stop


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
