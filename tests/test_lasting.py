"""Threads and programs that end by mistake begin anew, and end when they are told to."""

from __future__ import annotations

import logging
import sys
import threading
from pathlib import Path

import pytest
from ticketing import lines

from kb import lasting
from kb.lasting import keep_running, keep_working

PROGRAM = """
import os, sys, time
with open(sys.argv[1], "a") as file:
    file.write(f"{os.getpid()}\\n")
if len(open(sys.argv[1]).readlines()) > 2:
    time.sleep(600)
"""


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were asked for; each takes a moment here."""
    asked: list[float] = []
    real = lasting._Pauses.next

    def short(self: lasting._Pauses) -> float:
        asked.append(real(self))
        return 0.01

    monkeypatch.setattr(lasting._Pauses, "next", short)
    return asked


def test_work_that_breaks_off_is_logged_and_goes_on_after_a_longer_pause_each_time(
    pauses: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    stop = threading.Event()

    def work() -> None:
        if len(pauses) == 8:
            stop.set()
            return
        raise MemoryError(f"number {len(pauses)}")

    with caplog.at_level(logging.ERROR):
        keep_working(work, stop)
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    assert "number 7" in caplog.text


def test_a_program_that_ends_is_started_again_and_ends_when_it_is_told_to(
    tmp_path: Path, pauses: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    started, stop = tmp_path / "started", threading.Event()
    command = [sys.executable, "-c", PROGRAM, str(started)]
    keeper = threading.Thread(target=keep_running, args=(command, stop))
    keeper.start()
    while keeper.is_alive() and len(lines(started)) < 3:
        keeper.join(0.05)
    stop.set()
    keeper.join()
    first, second, third = lines(started)
    assert len({first, second, third}) == 3
    assert pauses == [1, 2]
    assert "started again in" in caplog.text
    assert not Path(f"/proc/{third}").exists()
