"""Failed builds, told through a real mail server that says no, breaks off or does not answer."""

from __future__ import annotations

import datetime as dt
import socket
import sys
import threading
from contextlib import ExitStack
from functools import partial

import pytest
from stores import NOW
from test_chores import wait_until
from test_untold import ANN, BOB, LEASE, ended
from ticketing import HERE, free_port, mail_server, settings, smtp

from kb.cli import telling
from kb.cli.building import run_builds
from kb.cli.telling import Teller, tell_the_rest
from kb.config import Config
from kb.git_settings import Git
from kb.store import builds, untold
from kb.store.database import Database

CY = "cy@example.com"
GOES_ON = threading.Event()
"""Never set."""
ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What test_untold proves of both databases needs no second proof by mail."""


class Clock:
    """Stands still unless it is moved."""

    def __init__(self) -> None:
        self.now = NOW


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    one = Clock()
    monkeypatch.setattr(telling, "_now", lambda: one.now)
    return one


def told(database_url: str, port: int, *to: str, timeout: float = 5) -> Config:
    """Settings that name who is told, and the mail server."""
    config = settings(database_url, smtp=smtp(port, timeout=timeout))
    return config.model_copy(update={"git": Git(notify=to)})


def _are(database: Database, states: list[str]) -> bool:
    return [one.state for one in builds.recent(database, 9)] == states


def names() -> list[str]:
    return [one.name for one in threading.enumerate()]


@ON_ONE
def test_a_server_that_breaks_off_after_the_mail_gets_it_less_and_less_often_and_not_for_ever(
    database: Database, database_url: str, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    ended(database, untold=(ANN,))
    with mail_server() as (mailbox, port):
        config = told(database_url, port, ANN)

        def mails_after(count: int, step: dt.timedelta) -> int:
            for _ in range(count):
                mailbox.hangs_up = True
                tell_the_rest(database, config, GOES_ON)
                clock.now += step
            return len(mailbox.mails)

        assert 3 <= mails_after(10, dt.timedelta(minutes=1)) <= 6
        assert "will not be" not in caplog.text
        assert mails_after(24 * 9, dt.timedelta(hours=1)) == config.contact.retry.tries
        assert len({one["Message-ID"] for one in mailbox.mails}) == 1
    assert caplog.text.count("could not be told to everybody yet") == 1
    assert caplog.text.count("was not told to 1 of those in git.notify, and will not be") == 1
    assert "stopped each time" not in caplog.text, "it says what the server did"
    assert not untold.is_due(database, clock.now + dt.timedelta(days=99))


@ON_ONE
def test_a_mail_is_known_again_by_its_build_and_its_recipient(
    database: Database, database_url: str
) -> None:
    with mail_server() as (mailbox, port):
        config = told(database_url, port, ANN, BOB)
        for log in ("Error: a", "Error: b"):
            ended(database, log=log)
            tell_the_rest(database, config, GOES_ON)
        ids = [one["Message-ID"] for one in mailbox.mails]
    assert len(set(ids)) == 4
    assert {one.rpartition("@")[2] for one in ids} == {"example.com>"}


@ON_ONE
@pytest.mark.parametrize("answer", ["to_sender", "says"])
def test_a_mail_that_is_refused_for_good_is_not_sent_again(
    database: Database,
    database_url: str,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    answer: str,
) -> None:
    ended(database)
    with mail_server() as (mailbox, port):
        setattr(mailbox, answer, "554 Not from you")
        tell_the_rest(database, told(database_url, port, ANN, BOB), GOES_ON)
    assert caplog.text.count("554 Not from you") == 2
    assert not untold.is_due(database, clock.now + dt.timedelta(days=99))


@ON_ONE
@pytest.mark.parametrize("answer", ["to_sender", "says"])
def test_what_the_server_cannot_do_now_ends_the_round_and_the_next_begins_with_another(
    database: Database, database_url: str, clock: Clock, answer: str
) -> None:
    ended(database, untold=(ANN, BOB, CY))
    with mail_server() as (mailbox, port):
        config = told(database_url, port, ANN, BOB, CY)
        setattr(mailbox, answer, "451 Busy")
        tell_the_rest(database, config, GOES_ON)
        assert [one["To"] for one in mailbox.mails] == ([ANN] if answer == "says" else [])
        mailbox.mails.clear()
        setattr(mailbox, answer, "250 OK")
        clock.now += dt.timedelta(hours=1)
        tell_the_rest(database, config, GOES_ON)
        assert [one["To"] for one in mailbox.mails] == [BOB, CY, ANN]


@ON_ONE
def test_one_recipient_who_is_refused_holds_up_no_other(
    database: Database, database_url: str, clock: Clock
) -> None:
    ended(database, untold=(ANN, BOB, CY))
    with mail_server() as (mailbox, port):
        config = told(database_url, port, ANN, BOB, CY)
        mailbox.refuses = {ANN: "451 later", BOB: "550 no such user"}
        tell_the_rest(database, config, GOES_ON)
        assert [one["To"] for one in mailbox.mails] == [CY]
        mailbox.refuses = {}
        clock.now += dt.timedelta(hours=1)
        tell_the_rest(database, config, GOES_ON)
        assert [one["To"] for one in mailbox.mails] == [CY, ANN]


@ON_ONE
def test_a_recipient_to_whom_the_server_says_goodbye_ends_the_round(
    database: Database, database_url: str
) -> None:
    ended(database)
    with mail_server() as (mailbox, port):
        mailbox.refuses = {ANN: "421 Going down"}
        tell_the_rest(database, told(database_url, port, ANN, BOB), GOES_ON)
        assert mailbox.mails == []


@ON_ONE
def test_a_server_that_does_not_answer_is_waited_for_once_whoever_is_to_be_told(
    database: Database, database_url: str
) -> None:
    ended(database)
    with socket.create_server((HERE, 0)) as silent:
        port = silent.getsockname()[1]
        tell_the_rest(database, told(database_url, port, ANN, BOB, timeout=0.2), GOES_ON)
        silent.setblocking(False)
        silent.accept()[0].close()
        with pytest.raises(BlockingIOError):
            silent.accept()


@ON_ONE
def test_who_is_not_in_the_settings_any_more_is_not_told(
    database: Database, database_url: str
) -> None:
    ended(database)
    with mail_server() as (mailbox, port):
        tell_the_rest(database, told(database_url, port, BOB), GOES_ON)
        assert [one["To"] for one in mailbox.mails] == [BOB]
    assert not untold.is_due(database, NOW + dt.timedelta(days=99))


@ON_ONE
def test_a_mail_that_kills_whoever_sends_it_is_given_up_too(
    database: Database, database_url: str, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    ended(database, untold=(ANN,))
    with mail_server() as (mailbox, port):
        config = told(database_url, port, ANN)
        for _ in range(config.contact.retry.tries):
            assert untold.take(database, clock.now, LEASE)
            clock.now += LEASE
        tell_the_rest(database, config, GOES_ON)
        assert mailbox.mails == []
    assert "stopped each time" in caplog.text
    assert not untold.is_due(database, clock.now + dt.timedelta(days=99))


@ON_ONE
def test_one_who_cannot_be_written_to_holds_up_no_other(
    database: Database, database_url: str, clock: Clock
) -> None:
    strange = "josé@example.com"
    ended(database, untold=(strange, ANN))
    with mail_server() as (mailbox, port):
        config = told(database_url, port, ANN)
        config = config.model_copy(
            update={"git": config.git.model_copy(update={"notify": (strange, ANN)})}
        )
        tell_the_rest(database, config, GOES_ON)
        assert [one["To"] for one in mailbox.mails] == [ANN]


def test_while_one_process_tells_a_failure_another_that_meets_it_again_tells_nobody(
    database: Database, database_url: str
) -> None:
    ended(database)
    another = Database.open(database_url)
    with mail_server() as (mailbox, port):
        config = told(database_url, port, ANN, BOB)
        mailbox.answers.clear()
        first = threading.Thread(target=tell_the_rest, args=(database, config, GOES_ON))
        first.start()
        wait_until(lambda: mailbox.mails)
        ended(another)
        tell_the_rest(another, config, GOES_ON)
        mailbox.answers.set()
        first.join()
        tell_the_rest(another, config, GOES_ON)
        assert [one["To"] for one in mailbox.mails] == [ANN, BOB]
    another.close()


@ON_ONE
def test_a_build_does_not_wait_until_the_failure_of_another_is_told(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/python")  # a build that fails at once
    stop = threading.Event()
    with mail_server() as (mailbox, port), ExitStack() as opened:
        config = told(database_url, port, ANN, timeout=600)
        mailbox.answers.clear()
        building = threading.Thread(target=run_builds, args=(config, stop, threading.Event()))
        building.start()
        opened.callback(building.join)
        opened.callback(stop.set)
        opened.callback(mailbox.answers.set)
        for failed in (["failed"], ["failed", "failed"]):
            builds.ask(database, "github", NOW)
            wait_until(partial(_are, database, failed))
            wait_until(lambda: mailbox.mails)
        assert "kb-telling" in names()
    assert len(mailbox.mails) == 1
    assert "kb-telling" not in names()


@ON_ONE
def test_a_teller_that_is_stopped_ends_its_mail_and_leaves_the_next_to_another(
    database: Database, database_url: str
) -> None:
    build = ended(database)
    with mail_server() as (mailbox, port):
        config = told(database_url, port, ANN, BOB)
        mailbox.answers.clear()
        with Teller(config) as teller:
            teller.tell(build)
            wait_until(lambda: mailbox.mails)
            release = threading.Thread(target=_release, args=(teller, mailbox.answers))
            release.start()
        release.join()
        assert "kb-telling" not in names()
        assert [one["To"] for one in mailbox.mails] == [ANN]
        with Teller(config) as another:
            another.finish()
        assert [one["To"] for one in mailbox.mails] == [ANN, BOB], "at once, with no pause"


def _release(teller: Teller, answers: threading.Event) -> None:
    """Let the server answer once the teller was told to stop."""
    wait_until(teller._stop.is_set)
    answers.set()


@ON_ONE
def test_a_teller_goes_on_after_what_nobody_foresaw(
    database: Database,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    build = ended(database, untold=(ANN,), commit="1" * 40)

    def break_off(*_: object) -> None:
        raise RuntimeError("unforeseen")

    with mail_server() as (mailbox, port):
        monkeypatch.setattr(telling, "mark_commit", break_off)
        with Teller(told(database_url, port, ANN)) as teller:
            teller.tell(build)
            teller.finish()
        assert "unforeseen" in caplog.text
        assert len(mailbox.mails) == 1, "at its next look"


def test_without_a_database_there_is_nobody_to_tell(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(str(tmp_path))
    config = told("", free_port(), ANN).model_copy(update={"database_url": ""})
    assert not config.has_database
    with Teller(config) as teller:
        teller.finish()
    assert not config.has_database
