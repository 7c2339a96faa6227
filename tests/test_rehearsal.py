"""A rehearsal is a publish that nobody sees, and that leaves its work to the next one."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import SHOP, Silence, publish_folder, write_site

from indexer.cache import FileCache
from indexer.lock import publishing
from indexer.pointer import open_current, read_pointer, snapshot_ids
from indexer.prepare import Prepared, prepare_all
from indexer.rehearsal import Encoded, encode, rehearsed
from indexer.rendering import Limits
from indexer.source import Content, read_folder
from kb.config import Config
from kb.errors import BusyError


@pytest.fixture
def config(data: Path) -> Config:
    return Config(data=data)


@pytest.fixture
def content(tmp_path: Path, config: Config) -> Content:
    return read_folder(write_site(tmp_path / "articles", SHOP), config.site, config.limits)


def prepared(content: Content, config: Config) -> list[Prepared]:
    return prepare_all(
        content, FileCache(config.data / "cache" / "articles"), Limits(), lambda: None
    )


def encoded(content: Content, config: Config) -> Encoded:
    found = encode(content, prepared(content, config), config, Silence())
    assert found
    return found


def test_only_the_first_time_is_anything_encoded(content: Content, config: Config) -> None:
    first = encoded(content, config)
    again = encoded(content, config)
    assert first.new > 0
    assert again.new == 0
    assert (again.passages == first.passages).all()


def test_a_publish_finds_everything_encoded(
    content: Content, config: Config, tmp_path: Path
) -> None:
    encoded(content, config)
    assert publish_folder(tmp_path / "articles", config.data).encoded == 0


def test_nothing_is_encoded_while_another_process_publishes(
    content: Content, config: Config
) -> None:
    with publishing(config.data), pytest.raises(BusyError):
        encoded(content, config)


def test_a_rehearsal_serves_nothing_and_leaves_no_snapshot(
    content: Content, config: Config
) -> None:
    with rehearsed(content, config, lambda *_: (), Silence()) as (snapshot, report):
        assert len(snapshot.articles) == report.articles == len(SHOP)
        folder = snapshot.folder
        assert folder.is_dir()
    assert not folder.exists()
    assert read_pointer(config.data) is None
    assert snapshot_ids(config.data) == []


def test_a_rehearsal_says_what_a_publish_would_serve(
    content: Content, config: Config, tmp_path: Path
) -> None:
    published = publish_folder(tmp_path / "articles", config.data)
    with rehearsed(content, config, lambda *_: (), Silence()) as (snapshot, report):
        assert report.encoded == 0
        assert snapshot.texts == open_current(config.data).texts
        assert report.passages == published.passages


def test_without_a_model_there_are_no_vectors(content: Content, config: Config) -> None:
    without = config.model_copy(update={"model": str(config.data / "no-such-model")})
    assert encode(content, prepared(content, config), without, Silence()) is None
