"""What every view of one application shares: its settings and what it serves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import current_app

from kb.config import Config
from webapp.live import Live

EXTENSION = "kb"


@dataclass(frozen=True, slots=True)
class State:
    """``build`` names this code and these settings: with a snapshot it makes an ETag."""

    config: Config
    live: Live
    build: str


def state() -> State:
    """The state of the application that handles the request."""
    return cast("State", current_app.extensions[EXTENSION])
