"""One publisher at a time, by a kernel lock that dies with its process."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kb.errors import BusyError

FILE = "publish.lock"


@contextmanager
def publishing(data: Path) -> Iterator[None]:
    """Hold the lock; BusyError says who holds it. The descriptor is not inherited by children."""
    data.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(data / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _acquire(descriptor, data / FILE)
        _sign(descriptor)
        yield
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(descriptor, 200, 0).decode(errors="replace").strip()
        who = holder or "another process"
        raise BusyError(f"{path}: {who} is publishing (wait until it is done)") from None


def _sign(descriptor: int) -> None:
    """Leave word of who we are, for the one that comes second."""
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    os.ftruncate(descriptor, 0)
    os.pwrite(
        descriptor, f"process {os.getpid()} on {socket.gethostname()} since {now}".encode(), 0
    )
