"""A build that was asked for, run as `kb serve` runs it: real git, publish and databases."""

from __future__ import annotations

import datetime as dt
import subprocess
from pathlib import Path

import pytest
from conftest import SHOP, write_site
from stores import NOW
from ticketing import mail_server, smtp

from indexer.pointer import open_current, read_pointer
from kb.cli.building import Schedule, build_next
from kb.config import Config
from kb.delivery_settings import Smtp
from kb.store import builds
from kb.store.database import Database

GIT = ("git", "-c", "user.name=Ann", "-c", "user.email=ann@example.com", "-C")


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run([*GIT, folder, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "writers"
    write_site(folder, SHOP)
    git(folder, "init", "-q", "-b", "main")
    commit(folder)
    return folder


def commit(folder: Path) -> str:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "Edit")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def config(
    data: Path, repository: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> Config:
    """Settings as the build's own process reads them."""
    url = database.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("KB_DATA", str(data))
    monkeypatch.setenv("KB_DATABASE_URL", url)
    monkeypatch.setenv("KB_GIT__REPO", str(repository))
    monkeypatch.setenv("KB_GIT__REF", "main")
    return Config()


def test_what_was_pushed_is_served_after_the_build(
    config: Config, database: Database, repository: Path
) -> None:
    pushed = git(repository, "rev-parse", "HEAD")
    assert build_next(database, config) is None
    builds.ask(database, "github", NOW)
    built = build_next(database, config)
    assert built
    assert (built.state, built.commit) == ("published", pushed)
    snapshot = open_current(config.data)
    assert (snapshot.id, snapshot.manifest.commit) == (built.snapshot, pushed)
    assert builds.recent(database, 1)[0].snapshot == snapshot.id


def test_an_article_appears_by_itself_when_its_time_has_come(
    config: Config, database: Database, repository: Path
) -> None:
    soon = "---\npublish_at: 2999-01-01\n---\n# News\n\nThere is news.\n"
    (repository / "news.md").write_text(soon)
    commit(repository)
    builds.ask(database, "github", NOW)
    build_next(database, config)
    due = dt.datetime(2999, 1, 1, tzinfo=dt.UTC)
    schedule, second = Schedule(config), dt.timedelta(minutes=1)
    assert not schedule.ask_when_due(due - second)
    assert schedule.ask_when_due(due)
    assert builds.recent(database, 1)[0].reason == "publish_at"
    assert not schedule.ask_when_due(due + second), "once for a snapshot"


def test_a_build_that_fails_changes_nothing_and_names_the_line_to_mend(
    config: Config, database: Database, repository: Path, caplog: pytest.LogCaptureFixture
) -> None:
    builds.ask(database, "github", NOW)
    build_next(database, config)
    served = read_pointer(config.data)
    (repository / "broken.md").write_bytes(b"# Broken\n\n\xff\xfe")
    broken = commit(repository)
    builds.ask(database, "github", NOW)
    failed = build_next(database, config)
    assert failed
    assert (failed.state, failed.commit, failed.snapshot) == ("failed", broken, None)
    assert "broken.md:3" in failed.log
    assert "broken.md:3" in caplog.text
    assert read_pointer(config.data) == served


def test_a_failed_build_is_mailed_to_the_writers_with_the_line_to_mend(
    config: Config, database: Database, repository: Path
) -> None:
    (repository / "broken.md").write_bytes(b"# Broken\n\n\xff\xfe")
    broken = commit(repository)
    builds.ask(database, "github", NOW)
    with mail_server() as (mailbox, port):
        mailed = config.model_copy(
            update={
                "contact": config.contact.model_copy(update={"smtp": Smtp(**smtp(port))}),
                "git": config.git.model_copy(update={"notify": ("ann@example.com",)}),
            }
        )
        build_next(database, mailed)
    (mail,) = mailbox.to("ann@example.com")
    assert mail["Subject"] == "Not published: Help centre"
    assert mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_content()
    assert "broken.md:3" in text
    assert broken in text
