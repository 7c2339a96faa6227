"""The address that a command listens at, taken before its long work begins."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from kb.errors import UnavailableError


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that listens; port 0: a free one. UnavailableError where the address is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        remedy = "stop what listens there, or choose another --port"
        said = str(error.strerror).partition(" (")[0]  # Python adds the address
        raise UnavailableError(f"{host}:{port}: {said} ({remedy})") from None
    with listener:
        yield listener
