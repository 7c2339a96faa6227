"""The production server: gunicorn with threads, which share one engine in each worker.

Workers are never preloaded: a forked process must not inherit the threads and memory maps of the
engine. Whatever comes in goes out within the timeout, and a worker that hangs is replaced.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from kb.config import Config
from kb.errors import UnavailableError
from kb.secret import secret_key
from kb.store.database import Database
from webapp import create_app, metrics

TIMEOUT_SECONDS = 60
GRACE_SECONDS = 10
KEEP_ALIVE_SECONDS = 5
MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108 - gunicorn's heartbeat; on disk it could block


@dataclass(frozen=True, slots=True)
class Answering:
    """The socket at which requests come in, and how many of them are answered at a time."""

    listener: socket
    workers: int = 1
    threads: int = 8


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
    settings = {
        "bind": f"fd://{answering.listener.detach()}",  # which closes it when it stops
        "worker_class": "gthread",
        "workers": answering.workers,
        "threads": answering.threads,
        "timeout": TIMEOUT_SECONDS,
        "graceful_timeout": GRACE_SECONDS,
        "keepalive": KEEP_ALIVE_SECONDS,
        "loglevel": "warning",
        "control_socket_disable": True,
        "proc_name": "kb",
        "worker_tmp_dir": str(MEMORY_FOLDER) if MEMORY_FOLDER.is_dir() else None,
        "when_ready": lambda arbiter: _announce(arbiter, config),
        **(_count_together(config.data) if answering.workers > 1 else {}),
    }
    Server(lambda: build(config), settings).run()


def _prepare(config: Config) -> None:
    """Make key and database before the workers all do; a clear error now is better than theirs.

    Without its server the help centre is one all the same: what is noted waits in memory.
    """
    secret_key(config)
    try:
        Database.open(config.database).close()
    except UnavailableError as error:
        sys.stderr.write(f"Votes cannot be saved now: {error}\n")


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
