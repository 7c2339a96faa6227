"""What went wrong in a front matter, in the words of people who write articles and not parsers."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

REMEDY = "write `key: value` lines between two lines of `---`"
_COLON = re.compile(r"(?P<key>\s*(?:- )?[\w-]+):\s+(?P<value>[^\s\"'\[{|>&*].*:(?:\s.*)?)")


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
    if fault.begun and "quoted scalar" in fault.within:
        return Slip(fault.begun, "a quote is opened here and never closed", "close the quote")
    if fault.problem.startswith("mapping values are not allowed"):
        return _colon(fault.line, block) or Slip(fault.line, fault.problem)
    return Slip(fault.line, fault.problem)


def _colon(line: int, block: str) -> Slip | None:
    """A text with a colon in it, which YAML takes for another key."""
    written = _COLON.fullmatch(block.split("\n")[line - 1].rstrip())
    if not written:
        return None
    quoted = json.dumps(written["value"], ensure_ascii=False)
    remedy = f"put the text in quotes: `{written['key'].strip()}: {quoted}`"
    return Slip(line, "there is a colon in the text", remedy)
