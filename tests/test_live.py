"""A publish becomes visible by itself, and a bad one never does."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from lamp_site import publish_lamps

from indexer.memory import MEMORY
from indexer.pointer import CURRENT
from kb.errors import DamagedSnapshotError, KBError, NoSnapshotError, UnavailableError
from search.engine import Engine
from webapp.live import RETRY_SECONDS, Live, _follow

FOLLOW = _follow


@pytest.fixture(scope="module")
def lamps(models: Path) -> Path:
    return publish_lamps(models)


@pytest.fixture(autouse=True)
def _nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test looks itself, at the moment it chooses."""
    monkeypatch.setattr("webapp.live._follow", lambda _: None)


def point_at(data: Path, number: int) -> None:
    (data / CURRENT).write_text(f"20261122-013000-000-{number:012x} {'0' * 64}\n")


class Openings:
    """An opener that gives a new engine of the same snapshot each time, or what a test wants."""

    def __init__(self, lamps: Path) -> None:
        self.engine: Callable[[], Engine] = lambda: Engine.open(lamps)
        self.count = 0

    def __call__(self) -> Engine:
        self.count += 1
        return self.engine()


@pytest.fixture
def openings(lamps: Path) -> Openings:
    return Openings(lamps)


@pytest.fixture
def live(tmp_path: Path, openings: Openings) -> Live:
    point_at(tmp_path, 1)
    return Live(tmp_path, openings)


def test_a_snapshot_is_opened_once(live: Live, openings: Openings) -> None:
    assert live.served() is live.served()
    assert openings.count == 1


def test_many_first_requests_open_one_engine(live: Live, openings: Openings) -> None:
    threads = [threading.Thread(target=live.served) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert openings.count == 1


def test_a_new_snapshot_is_served_when_the_pointer_moves(live: Live, tmp_path: Path) -> None:
    old = live.served()
    point_at(tmp_path, 2)
    live.look()
    assert live.served() is not old


def test_nobody_has_to_ask_for_what_is_new(
    live: Live, openings: Openings, tmp_path: Path, lamps: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.live._follow", FOLLOW)
    monkeypatch.setattr("webapp.live.CHECK_SECONDS", 0.01)
    opened = threading.Event()

    def note() -> Engine:
        if openings.count > 1:
            opened.set()
        return Engine.open(lamps)

    openings.engine = note
    live.served()
    point_at(tmp_path, 2)
    opened.wait()


def test_nothing_follows_what_nobody_needs(
    openings: Openings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.live._follow", FOLLOW)
    monkeypatch.setattr("webapp.live.CHECK_SECONDS", 0.01)
    point_at(tmp_path, 1)
    before = set(threading.enumerate())
    live = Live(tmp_path, openings)
    live.served()
    (thread,) = set(threading.enumerate()) - before
    assert thread.is_alive()
    del live
    thread.join()


def test_a_new_memory_is_used_without_opening_the_snapshot_again(
    live: Live, openings: Openings, tmp_path: Path
) -> None:
    old = live.served()
    (tmp_path / MEMORY).mkdir()
    point_at(tmp_path / MEMORY, 1)
    live.look()
    assert live.served() is not old
    assert live.served().snapshot is old.snapshot
    assert openings.count == 1


def test_requests_are_served_by_the_old_engine_while_the_new_one_opens(
    live: Live, openings: Openings, tmp_path: Path, lamps: Path
) -> None:
    old, begun, may_finish = live.served(), threading.Event(), threading.Event()

    def slowly() -> Engine:
        begun.set()
        may_finish.wait()
        return Engine.open(lamps)

    openings.engine = slowly
    point_at(tmp_path, 2)
    looking = threading.Thread(target=live.look)
    looking.start()
    begun.wait()
    assert [live.served() for _ in range(5)] == [old] * 5
    may_finish.set()
    looking.join()
    assert live.served() is not old
    assert openings.count == 2


def test_a_damaged_snapshot_leaves_the_old_one_served_and_is_logged(
    live: Live, openings: Openings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse() -> Engine:
        raise DamagedSnapshotError("vectors.faiss is not what its manifest says")

    old = live.served()
    openings.engine = refuse
    point_at(tmp_path, 2)
    with caplog.at_level(logging.ERROR, "webapp.live"):
        assert live.look() == RETRY_SECONDS
    assert live.served() is old
    assert "vectors.faiss" in caplog.text
    assert old.snapshot.id in caplog.text


def test_a_snapshot_that_could_not_be_opened_gets_another_chance(
    live: Live, openings: Openings, tmp_path: Path, lamps: Path
) -> None:
    def too_little_memory() -> Engine:
        raise MemoryError

    old = live.served()
    openings.engine = too_little_memory
    point_at(tmp_path, 2)
    live.look()
    openings.engine = lambda: Engine.open(lamps)
    live.look()
    assert live.served() is not old


def test_a_pointer_that_is_gone_or_torn_changes_nothing(live: Live, tmp_path: Path) -> None:
    old = live.served()
    (tmp_path / CURRENT).write_bytes(b"\xff torn")
    live.look()
    assert live.served() is old
    (tmp_path / CURRENT).unlink()
    live.look()
    assert live.served() is old


def test_without_a_snapshot_every_request_says_so_until_there_is_one(
    tmp_path: Path, openings: Openings
) -> None:
    live = Live(tmp_path, lambda: Engine.open(tmp_path))
    with pytest.raises(NoSnapshotError, match="kb publish"):
        live.served()
    live = Live(tmp_path, openings)
    assert live.served().snapshot.articles


@pytest.mark.parametrize("error", [OSError("disk"), MemoryError("full"), KBError("odd")])
def test_whatever_goes_wrong_at_the_first_opening_is_a_kind_error(
    live: Live, openings: Openings, error: Exception
) -> None:
    def fail() -> Engine:
        raise error

    openings.engine = fail
    with pytest.raises(KBError):
        live.served()


def test_an_error_that_nobody_foresaw_is_temporary(live: Live, openings: Openings) -> None:
    def fail() -> Engine:
        raise ValueError("surprise")

    openings.engine = fail
    with pytest.raises(UnavailableError, match="surprise"):
        live.served()
