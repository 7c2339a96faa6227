"""The recorder: quick, bounded, and honest about what is on disk."""

from __future__ import annotations

import datetime as dt
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from kb.errors import UnavailableError
from kb.events import Event, Impression, Visit
from kb.store import journal
from kb.store.database import Database
from webapp import recorder as module
from webapp.recorder import Recorder

VISIT = Visit("case-1", "visitor-1", holdout=False, plain=False)
NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
OPEN = Event(VISIT, NOW, "open", article="refunds", snapshot="s")
VOTE = replace(OPEN, type="resolved")
SEEN = Impression("i", VISIT, NOW, "portal", "q", "en", None, ("refunds",), (1.0,), "s", "r", None)


@dataclass
class Meter:
    lost: int = 0
    said: list[int] = field(default_factory=list)

    def waiting(self, rows: int) -> None:
        self.said.append(rows)

    def dropped(self, rows: int) -> None:
        self.lost += rows


class Door:
    """Opens the database, or says that there is none."""

    def __init__(self, file: Path) -> None:
        self.url = f"sqlite:///{file}"
        self.shut = False
        self.count = 0

    def __call__(self) -> Database:
        self.count += 1
        if self.shut:
            raise UnavailableError("events.db: gone (bring it back)")
        return Database.open(self.url)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "events.db"


@pytest.fixture
def door(file: Path) -> Door:
    return Door(file)


@pytest.fixture
def meter() -> Meter:
    return Meter()


@pytest.fixture
def recorder(door: Door, meter: Meter) -> Iterator[Recorder]:
    made = Recorder(door, meter)
    yield made
    door.shut = False
    made.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_SECONDS", (0.01,))
    monkeypatch.setattr(module, "GATHER_SECONDS", 0.01)
    monkeypatch.setattr(module, "DOWN_SECONDS", 0.0)


def count(file: Path, table: str = "events") -> int:
    connection = sqlite3.connect(file)
    try:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    finally:
        connection.close()


def until(condition: Callable[[], bool]) -> None:
    """Wait for what another thread will do."""
    while not condition():
        time.sleep(0.01)


def test_nothing_is_opened_and_no_thread_runs_before_there_is_something_to_write(
    door: Door, recorder: Recorder
) -> None:
    assert door.count == 0
    assert recorder._writer is None


def test_what_is_noted_is_written_by_another_thread(file: Path, recorder: Recorder) -> None:
    recorder.note(SEEN)
    recorder.note(OPEN)
    until(lambda: file.exists() and recorder._queue.empty())
    recorder.close()
    assert (count(file), count(file, "impressions"), count(file, "cases")) == (1, 1, 1)


def test_what_waits_at_the_end_is_written(file: Path, recorder: Recorder) -> None:
    for _ in range(1200):
        recorder.note(OPEN)
    recorder.close()
    assert count(file) == 1200


def test_a_vote_is_on_disk_when_the_call_returns(file: Path, recorder: Recorder) -> None:
    assert recorder.cast(VOTE, per_hour=30) is None
    assert count(file) == 1
    assert recorder.cast(VOTE, per_hour=30) == "duplicate"


def test_a_vote_fails_loudly_where_there_is_no_database(door: Door, recorder: Recorder) -> None:
    door.shut = True
    with pytest.raises(UnavailableError, match="bring it back"):
        recorder.cast(VOTE, per_hour=30)


def test_after_a_failure_votes_are_refused_without_trying_for_a_moment(
    door: Door, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.shut = True
    for _ in range(5):
        with pytest.raises(UnavailableError, match="bring it back"):
            recorder.cast(VOTE, per_hour=30)
    assert door.count == 1
    door.shut = False
    monkeypatch.setattr(module, "DOWN_SECONDS", 0.0)
    assert recorder.cast(VOTE, per_hour=30) is None


def test_a_setting_that_makes_no_sense_is_no_surprise(meter: Meter) -> None:
    recorder = Recorder(lambda: Database.open("mysql://nowhere/kb"), meter)
    with pytest.raises(UnavailableError, match="postgresql://"):
        recorder.cast(VOTE, per_hour=30)


@pytest.mark.usefixtures("impatient")
def test_events_wait_for_a_database_that_is_down_and_it_is_said_once(
    file: Path, door: Door, recorder: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    door.shut = True
    recorder.note(OPEN)
    until(lambda: recorder._failures > 5)
    recorder.note(OPEN)
    door.shut = False
    until(lambda: file.exists() and recorder._failures == 0)
    recorder.close()
    assert count(file) == 2
    said = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len(said) == 2
    assert "bring it back" in said[0]
    assert "back" in said[1]


@pytest.mark.usefixtures("impatient")
def test_too_many_waiting_rows_are_dropped_and_counted(
    door: Door, meter: Meter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 10)
    monkeypatch.setattr(module, "BATCH", 5)
    door.shut = True
    recorder = Recorder(door, meter)
    recorder.note(OPEN)
    until(lambda: recorder._failures > 0)
    for _ in range(100):
        recorder.note(OPEN)
    assert meter.lost == 90
    assert max(meter.said) == 10
    recorder.close()
    assert meter.lost == 101, "what could not be written until the end is counted too"


@pytest.mark.usefixtures("impatient")
def test_a_bad_row_does_not_take_the_others_with_it(
    file: Path, recorder: Recorder, meter: Meter, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = journal.record

    def picky(database: Database, shown: list[Impression], done: list[Event]) -> None:
        if any(event.article == "bad" for event in done):
            raise ValueError("secret text")
        real(database, shown, done)

    monkeypatch.setattr(journal, "record", picky)
    for article in ("a", "bad", "b"):
        recorder.note(replace(OPEN, article=article))
    recorder.close()
    assert count(file) == 2
    assert meter.lost == 1


def test_votes_and_opens_from_many_threads_are_all_there(file: Path, recorder: Recorder) -> None:
    def visit(number: int) -> None:
        visit = replace(VISIT, case=f"case-{number}", visitor=f"visitor-{number}")
        for _ in range(20):
            recorder.note(replace(OPEN, visit=visit))
        assert recorder.cast(replace(VOTE, visit=visit), per_hour=30) is None

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    recorder.close()
    assert count(file) == 8 * 21
    assert count(file, "cases") == 8


def test_what_was_noted_can_be_waited_for(recorder: Recorder, file: Path) -> None:
    recorder.note(OPEN)
    recorder.settle()
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT count(*) FROM events").fetchone() == (1,)
    connection.close()


def test_nobody_waits_for_a_database_that_is_away(recorder: Recorder, door: Door) -> None:
    door.shut = True
    recorder.note(OPEN)
    started = time.monotonic()
    recorder.settle()
    recorder.settle()
    assert time.monotonic() - started < 2 * module.SETTLE_SECONDS + 1
    with pytest.raises(UnavailableError):
        recorder.work(lambda database: database.place)
