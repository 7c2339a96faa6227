"""What is looked up in the source: lines of headings, images and sentences, but not of code."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from indexer.checks.written import Written, WrittenHeading, WrittenImage, letters
from kb.articles import ParsedArticle, parse_article


def written(text: str) -> Written:
    parsed = parse_article(f"---\ntitle: T\n---\n{text}".encode(), "a.md", "en")
    assert isinstance(parsed, ParsedArticle)
    return Written(parsed)


def test_headings_of_every_kind_are_found_at_their_lines() -> None:
    text = "## One *two*\n\nThree\n===\n\nFour\n---\n\n<h3 class='x'>Five</h3>\n\n   #### Six ##\n"
    assert list(written(text).headings()) == [
        WrittenHeading(2, "onetwo", 4),
        WrittenHeading(1, "three", 6),
        WrittenHeading(2, "four", 9),
        WrittenHeading(3, "five", 12),
        WrittenHeading(4, "six", 14),
    ]


def test_what_stands_in_code_or_a_comment_is_no_heading_and_no_image() -> None:
    text = "```\n# not\n![](a.png)\n```\n\n<!--\n# nor\n<img src='b.png'>\n-->\n\n`![](c.png)`\n"
    assert list(written(text).headings()) == []
    assert list(written(text).images()) == []


def test_images_say_whether_they_are_described() -> None:
    text = (
        "![a label](a.png)\n![](b.png 'title')\n![ ](<c d.png>)\n"
        '<img src="e.png">\n<img alt="" src="f.png">\n<img src=g.png alt="x">\n'
    )
    assert list(written(text).images()) == [
        WrittenImage("a.png", True, 4),
        WrittenImage("b.png", False, 5),
        WrittenImage("c d.png", False, 6),
        WrittenImage("e.png", False, 7),
        WrittenImage("f.png", True, 8),
        WrittenImage("g.png", True, 9),
    ]


def test_a_sentence_is_found_behind_its_markup() -> None:
    text = "First.\n\n- Open **Orders**, choose [the order](https://example.com/o) and *press*.\n"
    assert written(text).line_of("Open Orders, choose the order and press.") == 6


def test_what_is_not_in_the_source_is_put_down_to_the_beginning() -> None:
    assert written("Text.").line_of("Something else") == 4
    assert written("Text.").line_of("") == 4
    assert written("Text.").line_of_target("#gone") == 4


def test_a_link_is_found_where_it_is_written() -> None:
    text = 'a #two\n\n[x](#two)\n\n<a href="#three">y</a>\n'
    assert written(text).line_of_target("#two") == 6
    assert written(text).line_of_target("#three") == 8


@given(st.text())
def test_letters_are_the_same_whatever_stands_around_them(text: str) -> None:
    assert letters(f"  **{text}** ") == letters(text)
