"""Numbers as people write them: groups of digits with spaces, dots, dashes or brackets between.

Card and phone numbers are found in such runs, and both must know what is a date or an address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

_RUN = re.compile(r"\d+(?:[ \t./_()·•\-‐-―−]{1,3}\d+)*+")
_DIGITS = re.compile(r"\d+")
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Group:
    """Digits without a gap, and where they stand in the text."""

    start: int
    end: int
    digits: str

    def __len__(self) -> int:
        return self.end - self.start


@dataclass(frozen=True)
class Run:
    """Groups with no more than a short gap between two of them; ``text`` is what they stand in."""

    text: str
    groups: tuple[Group, ...]

    @cached_property
    def gaps(self) -> tuple[str, ...]:
        """What stands after each group but the last."""
        return tuple(self.text[one.end : two.start] for one, two in pairwise(self.groups))

    @cached_property
    def kept(self) -> frozenset[int]:
        """Groups that are part of a date or of an IP address."""
        found: set[int] = set()
        for first in range(len(self.groups)):
            for size, is_kept in ((4, _is_address), (3, _is_date)):
                if self._stands_alone(first, size) and is_kept(self.groups[first : first + size]):
                    found.update(range(first, first + size))
        return frozenset(found)

    def _stands_alone(self, first: int, size: int) -> bool:
        """Whether these groups have one kind of gap between them, and another one around."""
        inside = set(self.gaps[first : first + size - 1])
        around = {
            *self.gaps[max(first - 1, 0) : first],
            *self.gaps[first + size - 1 : first + size],
        }
        enough = first + size <= len(self.groups)
        return enough and len(inside) == 1 and inside <= {".", "-", "/"} and not inside & around


def runs(text: str, fewest: int) -> Iterator[Run]:
    """Every longest run in a text that has at least that many digits."""
    for match in _RUN.finditer(text):
        if len(match.group()) < fewest:
            continue
        groups = tuple(
            Group(found.start(), found.end(), found.group())
            for found in _DIGITS.finditer(text, match.start(), match.end())
        )
        if sum(map(len, groups)) >= fewest:
            yield Run(text, groups)


def is_year(group: Group) -> bool:
    """Whether these are the digits of a year of our time."""
    return bool(_YEAR.fullmatch(group.digits))


def _is_address(groups: tuple[Group, ...]) -> bool:
    return all(len(one) <= 3 and int(one.digits) <= 255 for one in groups)


def _is_date(groups: tuple[Group, ...]) -> bool:
    first, middle, last = groups
    if is_year(first):
        return _is_day(middle) and _is_day(last)
    return _is_day(first) and _is_day(middle) and (is_year(last) or len(last) == 2)


def _is_day(group: Group) -> bool:
    return len(group) <= 2 and 1 <= int(group.digits) <= 31
