"""A brand colour never makes text illegible."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.colours import (
    DARK,
    LIGHT,
    TEXT_CONTRAST,
    Theme,
    accent,
    contrast,
    hexadecimal,
    parse,
)

COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@given(colour=COLOURS)
def test_every_colour_gives_text_that_reads_on_every_ground(theme: Theme, colour: str) -> None:
    found = accent(colour, theme)
    text = parse(found.text)
    for ground in (theme.page, theme.hardest, parse(found.soft)):
        assert contrast(text, ground) >= TEXT_CONTRAST
    assert contrast(parse(found.on_fill), text) >= TEXT_CONTRAST


@given(COLOURS)
def test_a_colour_survives_being_read_and_written(colour: str) -> None:
    assert hexadecimal(parse(colour)) == colour


def test_a_colour_that_already_reads_is_left_as_it_is() -> None:
    assert accent("#1a4fd6", LIGHT).text == "#1a4fd6"


def test_contrast_is_what_wcag_says() -> None:
    assert contrast((0, 0, 0), (1, 1, 1)) == pytest.approx(21)
    assert contrast(parse("#777777"), (1, 1, 1)) == pytest.approx(4.48, abs=0.01)
