"""What is known of a build that was asked for by a push, a schedule or a watcher."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

BuildState = Literal["waiting", "running", "published", "failed"]


@dataclass(frozen=True, slots=True)
class Build:
    """One build; ``reason`` is what asked for it: ``github``, ``watch``, ``publish_at``.

    ``log`` is the end of what it printed; ``claim`` says which process builds; ``untold`` are the
    addresses that have not heard yet that it failed.
    """

    id: int
    reason: str
    asked: dt.datetime
    state: BuildState
    started: dt.datetime | None = None
    ended: dt.datetime | None = None
    commit: str | None = None
    snapshot: str | None = None
    log: str = ""
    claim: str | None = None
    untold: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Untold:
    """A failure that was taken to be told ``to`` those who have not heard; ``tries`` with this."""

    build: Build
    to: tuple[str, ...]
    tries: int
