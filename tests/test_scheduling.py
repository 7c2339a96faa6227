"""Articles that appear by themselves, whatever kept the build from it the first time."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import SHOP, publish_folder, write_site

from indexer.pointer import read_pointer, roll_back
from kb.cli.scheduling import Schedule
from kb.config import Config
from kb.store import builds
from kb.store.database import Database

DUE = dt.datetime(2999, 1, 1, tzinfo=dt.UTC)
SOON = "---\npublish_at: 2999-01-01\n---\n# News\n\nThere is news.\n"


@pytest.fixture
def config(data: Path, tmp_path: Path, database: Database) -> Config:
    """Settings of a site in which an article is to appear later."""
    write_site(tmp_path / "articles", {**SHOP, "news.md": SOON})
    publish_folder(tmp_path / "articles", data)
    url = database.engine.url.render_as_string(hide_password=False)
    return Config(data=data, articles=tmp_path / "articles", database_url=url)


def test_a_build_is_asked_for_when_the_time_has_come(config: Config, database: Database) -> None:
    schedule = Schedule(config)
    assert not schedule.ask_when_due(DUE - dt.timedelta(minutes=1))
    assert schedule.ask_when_due(DUE)
    assert builds.recent(database, 1)[0].reason == "publish_at"
    assert not schedule.ask_when_due(DUE + dt.timedelta(minutes=1)), "its build may be at work"


def test_an_article_that_did_not_appear_is_asked_for_again_less_and_less_often(
    config: Config, database: Database
) -> None:
    schedule = Schedule(config)
    asked = [
        minute
        for minute in range(48 * 60)
        if schedule.ask_when_due(DUE + dt.timedelta(minutes=minute))
    ]
    pauses = [later - earlier for earlier, later in pairwise(asked)]
    assert pauses[:4] == [5, 10, 20, 40]
    assert max(pauses) == 6 * 60
    assert asked[-1] > 40 * 60, "it never gives up"


def test_what_was_rolled_back_is_not_published_again_by_itself(
    config: Config, database: Database
) -> None:
    first = read_pointer(config.data)
    write_site(config.articles, {"wrong.md": "# Wrong\n\nBad advice.\n"})
    publish_folder(config.articles, config.data)
    assert roll_back(config.data) == first
    assert not Schedule(config).ask_when_due(DUE)
    assert builds.recent(database, 1) == ()
    publish_folder(config.articles, config.data)
    assert Schedule(config).ask_when_due(DUE)
