"""The secret key: one for all workers, kept for the next start, never a weak one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

from kb.config import Config
from kb.errors import ConfigError, UnavailableError
from kb.secret import FILE, secret_key

PROGRAM = """
import sys
from pathlib import Path
from kb.config import Config
from kb.secret import secret_key
sys.stdin.read()
print(secret_key(Config(data=Path(sys.argv[1]))))
"""


def test_the_key_of_the_settings_is_used_and_nothing_is_written(tmp_path: Path) -> None:
    config = Config(data=tmp_path / "data", secret_key="correct horse battery")
    assert secret_key(config) == "correct horse battery"
    assert not (tmp_path / "data").exists()


def test_a_random_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    config = Config(data=tmp_path / "new" / "data")
    key = secret_key(config)
    assert len(key) == 43
    assert secret_key(config) == key
    assert (config.data / FILE).stat().st_mode & 0o777 == 0o600
    assert secret_key(Config(data=tmp_path / "other")) != key


def test_workers_that_start_together_agree(tmp_path: Path) -> None:
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(tmp_path / "data")],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(8)
    ]
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.close()  # now
    keys = set()
    for worker in workers:
        assert worker.stdout is not None
        keys.add(worker.stdout.read().strip())
        worker.stdout.close()
        assert worker.wait() == 0
    assert len(keys) == 1
    assert len(keys.pop()) == 43


@pytest.mark.parametrize("left", [b"", b"\0" * 44])
def test_what_a_machine_that_stopped_left_behind_is_replaced(left: bytes, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(left)
    key = secret_key(Config(data=tmp_path))
    assert len(key) == 43
    assert secret_key(Config(data=tmp_path)) == key


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_key_that_an_operator_put_there_is_kept(end: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(f"0123456789abcdef{end}".encode())
    assert secret_key(Config(data=tmp_path)) == "0123456789abcdef"


def test_a_key_that_can_be_guessed_is_refused_and_not_shown(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"'secret_key': 7 characters; at least 16") as caught:
        secret_key(Config(data=tmp_path, secret_key="hunter2"))
    assert "hunter2" not in str(caught.value)
    (tmp_path / FILE).write_text("hunter2\n")
    with pytest.raises(ConfigError, match=f"{tmp_path / FILE}: 7 characters"):
        secret_key(Config(data=tmp_path))


def test_a_key_that_cannot_be_read_is_told_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(UnavailableError, match=f"{tmp_path / FILE}: .*or set KB_SECRET_KEY"):
        secret_key(Config(data=tmp_path))
