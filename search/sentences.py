"""What of a passage can be shown by itself: a sentence, a row of a table, a line of code. Pure.

A passage holds them all, one block a line; run together they read as nonsense.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat

from indexer.analysis import Word

LABEL = 30
"""Characters below which a sentence is more likely a label, a setting or a link than an answer."""
_END = re.compile(r"[.!?](?=\s)(?!\s+[a-z])|[。！？]")
_CELL = " | "  # whoever writes it without a table means one
_NUMBER = re.compile(r"\s*\d{1,3}[.)]?\s*")
_STOPS = re.compile(r"[.!?:;,…。！？：；，、][\"')\]»”’]*\Z")
PROSE, ROW, CODE, HEAD = range(4)
"""What reads worse is shown where no better matches; names of columns, where there is no more."""
_RANKS = {"r": ROW, "c": CODE, "h": HEAD}


@dataclass(frozen=True, slots=True)
class Lines:
    """A text, and what each of its lines is, as in ``Passage``; those not said are prose."""

    text: str
    kinds: str = ""


@dataclass(frozen=True, slots=True)
class Unit:
    """What can be shown by itself: a half-open range of the text, in one of its lines."""

    start: int
    end: int
    rank: int
    line: int
    leads: bool
    """Whether it only leads on to what follows: "Do this:", "Tip", the number of a step."""

    @property
    def length(self) -> int:
        """In characters."""
        return self.end - self.start


def stops(text: str, start: int, end: int) -> bool:
    """Whether a piece of a text ends as a sentence or a part of one does."""
    return bool(_STOPS.search(text, start, end))


def units(lines: Lines) -> list[Unit]:
    """Everything in a text that can be shown by itself, in reading order."""
    found = list(_units(lines))
    return [unit for unit in found if unit.rank != HEAD] or found


def _units(lines: Lines) -> Iterator[Unit]:
    start = 0
    kinds = chain(lines.kinds, repeat("p"))
    for number, (line, kind) in enumerate(zip(lines.text.split("\n"), kinds, strict=False)):
        rank = _RANKS.get(kind, ROW if _CELL in line else PROSE)
        ends = (len(line),) if rank else (*_sentence_ends(line), len(line))
        for first, last in zip((0, *ends), ends, strict=False):
            bare = line[first:last].strip()
            begin = start + first + line[first:last].find(bare)
            if bare:
                leads = _leads(bare, whole=kind == "p" and len(bare) == len(line))
                yield Unit(begin, begin + len(bare), rank, number, leads)
        start += len(line) + 1


def _leads(bare: str, *, whole: bool) -> bool:
    if bare.endswith((":", "：")) or _NUMBER.fullmatch(bare):
        return True
    return whole and len(bare) < LABEL and not stops(bare, 0, len(bare))


def _sentence_ends(line: str) -> Iterator[int]:
    """Where sentences end; the number of a step belongs to the step."""
    begin = 0
    for match in _END.finditer(line):
        if not _NUMBER.fullmatch(line, begin, match.end()):
            begin = match.end()
            yield begin


def best(found: Sequence[Unit], matches: Sequence[Word], rarity: Mapping[str, float]) -> int:
    """Of what reads best, the one whose distinct terms say most; of equals the first no label.

    Where nothing matches, the first that reads best.
    """
    starts = [unit.start for unit in found]
    held: dict[int, set[str]] = {}
    for word in matches:
        at = bisect_right(starts, word.start) - 1
        if at >= 0 and word.start < found[at].end:
            held.setdefault(at, set()).add(word.term)

    def worth(at: int) -> tuple[int, float, bool, int]:
        unit = found[at]
        says = sum(rarity.get(term, 0.0) for term in held.get(at, ()))
        return -unit.rank, says, bool(says) and unit.length >= LABEL, -at

    return max(held or range(len(found)), key=worth)


def from_here(found: Sequence[Unit], most: int, between: int) -> list[Unit]:
    """The first, and the sentences after it that fit in ``most`` with ``between`` for each join.

    None that only leads on to something else, and nothing after a row or a line of code.
    """
    taken, length = [found[0]], found[0].length
    for unit in found[1:]:
        length += between + unit.length
        if taken[-1].rank or unit.rank or length > most:
            break
        taken.append(unit)
    while len(taken) > 1 and taken[-1].leads:
        taken.pop()
    return taken
