"""Who may read the dashboard, how often they may mistype, and ``kb user``."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from stores import NOW

from kb import passwords
from kb.cli import main
from kb.passwords import WeakPasswordError
from kb.store import users
from kb.store.database import Database
from kb.store.users import FOR_NAME, FOR_VISITOR, LONGEST, Patience, Try

GOOD = "three unrelated words"
Run = Callable[..., Result]


@pytest.fixture
def kb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command with a data folder of its own; ``typed`` is standard input."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KB_DATA", str(tmp_path / "data"))
    return lambda *words, typed="": CliRunner().invoke(main, ["user", *words], input=typed)


def after(seconds: float) -> dt.datetime:
    return NOW + dt.timedelta(seconds=seconds)


def tried(database: Database, seconds: float = 0, name: str = "n", visitor: str = "v") -> float:
    """Try once; seconds that are left to wait, 0 where the try was made."""
    return users.begin_try(database, Try(name, visitor, after(seconds))).wait.total_seconds()


def test_a_password_is_known_by_its_digest_alone() -> None:
    digest = passwords.hash_password(GOOD)
    assert digest.startswith("$argon2id$")
    assert GOOD not in digest
    assert passwords.verify(digest, GOOD)
    assert not passwords.verify(digest, GOOD + "!")


def test_a_password_may_be_typed_on_any_keyboard() -> None:
    digest = passwords.hash_password("un café à la crème")
    assert passwords.verify(digest, "un cafe\u0301 a\u0300 la cre\u0300me")


def test_without_a_digest_every_password_is_wrong() -> None:
    assert not passwords.verify(None, GOOD)
    assert not passwords.verify(None, "no one has this password")
    assert not passwords.verify("no digest", GOOD)


def test_a_password_that_cannot_be_used_says_how_long_it_must_be() -> None:
    with pytest.raises(WeakPasswordError, match="a password of 8 characters; 12 to 1024"):
        passwords.hash_password("too easy")
    with pytest.raises(WeakPasswordError):
        passwords.hash_password("x" * 1025)


def test_names_are_the_same_in_capital_letters() -> None:
    assert users.same_name("  Ana ") == users.same_name("ANA") == "ana"


def test_somebody_is_added_once_found_changed_and_removed(database: Database) -> None:
    assert users.add_user(database, "ana", "d1", NOW)
    assert not users.add_user(database, "ana", "d2", NOW)
    found = users.find_user(database, "ana")
    assert found is not None
    assert (found.password, found.created, found.changed) == ("d1", NOW, NOW)
    assert users.change_password(database, "ana", "d3", after(5))
    assert users.all_users(database) == (users.User("ana", "d3", NOW, after(5)),)
    assert users.remove_user(database, "ana")
    assert users.find_user(database, "ana") is None
    assert not users.remove_user(database, "ana")
    assert not users.change_password(database, "ana", "d4", NOW)


def test_waits_double_and_end() -> None:
    patience = Patience(free=3)
    waits = [(patience.until(count, NOW) - NOW).total_seconds() for count in range(1, 8)]
    assert waits == [0, 0, 2, 4, 8, 16, 32]
    assert patience.until(10_000, NOW) - NOW == LONGEST


def test_some_mistakes_are_free_and_further_ones_cost_time(database: Database) -> None:
    assert [tried(database) for _ in range(FOR_NAME.free)] == [0] * FOR_NAME.free
    assert tried(database, 0.5) == 1.5
    assert tried(database, 2) == 0
    assert tried(database, 3) == 3


def test_a_refused_try_does_not_make_the_wait_longer(database: Database) -> None:
    for _ in range(FOR_NAME.free):
        tried(database)
    assert {tried(database, 1) for _ in range(20)} == {1}
    assert tried(database, 2) == 0


def test_many_names_from_one_address_are_throttled_too(database: Database) -> None:
    waits = [tried(database, name=f"n{number}") for number in range(FOR_VISITOR.free + 1)]
    assert waits == [0] * FOR_VISITOR.free + [2]
    assert tried(database, name="n", visitor="another") == 0


def test_one_who_gets_in_is_forgiven_what_was_mistyped(database: Database) -> None:
    for _ in range(FOR_NAME.free - 1):
        tried(database)
    right = Try("n", "v", after(1))
    assert not users.begin_try(database, right).wait
    users.forgive(database, right)
    assert [tried(database, 2) for _ in range(FOR_NAME.free)] == [0] * FOR_NAME.free


def test_a_day_later_nothing_is_remembered(database: Database) -> None:
    for _ in range(FOR_NAME.free):
        tried(database)
    assert tried(database, 24 * 3600 + 1) == 0
    with database.reading() as connection:
        count = connection.exec_driver_sql("SELECT count(*) FROM sign_in_failures").scalar()
    assert count == 1


def test_workers_share_one_count(database_url: str) -> None:
    workers = [Database.open(database_url) for _ in range(2)]
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda number: tried(workers[number % 2]), range(64)))
    for worker in workers:
        worker.close()
    assert waits.count(0) == FOR_NAME.free


def test_a_user_is_added_by_typing_a_password_twice(kb: Run) -> None:
    result = kb("add", "Ana", typed=f"{GOOD}\n{GOOD}\n")
    assert (result.exit_code, result.stdout) == (0, "ana may sign in at /dashboard\n")
    assert GOOD not in result.output
    assert "ana" in kb("list").stdout


def test_a_script_sends_a_password_through_standard_input(kb: Run) -> None:
    assert kb("add", "ana", "--password-stdin", typed=f"{GOOD}\n").exit_code == 0
    [row] = json.loads(kb("list", "--json").stdout)
    assert row["name"] == "ana"
    assert "password" not in row


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_a_password_that_is_no_text_is_refused(tmp_path: Path, locale: str) -> None:
    """In a process of its own: how standard input is read depends on the locale."""
    ran = subprocess.run(
        [sys.executable, "-m", "kb", "user", "add", "zed", "--password-stdin"],
        input=b"\xff\xfelonglonglong\n",
        capture_output=True,
        check=False,
        cwd=tmp_path,
        env={"LC_ALL": locale, "KB_DATA": str(tmp_path)},
    )
    assert ran.returncode == 2
    assert b"the password is not UTF-8" in ran.stderr


def test_a_short_password_is_refused(kb: Run) -> None:
    result = kb("add", "ana", "--password-stdin", typed="short\n")
    assert result.exit_code == 1
    assert "5 characters" in result.stderr
    assert kb("list").stdout == ""


def test_a_name_that_is_taken_is_said_before_a_password_is_asked(kb: Run) -> None:
    kb("add", "ana", "--password-stdin", typed=f"{GOOD}\n")
    result = kb("add", "ANA")
    assert result.exit_code == 1
    assert "kb user password ana" in result.stderr


def test_a_name_has_no_spaces(kb: Run) -> None:
    assert kb("add", "ana maria").exit_code == 2


def test_a_password_is_changed_and_a_user_removed(kb: Run) -> None:
    kb("add", "ana", "--password-stdin", typed=f"{GOOD}\n")
    changed = kb("password", "ana", "--password-stdin", typed="other unrelated words\n")
    assert changed.stdout == "The password of ana was changed\n"
    assert kb("remove", "ana").stdout == "ana may no longer sign in\n"
    assert "kb user add" in kb("list").stderr


@pytest.mark.parametrize("command", ["remove", "password"])
def test_a_user_that_is_not_there_is_said(kb: Run, command: str) -> None:
    result = kb(command, "nobody")
    assert result.exit_code == 1
    assert "kb user list" in result.stderr
