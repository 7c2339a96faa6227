"""``kb preview``: what a writer saves is shown at once, and nothing else in the world changes."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import Silence, publish_folder, write_site
from flask import Flask
from flask.testing import FlaskClient
from stores import done, shown, visit

from indexer.lock import previewing as alone
from indexer.preview import Ground, build, own_settings
from indexer.publish import Progress
from indexer.rehearsal import share
from indexer.rendering import Job
from indexer.watching import Changes, changes, look
from kb.cli import main
from kb.config import Config
from kb.markdown import render
from kb.page import Page
from kb.store.cases import settle
from kb.store.database import Database
from kb.store.journal import record
from webapp.preview import TYPED_DAYS, around, create_preview
from webapp.previewing import Previewing

SITE = {
    "refunds.md": "# Refunds\n\nMoney comes back in 14 days. Ask [us](secret.md).\n",
    "shipping.md": "# Shipping\n\nWe ship lamps anywhere.\n",
    "draft.md": "---\ndraft: true\n---\n# Gift cards\n\nNot ready.\n",
    "secret.md": "---\nvisibility: internal\n---\n# For agents\n\nUp to 500 EUR.\n",
    "later.md": "---\npublish_at: 2999-01-01\n---\n# The new lamp\n\nIt is bright.\n",
}


LOCAL = {"SERVER_NAME": "127.0.0.1"}


class Writer:
    """Somebody who writes: saves files, and looks at the pages."""

    def __init__(self, folder: Path, config: Config) -> None:
        self.folder = folder
        self.previewing = Previewing(folder, own_settings(config))
        self.previewing.build(Silence())
        app = create_preview(own_settings(config), self.previewing, config.database)
        self.client: FlaskClient = app.test_client()
        self._seen = look(folder)

    def save(self, path: str, text: str) -> None:
        """Save a file; the preview looks, and builds nothing yet."""
        write_site(self.folder, {path: text})
        self.look()

    def look(self) -> None:
        """Let the preview notice what changed."""
        now = look(self.folder)
        self.previewing.notice(changes(self._seen, now), _render)
        self._seen = now

    def build(self) -> None:
        self.previewing.build(Silence())

    def page(self, path: str = "/articles/refunds") -> str:
        return self.client.get(path).text


def _render(job: Job) -> Page:
    return render(job.body, job.path, title=job.title, first_line=job.first_line)


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Path:
    """A data folder whose caches know the articles that every test begins with."""
    folder = tmp_path_factory.mktemp("rendered")
    (folder / "models").symlink_to(models)
    publish_folder(write_site(tmp_path_factory.mktemp("site"), SITE), folder)
    return folder


@pytest.fixture
def config(tmp_path: Path, rendered: Path) -> Config:
    share(rendered, tmp_path / "data")
    return Config(data=tmp_path / "data", articles=tmp_path / "articles")


@pytest.fixture
def writer(tmp_path: Path, config: Config, monkeypatch: pytest.MonkeyPatch) -> Writer:
    monkeypatch.chdir(tmp_path)
    return Writer(write_site(tmp_path / "articles", SITE), config)


# What is shown


def test_hidden_articles_are_there_and_marked(writer: Writer) -> None:
    for path, mark in (
        ("draft", "Draft"),
        ("secret", "Internal"),
        ("later", "From 1 January 2999"),
    ):
        page = writer.page(f"/articles/{path}")
        assert f'<span class="hidden-mark">{mark}</span></h1>' in page
        assert f"articles/{path}.md" in page
    assert 'href="/articles/secret"' in writer.page()
    assert "/articles/draft" in writer.page("/search?q=gift+cards")


def test_what_is_saved_is_shown_before_anything_is_built(writer: Writer) -> None:
    before = writer.previewing.version
    writer.save(
        "refunds.md", "# Money back\n\nIn 30 days. [Ship](shipping.md)\n\n## When\n\nSoon.\n"
    )
    page = writer.page()
    assert "<h1>Money back" in page
    assert "In 30 days" in page
    assert 'href="/articles/shipping"' in page
    assert 'id="when"' in page
    assert writer.previewing.version > before
    assert "Money back" in writer.page("/categories/")


def test_search_and_new_and_removed_articles_follow_with_the_build(writer: Writer) -> None:
    writer.save("refunds.md", "# Refunds\n\nAsk the ombudsman.\n")
    writer.save("new.md", "# Warranty\n\nTwo years.\n")
    (writer.folder / "shipping.md").unlink()
    writer.look()
    assert writer.client.get("/articles/new").status_code == 404
    writer.build()
    assert "Two years" in writer.page("/articles/new")
    assert writer.client.get("/articles/shipping").status_code == 404
    assert "/articles/refunds" in writer.page("/search?q=ombudsman")


def test_what_is_saved_during_a_build_is_not_lost_by_it(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(folder: Path, config: Config, progress: Progress) -> Ground:
        ground = build(folder, config, progress)
        writer.save("refunds.md", "# Refunds\n\nSaved meanwhile.\n")
        return ground

    monkeypatch.setattr("webapp.previewing.build", slow)
    writer.build()
    assert "Saved meanwhile" in writer.page()


# What to mend


def test_an_error_is_shown_on_every_page_with_its_line_and_the_text_around_it(
    writer: Writer,
) -> None:
    writer.save("refunds.md", "---\ntitle: Refunds\norder: [1\n---\n\nText.\n")
    for path in ("/", "/articles/refunds", "/articles/shipping", "/search", "/articles/nowhere"):
        page = writer.page(path)
        assert "This cannot be published." in page
        assert "articles/refunds.md:" in page
        assert '<li value="3">' in page
        assert "order: [1" in page
        assert "to mend in this file" not in page
    assert "Money comes back in 14 days" in writer.page()
    writer.build()
    assert "This cannot be published." in writer.page()
    assert "Money comes back in 14 days" in writer.page()
    writer.save("refunds.md", "# Refunds\n\nMended.\n")
    assert "This cannot be published." not in writer.page()
    assert "Mended" in writer.page()


def test_an_error_goes_with_its_file(writer: Writer) -> None:
    writer.save("list.md", "---\n- a\n---\n# B\n")
    writer.build()
    assert "This cannot be published." in writer.page()
    (writer.folder / "list.md").unlink()
    writer.look()
    assert "This cannot be published." not in writer.page()
    writer.build()
    assert "This cannot be published." not in writer.page()


def test_what_is_saved_before_a_build_that_fails_is_still_shown(writer: Writer) -> None:
    writer.save("refunds.md", "# Refunds\n\nIn 30 days.\n")
    writer.save("list.md", "---\n- a\n---\n# B\n")
    writer.build()
    assert "In 30 days" in writer.page()
    assert "articles/list.md:" in writer.page()


def test_two_articles_of_one_address_are_told_of_though_one_is_a_draft(writer: Writer) -> None:
    writer.save("other.md", "---\nslug: shipping\ndraft: true\n---\n# Other\n")
    writer.build()
    assert "slug &#39;shipping&#39; (en) is already that of shipping.md" in writer.page()
    writer.save("other.md", "---\nslug: shipping\n---\n# Other\n")
    writer.build()
    assert "slug &#39;shipping&#39; (en) is already that of" in writer.page()
    assert "We ship lamps anywhere" in writer.page("/articles/shipping")


def test_findings_of_a_file_are_on_its_page_at_once(writer: Writer) -> None:
    assert "Nothing to mend in this file" in writer.page()
    writer.save("refunds.md", "# Refunds\n\n![](gone.png)\n\n[x](nowhere.md)\n")
    page = writer.page()
    assert "3 to mend in this file" in page
    assert "articles/refunds.md:5" in page
    assert "nowhere.md" in page
    assert "Nothing to mend in this file" in writer.page("/articles/shipping")
    writer.build()
    assert "articles/refunds.md:5" in writer.page()


def test_a_picture_that_was_just_added_is_not_missing(writer: Writer) -> None:
    (writer.folder / "lamp.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    writer.save("refunds.md", "# Refunds\n\n![A lamp](lamp.png)\n")
    assert "Nothing to mend in this file" in writer.page()
    writer.build()
    assert "lamp.png" in writer.page()


def test_files_without_a_page_are_told_of_on_the_others(writer: Writer) -> None:
    writer.save("untitled.md", "No title.\n")
    writer.build()
    assert "1 to mend in files without a page" in writer.page("/")
    assert "articles/untitled.md:1" in writer.page("/")


def test_nothing_can_be_shown_of_articles_that_were_never_good(
    tmp_path: Path, config: Config
) -> None:
    folder = write_site(tmp_path / "articles", {"list.md": "---\n- a\n---\n# B\n"})
    writer = Writer(folder, config)
    page = writer.client.get("/")
    assert page.status_code == 503
    assert "list.md:" in page.text
    writer.save("list.md", "# B\n\nGood.\n")
    writer.build()
    assert "Good" in writer.page("/articles/list")


@pytest.mark.parametrize(("line", "numbers"), [(1, [1, 2, 3]), (5, [3, 4, 5]), (9, [])])
def test_lines_around_a_place_are_those_that_are_there(
    tmp_path: Path, line: int, numbers: list[int]
) -> None:
    write_site(tmp_path, {"a.md": "1\n2\n3\n4\n5\n"})
    assert [one.number for one in around(tmp_path, "a.md", line)] == numbers
    assert around(tmp_path, "gone.md", line) == ()


# What customers type


def test_what_customers_type_comes_from_the_sites_database(writer: Writer, config: Config) -> None:
    assert "What customers type" not in writer.page()
    database = Database.open(config.database)
    yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    for number, query in enumerate(("money back", "money back", "return it")):
        who = visit(f"case-{number}", f"visitor-{number}")
        one = replace(shown(f"i{number}", visit=who, query=query), at=yesterday)
        opened = done("open", visit=who, article="refunds", impression=f"i{number}")
        record(database, [one], [replace(opened, at=yesterday)])
    settle(database, dt.datetime.now(dt.UTC))
    database.close()
    page = writer.page()
    assert f"The last {TYPED_DAYS} days: of 3 people" in page
    assert "<tr><td>money back</td><td>2</td></tr>" in page
    assert "What customers type" not in writer.page("/articles/shipping")


# Nothing else changes


def _files(folder: Path) -> dict[str, str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def test_nothing_of_the_site_is_written_to(tmp_path: Path, config: Config) -> None:
    folder = write_site(tmp_path / "articles", SITE)
    publish_folder(folder, config.data)
    Database.open(config.database).close()
    before = _files(config.data)
    writer = Writer(folder, config)
    writer.save("refunds.md", "# Refunds\n\nOther words.\n")
    writer.build()
    for path in ("/", "/articles/refunds", "/search?q=refund", "/api/v1/search?q=refund"):
        assert writer.client.get(path).status_code == 200
    after = _files(config.data)
    kept = {name: after.get(name) for name in before if "/cache/" not in name}
    assert kept == {name: before[name] for name in kept}
    new = {Path(name).relative_to(config.data).parts[0] for name in after.keys() - before.keys()}
    assert new <= {"preview", "cache", "kb.db-shm", "kb.db-wal"}
    assert not (config.data / "preview" / "kb.db").exists()


def test_nothing_is_sent_or_counted(writer: Writer) -> None:
    page = writer.page()
    assert 'class="ask"' not in page
    assert "/contact" not in page
    for path in ("/contact", "/dashboard", "/widget.js"):
        assert writer.client.get(path).status_code == 404
    assert writer.client.post("/api/v1/events", json={}).status_code == 403
    answer = writer.client.get("/api/v1/search?q=refund").json
    assert answer
    assert answer["impression"] is None
    assert writer.client.get("/search?q=refund").headers.getlist("Set-Cookie") == []


def test_no_other_sites_page_reads_what_is_internal(writer: Writer) -> None:
    for site in ("cross-site", "same-site"):
        answer = writer.client.get("/articles/secret", headers={"Sec-Fetch-Site": site})
        assert answer.status_code == 403
        assert "500 EUR" not in answer.text
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document"}
    assert writer.client.get("/articles/secret", headers=followed).status_code == 200
    rebound = writer.client.get(
        "/articles/secret", headers={"Host": "evil.example"}, environ_overrides=LOCAL
    )
    assert rebound.status_code == 403
    assert "500 EUR" not in rebound.text


def test_nothing_keeps_a_page(writer: Writer) -> None:
    answer = writer.client.get("/articles/secret")
    assert answer.headers["Cache-Control"] == "private, no-store"


# How pages follow


def test_a_page_is_told_as_soon_as_something_else_is_shown(writer: Writer) -> None:
    version = writer.previewing.version
    assert writer.client.get(f"/preview/changes?since={version - 1}").json == {"version": version}
    assert writer.previewing.wait(version, 0) == version
    name = writer.client.head("/articles/refunds").headers["Preview-Page"]
    assert f'data-page="{name}" data-version="{version}"' in writer.page()
    writer.save("shipping.md", "# Shipping\n\nNowhere.\n")
    assert writer.previewing.wait(version, 0) == version + 1
    assert writer.client.head("/articles/refunds").headers["Preview-Page"] == name
    assert writer.client.head("/articles/shipping").headers["Preview-Page"] != name


def test_files_are_noticed_by_what_happened_to_them(tmp_path: Path) -> None:
    write_site(tmp_path, {"a.md": "1", "b.md": "1", "c/d.md": "1", ".git/x": "1"})
    before = look(tmp_path)
    assert sorted(before) == ["a.md", "b.md", "c/d.md"]
    assert not changes(before, look(tmp_path))
    write_site(tmp_path, {"a.md": "22", "e.md": "1"})
    (tmp_path / "b.md").unlink()
    (write_site(tmp_path, {"c/new": "1"}) / "c/new").replace(tmp_path / "c/d.md")
    assert changes(before, look(tmp_path)) == Changes(("a.md", "c/d.md", "e.md"), ("b.md",))


# The command


@pytest.fixture
def running(tmp_path: Path, config: Config) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """``kb preview`` on the articles, and its address."""
    write_site(tmp_path / "articles", SITE)
    environment = {**os.environ, "KB_DATA": str(config.data)}
    environment["PYTHONPATH"] = str(Path(__file__).parents[1])
    command = [sys.executable, "-W", "error", "-m", "kb", "preview", "--port", "0"]
    # A program that was started in the background ignores Ctrl-C, and so would what it starts.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True
    )
    signal.signal(signal.SIGINT, before)
    assert process.stderr
    said = next(line for line in process.stderr if "Preview on" in line)
    yield process, said.split()[2]
    if process.poll() is None:
        process.kill()
        process.communicate()


def test_the_command_follows_the_files_until_it_is_stopped(
    running: tuple[subprocess.Popen[str], str], tmp_path: Path
) -> None:
    process, address = running
    page = urllib.request.urlopen(f"{address}articles/refunds").read().decode()
    version = page.partition('data-version="')[2].partition('"')[0]
    write_site(tmp_path / "articles", {"refunds.md": "# Refunds\n\nSaved just now.\n"})
    urllib.request.urlopen(f"{address}preview/changes?since={version}").read()
    page = urllib.request.urlopen(f"{address}articles/refunds").read().decode()
    assert "Saved just now" in page
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode == 0
    assert said == ""


def test_the_terminal_names_the_line_that_keeps_articles_from_being_shown(
    tmp_path: Path, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_site(tmp_path / "articles", SITE)
    (tmp_path / "articles/broken.md").write_bytes(b"# Broken\n\n\xff")
    monkeypatch.chdir(tmp_path)
    served: list[Flask] = []
    monkeypatch.setattr("webapp.preview.serve", lambda app, _: served.append(app))
    monkeypatch.setattr("kb.cli.preview._leave", lambda: None)
    environment = {"KB_DATA": str(config.data)}
    ran = CliRunner().invoke(main, ["preview", "--port", "0"], env=environment)
    assert ran.exit_code == 0, ran.exception
    said = ran.stderr.splitlines()
    assert said[0].startswith("This cannot be published")
    assert said[1].startswith("articles/broken.md:3: byte 0xff is not UTF-8")
    assert "Preview on" in said[2]
    assert served


def test_one_preview_at_a_time_and_folders_that_are_there(tmp_path: Path, config: Config) -> None:
    environment = {"KB_DATA": str(config.data)}
    folder = str(write_site(tmp_path / "articles", SITE))
    with alone(config.data):
        ran = CliRunner().invoke(main, ["preview", folder], env=environment)
    assert ran.exit_code == 3
    assert "is previewing" in ran.stderr
    assert CliRunner().invoke(main, ["preview", "nowhere"], env=environment).exit_code == 2
