"""What `kb serve` does beside answering: a process of its own, so that no request waits for it."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time

import click

from indexer.lock import LEARNING_FILE
from indexer.pointer import read_pointer
from kb.cli.learn import NOTHING
from kb.config import Config, load_config

LOOK_SECONDS = 60.0
WATCH_SECONDS = 2.0
"""How soon it is noticed that the server is gone."""

log = logging.getLogger(__name__)


@click.command(hidden=True)
def chores() -> None:
    """Deliver tickets and learn on schedule, while the process that started this lives."""
    from kb.delivery.outbox import run_outbox

    config = load_config()
    stop = threading.Event()
    outbox = threading.Thread(target=run_outbox, args=(config, stop), name="kb-outbox")
    threading.Thread(target=_watch_parent, args=(stop,), daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    outbox.start()
    try:
        _learn_on_schedule(config, stop)
    finally:
        stop.set()
        outbox.join()


def _learn_on_schedule(config: Config, stop: threading.Event) -> None:
    while not stop.wait(min(LOOK_SECONDS, seconds_until_due(config, time.time()))):
        if seconds_until_due(config, time.time()) <= 0:
            _learn(stop)


def _watch_parent(stop: threading.Event) -> None:
    """A server that was killed cannot say goodbye: its children get another parent."""
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(WATCH_SECONDS)
    stop.set()


def seconds_until_due(config: Config, now: float) -> float:
    """Seconds until the next run of ``kb learn``; infinite where there is nothing to learn."""
    has_store = bool(config.database_url) or (config.data / "kb.db").is_file()
    if not has_store or read_pointer(config.data) is None:
        return float("inf")
    lock = config.data / LEARNING_FILE
    last = lock.stat().st_mtime if lock.is_file() else 0.0
    return last + config.feedback.learn_hours * 3600 - now


def _learn(stop: threading.Event) -> None:
    """In a process that gives its memory back, and lets those that answer go first."""
    command = ["nice", sys.executable, "-m", "kb", "learn"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    while process.poll() is None and not stop.wait(1.0):
        pass
    if process.poll() is None:
        process.terminate()
    said = (process.communicate()[0] or "").strip().splitlines()
    if said and not said[-1].startswith(NOTHING):
        log.warning("%s", said[-1])
    if process.returncode:
        stop.wait(LOOK_SECONDS)  # what failed now would fail at once again
