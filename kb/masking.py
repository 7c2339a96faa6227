"""Personal data is taken out of what people type before it is stored, logged or counted.

E-mail addresses and bank accounts are told here, the rest in kb.cards and kb.phones. Versions,
error codes, dates, ports and short numbers stay: people search for them.
"""

from __future__ import annotations

import logging
import re
import unicodedata

from kb.cards import mask_cards
from kb.phones import FEWEST_DIGITS, mask_phones

EMAIL, IBAN = "[email]", "[iban]"

_AT_SIGN = re.compile(r"@|[(\[{]\s?at\s?[)\]}]|\sat\s[^\n]{1,80}\sdot\s", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20e3\ufe00-\ufe0f\ufeff]"
)
_ESCAPE = re.compile(r"%(?:40|2[0BDE])|&(?:#64|#x40|commat);", re.IGNORECASE)
_ESCAPED = {"%40": "@", "%20": " ", "%2b": "+", "%2d": "-", "%2e": "."}

# Scripts that put no space between a word and an address: Thai, Lao, Myanmar, Khmer, kana, Han,
# Hangul. An address in other letters ends where they begin.
_SOLID = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_LETTER = rf"(?![{_SOLID}])[\w-]"
_LABEL = rf"(?:(?:{_LETTER}){{1,63}}|[{_SOLID}]{{1,63}})"
_TOP = rf"(?:(?![{_SOLID}\d_])\w(?:{_LETTER}){{1,62}}|[{_SOLID}]{{2,63}})"
_DOMAIN = re.compile(rf"@(?:{_LABEL}\.){{1,8}}{_TOP}")
_LOCAL_BACKWARDS = re.compile(rf"\"[^\"\n]{{1,62}}\"|(?:(?![{_SOLID}])[\w.%+'~-])+|[{_SOLID}]+")
"""What is used of RFC 5322's atext, without marks of links and Markdown; or anything in quotes."""
_LONGEST_LOCAL = 254
_LONGEST = 1_000
"""More characters than anything has that is masked."""
_NOBODY = frozenset({"git"})
"""Before an @, these are no person: ``git@github.com`` is searched for."""
_DOT = r"(?:\s?[(\[{]\s?dot\s?[)\]}]\s?|\sdot\s)"
_SPELLED = re.compile(
    rf"""(?<![\w.+-])[a-z][\w.+-]{{0,63}}(?:\s?[(\[{{]\s?at\s?[)\]}}]\s?|\s?@\s)
           [a-z0-9-]{{1,63}}(?:(?:\.|{_DOT})[a-z0-9-]{{1,63}}){{0,7}}(?:\.|{_DOT})[a-z]{{2,63}}
       |(?<![\w.+-])(?=[a-z]{{1,63}}[\d._+-])[a-z][\w.+-]{{0,63}}\sat\s
           [a-z0-9.-]{{1,63}}(?:{_DOT}[a-z0-9-]{{1,63}}){{0,7}}{_DOT}[a-z]{{2,63}}
       |(?<![\w.+-])[a-z][\w.+-]{{0,63}}\s@(?:[a-z0-9-]{{1,63}}\.){{1,8}}
           (?:com|org|net|edu|gov|info|biz|(?!py|js|ts|md|sh)[a-z]{{2}})(?![\w.-]*\w)""",
    re.IGNORECASE | re.VERBOSE,
)
"""``name (at) example.com``, ``name@ example.com``, ``name @example.com``, ``my.name at example dot
com``; not ``log in at example dot com``, nor ``@app.route``."""
_FULL_STOP = re.compile("(?<=[a-z0-9])\u3002(?=[a-z])", re.IGNORECASE)
"""As a dot, on a Chinese or Japanese keyboard."""
_ACCOUNT = re.compile(r"(?<![^\W_])(?=([a-z]{2}\d{2}(?:[ -]?[a-z0-9]){11,30}))", re.IGNORECASE)

_OWN_NAME = re.compile(
    r"(?<![\w+-])(\d{8}-\d{6}-\d{3}(?:-[0-9a-f]{12})?|(?=\d*[a-f])[0-9a-f]{32,64})(?![\w-])"
)
"""What we name things: a snapshot or a memory; a hash. One in fifty would pass for a phone."""


def mask(text: str) -> str:
    """Replace e-mail addresses, bank accounts, card and phone numbers by ``[email]`` and the like.

    A text without any comes back as it was. Where something is replaced, full-width and invisible
    characters and the escapes of ``@ + - .`` and space become plain. Masking twice is masking once.
    """
    plain = _plain(text)
    masked = plain
    if _AT_SIGN.search(plain):
        masked = _mask_emails(masked)
    if len(_DIGIT.findall(masked)) >= FEWEST_DIGITS:
        masked = mask_phones(mask_cards(_mask_accounts(masked)))
    return text if masked == plain else masked


def mask_within(text: str, most: int) -> str:
    """At most so many characters of a text of any length, masked, in a time that has a bound.

    The text is cut before it is masked, and then loses its end, where half a number may stand.
    """
    looked_at = most + 2 * _LONGEST  # masks are shorter than what they replace
    masked = mask(text[:looked_at])
    return (masked if len(text) <= looked_at else masked[:-_LONGEST])[:most]


def _plain(text: str) -> str:
    """What a person sees: one form of each character, none that cannot be seen."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
        text = re.sub(r"[^\D0-9]", lambda digit: str(int(digit.group())), text)
        text = _FULL_STOP.sub(".", text)
    if "%" in text or "&" in text:
        text = _ESCAPE.sub(lambda found: _ESCAPED.get(found.group().lower(), "@"), text)
    return text


def _mask_emails(text: str) -> str:
    done, parts = 0, []
    for domain in _DOMAIN.finditer(text):
        before = text[max(domain.start() - _LONGEST_LOCAL, done) : domain.start()]
        local = _LOCAL_BACKWARDS.match(before[::-1])
        if local and local.group()[::-1] not in _NOBODY:
            parts += [text[done : domain.start() - local.end()], EMAIL]
            done = domain.end()
    return _SPELLED.sub(EMAIL, "".join([*parts, text[done:]]))


def _mask_accounts(text: str) -> str:
    done, parts = 0, []
    for found in _ACCOUNT.finditer(text):
        size = _account(found.group(1)) if found.start() >= done else 0
        if size:
            parts += [text[done : found.start()], IBAN]
            done = found.start() + size
    return "".join([*parts, text[done:]])


def _account(text: str) -> int:
    """Length of the longest account number a text begins with; 0 for none (ISO 13616-1)."""
    ends = [found.end() for found in re.finditer(r"[^\W_]+", text)]
    return next((end for end in reversed(ends) if _is_account(text[:end])), 0)


def _is_account(text: str) -> bool:
    digits = re.sub(r"[ -]", "", text)
    if not 15 <= len(digits) <= 34:
        return False
    return int("".join(str(int(char, 36)) for char in digits[4:] + digits[:4])) % 97 == 1


class MaskingFilter(logging.Filter):
    """Masks what a log record says, its traceback included; put it on a handler.

    The names of snapshots and memories, commits and checksums stay readable.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, masked."""
        try:
            said = record.getMessage()
        except (
            TypeError,
            ValueError,
            KeyError,
        ):  # arguments that do not fit must not end a request
            said = f"{record.msg} (arguments do not fit)"
        record.msg, record.args = _mask_said(said), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = _mask_said(record.exc_text)
        return True


def _mask_said(text: str) -> str:
    return "".join(
        part if place % 2 else mask(part) for place, part in enumerate(_OWN_NAME.split(text))
    )
