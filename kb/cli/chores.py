"""What `kb serve` does beside answering: a process of its own, so that no request waits for it."""

from __future__ import annotations

import datetime as dt
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial

import click

from indexer.lock import LEARNING_FILE
from indexer.pointer import read_pointer
from kb.cli.learn import NOTHING
from kb.config import Config, load_config
from kb.errors import KBError
from kb.lasting import keep_working
from kb.renewing import renew
from kb.store.database import Database

LOOK_SECONDS = 60.0
COUNT_SECONDS = 600.0
WATCH_SECONDS = 2.0
"""How soon it is noticed that the server is gone."""

log = logging.getLogger(__name__)


@click.command(hidden=True)
@click.option("--parent", type=int, metavar="PID", help="Who started this.  [default: who did]")
def chores(parent: int | None) -> None:
    """Deliver, publish, count and learn, while the process that started this lives."""
    from kb.cli.building import run_builds
    from kb.delivery.outbox import run_outbox

    config = load_config()
    stop, published = threading.Event(), threading.Event()
    works: dict[str, Callable[[], None]] = {
        "kb-outbox": partial(run_outbox, config, stop),
        "kb-figures": partial(_count_on_schedule, config, stop),
        "kb-builds": partial(run_builds, config, stop, published),
    }
    threads = [
        threading.Thread(target=keep_working, args=(work, stop), name=name)
        for name, work in works.items()
    ]
    watched = parent or os.getppid()  # by now that may be another, where the first was killed
    threading.Thread(target=_watch_parent, args=(watched, stop), daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    for thread in threads:
        thread.start()
    try:
        keep_working(partial(_learn_on_schedule, config, stop, published), stop)
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _count_on_schedule(config: Config, stop: threading.Event) -> None:
    """Have the dashboard's figures ready; what fails now is tried again the next time."""
    while not stop.wait(LOOK_SECONDS):
        if not config.has_database:
            continue
        try:
            count_figures(config, dt.datetime.now(dt.UTC))
        except KBError as error:
            log.warning("figures were not counted: %s", error)
        stop.wait(COUNT_SECONDS - LOOK_SECONDS)


def count_figures(config: Config, now: dt.datetime) -> int:
    """Count what the dashboard may be asked for; how many of its pages these were."""
    database = Database.open(config.database)
    try:
        return renew(database, now)
    finally:
        database.close()


def _learn_on_schedule(config: Config, stop: threading.Event, published: threading.Event) -> None:
    """Every so often, and after each build that ``published`` something new."""
    while not stop.wait(1.0):
        if published.is_set() or seconds_until_due(config, time.time()) <= 0:
            published.clear()
            _learn(stop)


def _watch_parent(parent: int, stop: threading.Event) -> None:
    """A server that was killed cannot say goodbye: its children get another parent."""
    while os.getppid() == parent:
        time.sleep(WATCH_SECONDS)
    stop.set()


def seconds_until_due(config: Config, now: float) -> float:
    """Seconds until the next run of ``kb learn``; infinite where there is nothing to learn."""
    if not config.has_database or read_pointer(config.data) is None:
        return float("inf")
    lock = config.data / LEARNING_FILE
    last = lock.stat().st_mtime if lock.is_file() else 0.0
    return last + config.feedback.learn_hours * 3600 - now


def _learn(stop: threading.Event) -> None:
    """In a process that gives its memory back, and lets those that answer go first."""
    command = ["nice", sys.executable, "-m", "kb", "learn"]
    with tempfile.TemporaryFile() as file:  # a pipe would be full at some time
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT)
        while process.poll() is None and not stop.wait(1.0):
            pass
        if process.poll() is None:
            process.terminate()
        process.wait()
        file.seek(0)
        said = file.read().decode("utf-8", "replace").strip().splitlines()
    if said and not said[-1].startswith(NOTHING):
        log.warning("%s", said[-1])
    if process.returncode:
        stop.wait(LOOK_SECONDS)  # what failed now would fail at once again
