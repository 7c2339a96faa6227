"""``kb outbox`` as operators use it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from stores import NOW
from ticketing import described, draft, settings

from kb.cli import main
from kb.desk import receive
from kb.store.database import Database
from kb.store.outbox import claim, mark_delivered, park

Run = Callable[..., Result]


@pytest.fixture
def kb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command with a data folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KB_DATA", str(tmp_path / "data"))
    return lambda *words: CliRunner().invoke(main, ["outbox", *words])


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    """A parked delivery, one that waits, and one that arrived."""
    opened = Database.open(f"sqlite:///{tmp_path / 'data' / 'kb.db'}")
    for number in range(3):
        one = draft(key=str(number), at=NOW + dt.timedelta(minutes=number))
        receive(opened, settings("").contact, one, described)
    lease = dt.timedelta(minutes=5)
    first, second = (claim(opened, ("team",), NOW + lease, lease) for _ in range(2))
    assert first
    assert second
    park(opened, first, "550 [no] such user", NOW)
    mark_delivered(opened, second, NOW)
    yield opened
    opened.close()


def test_it_lists_what_waits_and_what_is_parked_and_why(kb: Run, store: Database) -> None:
    result = kb()
    assert result.exit_code == 1
    first, parked, waiting = result.stdout.splitlines()
    assert first.split()[:2] == ["state", "tries"]
    assert parked.split()[:2] == ["parked", "1"]
    assert "550 [no] such user" in parked
    assert waiting.split()[:5] == ["waiting", "0", "2026-05-04", "12:02:00", "team@example.com"]


def test_it_lists_as_json(kb: Run, store: Database) -> None:
    parked, waiting = json.loads(kb("--json").stdout)
    assert (parked["state"], parked["said"]) == ("parked", "550 [no] such user")
    assert (waiting["state"], waiting["next_try"]) == ("waiting", "2026-05-04T12:02:00Z")
    assert "claim" not in parked


def test_what_is_parked_is_sent_again(kb: Run, store: Database) -> None:
    parked = json.loads(kb("--json").stdout)[0]
    assert kb("retry", parked["id"]).stdout == "1 to be sent again now\n"
    assert kb().exit_code == 0
    assert kb("retry", parked["ticket"]).exit_code == 0
    assert kb("retry").stdout == "2 to be sent again now\n"


def test_what_is_parked_is_given_up(kb: Run, store: Database) -> None:
    parked, waiting = json.loads(kb("--json").stdout)
    assert kb("drop", parked["ticket"]).stdout == "1 given up\n"
    assert kb().exit_code == 0
    assert [one["id"] for one in json.loads(kb("--json").stdout)] == [waiting["id"]]


def test_what_still_waits_is_not_given_up(kb: Run, store: Database) -> None:
    waiting = json.loads(kb("--json").stdout)[1]
    result = kb("drop", waiting["id"])
    assert result.exit_code == 1
    assert f"Nothing that is parked is called {waiting['id']!r}" in result.stderr
    assert waiting in json.loads(kb("--json").stdout)
    assert kb("drop").exit_code == 2


@pytest.mark.parametrize("command", ["retry", "drop"])
def test_an_id_that_nothing_has_is_told(kb: Run, store: Database, command: str) -> None:
    result = kb(command, "KB-NONE-NONE")
    assert result.exit_code == 1
    assert "'KB-NONE-NONE'" in result.stderr


def test_an_empty_outbox_is_good(kb: Run) -> None:
    result = kb()
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "Everything has been delivered.\n"
    assert json.loads(kb("--json").stdout) == []
