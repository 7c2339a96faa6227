"""A card number is one whose check digit is right."""

from __future__ import annotations

import pytest

from kb.cards import mask_cards


@pytest.mark.parametrize(
    "card",
    [
        "4111111111111111",
        "5500 0000 0000 0004",
        "3782 822463 10005",
        "3056-930902-5904",
        "6304 0000 0000 0000",
        "4222222222222",
        "6212 3456 7890 0000 003",
        "41111111 11111111",
        "55000000 00000004",
    ],
)
def test_a_card_is_replaced(card: str) -> None:
    assert mask_cards(f"pay {card}, please") == "pay [card], please"


def test_a_wrong_check_digit_is_no_card() -> None:
    assert mask_cards("4111 1111 1111 1112") == "4111 1111 1111 1112"


def test_a_card_is_found_among_other_numbers() -> None:
    assert mask_cards("12 4111 1111 1111 1111 12/27") == "12 [card] 12/27"


@pytest.mark.parametrize(
    "text",
    [
        "2017 2018 2019 2020",
        "0000 0000 0000 0000",
        "20 30 40 50 60 70 87",
        "20260101 20260208",  # two days whose check digit is right
        "30000000 00000004",
    ],
)
def test_years_zeros_and_small_numbers_are_no_card(text: str) -> None:
    assert mask_cards(text) == text
