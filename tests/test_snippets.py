"""A snippet shows the sentence that was found, and marks exactly what matched."""

from __future__ import annotations

from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import Word, analyse, words
from search.snippets import ELLIPSIS, MOST_CHARACTERS, Snippet, make_snippet

TEXT = "Open the menu. Press Reset to get a new password. It comes by mail.\nSee also: accounts."


def matches(text: str, lang: str, terms: dict[str, float]) -> list[Word]:
    return [word for word in words(text, lang) if word.term in terms]


def snippet(text: str, query: str, lang: str = "en") -> Snippet:
    terms = dict.fromkeys(analyse(query, lang), 1.0)
    return make_snippet(text, matches(text, lang, terms), terms)


def marked(found: Snippet) -> list[str]:
    return [found.text[start:end] for start, end in found.marks]


def test_it_begins_with_the_sentence_that_matches_best() -> None:
    assert snippet(TEXT, "resetting passwords").text.startswith(
        "Press Reset to get a new password."
    )


def test_inflections_are_marked() -> None:
    assert marked(snippet(TEXT, "resetting passwords")) == ["Reset", "password"]


def test_without_a_match_it_is_the_beginning() -> None:
    found = snippet(TEXT, "zebra")
    assert found.text.startswith("Open the menu.")
    assert not found.marks


def test_a_sentence_says_more_than_a_label() -> None:
    found = snippet("See: Refunds\nWe pay refunds within five working days.", "refund")
    assert found.text == "We pay refunds within five working days."


def test_a_rare_word_decides_between_sentences() -> None:
    terms = {
        **dict.fromkeys(analyse("mail", "en"), 5.0),
        **dict.fromkeys(analyse("menu", "en"), 1.0),
    }
    found = make_snippet(TEXT, matches(TEXT, "en", terms), terms)
    assert found.text.startswith("It comes by mail.")


def test_a_long_sentence_is_cut_around_its_match() -> None:
    found = snippet("word " * 200 + "needle " + "word " * 200, "needle")
    assert found.text.startswith(ELLIPSIS)
    assert found.text.endswith(ELLIPSIS)
    assert marked(found) == ["needle"]


def test_chinese_marks_run_together() -> None:
    assert marked(snippet("在登录页面点击忘记密码。然后打开邮件。", "忘记密码", "zh")) == [
        "忘记密码"
    ]


def test_html_is_escaped_and_only_marks_are_tags() -> None:
    found = snippet("Write <script>alert(1)</script> & be careful.", "script careful")
    assert "<script>" not in found.html()
    assert "&lt;<mark>script</mark>&gt;" in found.html()
    assert found.html().endswith("be <mark>careful</mark>.")


@given(st.text(), st.text())
def test_marks_are_in_order_and_inside(text: str, query: str) -> None:
    found = snippet(text, query)
    positions = [position for mark in found.marks for position in mark]
    assert positions == sorted(positions)
    assert all(0 <= position <= len(found.text) for position in positions)
    assert len(found.text) <= MOST_CHARACTERS + 2 * len(ELLIPSIS)


@given(st.text(), st.text())
def test_the_html_says_what_the_text_says(text: str, query: str) -> None:
    found = snippet(text, query)
    plain = found.html().replace("<mark>", "").replace("</mark>", "")
    assert unescape(plain) == unescape(found.text) or "&" in found.text
