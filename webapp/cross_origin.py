"""Which other sites' pages may call the API, and show an article in a frame: those in the settings.

A page that is not named gets nothing: no header that lets it read an answer, and no answer either,
since a vote or a message counts whether or not somebody reads what comes back. Nobody's cookies
are ever sent along. Programs send no ``Origin``, and are let in as before; what a page loads as a
picture or a frame has none either, but browsers say that it is one.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Flask, Response, request
from flask_cors import CORS

from kb.config import Config
from kb.widget_settings import pattern
from webapp.problems import ProblemError

CALLS = re.compile(r"/api/v1/(?:search|suggest|events|tickets|notices|widget|articles/.+)\Z")
"""What the widget calls, and nothing beside it."""
HEADERS = ("Content-Type", "Idempotency-Key", "KB-Impression", "KB-Widget")
MOST_TOLD = 100
"""Origins a day that the log names; anybody can make up more."""
PREFLIGHT_SECONDS = 7_200
"""As long as Chromium remembers what a page may send; other browsers take no more from anybody."""


log = logging.getLogger(__name__)


class _Strangers:
    """Says in the log which pages were refused, each once a day."""

    def __init__(self) -> None:
        self._day = dt.date.min
        self._told: set[str] = set()

    def tell(self, origin: str) -> None:
        today = dt.datetime.now(dt.UTC).date()
        if today != self._day:
            self._day, self._told = today, set()
        if origin not in self._told and len(self._told) < MOST_TOLD:
            self._told.add(origin)
            log.warning("pages of %.200r ask for help (yours? add it to origins, [widget])", origin)


def open_to(app: Flask, config: Config) -> None:
    """Open the widget's calls to the origins of the settings, and close them to all others."""
    allowed = tuple(map(pattern, config.widget.origins))
    own = urlsplit(config.site.base_url).netloc
    strangers = _Strangers()
    CORS(
        app,
        resources={
            CALLS: {
                "origins": list(allowed),
                "methods": ["GET", "POST"],
                "allow_headers": list(HEADERS),
                "expose_headers": ["Retry-After"],
                "max_age": PREFLIGHT_SECONDS,
                "supports_credentials": False,
                "vary_header": False,  # it says so of allowed origins alone
            }
        },
    )

    @app.before_request
    def refuse() -> None:
        origin = request.headers.get("Origin")
        if not CALLS.match(request.path):
            return
        if not origin and _is_loaded_by_a_page():
            raise ProblemError(HTTPStatus.FORBIDDEN, "pages of other sites may not load this")
        if not origin or _is_ours(origin, own):
            return
        if not any(one.match(origin) for one in allowed):
            strangers.tell(origin)
            raise ProblemError(
                HTTPStatus.FORBIDDEN,
                f"pages of {origin!r} may not call this (add it to origins under [widget])",
            )

    @app.after_request
    def tell_caches(response: Response) -> Response:
        if CALLS.match(request.path):
            response.vary.add("Origin")
        return response


def frame_ancestors(config: Config) -> str:
    """The directive that lets allowed pages, and our own, show an article in a frame."""
    return " ".join(("frame-ancestors 'self'", *config.widget.origins))


def _is_loaded_by_a_page() -> bool:
    """Whether another site's page has it loaded as a picture, script or frame, to be counted."""
    if request.headers.get("Sec-Fetch-Site") not in {"cross-site", "same-site"}:
        return False
    mode = request.headers.get("Sec-Fetch-Mode")
    kind = request.headers.get("Sec-Fetch-Dest", "document")
    return mode == "no-cors" or (mode == "navigate" and kind != "document")


def _is_ours(origin: str, own: str) -> bool:
    """Whether a page of ours asks; the scheme is not compared, as a proxy may have ended TLS."""
    if request.headers.get("Sec-Fetch-Site") == "same-origin":
        return True
    host = urlsplit(origin).netloc  # empty for "null", which any page can make itself
    return bool(host) and host in {request.host, own}
