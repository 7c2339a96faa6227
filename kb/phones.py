"""Phone numbers are found by how they are written, and kept apart from all other numbers.

Shapes that are phone numbers nearly everywhere are told in kb.phone_shapes; of other groupings
the phonenumbers library knows whether some large country writes its numbers so. Seven to nine
digits without a shape are a phone number only where the words before say so: they are orders and
errors too.
"""

from __future__ import annotations

import re

from kb.numerals import Run, runs
from kb.phone_shapes import ERROR, LINK, Window, is_glue, is_shaped

PHONE = "[phone]"
FEWEST_DIGITS, MOST_DIGITS = 7, 15
"""Fewer are hardly ever dialled; ITU-T E.164 allows no more."""
MOST_GROUPS = 8
MOST_LOOKUPS = 40
"""Groupings of one text that are looked up, 0.5 ms each; any further one is taken for a phone."""
REGIONS = ("IN", "ES", "BR", "MX", "CN", "RU", "PL", "IT", "PT")
"""Large countries whose national numbers begin with no 0 and are not written as in America."""

_LONGEST_LINK = 300
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


def _is_announced(window: Window) -> bool:
    """The words before say so."""
    if window.is_dotted_number or LINK.search(window.before):
        return False
    cue = _GLUED_CUE if is_glue(window.context[-1:]) else _CUE
    return bool(cue.search(window.context))


def _is_for_the_library(window: Window) -> bool:
    """Several groups, of which the shapes know nothing, that a country might write so."""
    if not 2 <= window.size <= 6 or not 9 <= len(window.digits) <= 13 or window.is_glued:
        return False
    gaps = "".join(window.gaps)
    return not set(gaps) & set("./_") and not window.is_inner and not ERROR.search(window.context)


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
        for rule in (is_shaped, _is_announced, self._is_written_somewhere):
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
