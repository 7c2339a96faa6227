"""Pins: a writer's word on what comes first."""

from __future__ import annotations

from kb.articles import Article
from search.pins import Pins

PINS = Pins.of(
    [
        Article("a.md", "a", "en", "A", pin=("reset password", "log in")),
        Article("b.md", "b", "en", "B", pin=("Resetting passwords",)),
        Article("c.md", "c", "es", "C", pin=("contraseñas",)),
    ]
)


def test_inflection_and_order_do_not_matter() -> None:
    assert PINS.find("passwords, reset!", ["en"]) == (0, 1)


def test_a_longer_query_is_another_query() -> None:
    assert PINS.find("reset my password", ["en"]) == ()


def test_a_pin_is_read_in_its_articles_language() -> None:
    assert PINS.find("contraseña", ["en", "es"]) == (2,)


def test_without_pins_nothing_is_found() -> None:
    assert Pins.of([]).find("anything", ["en"]) == ()
