"""The lock: one publisher at a time, and a dead one, or its children, holds nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from indexer import lock
from indexer.lock import FILE, LEARNING_FILE, learning, publishing
from indexer.rendering import Limits, _pool
from kb.errors import BusyError, UnavailableError

ROOT = Path(__file__).parents[1]


def test_a_second_publisher_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    with publishing(tmp_path):
        with pytest.raises(BusyError) as caught, publishing(tmp_path):
            pass
        said = str(caught.value)
        assert said.startswith(f"{tmp_path / FILE}: process {os.getpid()} on ")
        assert said.endswith(" is publishing (wait until it is done)")
    assert BusyError.exit_code == 3


def test_a_second_learner_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    with learning(tmp_path):
        with pytest.raises(BusyError) as caught, learning(tmp_path):
            pass
        said = str(caught.value)
        assert said.startswith(f"{tmp_path / LEARNING_FILE}: process {os.getpid()} on ")
        assert said.endswith(" is learning (wait until it is done)")
    with learning(tmp_path):
        pass


def test_who_may_wait_is_told_for_whom_and_takes_its_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, waits = [], threading.Event()

    def note(*words: object) -> None:
        said.append(words)
        waits.set()

    def wait_and_write() -> None:
        with learning(tmp_path, wait=True):
            (tmp_path / "turn").write_text("mine")

    monkeypatch.setattr(lock.log, "warning", note)
    with ThreadPoolExecutor() as pool:
        with learning(tmp_path):
            second = pool.submit(wait_and_write)
            assert waits.wait(60)
            assert not (tmp_path / "turn").exists()
        second.result()
    assert (tmp_path / "turn").read_text() == "mine"
    assert str(said[0][1]).startswith(f"process {os.getpid()} on ")


def test_a_data_folder_that_cannot_be_is_named_with_its_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(UnavailableError) as caught, publishing(tmp_path / "file"):
        pass
    assert str(caught.value) == f"{tmp_path}/file: File exists (set KB_DATA to a folder)"
    (tmp_path / FILE).mkdir()
    with pytest.raises(UnavailableError) as caught, publishing(tmp_path):
        pass
    assert str(caught.value).startswith(f"{tmp_path / FILE}: Is a directory (make it readable and")


def test_one_may_publish_while_another_learns(tmp_path: Path) -> None:
    with learning(tmp_path), publishing(tmp_path):
        pass


def test_the_lock_is_free_when_a_publisher_is_done_or_failed(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), publishing(tmp_path):
        _ = 1 / 0
    with publishing(tmp_path / "new" / "folder"), publishing(tmp_path):
        pass


def test_the_name_of_the_last_publisher_is_not_mistaken_for_the_holders(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("process 1 on elsewhere since " + "9" * 300)
    with publishing(tmp_path):
        assert (tmp_path / FILE).read_text().startswith(f"process {os.getpid()} on ")
        assert "999" not in (tmp_path / FILE).read_text()


def test_a_killed_publisher_holds_nothing_even_if_its_children_live(tmp_path: Path) -> None:
    program = (
        "import multiprocessing, subprocess, sys, time\n"
        "from pathlib import Path\n"
        "from indexer.lock import publishing\n"
        "if __name__ == '__main__':\n"
        f"    with publishing(Path({str(tmp_path)!r})):\n"
        "        spawn = multiprocessing.get_context('spawn')\n"
        "        worker = spawn.Process(target=time.sleep, args=(60,))\n"
        "        worker.start()\n"
        "        child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "        print(worker.pid, child.pid, flush=True)\n"
        "        time.sleep(60)\n"
    )
    script = tmp_path / "hold.py"
    script.write_text(program)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    holder = subprocess.Popen(
        [sys.executable, str(script)], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    children = [int(pid) for pid in holder.stdout.readline().split()]
    try:
        with pytest.raises(BusyError, match=f"process {holder.pid} on"), publishing(tmp_path):
            pass
        holder.kill()
        holder.wait()
        for pid in children:
            os.kill(pid, 0)  # alive
        with publishing(tmp_path):
            pass
    finally:
        holder.stdout.close()
        for pid in children:
            os.kill(pid, signal.SIGKILL)


def open_files() -> list[str]:
    """What the process that runs this has open."""
    return [str(one.readlink()) for one in Path("/proc/self/fd").iterdir() if one.is_symlink()]


def test_a_render_worker_does_not_inherit_the_lock(tmp_path: Path) -> None:
    with publishing(tmp_path), _pool(1, Limits()) as pool:
        assert str(tmp_path / FILE) in open_files()
        held = pool.schedule(open_files).result()
    assert held
    assert str(tmp_path / FILE) not in held
