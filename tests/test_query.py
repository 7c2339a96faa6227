"""Whatever is typed is a query; operators are taken only where they are meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.query import MOST_CHARACTERS, clean, parse_query


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(st.text())
def test_a_cleaned_query_is_one_printable_line_of_bounded_length(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned) <= MOST_CHARACTERS
    assert "\n" not in cleaned
    assert "\x00" not in cleaned


def test_full_width_letters_are_plain_letters() -> None:
    assert clean("Ｐａｓｓｗｏｒｄ  \t reset") == "Password reset"


def test_half_a_character_is_no_error() -> None:
    assert clean("a\ud800b")


def test_words_in_quotes_must_stand_side_by_side() -> None:
    query = parse_query('reset "my password" now')
    assert query.phrases == ("my password",)
    assert query.text == "reset my password now"


def test_typographic_quotes_are_quotes() -> None:
    assert parse_query("“spam folder”").phrases == ("spam folder",)


def test_a_word_after_a_minus_is_left_out() -> None:
    query = parse_query("printer -wireless")
    assert (query.text, query.excluded) == ("printer", ("wireless",))


@pytest.mark.parametrize(
    "text", ["error -2147", "e-mail", "a - b", "-wireless", "--help", "what is -", '"', 'a "b']
)
def test_what_only_looks_like_an_operator_is_text(text: str) -> None:
    query = parse_query(text)
    assert query.text == text
    assert not query.excluded
    assert not query.phrases


@given(st.text(min_size=1))
def test_something_is_always_left_to_search(text: str) -> None:
    cleaned = clean(text)
    assert bool(parse_query(cleaned).text) == bool(cleaned)
