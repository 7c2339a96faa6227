"""A repository that is looked at now and then, where no git host can call."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from test_building import commit, config, git, repository  # noqa: F401 - fixtures

from indexer.pointer import read_pointer, roll_back
from kb.cli.watch import look, watch
from kb.config import Config
from kb.store.database import Database


def test_news_is_published_once(
    config: Config,  # noqa: F811 - the fixture
    database: Database,
    repository: Path,  # noqa: F811
) -> None:
    first = look(database, config)
    assert first
    assert first.state == "published"
    assert look(database, config) is None
    (repository / "news.md").write_text("# News\n\nThere is news.\n")
    pushed = commit(repository)
    second = look(database, config)
    assert second
    assert (second.state, second.commit) == ("published", pushed)


def test_what_was_rolled_back_stays_so_until_there_is_another_commit(
    config: Config,  # noqa: F811
    database: Database,
    repository: Path,  # noqa: F811
) -> None:
    first = look(database, config)
    (repository / "news.md").write_text("# News\n\nThis is wrong.\n")
    commit(repository)
    look(database, config)
    assert first
    assert roll_back(config.data) == first.snapshot
    assert look(database, config) is None
    assert read_pointer(config.data) == first.snapshot
    (repository / "news.md").write_text("# News\n\nThis is right.\n")
    pushed = commit(repository)
    mended = look(database, config)
    assert mended
    assert (mended.state, mended.commit) == ("published", pushed)


def test_a_commit_that_cannot_be_published_is_tried_once(
    config: Config,  # noqa: F811
    database: Database,
    repository: Path,  # noqa: F811
) -> None:
    (repository / "broken.md").write_bytes(b"# Broken\n\n\xff\xfe")
    broken = commit(repository)
    built = look(database, config)
    assert built
    assert (built.state, built.commit) == ("failed", broken)
    assert look(database, config, failed=broken) is None


def test_a_repository_that_is_away_is_tried_again(
    config: Config,  # noqa: F811
    database: Database,
    capsys: pytest.CaptureFixture[str],
) -> None:
    away = config.git.model_copy(update={"repo": "http://127.0.0.1:9/help.git"})
    assert look(database, config.model_copy(update={"git": away})) is None
    assert "trying again" in capsys.readouterr().err
    assert read_pointer(config.data) is None


def test_what_to_watch_must_be_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(watch, ["--once"])
    assert result.exit_code != 0
    assert "git.repo" in str(result.exception)
