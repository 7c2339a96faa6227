"""How often one visitor may ask: generous for people, finite for programs.

Counted in each process, so that with several workers a visitor has as many times as much. What
really counts, votes, is bounded by the store.
"""

from __future__ import annotations

import math
import time

from flask import Flask, current_app, request
from flask_limiter import ApplicationLimit, Limiter
from limits import parse

from webapp.visits import visitor

EXTENSION = "kb.limiter"
LIMITS = {
    "search": "300 per minute",
    "suggest": "120 per minute",
    "events": "120 per minute",
    "contact": "20 per minute; 100 per hour",
}
SCOPES = {
    "portal.search": "search",
    "api.search": "search",
    "api.suggest": "suggest",
    "events.report": "events",
    "feedback.vote": "events",
    "feedback.reason": "events",
    "feedback.rating": "events",
    "contact.solve": "events",
    "contact.send": "contact",
    "tickets.create": "contact",
}


def limit(app: Flask) -> None:
    """Let the application refuse with 429 who asks too often."""
    limits = ApplicationLimit(
        limit_provider=lambda: LIMITS[_scope()],
        scope=lambda _: _scope(),
        exempt_when=lambda: request.endpoint not in SCOPES,
    )
    app.extensions[EXTENSION] = Limiter(
        lambda: visitor() or "nobody",
        app=app,
        application_limits=[limits],
        storage_uri="memory://",
        strategy="fixed-window",
    )


def may_search() -> bool:
    """Whether a page that searches on the side may: it counts as one of the visitor's searches."""
    limiter = current_app.extensions[EXTENSION].limiter
    return bool(limiter.hit(parse(LIMITS["search"]), visitor() or "nobody", "search"))


def retry_after() -> int:
    """Seconds until the visitor of this request, who was refused, may ask again."""
    current = current_app.extensions[EXTENSION].current_limit
    return max(1, math.ceil(current.reset_at - time.time())) if current else 60


def _scope() -> str:
    return SCOPES.get(request.endpoint or "", "search")
