"""Groups of digits that are a phone number by their shape, nearly everywhere in the world."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from kb.numerals import Run, is_year

_CONTEXT = 40
ERROR = re.compile(
    r"(?:(?:error|err|exception|fehler\w{0,4}|erreur|hresult|exit|stop|status|event)"
    r"(?:[ -]?(?:code|id|number|no|nr))?\W{0,3}|[$€£¥₹] ?|-[\da-f]{4}-[\da-f]{4}-)$",
    re.IGNORECASE,
)
"""Before digits: they are an error code, an amount, or the end of a UUID."""
_NEGATIVE_ERROR = re.compile(r"(?<!\w)-214[67]\d{6}$")
"""A Windows error code, written as a negative number."""
LINK = re.compile(
    r"(?:://|www\.)(?!wa\.me|(?:api\.|chat\.)?whatsapp\.)[^\s?#@\[]*/$", re.IGNORECASE
)
"""Before digits: they are in the path of a link, which is full of long ids."""
_PLUS = re.compile(r"(?<![\w+])\(?\+ ?\(?$")


@dataclass(frozen=True)
class Window:
    """Neighbouring groups that may be one phone number, and the text before them."""

    run: Run
    first: int
    size: int
    before: str

    @cached_property
    def context(self) -> str:
        """The last of what stands before it."""
        return self.before[-_CONTEXT:]

    @cached_property
    def digits(self) -> str:
        """All digits, without what is between."""
        return "".join(one.digits for one in self.run.groups[self.first : self.first + self.size])

    @cached_property
    def lengths(self) -> tuple[int, ...]:
        """Digits in each group."""
        return tuple(map(len, self.run.groups[self.first : self.first + self.size]))

    @cached_property
    def gaps(self) -> tuple[str, ...]:
        """What stands between the groups."""
        return self.run.gaps[self.first : self.first + self.size - 1]

    @property
    def start(self) -> int:
        """Where the first digit stands."""
        return self.run.groups[self.first].start

    @property
    def end(self) -> int:
        """Where the last digit ends."""
        return self.run.groups[self.first + self.size - 1].end

    @property
    def text(self) -> str:
        """As it was written."""
        return self.run.text[self.start : self.end]

    @cached_property
    def behind(self) -> str:
        """The two characters after it."""
        return self.run.text[self.end : self.end + 2]

    @cached_property
    def is_glued(self) -> bool:
        """Whether it touches a letter, as in a serial number."""
        return is_glue(self.context[-1:]) or is_glue(self.behind[:1])

    @cached_property
    def is_inner(self) -> bool:
        """Whether it is the middle of something longer: ``2020-04/12345678``, ``3.1415926535``."""
        preceded = re.search(r"\d[-./_]$", self.context)
        return bool(preceded or re.match(r"[-./_]\d", self.behind))

    @cached_property
    def is_dotted_number(self) -> bool:
        """Whether it is a version or an amount: dots, and few digits between some of them."""
        return "." in self.gaps and (1 in self.lengths or set(self.lengths[1:]) == {3})


def is_glue(char: str) -> bool:
    """Whether a letter belongs to the digits beside it.

    Scripts from Thai on (U+0E00) put no space between words and numbers.
    """
    return char == "_" or (char.isalpha() and char < "\u0e00")


def _is_international(window: Window) -> bool:
    if window.digits.startswith("00"):
        return not window.is_glued and window.digits[2] != "0" and len(window.digits) >= 11
    return bool(_PLUS.search(window.context))


def _is_alone(window: Window) -> bool:
    """Ten digits or more in one, nine with a 0 in front."""
    fewest = 9 if re.match("0[1-9]", window.digits) else 10
    if window.size > 1 or len(window.digits) < fewest or window.is_glued:
        return False
    decimal = re.search(r"\d\.$", window.context) or re.match(r"\.\d", window.behind)
    negative = _NEGATIVE_ERROR.search(window.context + window.digits)
    error = ERROR.search(window.context)
    return not (decimal or negative or error or LINK.search(window.before))


def _is_american(window: Window) -> bool:
    """415-555-2671, also with a 1 in front."""
    is_american = window.lengths == (3, 3, 4) or (
        window.lengths == (1, 3, 3, 4) and window.digits.startswith("1")
    )
    return is_american and not window.is_glued and not window.is_inner


def _is_local(window: Window) -> bool:
    """555-1234, but no range such as 100-1000 and no part number such as AB-555-1234."""
    if (window.lengths, window.gaps) != ((3, 4), ("-",)) or window.is_glued or window.is_inner:
        return False
    is_range = all(one.digits.endswith("0") for one in window.run.groups[window.first :][:2])
    return not is_range and not re.search(r"\w[-./_#]$", window.context)


def _is_bracketed(window: Window) -> bool:
    """(02) 9876 5432, 8 (912) 345-67-89."""
    opened = window.context.endswith("(") or any("(" in gap for gap in window.gaps)
    if not opened or window.is_glued or not any(")" in gap for gap in window.gaps[:2]):
        return False
    return not is_year(window.run.groups[window.first])


def _is_trunk(window: Window) -> bool:
    """030 1234567, 01 23 45 67 89: a 0, an area and the rest."""
    area = window.lengths[0]
    if not re.match("0[1-9]", window.digits) or not 2 <= area <= 6 or window.is_dotted_number:
        return False
    plain = area == 2 and len(set(window.gaps)) == 1 and window.lengths != (2, 3, 3)
    fewest = 9 if plain else 8  # 05 10 15 20 is a list
    return fewest <= len(window.digits) <= 13 and not window.is_glued and not window.is_inner


_SHAPES: tuple[Callable[[Window], bool], ...] = (
    _is_international,
    _is_alone,
    _is_american,
    _is_local,
    _is_bracketed,
    _is_trunk,
)


def is_shaped(window: Window) -> bool:
    """Whether it looks like a phone number by itself, whatever the words around it are."""
    return any(shape(window) for shape in _SHAPES)
