"""The report as one file: all is in it, nothing is fetched, and nothing of a visitor acts."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from stores import NOW, done, shown
from traffic import simulate

from kb.cli.report import report
from kb.config import Config, Site
from kb.overview import overview
from kb.store.database import Database
from kb.store.journal import record
from kb.store.windows import Window
from webapp.report_page import Sent, report_page

DAY = dt.timedelta(days=1)
CONFIG = Config(site=Site(name="Lamp <Help>"))


@pytest.fixture
def store(sqlite_url: str) -> Database:
    return Database.open(sqlite_url)


def page_of(database: Database) -> str:
    found = overview(database, Window(NOW.replace(month=1), NOW + DAY), NOW + DAY)
    return report_page(CONFIG, Sent(found, (), {}, (), {}))


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


def test_a_file_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: Database
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KB_DATABASE_URL", store.engine.url.render_as_string())
    result = CliRunner().invoke(report, ["--html", "no/such/folder.html"])
    assert "no/such/folder.html" in str(result.exception)
