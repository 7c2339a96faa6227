"""One publisher, learner and preview at a time, by kernel locks that die with their process."""

from __future__ import annotations

import datetime as dt
import fcntl
import logging
import os
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from kb.data_folder import unusable
from kb.errors import BusyError

FILE = "publish.lock"
LEARNING_FILE = "learn.lock"
PREVIEW_FILE = "preview.lock"

log = logging.getLogger(__name__)


def publishing(data: Path) -> AbstractContextManager[None]:
    """Hold the publishers' lock; BusyError says who holds it.

    Raises UnavailableError where the data folder cannot be written, as the others below.
    """
    return _alone(data / FILE, "publishing")


def learning(data: Path, *, wait: bool = False) -> AbstractContextManager[None]:
    """Hold the learners' lock; BusyError says who holds it, unless one waits for its turn."""
    return _alone(data / LEARNING_FILE, "learning", wait)


def previewing(data: Path) -> AbstractContextManager[None]:
    """Hold the lock of the one preview; BusyError says who holds it."""
    return _alone(data / PREVIEW_FILE, "previewing")


@contextmanager
def _alone(path: Path, doing: str, wait: bool = False) -> Iterator[None]:
    """The descriptor is not inherited by children."""
    descriptor = _open(path)
    try:
        _acquire(descriptor, path, doing, wait)
        _sign(descriptor)
        yield
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise unusable(error) from None


def _acquire(descriptor: int, path: Path, doing: str, wait: bool) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(descriptor, 200, 0).decode(errors="replace").strip()
        who = holder or "another process"
        if not wait:
            raise BusyError(f"{path}: {who} is {doing} (wait until it is done)") from None
        log.warning("%s is %s; waiting until it is done", who, doing)
        fcntl.flock(descriptor, fcntl.LOCK_EX)


def _sign(descriptor: int) -> None:
    """Leave word of who we are, for the one that comes second."""
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    os.ftruncate(descriptor, 0)
    os.pwrite(
        descriptor, f"process {os.getpid()} on {socket.gethostname()} since {now}".encode(), 0
    )
