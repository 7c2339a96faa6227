"""Corrections come from the articles' own words, or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.vocabulary import Vocabulary
from search.spelling import correct

WORDS = Vocabulary.of(
    [
        ["password", "reset", "bookmark", "bookmarks", "install"],
        ["bookmarks", "printer", "account", "synchronisation"],
    ]
)


def corrected(text: str) -> str | None:
    return correct(text, WORDS, lambda word: word in WORDS)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("pasword", "password"),
        ("my bokmarks", "my bookmarks"),
        ("reste password", "reset password"),
        ("sinchronisaton", "synchronisation"),
    ],
)
def test_a_slip_is_corrected(typed: str, meant: str) -> None:
    assert corrected(typed) == meant


def test_of_two_near_words_the_commoner_one_is_meant() -> None:
    assert corrected("bookmarka") == "bookmarks"


@pytest.mark.parametrize(
    "text", ["password", "xyzzy quux", "E-4711", "abd", "passport", "2FA", "RESTE", "PassWort"]
)
def test_known_short_and_far_words_stay_as_they_are(text: str) -> None:
    assert corrected(text) is None


@pytest.mark.parametrize("text", ["http://pasword.com", "pasword@mail", "my.pasword", "pasword-x"])
def test_addresses_and_codes_stay_as_they_are(text: str) -> None:
    assert corrected(text) is None


def test_two_known_words_written_together_are_no_mistake() -> None:
    assert corrected("resetprinter") is None


def test_what_was_not_corrected_keeps_its_capitals() -> None:
    assert corrected("RESET my Pasword?") == "RESET my password?"


@given(st.text())
def test_a_corrected_text_needs_no_correction(text: str) -> None:
    once = corrected(text)
    assert once is None or corrected(once) is None
