"""Card numbers are told by their check digit, however they are grouped."""

from __future__ import annotations

import re

from kb.numerals import Group, Run, is_year, runs

CARD = "[card]"
FEWEST_DIGITS, MOST_DIGITS = 13, 19
"""ISO/IEC 7812-1."""
_SIXTEEN = re.compile("4|5[1-5]|6011|64[4-9]|65")
"""How the numbers of sixteen digits begin of which most cards are."""
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def mask_cards(text: str) -> str:
    """Replace numbers of 13 to 19 digits whose Luhn check digit is right."""
    done, parts = 0, []
    for run in runs(text, FEWEST_DIGITS):
        for first, last in _cards(run):
            parts += [text[done : first.start], CARD]
            done = last.end
    return "".join([*parts, text[done:]])


def _cards(run: Run) -> list[tuple[Group, Group]]:
    """First and last group of each card, from left to right, the longest where several begin."""
    found, place = [], 0
    while place < len(run.groups):
        size = _size(run.groups[place : place + MOST_DIGITS])
        if size:
            found.append((run.groups[place], run.groups[place + size - 1]))
        place += size or 1
    return found


def _size(groups: tuple[Group, ...]) -> int:
    """How many of the first groups are a card; 0 for none."""
    digits, size = "", 0
    for count, group in enumerate(groups, 1):
        digits += group.digits
        if len(digits) > MOST_DIGITS:
            break
        if len(digits) >= FEWEST_DIGITS and _is_card(digits, groups[:count]):
            size = count
    return size


def _is_card(digits: str, groups: tuple[Group, ...]) -> bool:
    is_number = digits.strip("0") and not all(map(is_year, groups))
    return bool(is_number) and _is_grouped_like_a_card(digits, groups) and _luhn(digits)


def _is_grouped_like_a_card(digits: str, groups: tuple[Group, ...]) -> bool:
    """In one, in threes to sixes but for the rest; as a card begins, ones, twos or eights."""
    if len(digits) == 16 and [len(one) for one in groups] == [8, 8]:
        return bool(_SIXTEEN.match(digits))
    *full, rest = (len(one) for one in groups)
    if not full or set(full) <= {3, 4, 5, 6}:
        return rest <= 6 or not full or len(digits) == MOST_DIGITS
    even = set(full) in ({1}, {2}) and rest <= full[0]
    return even and digits[0] in "3456"


def _luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    total = sum(map(int, digits[-1::-2])) + sum(_DOUBLED[int(one)] for one in digits[-2::-2])
    return total % 10 == 0
