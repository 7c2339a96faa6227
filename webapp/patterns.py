"""A field's pattern as browsers understand it, so that a slip is told before anything is sent.

The settings have Python's regular expressions. Only those that JavaScript reads alike are handed
on: a browser must never refuse what the server would take. The others are the server's alone.
"""

from __future__ import annotations

import re

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_ALIKE = frozenset(r"^$\.*+?()[]{}|/")
"""What JavaScript lets be escaped, and Python reads as that character."""
_DIGIT = r"\p{Nd}"
"""What Python means by ``\\d``: digits of every script."""
_OTHERWISE = re.compile(r"\(\?(?![:=!])|\[\^?\]|[*+?}]\+")
"""Flags, names and what looks back; a class that begins with its own bracket; no way back."""


def browser_pattern(pattern: str) -> str:
    """The same for JavaScript with its flag ``u``, to match a whole value; empty where it differs.

    What is a mistake there may be among them: a browser then leaves the field to the server.
    """
    bare = _ESCAPED.sub("x", pattern)
    escaped = set(_ESCAPED.findall(pattern))
    if _OTHERWISE.search(bare) or not escaped <= _ALIKE | {"d", "-"}:
        return ""
    return _ESCAPED.sub(_for_browsers, pattern)


def _for_browsers(found: re.Match[str]) -> str:
    return {"d": _DIGIT, "-": r"\x2d"}.get(found[1], found[0])
