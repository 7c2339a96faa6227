"""Phone numbers are known by their shape, by the words before them, or by their country."""

from __future__ import annotations

import pytest

from kb.phones import MOST_LOOKUPS, mask_phones


@pytest.mark.parametrize(
    "number",
    [
        "+1 (415) 555-2671",
        "(415) 555 2671",
        "415.555.2671",
        "123-456-7890",
        "1-800-555-0199",
        "555-1234",
        "7021645199",
        "030 1234567",
        "0171/1234567",
        "08-12 34 56",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "020 7946 0958",
        "(02) 9876 5432",
    ],
)
def test_these_shapes_are_phone_numbers_everywhere(number: str) -> None:
    assert mask_phones(f"hello {number}, bye") == "hello [phone], bye"


@pytest.mark.parametrize(
    "number", ["98765 43210", "612 345 678", "138 1234 5678", "8 912 345-67-89", "11 98765-4321"]
)
def test_some_groupings_are_known_to_the_library(number: str) -> None:
    assert mask_phones(f"hello {number}, bye") == "hello [phone], bye"


@pytest.mark.parametrize(
    "cue", ["call me on", "Tel.", "whatsapp number is:", "手机", "teléfono", "mein Handy:", "mob"]
)
@pytest.mark.parametrize("number", ["5551234", "5123 4567", "12 34 56 78"])
def test_the_words_before_make_seven_digits_a_phone_number(cue: str, number: str) -> None:
    assert mask_phones(f"{cue} {number}") == f"{cue} [phone]"
    assert mask_phones(f"parcel {number}") == f"parcel {number}"


def test_what_follows_a_phone_number_is_one_too() -> None:
    assert mask_phones("7021645199 or 5551234") == "[phone] or [phone]"


def test_a_number_in_a_longer_word_is_none() -> None:
    for text in ("HX7021645199", "7021645199a", "IMG_7021645199", "2020-04/49525168"):
        assert mask_phones(text) == text


def test_brackets_around_a_sentence_stay() -> None:
    assert mask_phones("(call 415 555 2671)") == "(call [phone])"


def test_where_too_many_groupings_would_be_looked_up_they_are_taken_for_numbers() -> None:
    masked = mask_phones(", ".join(["22345 98765"] * (MOST_LOOKUPS + 5)))
    assert masked.count("22345 98765") == MOST_LOOKUPS
    assert masked.count("[phone]") == 5
