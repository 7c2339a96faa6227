"""A database of an older release gets what figures are counted from."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import select, text
from stores import NOW

from kb.store import builds, untold
from kb.store.cases import settle
from kb.store.database import Database
from kb.store.migrating import settings
from kb.store.moments import to_ms
from kb.store.tables import cases, impressions

AT = to_ms(NOW) - 86_400_000
LIST = {
    "id": "i1",
    "case_id": "case-1",
    "at": AT,
    "surface": "portal",
    "query": "naïve",
    "lang": "es",
    "articles": json.dumps(["one", "two"]),
    "scores": "[1, 0.5]",
    "snapshot": "s1",
    "typing": False,
}
CASE = {
    "id": "case-1",
    "started": AT,
    "last": AT,
    "surface": "portal",
    "holdout": False,
    "plain": True,
    "outcome": "failed",
    "settled": AT,
}


def old(url: str, monkeypatch: pytest.MonkeyPatch, version: str) -> Database:
    """A database as an older release left it."""
    upgrade = command.upgrade
    with monkeypatch.context() as patch:
        patch.setattr(command, "upgrade", lambda config, _: upgrade(config, version))
        return Database.open(url)


def add(database: Database, table: str, row: dict[str, Any]) -> None:
    columns, values = ", ".join(row), ", ".join(f":{name}" for name in row)
    with database.writing() as connection:
        connection.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({values})"), row)


def test_what_cases_came_to_is_worked_out_again(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = old(empty_url, monkeypatch, "0002")
    add(before, "cases", CASE)
    add(before, "impressions", LIST)
    add(before, "impressions", {**LIST, "id": "i2", "articles": "[]"})
    before.close()
    database = Database.open(empty_url)
    assert settle(database, NOW) == 1
    with database.reading() as connection:
        case = connection.execute(select(cases)).one()
        hits = connection.execute(select(impressions.c.id, impressions.c.hits).order_by("id")).all()
    database.close()
    assert (case.id, case.plain, case.outcome) == ("case-1", True, "failed")
    assert (case.lang, case.searched, case.read, case.offered) == ("es", True, False, None)
    assert [tuple(one) for one in hits] == [("i1", 2), ("i2", 0)]


def test_a_failure_of_an_older_release_is_told_to_nobody(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = old(empty_url, monkeypatch, "0004")
    add(before, "builds", {"reason": "github", "asked": AT, "state": "failed", "log": "a.md:1"})
    before.close()
    database = Database.open(empty_url)
    (kept,) = builds.recent(database, 1)
    assert (kept.log, kept.untold) == ("a.md:1", ())
    assert untold.take(database, NOW, dt.timedelta(minutes=1)) is None
    database.close()


def test_a_release_that_is_opened_again_changes_nothing(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    old(empty_url, monkeypatch, "0001").close()
    for _ in range(2):
        database = Database.open(empty_url)
        with database.reading() as connection:
            version = connection.scalar(text("SELECT version_num FROM alembic_version"))
        database.close()
        assert version == ScriptDirectory.from_config(settings()).get_current_head()
