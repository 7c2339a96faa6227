"""What `kb serve` does beside answering, in real processes."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from conftest import SHOP, publish_folder, write_site

from indexer.lock import LEARNING_FILE
from indexer.pointer import read_pointer
from kb.cli.chores import _learn, count_figures, seconds_until_due
from kb.config import Config, Feedback
from kb.figures import Overview
from kb.renewing import USUAL
from kb.store.database import Database
from kb.store.kept import read

Found = TypeVar("Found")
DAY = 24 * 3600.0
PATIENCE = 120.0


@pytest.fixture
def served(data: Path, tmp_path: Path) -> Path:
    """A data folder with a site and a store, in which nothing was learned yet."""
    write_site(tmp_path / "articles", SHOP)
    publish_folder(tmp_path / "articles", data)
    Database.open(f"sqlite:///{data / 'kb.db'}").close()
    return data


def test_learning_is_due_at_once_and_then_a_day_later(served: Path) -> None:
    config = Config(data=served)
    assert seconds_until_due(config, time.time()) <= 0
    (served / LEARNING_FILE).touch()
    now = (served / LEARNING_FILE).stat().st_mtime
    assert seconds_until_due(config, now) == DAY
    often = Config(data=served, feedback=Feedback(learn_hours=1))
    assert seconds_until_due(often, now + 3600) == 0


def test_nothing_is_due_where_nothing_was_published_or_stored(tmp_path: Path, data: Path) -> None:
    assert seconds_until_due(Config(data=tmp_path), 0) == float("inf")
    write_site(tmp_path / "articles", SHOP)
    publish_folder(tmp_path / "articles", data)
    assert seconds_until_due(Config(data=data), 0) == float("inf")


def test_the_dashboards_figures_are_ready_before_anybody_asks(tmp_path: Path) -> None:
    config, now = Config(data=tmp_path), dt.datetime.now(dt.UTC)
    assert count_figures(config, now) == len(USUAL)
    database = Database.open(config.database)
    ready = [key for key in USUAL if key.startswith("overview:")]
    assert all(read(database, key, Overview, now) for key in ready)
    database.close()
    assert count_figures(config, now) == 0


def test_a_server_learns_by_itself_starts_its_chores_again_and_takes_them_along_when_it_is_killed(
    served: Path,
) -> None:
    (served / "kb").mkdir()  # as where the software itself lies in the folder of the settings
    command = [str(Path(sys.executable).with_name("kb")), "serve", "--port", "0"]
    environment = {**os.environ, "KB_DATA": str(served)}
    server = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, cwd=served)
    try:
        wait_until((served / LEARNING_FILE).is_file)
        (killed,) = wait_until(lambda: children(server.pid, "chores"))
        os.kill(killed, signal.SIGKILL)
        (chores,) = wait_until(
            lambda: [pid for pid in children(server.pid, "chores") if pid != killed]
        )
    finally:
        server.send_signal(signal.SIGKILL)
        server.communicate()
    wait_until(lambda: not Path(f"/proc/{chores}").exists())
    assert read_pointer(served)


def children(parent: int, word: str) -> list[int]:
    """Processes below another whose command has a word."""
    threads = Path(f"/proc/{parent}/task").glob("*/children")
    found = [pid for one in threads for pid in one.read_text(encoding="ascii").split()]
    return [int(pid) for pid in found if word in Path(f"/proc/{pid}/cmdline").read_text()]


def wait_until(look: Callable[[], Found]) -> Found:
    """What a look finds, once it finds something."""
    deadline = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < deadline, "nothing came"
        time.sleep(0.1)
    return found


def test_whatever_learning_says_it_comes_to_an_end(
    served: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    told = served / "said.py"
    told.write_text(f"#!{sys.executable}\nprint('words ' * 100_000)\nprint('done with words')\n")
    told.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(told))
    stop = threading.Event()
    learning = threading.Thread(target=_learn, args=(stop,))
    learning.start()
    learning.join(PATIENCE)
    assert not learning.is_alive()
    assert "done with words" in caplog.text
