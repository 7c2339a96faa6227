"""The report as one file: all is in it, nothing is fetched, and nothing of a visitor acts."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from lessons import copy_of
from stores import NOW, done, shown, visit
from test_gaps import GLASS
from traffic import simulate

from kb.cli import main
from kb.cli.report import report
from kb.config import Config, Site
from kb.overview import overview
from kb.store.database import Database
from kb.store.journal import record
from kb.store.windows import Window
from webapp.dashboard_words import day
from webapp.report_page import Sent, report_page

DAY = dt.timedelta(days=1)
CONFIG = Config(site=Site(name="Lamp <Help>"))


@pytest.fixture
def store(sqlite_url: str) -> Database:
    return Database.open(sqlite_url)


def page_of(database: Database) -> str:
    found = overview(database, Window(NOW.replace(month=1), NOW + DAY), NOW + DAY)
    return report_page(CONFIG, Sent(found, None, {}, (), {}))


def test_the_page_needs_nothing_from_elsewhere(store: Database) -> None:
    simulate(store, 300)
    page = page_of(store)
    markup = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert re.findall(r"""\s(?:src|href|action|data)=["']?(?!#|data:)[^\s>"']+""", markup) == []
    fetched = re.findall(r"url\((?!data:)[^)]*\)|@import", page)
    assert fetched == []
    assert "default-src 'none'" in page
    assert "uPlot" in page


def test_the_page_names_the_site_and_its_figures(store: Database) -> None:
    simulate(store, 300)
    page = page_of(store)
    assert "Lamp &lt;Help&gt;" in page
    assert "What to write next" in page
    assert "<a " not in page


def test_what_a_visitor_wrote_is_text(store: Database) -> None:
    wrote = done("not_resolved", 5, comment="</style><script>alert(1)</script>")
    record(store, [shown("i1")], [wrote])
    page = page_of(store)
    assert "<script>alert" not in page
    assert "&lt;/style&gt;&lt;script&gt;alert(1)" in page


def test_a_site_that_nobody_visited_has_a_page_too(store: Database) -> None:
    page = page_of(store)
    assert "Appear with the first searches." in page


def test_the_command_writes_the_file_and_says_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: Database
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KB_DATABASE_URL", store.engine.url.render_as_string())
    result = CliRunner().invoke(report, ["--html", "report.html"])
    assert result.exit_code == 0, result.output
    assert "report.html" in result.stderr
    assert (tmp_path / "report.html").read_text().startswith("<!doctype html>")


def test_its_gaps_are_of_its_own_days(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, now = copy_of(shop, tmp_path / "data"), dt.datetime.now(dt.UTC)
    database = Database.open(f"sqlite:///{data / 'kb.db'}")
    for days in (1, 45):
        for number, query in enumerate(GLASS):
            who = visit(f"case-{days}-{number}", f"visitor-{days}-{number}")
            one = shown(f"i-{days}-{number}", visit=who, query=query)
            record(database, [replace(one, at=now - dt.timedelta(days=days))], [])
    database.close()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KB_DATA", str(data))
    assert CliRunner().invoke(main, ["learn"]).exit_code == 0  # keeps those of 28 and of 90 days
    for words, people in (((), 4), (("--since", f"{now - dt.timedelta(days=50):%Y-%m-%d}"), 8)):
        assert CliRunner().invoke(main, ["report", "--html", "report.html", *words]).exit_code == 0
        text = Path("report.html").read_text(encoding="utf-8").replace("\u00a0", " ")
        assert f"{people} people, 0 tickets sent" in text
        since = now - dt.timedelta(days=50 if words else 30)
        assert f"Cases since {day(since)}, from everywhere, as of {day(now)}" in text


def test_without_a_model_gaps_are_left_out_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(report, ["--html", "report.html"])
    assert result.exit_code == 0
    assert "Gaps are left out: " in result.stderr


def test_a_file_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: Database
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KB_DATABASE_URL", store.engine.url.render_as_string())
    result = CliRunner().invoke(report, ["--html", "no/such/folder.html"])
    assert "no/such/folder.html" in str(result.exception)
