"""Work that goes on whatever happens: a thread or a process that ended by mistake begins anew."""

from __future__ import annotations

import logging
import subprocess
import threading
import time
from collections.abc import Callable, Sequence

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
"""Seconds; what ran for so long begins with the first pause again."""
LOOKS_EVERY = 0.5
GRACE_SECONDS = 15

log = logging.getLogger(__name__)


def keep_working(work: Callable[[], None], stop: threading.Event) -> None:
    """Run ``work`` until ``stop`` is set; what nobody foresaw is logged, and it begins anew."""
    pauses = _Pauses()
    while not stop.is_set():
        pauses.begin()
        try:
            work()
        except Exception:
            log.exception("%s broke off and goes on", threading.current_thread().name)
            stop.wait(pauses.next())


def keep_running(command: Sequence[str], stop: threading.Event) -> None:
    """Run a program until ``stop`` is set, and end it then; where it ends, start it again."""
    pauses = _Pauses()
    while not stop.is_set():
        pauses.begin()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        while process.poll() is None and not stop.wait(LOOKS_EVERY):
            pass
        if stop.is_set():
            _end(process)
        else:
            pause = pauses.next()
            name = threading.current_thread().name
            log.warning("%s ended and is started again in %d s", name, pause)
            stop.wait(pause)


class _Pauses:
    """How long to wait after a failure: the longer, the more of them follow each other."""

    def __init__(self) -> None:
        self._pause = FIRST_PAUSE
        self._began = 0.0

    def begin(self) -> None:
        """Something begins now."""
        self._began = time.monotonic()

    def next(self) -> float:
        """Seconds to wait after what began has failed."""
        if time.monotonic() - self._began > LONGEST_PAUSE:
            self._pause = FIRST_PAUSE
        pause, self._pause = self._pause, min(self._pause * 2, LONGEST_PAUSE)
        return pause


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()  # a delivery that is cut off is sent again
