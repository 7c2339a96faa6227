"""A repository that is looked at now and then, where no git host can call."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from test_building import ON_ONE, commit, config, git, repository, with_mail  # noqa: F401 - fixtures
from ticketing import free_port, mail_server, smtp

from indexer.pointer import read_pointer, roll_back
from kb.builds import Build
from kb.cli import main
from kb.cli.telling import Teller
from kb.cli.watch import Watching, watch
from kb.config import Config
from kb.store import builds, untold
from kb.store.database import Database


@pytest.fixture
def watching(config: Config, database: Database) -> Watching:  # noqa: F811 - the fixture
    return Watching(database, config)


def break_something(repository: Path) -> str:  # noqa: F811
    """Push an article that cannot be published."""
    (repository / "broken.md").write_bytes(b"# Broken\n\n\xff\xfe")
    return commit(repository)


def state(built: Build | None) -> tuple[str, str | None]:
    """How a build ended, and of which commit."""
    assert built
    return built.state, built.commit


def look_and_tell(watching: Watching, config: Config) -> Build | None:  # noqa: F811
    """Look once, and tell everybody what there is to tell, as ``kb watch --once`` does."""
    with Teller(config) as teller:
        built = watching.look()
        if built:
            teller.tell(built)
        teller.finish()
    return built


def test_news_is_published_once(watching: Watching, repository: Path) -> None:  # noqa: F811
    assert state(watching.look())[0] == "published"
    assert watching.look() is None
    (repository / "news.md").write_text("# News\n\nThere is news.\n")
    pushed = commit(repository)
    assert state(watching.look()) == ("published", pushed)


@ON_ONE
def test_what_was_rolled_back_stays_so_until_there_is_another_commit(
    config: Config,  # noqa: F811
    watching: Watching,
    repository: Path,  # noqa: F811
) -> None:
    first = watching.look()
    (repository / "news.md").write_text("# News\n\nThis is wrong.\n")
    commit(repository)
    watching.look()
    assert first
    assert roll_back(config.data) == first.snapshot
    assert watching.look() is None
    assert read_pointer(config.data) == first.snapshot
    (repository / "news.md").write_text("# News\n\nThis is right.\n")
    pushed = commit(repository)
    assert state(watching.look()) == ("published", pushed)


@ON_ONE
def test_a_commit_that_cannot_be_published_is_tried_once(
    watching: Watching,
    repository: Path,  # noqa: F811
) -> None:
    broken = break_something(repository)
    assert state(watching.look()) == ("failed", broken)
    assert watching.look() is None


@ON_ONE
def test_a_repository_that_is_away_is_tried_again(
    config: Config,  # noqa: F811
    database: Database,
    capsys: pytest.CaptureFixture[str],
) -> None:
    away = config.git.model_copy(update={"repo": "http://127.0.0.1:9/help.git"})
    watching = Watching(database, config.model_copy(update={"git": away}))
    assert watching.look() is None
    assert "trying again" in capsys.readouterr().err
    assert read_pointer(config.data) is None


@ON_ONE
def test_a_folder_that_a_push_took_away_is_told_once_and_found_again(
    config: Config,  # noqa: F811
    database: Database,
    repository: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KB_GIT__PATH", "orders")
    git(repository, "mv", "orders", "parcels")
    moved = commit(repository)
    with mail_server() as (mailbox, port):
        mailed = with_mail(Config(), port)
        watching = Watching(database, mailed)
        assert state(look_and_tell(watching, mailed)) == ("failed", moved)
        assert watching.look() is None
    (mail,) = mailbox.mails
    assert "path 'orders': no such folder" in mail.get_content()
    assert f"Commit: {moved}" in mail.get_content()
    git(repository, "mv", "parcels", "orders")
    back = commit(repository)
    assert state(watching.look()) == ("published", back)


@ON_ONE
@pytest.mark.parametrize("pushed", [True, False], ids=["with a push", "as it was"])
def test_a_branch_that_is_gone_is_told_once_and_again_after_it_was_back(
    config: Config,  # noqa: F811
    database: Database,
    repository: Path,  # noqa: F811
    pushed: bool,
) -> None:
    with mail_server() as (mailbox, port):
        mailed = with_mail(config, port)
        watching = Watching(database, mailed)
        assert state(look_and_tell(watching, mailed))[0] == "published"
        for times in (1, 2):
            git(repository, "branch", "-m", "main", "trunk")
            assert state(look_and_tell(watching, mailed)) == ("failed", None)
            assert look_and_tell(watching, mailed) is None
            assert len(mailbox.mails) == times
            git(repository, "branch", "-m", "trunk", "main")
            if pushed:
                (repository / "news.md").write_text(f"# News {times}\n\nThere is news.\n")
                commit(repository)
            back = look_and_tell(watching, mailed)
            assert (back.state if back else None) == ("published" if pushed else None)
    assert "ref 'main': no such branch" in mailbox.mails[1].get_content()
    first, second = (one["Message-ID"] for one in mailbox.mails)
    assert first != second


@ON_ONE
def test_a_branch_that_is_back_as_it_was_is_mended_and_nobody_need_hear_any_more(
    config: Config,  # noqa: F811
    database: Database,
    repository: Path,  # noqa: F811
) -> None:
    mailed = with_mail(config, free_port())
    watching = Watching(database, mailed)
    watching.look()
    git(repository, "branch", "-m", "main", "trunk")
    look_and_tell(watching, mailed)
    git(repository, "branch", "-m", "trunk", "main")
    assert watching.look() is None
    assert not untold.is_due(database, dt.datetime.now(dt.UTC) + dt.timedelta(days=1))


@ON_ONE
def test_a_repository_that_is_not_mounted_is_told_once_and_found_again(
    watching: Watching,
    repository: Path,  # noqa: F811
) -> None:
    away = repository.rename(repository.with_name("elsewhere"))
    built = watching.look()
    assert state(built) == ("failed", None)
    assert built
    assert "no such folder" in built.log
    assert watching.look() is None
    away.rename(repository)
    assert state(watching.look()) == ("published", git(repository, "rev-parse", "HEAD"))


@ON_ONE
def test_a_command_that_looks_once_tells_everybody_before_it_ends(
    config: Config,  # noqa: F811
    database: Database,
    repository: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    break_something(repository)
    monkeypatch.setenv("KB_GIT__NOTIFY", '["ann@example.com", "bob@example.com"]')
    with mail_server() as (mailbox, port):
        for name, value in smtp(port).items():
            monkeypatch.setenv(f"KB_CONTACT__SMTP__{name.upper()}", str(value))
        result = CliRunner().invoke(main, ["watch", "--once"])
    assert result.exit_code == 1, result.output
    assert [one["To"] for one in mailbox.mails] == ["ann@example.com", "bob@example.com"]
    assert "kb-telling" not in [one.name for one in threading.enumerate()]


@ON_ONE
def test_the_command_goes_on_where_a_push_can_mend_it(
    config: Config,  # noqa: F811
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pauses = iter([None])
    monkeypatch.setenv("KB_GIT__REF", "no-such-branch")
    monkeypatch.setattr("kb.cli.watch.time", SimpleNamespace(sleep=lambda _: next(pauses)))
    with pytest.raises(StopIteration):
        CliRunner().invoke(main, ["watch"], catch_exceptions=False)
    assert [one.state for one in builds.recent(database, 9)] == ["failed"], "after two looks"


@ON_ONE
def test_the_command_ends_where_no_push_can_mend_it(
    config: Config,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KB_GIT__REPO", "ftp://example.com/help.git")
    result = CliRunner().invoke(main, ["watch", "--once"])
    assert (result.exit_code, "neither an address" in result.stderr) == (2, True)


def test_what_to_watch_must_be_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(watch, ["--once"])
    assert result.exit_code != 0
    assert "git.repo" in str(result.exception)
