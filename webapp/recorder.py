"""Writes down what visitors do: impressions and opens beside the request, votes within it.

A search must neither wait for the database nor fail with it, so what is merely seen goes through
a bounded queue to one writer thread in each process. A vote is answered once it is on disk.
"""

from __future__ import annotations

import atexit
import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol, TypeVar

from kb.errors import ConfigError, UnavailableError
from kb.events import Event, Impression, Rejection
from kb.store import journal
from kb.store.database import Database

MOST_WAITING = 10_000
"""Rows kept while the database is down: some minutes of a busy site, about 20 MB."""
BATCH = 500
GATHER_SECONDS = 0.5
RETRY_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)
FAREWELL_SECONDS = 5.0
SETTLE_SECONDS = 1.0
DOWN_SECONDS = 2.0
"""How long votes are refused at once after one failed: each waiting for a server that does not
answer would keep a thread from those who search."""

log = logging.getLogger(__name__)

Row = Impression | Event
OpenDatabase = Callable[[], Database]
Result = TypeVar("Result")


class Meter(Protocol):
    """Where the recorder says how it is doing."""

    def waiting(self, rows: int) -> None:
        """Rows that are not written yet."""

    def dropped(self, rows: int) -> None:
        """So many more rows are lost."""


@dataclass(frozen=True, slots=True)
class _Stop:
    """Put into the queue to end the writer."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """Put into the queue to learn when everything before it was tried to be written."""

    reached: threading.Event


class _Door:
    """The database, opened when it is first needed, or the reason why there is none now."""

    def __init__(self, open_database: OpenDatabase) -> None:
        self._open = open_database
        self._opening = threading.Lock()
        self._database: Database | None = None
        self._failure: UnavailableError | None = None
        self._failed = 0.0

    def use(self, work: Callable[[Database], Result]) -> Result:
        """What ``work`` gives; UnavailableError at once where it failed a moment ago."""
        if self._failure and time.monotonic() < self._failed + DOWN_SECONDS:
            raise UnavailableError(str(self._failure))
        try:
            result = work(self._opened())
        except (UnavailableError, ConfigError) as error:
            self._failure, self._failed = UnavailableError(str(error)), time.monotonic()
            raise self._failure from error
        self._failure = None
        return result

    def close(self) -> None:
        """Give the connections back."""
        if self._database is not None:
            self._database.close()

    def _opened(self) -> Database:
        with self._opening:
            if self._database is None:
                self._database = self._open()
            return self._database


class Recorder:
    """Thread-safe; neither thread nor database is there before they are needed."""

    def __init__(self, open_database: OpenDatabase, meter: Meter) -> None:
        self._door = _Door(open_database)
        self._meter = meter
        self._lock = threading.Lock()
        self._queue: queue.Queue[Row | _Mark | _Stop] = queue.Queue(MOST_WAITING)
        self._marks: list[_Mark] = []
        self._writer: threading.Thread | None = None
        self._stopping = threading.Event()
        self._failures = 0

    def note(self, row: Row) -> None:
        """Write a row soon. Never waits, never fails; drops the row where too many wait."""
        try:
            self._queue.put_nowait(row)
        except queue.Full:
            self._meter.dropped(1)
        self._meter.waiting(self._queue.qsize())
        if self._writer is None:
            self._start()

    def cast(self, vote: Event, per_hour: int) -> Rejection | None:
        """Write a vote: it is on disk when this returns; why it does not count, or None.

        UnavailableError where the database cannot be reached.
        """
        return self._door.use(lambda database: journal.cast(database, vote, per_hour))

    def work(self, work: Callable[[Database], Result]) -> Result:
        """Do something with the database within the request.

        UnavailableError where it cannot be reached.
        """
        return self._door.use(work)

    def settle(self) -> None:
        """Wait until what was noted before is written, a second at most."""
        mark = _Mark(threading.Event())
        if self._writer is None or self._failures:
            return
        with suppress(queue.Full):
            self._queue.put_nowait(mark)
            mark.reached.wait(SETTLE_SECONDS)

    def close(self) -> None:
        """Write what waits, within five seconds, and end; what is noted later is lost."""
        self._stopping.set()
        writer = self._writer
        if writer is not None and writer.is_alive():
            with suppress(queue.Full):  # the writer looks at ``_stopping`` too
                self._queue.put_nowait(_Stop())
            writer.join(FAREWELL_SECONDS)
        if not (writer and writer.is_alive()):
            self._door.close()
        atexit.unregister(self.close)

    def _start(self) -> None:
        with self._lock:
            if self._writer is None and not self._stopping.is_set():
                self._writer = threading.Thread(target=self._run, name="kb-record", daemon=True)
                self._writer.start()
                atexit.register(self.close)

    def _run(self) -> None:
        while True:
            rows, last = self._gather()
            while rows and not self._write(rows):
                if self._stopping.is_set():
                    self._lose(len(rows))
                    break
                self._stopping.wait(RETRY_SECONDS[min(self._failures, len(RETRY_SECONDS)) - 1])
            while self._marks:
                self._marks.pop().reached.set()
            self._meter.waiting(self._queue.qsize())
            if last:
                return

    def _gather(self) -> tuple[list[Row], bool]:
        """Up to a batch of rows, the first of which is waited for; whether they are the last."""
        rows: list[Row] = []
        until = None
        while len(rows) < BATCH:
            wait = None if until is None else max(0.0, until - time.monotonic())
            try:
                row = self._queue.get(timeout=wait)
            except queue.Empty:
                break
            if isinstance(row, _Stop):
                return rows, True
            if isinstance(row, _Mark):
                self._marks.append(row)
                break
            rows.append(row)
            until = until or time.monotonic() + GATHER_SECONDS
        return rows, self._stopping.is_set() and self._queue.empty()

    def _write(self, rows: Sequence[Row]) -> bool:
        """Whether there is no more to do about these rows; False to try again later."""
        try:
            self._put(rows)
        except UnavailableError as error:
            if not self._failures:
                log.warning("events wait in memory until the database is back: %s", error)
            self._failures += 1
            return False
        except Exception:
            log.exception("%s events cannot be written together", len(rows))
            self._write_one_by_one(rows)
        if self._failures:
            log.warning("the database is back, events are written again")
        self._failures = 0
        return True

    def _write_one_by_one(self, rows: Sequence[Row]) -> None:
        """One bad row must not take the others with it."""
        for row in rows:
            try:
                self._put((row,))
            except Exception as error:  # noqa: BLE001 - whatever it is, it is lost and counted
                log.error("an event was lost: %s", type(error).__name__)
                self._meter.dropped(1)

    def _put(self, rows: Sequence[Row]) -> None:
        impressions = [row for row in rows if isinstance(row, Impression)]
        events = [row for row in rows if isinstance(row, Event)]
        self._door.use(lambda database: journal.record(database, impressions, events))

    def _lose(self, count: int) -> None:
        self._meter.dropped(count)
        log.error("the database was not there until the end: %s events are lost", count)
