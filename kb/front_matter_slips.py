"""What went wrong in a front matter, in the words of people who write articles and not parsers."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

REMEDY = "write `key: value` lines between two lines of `---`"
_COLON = re.compile(r"(?P<key>\s*(?:- )?[\w-]+:)\s+(?P<value>[^\s\"'\[{|>&*].*:(?:\s.*)?)")
_SIGN = re.compile(
    r"(?P<key>\s*(?:- )?[\w-]+:|\s*-)\s+(?P<value>(?!!!|[\[{].*[\]}]$)[@`%*&!,\[\]{}>|?\"'-].*)"
)
"""Neither a tag of YAML's own nor a list on one line: these are meant."""
_OF_SIGNS = ("cannot start any token", "found undefined alias")
_QUOTES = "\"'"


@dataclass(frozen=True, slots=True)
class Fault:
    """What the parser says, and in which line of the block; ``within`` what it was reading."""

    problem: str
    line: int = 1
    within: str = ""
    begun: int | None = None
    """The line where that began."""


@dataclass(frozen=True, slots=True)
class Slip:
    """What is wrong in which line of the block, counted from 1."""

    line: int
    what: str
    remedy: str = REMEDY


def slip(fault: Fault, block: str) -> Slip:
    """The likeliest slip behind what the parser says."""
    if fault.begun and "quoted scalar" in fault.within and "unexpected end" in fault.problem:
        return Slip(fault.begun, "a quote is opened here and never closed", "close the quote")
    if fault.problem.startswith("control characters"):
        return Slip(fault.line, "a character here cannot be seen", "remove it, or retype the line")
    if fault.problem.startswith("mapping values are not allowed"):
        colon = _colon(fault.line, block)
        if colon:
            return colon
    return _sign(fault, block) or Slip(fault.line, fault.problem)


def _colon(line: int, block: str) -> Slip | None:
    """A text with a colon in it, which YAML takes for another key."""
    written = _COLON.fullmatch(_line(line, block))
    if not written:
        return None
    return Slip(line, "there is a colon in the text", _in_quotes(written, written["value"]))


def _sign(fault: Fault, block: str) -> Slip | None:
    """A text whose first character YAML takes for a sign: ``@acme``, ``*new*``, ``[New] red``."""
    written = _SIGN.fullmatch(_line(fault.line, block))
    if written:
        value = written["value"]
        if _is_quoted(value):
            what = "there is a quote or a backslash in the quoted text"
            return Slip(fault.line, what, _in_quotes(written, value[1:-1]))
        what = f"the text begins with {value[0]!r}, which is a sign in YAML"
        return Slip(fault.line, what, _in_quotes(written, value))
    if fault.problem.endswith(_OF_SIGNS):
        return Slip(fault.line, "a text begins with a sign of YAML", "put that text in quotes")
    return None


def _is_quoted(value: str) -> bool:
    """Whether the quotes around a value are YAML's; those of ``"a" lamp: "b"`` are its own."""
    quote, inside = value[0], value[1:-1]
    if len(value) == 1 or quote not in _QUOTES or value[-1] != quote:
        return False
    closes = re.match(rf"[^{quote}]*(?<!\s){quote}(?!\w)", inside)
    return not closes or inside.count(quote) % 2 == 1


def _line(number: int, block: str) -> str:
    return block.split("\n")[number - 1].rstrip()


def _in_quotes(written: re.Match[str], text: str) -> str:
    """How to write a line so that its value is this text."""
    quoted = json.dumps(text, ensure_ascii=False)
    return f"put the text in quotes: `{written['key'].strip()} {quoted}`"
