"""Phone numbers are found by how they are written, and kept apart from all other numbers.

Shapes that are phone numbers nearly everywhere are told here; of other groupings the phonenumbers
library knows whether some large country writes its numbers so. Seven to nine digits without a
shape are a phone number only where the words before say so: they are orders and errors too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from kb.numerals import Run, is_year, runs

PHONE = "[phone]"
FEWEST_DIGITS, MOST_DIGITS = 7, 15
"""Fewer are hardly ever dialled; ITU-T E.164 allows no more."""
MOST_GROUPS = 8
MOST_LOOKUPS = 40
"""Groupings of one text that are looked up, 0.5 ms each; any further one is taken for a phone."""
REGIONS = ("IN", "ES", "BR", "MX", "CN", "RU", "PL", "IT", "PT")
"""Large countries whose national numbers begin with no 0 and are not written as in America."""

_CONTEXT, _LONGEST_LINK = 40, 300
_WORDS = r"""(?:(?<![^\W_])(?<!\[)
    (?:telephone|phone|t[eé]l[eé]phone|tel[eé]fon\w{0,2}|tel|handy(?:nummer)?|mobile?|mob|m[oó]vil
      |cell|celular|cellulare|whats\s?app|sms|fax|hotline|call(?:ed|ing|s)?|ring|dial(?:led)?
      |text\sme|reach\s(?:me|us)|my\s(?:no|number|nr)|appele[rz]|ll[aá]m[ae]\w{0,4}|anrufen
      |rufnummer|тел|телефон\w{0,3}|моб\w{0,8}|звон\w{0,5})
    |电话|手机|電話|携帯|전화|휴대폰)"""
_NOT_MEANT = "order|error|ticket|invoice|version|build|case|serial|model|port"
_CUE = re.compile(
    rf"""{_WORDS}(?:(?![^\W\d_])(?:(?!{_NOT_MEANT})[^\d\[\n]){{0,24}})?$
    |\[phone\][\s,;/&|.-]{{0,3}}(?:(?:or|and|oder|und|ou|et|o|y|e)\s)?$""",
    re.IGNORECASE | re.VERBOSE,
)
_GLUED_CUE = re.compile(rf"{_WORDS}$", re.IGNORECASE | re.VERBOSE)
_ERROR = re.compile(
    r"(?:(?:error|err|exception|fehler\w{0,4}|erreur|hresult|exit|stop|status|event)"
    r"(?:[ -]?(?:code|id|number|no|nr))?\W{0,3}|[$€£¥₹] ?|-[\da-f]{4}-[\da-f]{4}-)$",
    re.IGNORECASE,
)
"""Before digits: they are an error code, an amount, or the end of a UUID."""
_NEGATIVE_ERROR = re.compile(r"(?<!\w)-214[67]\d{6}$")
"""A Windows error code, written as a negative number."""
_LINK = re.compile(
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
        return _is_glue(self.context[-1:]) or _is_glue(self.behind[:1])

    @cached_property
    def is_inner(self) -> bool:
        """Whether it is the middle of something longer: ``2020-04/12345678``, ``3.1415926535``."""
        preceded = re.search(r"\d[-./_]$", self.context)
        return bool(preceded or re.match(r"[-./_]\d", self.behind))

    @cached_property
    def is_dotted_number(self) -> bool:
        """Whether it is a version or an amount: dots, and few digits between some of them."""
        return "." in self.gaps and (1 in self.lengths or set(self.lengths[1:]) == {3})


def _is_glue(char: str) -> bool:
    """Scripts from Thai on (U+0E00) put no space between words and numbers."""
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
    error = _ERROR.search(window.context)
    return not (decimal or negative or error or _LINK.search(window.before))


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


def _is_shaped(window: Window) -> bool:
    return any(shape(window) for shape in _SHAPES)


def _is_announced(window: Window) -> bool:
    """The words before say so."""
    if window.is_dotted_number or _LINK.search(window.before):
        return False
    cue = _GLUED_CUE if _is_glue(window.context[-1:]) else _CUE
    return bool(cue.search(window.context))


def _is_for_the_library(window: Window) -> bool:
    """Several groups, of which the shapes know nothing, that a country might write so."""
    if not 2 <= window.size <= 6 or not 9 <= len(window.digits) <= 13 or window.is_glued:
        return False
    gaps = "".join(window.gaps)
    return not set(gaps) & set("./_") and not window.is_inner and not _ERROR.search(window.context)


def _is_known(text: str) -> bool:
    """Whether one of the countries writes its numbers so."""
    from phonenumbers import Leniency, PhoneNumberMatcher  # 2 MB, for few queries

    return any(
        match.raw_string == text
        for region in REGIONS
        for match in PhoneNumberMatcher(text, region, Leniency.STRICT_GROUPING, max_tries=1)
    )


class _Masking:
    """A text on its way from left to right: decisions see only what was already put out."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._out = ""
        self._done = 0
        self._lookups = 0

    def take(self, run: Run) -> None:
        """Put out everything to the end of a run, its phone numbers replaced."""
        place = 0
        while place < len(run.groups):
            window = self._phone(run, place)
            if window:
                self._put(window)
            place += window.size if window else 1

    def finish(self) -> str:
        """Put out the rest."""
        return self._out + self._text[self._done :]

    def _phone(self, run: Run, place: int) -> Window | None:
        """The longest phone number that begins here; a shape before words before the library."""
        before = self._out[-_LONGEST_LINK:] + self._text[self._done : run.groups[place].start]
        windows = _windows(run, place, before[-_LONGEST_LINK:])
        for rule in (_is_shaped, _is_announced, self._is_written_somewhere):
            for window in windows:
                if rule(window):
                    return window
        return None

    def _is_written_somewhere(self, window: Window) -> bool:
        if not _is_for_the_library(window):
            return False
        self._lookups += 1
        return self._lookups > MOST_LOOKUPS or _is_known(window.text)

    def _put(self, window: Window) -> None:
        closed = any(")" in gap for gap in window.gaps)
        opening = re.search(r"\(?\+ ?\(?$|\($" if closed else r"\+ ?$", window.context)
        start = window.start - (len(opening.group()) if opening else 0)
        self._out += self._text[self._done : start] + PHONE
        self._done = window.end


def _windows(run: Run, place: int, before: str) -> list[Window]:
    """What begins at a group and has as many digits as a phone number, the longest first."""
    windows, digits = [], 0
    for size, group in enumerate(run.groups[place : place + MOST_GROUPS], 1):
        digits += len(group)
        if digits > MOST_DIGITS or place + size - 1 in run.kept:
            break
        if digits >= FEWEST_DIGITS:
            windows.append(Window(run, place, size, before))
    return windows[::-1]


def mask_phones(text: str) -> str:
    """Replace phone numbers; digits must be 0 to 9."""
    masking = _Masking(text)
    for run in runs(text, FEWEST_DIGITS):
        masking.take(run)
    return masking.finish()
