"""The production server: gunicorn with threads, which share one engine in each worker.

Workers are never preloaded: a forked process must not inherit the threads and memory maps of the
engine. A client that sends or takes nothing for a while gives its thread back, and a worker that
hangs is replaced.
"""

from __future__ import annotations

import os
import shutil
import struct
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from socket import SHUT_RD, SO_RCVTIMEO, SO_SNDTIMEO, SOL_SOCKET, socket
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]
from gunicorn.util import close_graceful  # type: ignore[import-untyped]
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

from kb.config import Config
from kb.errors import UnavailableError
from kb.logo import logo_bytes
from kb.secret import secret_key
from kb.store.database import Database
from webapp import create_app, metrics

TIMEOUT_SECONDS = 60
GRACE_SECONDS = 10
KEEP_ALIVE_SECONDS = 5
LINGER_SECONDS = 0.5
MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108 - gunicorn's heartbeat; on disk it could block


@dataclass(frozen=True, slots=True)
class Answering:
    """The socket at which requests come in, and how many of them are answered at a time.

    ``patience``: seconds for which a client may send or take nothing in the middle of a request.
    """

    listener: socket
    workers: int = 1
    threads: int = 8
    patience: int = 10


class Log(Logger):  # type: ignore[misc]  # no types
    """gunicorn's log, without a traceback for each client that went silent."""

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Called by gunicorn where a request broke off."""
        if not isinstance(sys.exception(), BlockingIOError):
            super().exception(msg, *args, **kwargs)


class Worker(ThreadWorker):  # type: ignore[misc]  # no types
    """gunicorn's worker, whose one thread that accepts waits for no client.

    It lets the last bytes of an answer arrive before it hangs up, and would wait for each client
    that does not hang up by itself while nobody else gets in.
    """

    def handle(self, conn: Any) -> Any:
        """Called by gunicorn in a thread for each request; false where it is to hang up."""
        goes_on = super().handle(conn)
        if not goes_on:
            with suppress(OSError):
                close_graceful(conn.sock.dup(), LINGER_SECONDS)
                conn.sock.shutdown(SHUT_RD)  # so that gunicorn's own wait ends at once
        return goes_on


class Server(BaseApplication):  # type: ignore[misc]  # no types
    """gunicorn, configured by arguments alone: no files and no command line are read."""

    def __init__(self, application: Callable[[], Flask], settings: dict[str, Any]) -> None:
        self._application = application
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Called by gunicorn at start."""
        for name, value in self._settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Called by gunicorn in every worker."""
        return self._application()


def serve(
    config: Config, answering: Answering, build: Callable[[Config], Flask] = create_app
) -> None:
    """Serve what ``build`` makes until a signal says stop. Says the address once it listens."""
    _prepare(config)
    _lose_patience(answering)
    settings = {
        "bind": f"fd://{answering.listener.detach()}",  # which closes it when it stops
        "worker_class": Worker,
        "workers": answering.workers,
        "threads": answering.threads,
        "timeout": TIMEOUT_SECONDS,
        "graceful_timeout": GRACE_SECONDS,
        "keepalive": KEEP_ALIVE_SECONDS,
        "sendfile": False,  # which would wait for a silent client without end
        "logger_class": Log,
        "loglevel": "warning",
        "control_socket_disable": True,
        "proc_name": "kb",
        "worker_tmp_dir": str(MEMORY_FOLDER) if MEMORY_FOLDER.is_dir() else None,
        "when_ready": lambda arbiter: _announce(arbiter, config),
        **(_count_together(config.data) if answering.workers > 1 else {}),
    }
    Server(lambda: build(config), settings).run()


def _prepare(config: Config) -> None:
    """Make key and database before the workers all do, and see that the logo is one.

    A clear error now is better than theirs. Without its server the help centre is one all the
    same: what is noted waits in memory.
    """
    secret_key(config)
    logo_bytes(config.site)
    try:
        Database.open(config.database).close()
    except UnavailableError as error:
        sys.stderr.write(f"Votes cannot be saved now: {error}\n")


def _lose_patience(answering: Answering) -> None:
    """Bound each wait for a client: gunicorn's threads have no limit of their own.

    By options of the kernel, which every connection inherits from the socket that it came in at.
    """
    seconds = struct.pack("ll", answering.patience, 0)
    for option in (SO_RCVTIMEO, SO_SNDTIMEO):
        answering.listener.setsockopt(SOL_SOCKET, option, seconds)


def _count_together(data: Path) -> dict[str, Any]:
    """Let the workers add up their figures in files, which the server takes away when it stops."""
    folder = tempfile.mkdtemp(prefix="metrics.", dir=data)
    os.environ[metrics.FOLDER] = folder
    return {
        "child_exit": lambda _arbiter, worker: metrics.forget_worker(worker.pid),
        "on_exit": lambda _arbiter: shutil.rmtree(folder, ignore_errors=True),
    }


def _announce(arbiter: Any, config: Config) -> None:
    for listener in arbiter.LISTENERS:
        sys.stderr.write(f"Serving on {listener}{config.site.prefix}/ (stop with Ctrl-C)\n")
