"""The page from which somebody came, as far as the browser says, and anybody may say anything."""

from __future__ import annotations

from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from flask import request

_SIGNED = frozenset({"about", "voted"})
"""Of our own addresses: who has them can go on with somebody's vote."""


def comes_from_here() -> bool:
    """Whether a link on one of our pages led here."""
    if request.headers.get("Sec-Fetch-Site") == "same-origin":
        return True
    return _before().netloc == request.host


def page_before() -> str:
    """The address of the page before, fit to be handed on; empty where none is known."""
    before = _before()
    if not _SIGNED.intersection(name for name, _ in parse_qsl(before.query)):
        return before.geturl()
    kept = [(name, value) for name, value in parse_qsl(before.query) if name not in _SIGNED]
    return before._replace(query=urlencode(kept)).geturl()


def _before() -> SplitResult:
    try:
        return urlsplit(request.referrer or "")
    except ValueError:  # ``http://[``
        return urlsplit("")
