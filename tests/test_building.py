"""A build that was asked for, run as `kb serve` runs it: real git, publish and databases."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import SHOP, write_site
from git_servers import git_server
from stores import NOW
from test_statuses import GitHost, git_host  # noqa: F401 - the fixture
from ticketing import mail_server, smtp

from indexer.pointer import open_current, read_pointer
from kb.builds import Build
from kb.cli import main
from kb.cli.building import build_next
from kb.cli.telling import Teller
from kb.config import Config
from kb.delivery_settings import Smtp
from kb.store import builds
from kb.store.database import Database

GIT = ("git", "-c", "user.name=Ann", "-c", "user.email=ann@example.com", "-C")


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run([*GIT, folder, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What test_builds proves of both databases needs no second proof by whole builds."""


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


def with_mail(config: Config, port: int, *writers: str) -> Config:
    """Settings that name writers and a mail server."""
    contact = config.contact.model_copy(update={"smtp": Smtp(**smtp(port))})
    git = config.git.model_copy(update={"notify": writers or ("ann@example.com",)})
    return config.model_copy(update={"contact": contact, "git": git})


def build_and_tell(database: Database, config: Config) -> Build:
    """Run the build that waits, and tell everybody how it ended."""
    built = build_next(database, config)
    assert built
    with Teller(config) as teller:
        teller.tell(built)
        teller.finish()
    return built


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


@ON_ONE
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


@ON_ONE
def test_a_failed_build_is_mailed_to_the_writers_with_the_line_to_mend(
    config: Config, database: Database, repository: Path
) -> None:
    (repository / "broken.md").write_bytes(b"# Broken\n\n\xff\xfe")
    broken = commit(repository)
    builds.ask(database, "github", NOW)
    with mail_server() as (mailbox, port):
        build_and_tell(database, with_mail(config, port))
    (mail,) = mailbox.to("ann@example.com")
    assert mail["Subject"] == "Not published: Help centre"
    assert mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_content()
    assert "broken.md:3" in text
    assert broken in text


@ON_ONE
def test_a_build_that_says_very_much_is_published_like_any_other(
    config: Config, database: Database, repository: Path
) -> None:
    links = "\n".join(f"[{n}](no-such-article-anywhere-{n}.md)" for n in range(1000))
    (repository / "links.md").write_text(f"# Links\n\n{links}\n")
    pushed = commit(repository)
    builds.ask(database, "github", NOW)
    built = build_next(database, config)
    assert built
    assert (built.state, built.commit) == ("published", pushed)
    assert built.snapshot == read_pointer(config.data)
    (kept,) = builds.recent(database, 1)
    assert len(kept.log) <= builds.LONGEST_LOG
    assert pushed in kept.log, "the beginning says what was read"
    assert "no-such-article-anywhere-999.md" in kept.log


@ON_ONE
def test_a_build_that_breaks_unforeseen_is_a_failed_one(
    config: Config, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    builds.ask(database, "github", NOW)
    failed = build_next(database, config)
    assert failed
    assert failed.state == "failed"
    assert "FileNotFoundError" in failed.log
    assert builds.recent(database, 1)[0].state == "failed"


@ON_ONE
def test_the_same_failure_is_mailed_once(
    config: Config, database: Database, repository: Path
) -> None:
    (repository / "broken.md").write_bytes(b"# Broken\n\n\xff\xfe")
    commit(repository)
    with mail_server() as (mailbox, port):
        mailed = with_mail(config, port)
        for reason in ("github", "publish_at"):
            builds.ask(database, reason, NOW)
            build_and_tell(database, mailed)
        assert len(mailbox.mails) == 1
        (repository / "other.md").write_bytes(b"# Other\n\n\xff\xfe")
        commit(repository)
        builds.ask(database, "github", NOW)
        build_and_tell(database, mailed)
    assert len(mailbox.mails) == 2


@ON_ONE
def test_a_failure_is_marked_on_its_commit_with_its_file_and_a_way_to_read_more(
    config: Config,
    database: Database,
    repository: Path,
    git_host: GitHost,  # noqa: F811 - the fixture
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (repository / "orders/broken.md").write_bytes(b"# Broken\n\n\xff\xfe")
    pushed = commit(repository)
    git(repository, "clone", "-q", "--bare", ".", "../acme/help.git")
    with git_server(repository.parent) as server:
        monkeypatch.setenv("KB_GIT__REPO", f"{server.url}/acme/help.git")
        monkeypatch.setenv("KB_GIT__PATH", "orders")
        monkeypatch.setenv("KB_GIT__STATUS__HOST", "bitbucket")
        monkeypatch.setenv("KB_GIT__STATUS__API", git_host.url)
        monkeypatch.setenv("KB_SITE__BASE_URL", "https://help.example/")
        builds.ask(database, "bitbucket", NOW)
        failed = build_and_tell(database, Config())
    assert (failed.state, failed.commit) == ("failed", pushed)
    ((path, _, said),) = git_host.calls
    assert path == f"/repositories/acme/help/commit/{pushed}/statuses/build"
    assert said["description"].startswith("orders/broken.md:3: byte")
    assert said["url"] == "https://help.example/dashboard/builds"


@ON_ONE
def test_a_repository_that_was_named_on_the_command_line_is_what_is_built_again(
    config: Config, database: Database, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(repository, "branch", "live")
    monkeypatch.delenv("KB_GIT__REPO")
    monkeypatch.delenv("KB_GIT__REF")
    named = ["publish", "--repo", str(repository), "--ref", "live", "--path", "orders"]
    assert CliRunner().invoke(main, named).exit_code == 0
    first = open_current(config.data).manifest
    git(repository, "checkout", "-q", "live")
    (repository / "orders/news.md").write_text("# News\n\nThere is news.\n")
    pushed = commit(repository)
    builds.ask(database, "publish_at", NOW)
    built = build_next(database, Config())
    assert built
    assert (built.state, built.commit) == ("published", pushed), built.log
    again = open_current(config.data).manifest
    assert (again.source, again.ref, again.folder) == (first.source, "live", "orders")
