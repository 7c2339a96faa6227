"""``kb doctor``: what is well, what is not, and what to do about it."""

from __future__ import annotations

import datetime as dt
import errno
import json
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import pytest
from click.testing import CliRunner, Result
from conftest import SHOP, write_site
from repositories import Repository
from stores import NOW
from ticketing import described, draft, free_port, mail_server, receiver, settings

from kb.cli import main
from kb.desk import receive
from kb.store.database import Database
from kb.store.outbox import claim, mark_failed, park

Doctor = Callable[[str], Result]
NAMES = "python,articles,model,snapshot,data,disk,database,secret key,contact form,widget"


@pytest.fixture
def doctor(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Doctor:
    """Publish a small shop, and look at it with the given kb.toml."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KB_DATA", str(data))
    monkeypatch.setenv("KB_ARTICLES", str(write_site(tmp_path / "articles", SHOP)))

    def look(toml: str) -> Result:
        Path("kb.toml").write_text(toml)
        return CliRunner().invoke(main, ["doctor"])

    return look


def smtp(port: int, more: str = "") -> str:
    """Settings with which messages leave by mail."""
    return f"""
[contact.smtp]
host = "127.0.0.1"
port = {port}
security = "none"
sender = "help@example.com"
{more}
[contact.queues.support]
to = "team@example.com"
"""


def ticket_in(data: Path) -> Database:
    """The store of a help centre with one ticket, which is still to be sent."""
    database = Database.open(f"sqlite:///{data / 'kb.db'}")
    receive(database, settings("", confirm=False).contact, draft(), described)
    return database


def test_what_is_published_and_has_no_form_is_well(doctor: Doctor) -> None:
    CliRunner().invoke(main, ["publish"])
    result = doctor("")
    assert result.exit_code == 0, result.output
    assert re.findall(r"^(ok|BAD) +([^:]+):", result.stdout, re.MULTILINE) == [
        ("ok", name) for name in NAMES.split(",")
    ]
    assert "contact form: off: no mail server and no webhook is set" in result.stdout


def test_a_help_centre_that_is_published_from_git_needs_no_folder(
    doctor: Doctor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Repository.make(tmp_path / "help.git").commit({"docs/a.md": "# A"})
    monkeypatch.setenv("KB_ARTICLES", str(tmp_path / "no-such-folder"))
    git = '[git]\nrepo = "help.git"\npath = "docs"'
    Path("kb.toml").write_text(git)
    assert CliRunner().invoke(main, ["publish"]).exit_code == 0
    result = doctor(git)
    assert result.exit_code == 0, result.output
    assert "ok   articles: published from help.git, path docs" in result.stdout
    secret = "https://ghp_verysecret@git.example.com/help.git"
    said = doctor(f'[git]\nrepo = "{secret}"\nref = "live"').stdout
    assert "ok   articles: published from https://git.example.com/help.git, ref live" in said


def test_commits_that_cannot_be_marked_are_named_here_and_stop_no_other_command(
    doctor: Doctor, tmp_path: Path
) -> None:
    Repository.make(tmp_path / "help.git").commit({"docs/a.md": "# A"})
    marked = '[git.status]\nhost = "github"'
    assert "commit marks" not in doctor(marked).stdout, "the repository is set where it is served"
    assert CliRunner().invoke(main, ["check", "--quick"]).exit_code == 0
    result = doctor(f'[git]\nrepo = "help.git"\npath = "docs"\n{marked}')
    assert result.exit_code == 1
    assert "BAD  commit marks: commits cannot be marked at github" in result.stdout
    assert "https://example.com/acme/help.git" in result.stdout
    assert CliRunner().invoke(main, ["publish"]).exit_code == 0
    there = doctor(f'[git]\nrepo = "git@git.example.com:acme/help.git"\n{marked}').stdout
    assert "ok   commit marks: set at github" in there


def test_a_repository_that_is_not_there_is_named(doctor: Doctor) -> None:
    result = doctor('[git]\nrepo = "nowhere/help.git"')
    assert result.exit_code == 1
    assert "BAD  articles: repository 'nowhere/help.git': no such folder" in result.stdout


def test_what_is_missing_is_named(doctor: Doctor) -> None:
    result = doctor("")
    assert result.exit_code == 1
    assert re.search(r"BAD +snapshot: .*kb publish", result.stdout)


def test_a_database_that_cannot_be_read_or_reached_is_named(doctor: Doctor, data: Path) -> None:
    assert "ok   database: none yet" in doctor("").stdout
    data.mkdir(exist_ok=True)
    (data / "kb.db").write_bytes(b"no database at all" * 100)
    assert re.search(r"BAD +database: .*kb\.db", doctor("").stdout)
    away = 'database_url = "postgresql://help:hunter2@127.0.0.1:1/help"\n'
    result = doctor(away)
    assert re.search(r"BAD +database: .*127\.0\.0\.1", result.stdout)
    assert "hunter2" not in result.stdout


def test_a_data_folder_that_cannot_be_is_named_on_every_line_that_needs_it(
    doctor: Doctor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("KB_DATA", str(tmp_path / "file"))
    result = doctor("")
    assert result.exit_code == 1
    assert re.search(
        r"BAD +data: .*/file: Not a directory \(set KB_DATA to a folder\)", result.stdout
    )
    assert re.search(r"BAD +snapshot: .*/file/CURRENT: Not a directory", result.stdout)


def test_a_data_folder_that_cannot_be_written_is_named(
    doctor: Doctor, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    denied = PermissionError(errno.EACCES, "Permission denied", "a name nobody knows")
    monkeypatch.setattr(tempfile, "TemporaryFile", Mock(side_effect=denied))  # root may write
    said = (
        f"BAD  data: {data if data.exists() else data.parent}: Permission denied (make it readable"
    )
    assert said in doctor("").stdout


def test_a_key_that_is_too_short_is_named_and_not_shown(doctor: Doctor, data: Path) -> None:
    assert "ok   secret key: none yet" in doctor("").stdout
    result = doctor('secret_key = "hunter2"')
    assert result.exit_code == 1
    assert "BAD  secret key: setting 'secret_key': 7 characters" in result.stdout
    assert "hunter2" not in result.stdout
    assert "ok   secret key: from the settings" in doctor('secret_key = "sixteen or more ."').stdout
    (data / "secret.key").write_text("x" * 43)
    assert f"ok   secret key: {data / 'secret.key'}\n" in doctor("").stdout


def test_a_logo_that_cannot_be_shown_is_named(doctor: Doctor, tmp_path: Path) -> None:
    missing = doctor('[site]\nlogo = "nope.svg"')
    assert missing.exit_code == 1
    assert "BAD  logo: setting 'site.logo': nope.svg: no such file (" in missing.stdout
    (tmp_path / "mark.SVG").write_text("<svg/>")
    assert "ok   logo: mark.SVG, 6 bytes" in doctor('[site]\nlogo = "mark.SVG"').stdout


def test_programs_get_json(doctor: Doctor) -> None:
    doctor("")
    found = json.loads(CliRunner().invoke(main, ["doctor", "--json"]).stdout)
    assert {name: value for name, value in found[3].items() if name != "said"} == {
        "name": "snapshot",
        "good": False,
    }


@pytest.mark.parametrize(
    ("toml", "remedy"),
    [
        (
            '[contact.smtp]\nhost = "mail.example.com"\nsender = "a@example.com"',
            "(set `to` under [contact.queues.support])",
        ),
        ('[contact.queues.support]\nto = "a@example.com"', "(set host under [contact.smtp])"),
    ],
)
def test_half_a_form_is_not_well(doctor: Doctor, toml: str, remedy: str) -> None:
    result = doctor(toml)
    (line,) = [one for one in result.stdout.splitlines() if "contact form" in one]
    assert line.startswith("BAD  contact form: off: ")
    assert line.endswith(remedy)


def test_mail_that_only_tells_of_failed_builds_needs_no_form(doctor: Doctor) -> None:
    CliRunner().invoke(main, ["publish"])
    notify = '[git]\nnotify = ["writers@example.com"]\n'
    with mail_server() as (_, port):
        only_mail = smtp(port).partition("[contact.queues")[0]
        result = doctor(notify + only_mail)
    assert result.exit_code == 0, result.output
    assert "ok   contact form: off: no queue has an address; mail only tells of" in result.stdout
    assert "ok   mail: the server answers" in result.stdout
    assert "outbox" not in result.stdout


def test_people_to_be_told_of_failed_builds_need_a_mail_server(doctor: Doctor) -> None:
    result = doctor('[git]\nnotify = ["writers@example.com"]\n')
    assert "BAD  mail: git.notify names people, but nothing sends mail (set host" in result.stdout


def test_a_mail_server_that_answers_is_well(doctor: Doctor) -> None:
    with mail_server() as (box, port):
        result = doctor(smtp(port))
    assert "ok   mail: the server answers" in result.stdout
    assert "ok   outbox: nothing was ever sent" in result.stdout
    assert not box.mails


def test_a_mail_server_that_is_away_is_named(doctor: Doctor) -> None:
    port = free_port()
    result = doctor(smtp(port))
    assert result.exit_code == 1
    assert re.search(
        rf"BAD +mail: 127\.0\.0\.1:{port}: .*refused.*\[contact\.smtp\]", result.stdout
    )


def test_a_webhook_whose_receiver_is_away_is_named(doctor: Doctor) -> None:
    hook = '[[contact.webhooks]]\nname = "desk"\nurl = "{}"\nsecret = "0123456789abcdef"\n'
    away = f"http://127.0.0.1:{free_port()}/"
    assert "BAD  webhook desk: 127.0.0.1:" in doctor(hook.format(away)).stdout
    with receiver(200) as there:
        assert "ok   webhook desk: 127.0.0.1:" in doctor(hook.format(there.url)).stdout
        assert not there.bodies


def test_messages_that_wait_for_long_or_are_parked_need_care(doctor: Doctor, data: Path) -> None:
    with mail_server() as (_, port):
        database = ticket_in(data)
        result = doctor(smtp(port))
        assert re.search(
            r"BAD +outbox: 0 parked, 1 wait, the oldest since .*kb outbox", result.stdout
        )
        now = dt.datetime.now(dt.UTC)
        taken = claim(database, ("team",), now, dt.timedelta(minutes=5))
        assert taken
        park(database, taken, "no such user", NOW)
        database.close()
        assert "BAD  outbox: 1 parked, 0 wait (see" in doctor(smtp(port)).stdout


def test_a_message_that_has_just_come_is_no_worry(doctor: Doctor, data: Path) -> None:
    database = Database.open(f"sqlite:///{data / 'kb.db'}")
    fresh = draft(at=dt.datetime.now(dt.UTC))
    receive(database, settings("", confirm=False).contact, fresh, described)
    taken = claim(database, ("team",), dt.datetime.now(dt.UTC), dt.timedelta(minutes=5))
    assert taken
    mark_failed(database, taken, "try later", dt.datetime.now(dt.UTC))
    database.close()
    with mail_server() as (_, port):
        assert "ok   outbox: 1 wait" in doctor(smtp(port)).stdout
