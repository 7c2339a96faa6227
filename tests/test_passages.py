"""Passages: nothing lost, nothing too long, each under its heading."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.passages import Passage, Sizes, embedding_text, split
from indexer.snapshot import PASSAGE
from kb.page import Block, BlockKind, Section

KINDS: st.SearchStrategy[BlockKind] = st.sampled_from(["paragraph", "item", "row", "head", "code"])
WORDS = st.sampled_from(["a", "reset.", "Why?", "naïve", "密码重置。", "x\ny", "-", "1.5"])
TEXTS = st.lists(WORDS, min_size=1, max_size=40).map(" ".join).filter(str.strip)
SECTIONS = st.lists(
    st.builds(
        Section,
        anchor=st.just("here"),
        headings=st.sampled_from([(), ("A",), ("A", "B"), ("C",)]),
        blocks=st.lists(st.builds(Block, KINDS, TEXTS), max_size=6).map(tuple),
    ),
    max_size=4,
)


def section(*texts: str, kind: BlockKind = "paragraph", headings: tuple[str, ...] = ()) -> Section:
    return Section("", headings, tuple(Block(kind, text) for text in texts))


def texts(*sections: Section, most: int = 10, items: int = 10) -> list[str]:
    return [passage.text for passage in split(0, sections, Sizes(most, items))]


def test_a_short_section_is_one_passage() -> None:
    assert texts(section("Open the menu.", "Choose Reset.")) == ["Open the menu.\nChoose Reset."]


def test_a_passage_never_crosses_a_heading() -> None:
    passages = split(3, [section("One."), Section("two", ("Two",), (Block("paragraph", "Two."),))])
    assert passages == (
        Passage(3, "", (), "One.", "p"),
        Passage(3, "two", ("Two",), "Two.", "p"),
    )


def test_a_long_section_is_cut_into_about_equal_parts() -> None:
    assert texts(section("a b c d", "e f g h", "i j k l")) == ["a b c d\ne f g h", "i j k l"]
    assert texts(*[section(*["a b c d"] * 6)]) == ["a b c d\na b c d"] * 3


def test_a_long_paragraph_is_cut_at_sentences() -> None:
    assert texts(section("One two three. Four five six. Seven."), most=4) == [
        "One two three.",
        "Four five six. Seven.",
    ]


def test_a_long_sentence_is_cut_between_words() -> None:
    assert texts(section("one two three four five"), most=2) == ["one two", "three four", "five"]


def test_code_is_cut_between_lines_and_keeps_them() -> None:
    assert texts(section("a = 1\nb = 2\n\nc = 3", kind="code"), most=4) == ["a = 1\nb = 2", "c = 3"]


def test_size_is_measured_where_words_have_no_spaces() -> None:
    assert texts(section("重置密码。打开菜单。"), most=5) == ["重置密码。", "打开菜单。"]


def test_items_of_an_article_of_nothing_but_lists_stand_in_small_groups() -> None:
    items = section("my card", "lost card", "new card", kind="item")
    assert texts(items, items=4) == ["my card\nlost card", "new card"]


def test_items_among_other_text_stay_with_it() -> None:
    steps = section("Open it.", "Close it.", kind="item")
    assert texts(section("Do this:"), steps, items=2)[1:] == ["Open it.\nClose it."]


def test_a_heading_with_only_subheadings_is_no_passage_of_its_own() -> None:
    parent, child = section(headings=("A",)), section("Text.", headings=("A", "B"))
    assert [passage.headings for passage in split(0, [parent, child])] == [("A", "B")]


def test_a_heading_with_nothing_under_it_can_be_found() -> None:
    passages = split(0, [section(headings=("A",)), section("Text.", headings=("B",))])
    assert [passage.headings for passage in passages] == [("A",), ("B",)]


def test_an_article_without_text_has_one_empty_passage() -> None:
    assert split(7, []) == (Passage(7, "", (), ""),)


def test_passages_of_snapshots_that_did_not_say_what_lines_are_can_be_read() -> None:
    stored = b'{"article": 0, "anchor": "", "headings": [], "text": "Open it."}'
    assert PASSAGE.validate_json(stored) == Passage(0, "", (), "Open it.")


def test_the_encoder_reads_title_headings_and_text() -> None:
    passage = Passage(0, "", ("Accounts", "Reset"), "Open the menu.")
    assert embedding_text("Passwords", passage) == "Passwords\nAccounts > Reset\nOpen the menu."
    assert embedding_text("Passwords", Passage(0, "", (), "")) == "Passwords"


@given(SECTIONS, st.integers(1, 12), st.integers(1, 12))
def test_every_word_is_in_one_passage_in_reading_order(
    sections: list[Section], most: int, items: int
) -> None:
    written = "".join(block.text for one in sections for block in one.blocks)
    kept = "".join(texts(*sections, most=most, items=items))
    assert "".join(kept.split()) == "".join(written.split())


def test_each_line_of_a_passage_says_what_it_is() -> None:
    blocks = (
        Block("paragraph", "Do this:"),
        Block("item", "Open it."),
        Block("code", "a = 1\nb = 2"),
        Block("row", "a | 1"),
    )
    (passage,) = split(0, [Section("", (), blocks)])
    assert passage.kinds == "piccr"


@given(SECTIONS, st.integers(1, 12))
def test_lines_and_kinds_are_as_many(sections: list[Section], most: int) -> None:
    written = {block.kind[0] for one in sections for block in one.blocks}
    for passage in split(0, sections, Sizes(most, most)):
        assert len(passage.kinds) == len(passage.text.split("\n")) * bool(passage.text)
        assert set(passage.kinds) <= written


@given(SECTIONS, st.integers(1, 12))
def test_no_passage_is_longer_than_allowed(sections: list[Section], most: int) -> None:
    for text in texts(*sections, most=most, items=most):
        assert len(re.findall("[密码重置]|[^\\W密码重置]+", text)) <= most


@pytest.mark.parametrize("row", [0, 5])
def test_passages_name_their_article(row: int) -> None:
    assert {passage.article for passage in split(row, [section("a", "b")])} == {row}
