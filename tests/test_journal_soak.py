"""Many writers at full size, and writers that are killed: `make soak`. Small: test_journal.py."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from writing import assert_all_kept, finish, kill_when, start

pytestmark = pytest.mark.soak

WRITERS = [f"w{number}" for number in range(8)]
EACH = 10_000
DEATHS = 5


def test_eight_writers_lose_nothing(database_url: str, tmp_path: Path) -> None:
    lists = tmp_path / "lists"
    lists.mkdir()
    finish(start(database_url, lists, WRITERS, EACH))
    assert assert_all_kept(database_url, lists, whole=True) > len(WRITERS) * EACH


@pytest.mark.parametrize("death", range(DEATHS))
def test_eight_writers_killed_while_they_write_lose_nothing_acknowledged(
    death: int, database_url: str, tmp_path: Path
) -> None:
    lists = tmp_path / "lists"
    lists.mkdir()
    rows = random.Random(death).randint(1000, len(WRITERS) * EACH * 3 // 4)
    kill_when(start(database_url, lists, WRITERS, EACH), lists, rows)
    assert assert_all_kept(database_url, lists, whole=False) >= rows
    finish(start(database_url, lists, [f"{name}-again" for name in WRITERS], 100))
    assert_all_kept(database_url, lists, whole=False)
