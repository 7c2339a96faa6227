"""Preparing: what depends on an article alone is done once, and again when any of it changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import write_site

from indexer import prepare
from indexer.analysis import analyse
from indexer.cache import FileCache
from indexer.prepare import Prepared, prepare_all
from indexer.rendering import GivenUp, Job, Limits
from indexer.source import Content, read_folder
from kb.articles import ParsedArticle, parse_article
from kb.config import Limits as SiteLimits
from kb.config import Site
from kb.markdown import render
from kb.page import Page

ARTICLE = """---
title: Install the app
keywords: [setup]
---

Installing takes a minute.

## On Linux

Run `snap install lamps`.
"""


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Paths of what is rendered; in this process, as test_rendering.py tests the others."""
    paths: list[str] = []

    def render_here(jobs: list[Job], _: Limits, on_done: object) -> list[Page]:
        assert callable(on_done)
        pages = []
        for job in jobs:
            paths.append(job.path)
            pages.append(render(job.body, job.path, title=job.title, first_line=job.first_line))
            on_done()
        return pages

    monkeypatch.setattr(prepare, "render_all", render_here)
    return paths


def run(folder: Path) -> tuple[Content, list[Prepared]]:
    content = read_folder(folder / "articles", Site(), SiteLimits())
    done: list[None] = []
    cache = FileCache(folder / "cache")
    prepared = prepare_all(content, cache, Limits(), lambda: done.append(None))
    assert len(done) == len(prepared) == len(content.articles)
    return content, prepared


def test_passages_know_their_article_and_their_terms(tmp_path: Path, rendered: list[str]) -> None:
    write_site(tmp_path / "articles", {"a.md": "# A\n\ntext", "install.md": ARTICLE})
    _, (_, prepared) = run(tmp_path)
    assert rendered == ["a.md", "install.md"]
    assert [passage.article for passage in prepared.passages] == [1, 1]
    assert [passage.headings for passage in prepared.passages] == [(), ("On Linux",)]
    terms = prepared.terms[1]
    assert terms.title == tuple(analyse("Install the app", "en"))
    assert terms.keywords == tuple(analyse("setup", "en"))
    assert terms.headings == tuple(analyse("On Linux", "en"))
    assert terms.body == tuple(analyse("Run snap install lamps.", "en"))


def test_words_are_kept_as_written_from_everything_that_is_searched(
    tmp_path: Path, rendered: list[str]
) -> None:
    write_site(tmp_path / "articles", {"install.md": ARTICLE})
    _, (prepared,) = run(tmp_path)
    first, second = (set(words) for words in prepared.words)
    assert {"install", "the", "app", "setup", "installing", "minute"} <= first
    assert {"install", "app", "setup", "on", "linux", "snap", "lamps"} <= second
    assert "snap" not in first


def test_what_did_not_change_is_not_rendered_again(tmp_path: Path, rendered: list[str]) -> None:
    write_site(tmp_path / "articles", {"b.md": "# B\n\ntext", "install.md": ARTICLE})
    _, first = run(tmp_path)
    _, again = run(tmp_path)
    assert again == first
    assert rendered == ["b.md", "install.md"]


def test_what_could_not_be_rendered_this_time_is_tried_again_the_next(
    tmp_path: Path, rendered: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def give_up(jobs: list[Job], _: Limits, on_done: Callable[[], None]) -> list[Page]:
        on_done()
        return [GivenUp("<p>plain</p>", (), (), (), ()) for _ in jobs]

    write_site(tmp_path / "articles", {"b.md": "# B\n\n*text*"})
    with monkeypatch.context() as overloaded:
        overloaded.setattr(prepare, "render_all", give_up)
        _, (plain,) = run(tmp_path)
    assert plain.page.html == "<p>plain</p>"
    _, (prepared,) = run(tmp_path)
    assert prepared.page.html == "<p><em>text</em></p>"
    assert rendered == ["b.md"]


def test_what_another_version_stored_is_prepared_again(tmp_path: Path, rendered: list[str]) -> None:
    write_site(tmp_path / "articles", {"install.md": ARTICLE})
    _, first = run(tmp_path)
    (stored,) = (tmp_path / "cache").glob("*/*")
    FileCache(tmp_path / "cache").put(stored.parent.name + stored.name, b'{"page": "old"}')
    _, again = run(tmp_path)
    assert again == first
    assert rendered == ["install.md"] * 2


def test_an_article_that_moved_to_another_row_keeps_what_was_prepared(
    tmp_path: Path, rendered: list[str]
) -> None:
    write_site(tmp_path / "articles", {"b.md": "# B\n\ntext"})
    run(tmp_path)
    write_site(tmp_path / "articles", {"a.md": "# A\n\ntext"})
    _, (_, moved) = run(tmp_path)
    assert rendered == ["b.md", "a.md"]
    assert [passage.article for passage in moved.passages] == [1]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a minute", "an hour"),
        ("title: Install the app", "title: Install it"),
        ("[setup]", "[setup, mount]"),
        ("keywords:", "lang: de\nkeywords:"),
        ("title: Install the app", "title: Install the app\n"),
    ],
)
def test_a_change_of_anything_that_matters_is_seen(
    old: str, new: str, tmp_path: Path, rendered: list[str]
) -> None:
    write_site(tmp_path / "articles", {"install.md": ARTICLE})
    run(tmp_path)
    write_site(tmp_path / "articles", {"install.md": ARTICLE.replace(old, new)})
    run(tmp_path)
    assert rendered == ["install.md"] * 2


def test_a_change_of_an_included_piece_is_seen(tmp_path: Path, rendered: list[str]) -> None:
    site = {"a.md": "# A\n\n{!piece.md!}\n", "include/piece.md": "one"}
    write_site(tmp_path / "articles", site)
    run(tmp_path)
    write_site(tmp_path / "articles", {"include/piece.md": "two"})
    run(tmp_path)
    write_site(tmp_path / "articles", {"include/other.md": "three"})
    run(tmp_path)
    assert rendered == ["a.md"] * 2


def test_order_pins_and_the_like_need_no_rendering(tmp_path: Path, rendered: list[str]) -> None:
    write_site(tmp_path / "articles", {"install.md": ARTICLE})
    run(tmp_path)
    changed = ARTICLE.replace("keywords:", "tags: [x]\nkeywords:").replace("---\n\n", "---\n")
    parsed = parse_article(changed.encode(), "install.md", "en")
    assert isinstance(parsed, ParsedArticle)
    assert parsed.first_line == 6  # as before, so that only the tags differ
    write_site(tmp_path / "articles", {"install.md": changed})
    run(tmp_path)
    assert rendered == ["install.md"]
