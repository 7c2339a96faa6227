"""Builds that were asked for, one after another, each in a process of its own."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import logging
import re
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from indexer.pointer import current_manifest
from kb.builds import Build
from kb.cli.scheduling import Schedule
from kb.cli.telling import Teller
from kb.config import Config
from kb.errors import UnavailableError
from kb.store import builds
from kb.store.database import Database

LOOKS_EVERY = 0.5
"""Seconds between two looks for a build that was asked for."""
WAITS_FOR_DATABASE = 10.0
LEASE = dt.timedelta(seconds=30)
"""A builder that says nothing for so long is dead."""
COMMIT = re.compile(r" at ([0-9a-f]{40}|[0-9a-f]{64})$", re.MULTILINE)
"""Where `kb publish` says which commit it reads."""
_CUT = "\n[…]\n"

UNAVAILABLE = 3
"""The exit code of what was not to be had just now: see kb.errors."""
PAUSES = (5.0, 30.0)
"""Seconds before it is tried again."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ended:
    """What a publish printed to standard output and error, and its exit code."""

    code: int
    printed: str
    said: str


def run_builds(config: Config, stop: threading.Event, published: threading.Event) -> None:
    """Build what is asked for until ``stop`` is set; what is being built then is waited for.

    ``published`` is set after each build that changed what is served.
    """
    schedule = Schedule(config)
    with ExitStack() as opened:
        teller = opened.enter_context(Teller(config))
        database: Database | None = None
        while not stop.is_set():
            try:
                schedule.ask_when_due(_now())
                if database is None and config.has_database:  # else nothing has been written yet
                    database = opened.enter_context(closing(Database.open(config.database)))
                built = build_next(database, config) if database else None
            except UnavailableError as error:
                log.warning("Builds wait for their database: %s", error)
                stop.wait(WAITS_FOR_DATABASE)
            else:
                if built is None:
                    stop.wait(LOOKS_EVERY)
                    continue
                teller.tell(built)
                if built.state == "published":
                    published.set()


def build_next(database: Database, config: Config) -> Build | None:
    """Run the build that waits, and keep how it ended and who is to hear; None where none waits."""
    if not builds.is_asked_for(database):
        return None
    build = builds.claim(database, _now(), LEASE)
    if build is None:
        return None
    ended = _built(database, build, config)
    if ended.state == "failed":
        log.warning("A build failed, the help centre stays as it was:\n%s", ended.log)
        ended = dataclasses.replace(ended, untold=config.git.notify)
    builds.finish(database, ended, _now())
    return ended


def _built(database: Database, build: Build, config: Config) -> Build:
    """How the build ended; what nobody foresaw is a failed one, and the next is still built."""
    try:
        return _publish(database, build, _source(config))
    except UnavailableError:
        raise  # its claim runs out, and it is built again
    except Exception as error:
        log.exception("A build could not be run")
        return dataclasses.replace(build, state="failed", log=f"{type(error).__name__}: {error}")


def _source(config: Config) -> tuple[str, ...]:
    """What to publish: the repository of the settings, else what was published last."""
    served = current_manifest(config.data)
    if config.git.repo or served is None or served.source is None:
        return ()
    if served.ref:
        return ("--repo", served.source, "--ref", served.ref, "--path", served.folder)
    return (served.source,) if Path(served.source).is_dir() else ()


def _publish(database: Database, build: Build, source: tuple[str, ...]) -> Build:
    """Publish; again after a pause where somebody else publishes or the repository is away."""
    ended = _try(database, build, source)
    for pause in PAUSES:
        if ended.code != UNAVAILABLE:
            break
        builds.prolong(database, build, _now() + LEASE + dt.timedelta(seconds=pause))
        time.sleep(pause)
        ended = _try(database, build, source)
    return _ended(build, ended)


def _try(database: Database, build: Build, source: tuple[str, ...]) -> Ended:
    """Publish in a process that gives its memory back, saying now and then that it lives."""
    command = [sys.executable, "-m", "kb", "publish", "--json", "--no-learn", *source]
    with tempfile.TemporaryFile() as printed, tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=printed, stderr=said)
        while process.poll() is None:
            builds.prolong(database, build, _now() + LEASE)
            with suppress(subprocess.TimeoutExpired):
                process.wait(LEASE.total_seconds() / 3)
        return Ended(process.returncode, _text(printed), _text(said))


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "replace").strip()


def _shortened(said: str) -> str:
    """The beginning and the end of what is too long to keep."""
    if len(said) <= builds.LONGEST_LOG:
        return said
    half = (builds.LONGEST_LOG - len(_CUT)) // 2
    return said[:half] + _CUT + said[-half:]


def _ended(build: Build, ended: Ended) -> Build:
    pinned = COMMIT.search(ended.said)
    told = dataclasses.replace(
        build, log=_shortened(ended.said), commit=pinned.group(1) if pinned else None
    )
    if ended.code != 0:
        return dataclasses.replace(told, state="failed")
    snapshot = json.loads(ended.printed)["snapshot"]
    return dataclasses.replace(told, state="published", snapshot=snapshot)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
