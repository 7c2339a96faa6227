"""``kb new``: an article to begin with, which is there in a preview and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from indexer.source import read_folder
from kb.articles import ParsedArticle, parse_article
from kb.cli import main
from kb.config import Limits, Site
from kb.drafts import blank
from kb.errors import ConfigError

Run = Callable[..., Result]


@pytest.fixture
def kb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(main, list(words))


def test_an_article_is_named_by_its_title_and_printed_with_its_path(kb: Run) -> None:
    ran = kb("new", "How do I get a refund?")
    assert ran.exit_code == 0, ran.output
    assert ran.stdout == "articles/how-do-i-get-a-refund.md\n"
    text = Path(ran.stdout.strip()).read_text(encoding="utf-8")
    assert text.startswith('---\ntitle: "How do I get a refund?"\n')


def test_it_is_a_draft_that_publish_takes_without_a_word(kb: Run) -> None:
    kb("new", "Refunds", "--into", "articles/billing")
    content = read_folder(Path("articles"), Site(), Limits())
    (parsed,) = content.hidden
    assert content.notes == ()
    assert parsed.article.draft
    assert parsed.article.category == "billing"
    assert "## What to do" in parsed.body


def test_what_is_there_is_never_overwritten(kb: Run) -> None:
    first, second = (kb("new", "Refunds").stdout.strip() for _ in range(2))
    assert (first, second) == ("articles/refunds.md", "articles/refunds-2.md")


def test_a_title_of_nothing_and_a_folder_that_is_a_file_are_mistakes(
    kb: Run, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    for words in (("new", "   "), ("new", "Refunds", "--into", "file")):
        ran = kb(*words)
        assert ran.exit_code == 2
        assert ran.stdout == ""


@given(st.text())
def test_whatever_the_title_is_it_can_be_read_again(title: str) -> None:
    try:
        text = blank(title)
    except ConfigError:
        return
    parsed = parse_article(text.encode(), "a.md", "en")
    assert isinstance(parsed, ParsedArticle)
    assert parsed.notes == ()
    assert parsed.article.title
    assert parsed.article.draft
