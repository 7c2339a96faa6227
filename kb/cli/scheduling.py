"""When an article is to appear by itself: its ``publish_at`` asks for a build like a push does."""

from __future__ import annotations

import datetime as dt

from indexer.pointer import current_manifest, read_pointer, snapshot_ids
from kb.config import Config
from kb.store import builds
from kb.store.database import Database

LOOKS_EVERY = dt.timedelta(seconds=20)
ASKS_AGAIN = dt.timedelta(minutes=5)
"""After which an article that did not appear is asked for again; each time after twice as long."""
LONGEST_PAUSE = dt.timedelta(hours=6)


class Schedule:
    """Asks for a build when the time of an article has come.

    Where the build failed it asks again, less and less often: the repository may be back. After a
    rollback it waits for the next publish, or what was taken back would be served again.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._next_look = dt.datetime.min.replace(tzinfo=dt.UTC)
        self._asked: str | None = None
        self._pause = ASKS_AGAIN
        self._again = self._next_look

    def ask_when_due(self, now: dt.datetime) -> bool:
        """Whether a build was asked for."""
        if now < self._next_look:
            return False
        self._next_look = now + LOOKS_EVERY
        served, active = current_manifest(self._config.data), read_pointer(self._config.data)
        if served is None or served.due is None or served.due > now:
            return False
        if active != max(snapshot_ids(self._config.data), default=None):
            return False
        if active != self._asked:
            self._asked, self._pause = active, ASKS_AGAIN
        elif now < self._again:
            return False
        self._ask(now)
        return True

    def _ask(self, now: dt.datetime) -> None:
        database = Database.open(self._config.database)
        try:
            builds.ask(database, "publish_at", now)
        finally:
            database.close()
        self._again = now + self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
