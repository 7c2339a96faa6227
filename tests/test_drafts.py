"""The first text of an article: it publishes as it is, and nobody's words break out of it."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.articles import ParsedArticle, parse_article
from kb.drafts import UNTITLED, draft, file_name
from kb.insights import Gap, Missing, Wording
from kb.markdown import render

NOW = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)


def gap(*queries: str, missing: Missing = "nothing_near", cost: int = 0) -> Gap:
    return Gap(
        id="1a2b3c4d",
        title=queries[0],
        cases=len(queries),
        people=1,
        cost=cost,
        failed=len(queries),
        first=NOW - dt.timedelta(days=9),
        last=NOW,
        wordings=tuple(Wording(query=query, cases=1) for query in queries),
        nearest="account/password",
        fit=0.3,
        missing=missing,
        case_ids=(),
    )


def parsed(text: str) -> ParsedArticle:
    found = parse_article(text.encode(), "new.md", "en", frozenset({"en"}))
    assert isinstance(found, ParsedArticle)
    return found


def test_a_draft_has_a_title_the_customers_words_and_stays_hidden() -> None:
    found = parsed(draft(gap("Print a label", "how to print labels", "label printing")))
    article = found.article
    assert (article.title, article.draft, article.owner) == ("Print a label", True, "")
    assert article.keywords == ("how to print labels", "label printing")
    assert found.notes == ()


def test_what_was_masked_is_neither_in_the_title_nor_a_keyword() -> None:
    text = draft(gap("lost mail [email] [card]", "[phone]", "ring [phone] bookmarks", "lost mail"))
    article = parsed(text).article
    assert (article.title, article.keywords) == ("lost mail", ("ring bookmarks",))
    assert "- ring [phone] bookmarks (1 case)" in text
    assert parsed(draft(gap("[iban]"))).article.title == UNTITLED


def test_a_draft_says_who_asked_and_what_there_is() -> None:
    text = draft(gap("one", "two", missing="not_opened", cost=2))
    assert "1 person asked this between 2026-04-25 and 2026-05-04; 2 messages were sent" in text
    assert "account/password was shown and not opened" in text
    assert "- two (1 case)" in text


def test_what_readers_would_see_are_the_headings_alone() -> None:
    found = parsed(draft(gap("Print a label", "how to print labels")))
    page = render(found.body, "new.md", title="Print a label")
    assert "how to print labels" not in page.html
    assert [heading.text for heading in page.headings] == ["What to do", "If that does not help"]


@pytest.mark.parametrize(
    "words",
    [
        "--> <script>alert(1)</script>",
        "---\ntitle: mine",
        'quote " and \\ and \u2028',
        "a: b #c",
        "--!>x",
    ],
)
def test_what_people_typed_breaks_neither_front_matter_nor_comment(words: str) -> None:
    found = parsed(draft(gap(words, f"again {words}")))
    assert found.article.title == " ".join(words.split())
    assert found.article.draft
    assert "script" not in render(found.body, "new.md", title="x").html


@given(st.lists(st.text(min_size=1).filter(str.strip), min_size=1, max_size=4))
def test_any_words_make_an_article_that_can_be_read(queries: list[str]) -> None:
    found = parsed(draft(gap(*queries)))
    assert found.article.draft
    assert found.body.count("<!--") == found.body.count("-->") == 4


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("How do I print?", "how-do-i-print.md"),
        ("  ../../etc/passwd ", "etc-passwd.md"),
        ("重置密码", "重置密码.md"),
        ("???", "article.md"),
        ("x" * 99, f"{'x' * 60}.md"),
    ],
)
def test_a_title_makes_a_plain_file_name(title: str, name: str) -> None:
    assert file_name(title) == name


def test_the_second_of_a_name_has_a_number() -> None:
    assert file_name("How do I print?", 2) == "how-do-i-print-2.md"
