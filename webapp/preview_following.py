"""Following a writer's files: each that is saved is shown at once, then everything is built.

One thread looks for saved files and renders them, another builds, so that neither waits for the
other.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from indexer.rendering import Limits, renderer
from indexer.watching import Stamps, changes, look
from webapp.previewing import Previewing

LOOK_SECONDS = 0.3
"""Between two looks at the files; more where a look takes long, so that it stays a small part."""
LOOK_SHARE = 5

log = logging.getLogger(__name__)


class Silence:
    """Progress that nobody watches."""

    def step(self, name: str, total: int) -> Callable[[], None]:  # noqa: ARG002 - says nothing
        """Begin a step."""
        return lambda: None


class Follower:
    """Tells a preview what happens to its files from now on, while ``following`` lasts."""

    def __init__(self, previewing: Previewing, limits: Limits) -> None:
        self._previewing = previewing
        self._limits = limits
        self._seen = look(previewing.folder)
        self._stop = threading.Event()
        self._wanted = threading.Event()

    @contextmanager
    def following(self) -> Iterator[None]:
        """Look and build until this ends."""
        looking = threading.Thread(target=self._watch, name="kb-look", daemon=True)
        looking.start()
        threading.Thread(target=self._rebuild, name="kb-build", daemon=True).start()
        try:
            yield
        finally:
            self._stop.set()
            looking.join()

    def _watch(self) -> None:
        seconds, waiting = LOOK_SECONDS, False
        with renderer(self._limits) as render:
            while not self._stop.wait(seconds):
                began = time.monotonic()
                now = self._look()
                seconds = max(LOOK_SECONDS, LOOK_SHARE * (time.monotonic() - began))
                changed = changes(self._seen, now)
                self._seen = now
                if changed:
                    self._previewing.notice(changed, render)
                elif waiting:  # for who saves many files, one after another
                    self._wanted.set()
                waiting = bool(changed)

    def _look(self) -> Stamps:
        """The files as they are; as they were where the folder cannot be read."""
        try:
            return look(self._previewing.folder)
        except OSError as error:
            log.warning("%s: %s", self._previewing.folder, error.strerror)
            return self._seen

    def _rebuild(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            self._previewing.build(Silence())
