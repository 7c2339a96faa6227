"""What every view of one application shares: its settings, what it serves, where it writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import current_app, has_request_context, request

from kb.config import Config
from webapp.live import Serving
from webapp.metrics import Metrics
from webapp.recorder import Recorder
from webapp.tokens import Tokens

EXTENSION = "kb"
TEAM = "kb.team"
"""In a request's environment: a writer asks, and sees hidden articles. See webapp.team."""
PREVIEW = "kb.preview"
"""Among an application's extensions: what a preview shows. See webapp.preview."""


@dataclass(frozen=True, slots=True)
class State:
    """``build`` names this code and these settings: with a snapshot it makes an ETag."""

    config: Config
    live: Serving
    build: str
    secret: bytes
    tokens: Tokens
    recorder: Recorder
    metrics: Metrics


def state() -> State:
    """The state of the application that handles the request, for whoever asks."""
    return cast("State", current_app.extensions[TEAM if is_team() else EXTENSION])


def is_team() -> bool:
    """Whether a writer asks who sees hidden articles too: in a preview everybody does."""
    return has_request_context() and (TEAM in request.environ or is_preview())


def is_preview() -> bool:
    """Whether the application is a writer's own, on the writer's own computer."""
    return PREVIEW in current_app.extensions
