"""Patterns for browsers: what JavaScript would read otherwise is left to the server."""

from __future__ import annotations

import pytest

from webapp.patterns import browser_pattern


@pytest.mark.parametrize(
    ("python", "javascript"),
    [
        ("A[0-9]{6}", "A[0-9]{6}"),
        (r"\d{4}-\d+", r"\p{Nd}{4}-\p{Nd}+"),
        (r"(?:AB|CD)\.[^\]x]", r"(?:AB|CD)\.[^\]x]"),
        (r"[a\-z]\\", r"[a\x2dz]\\"),
        (r"(?!0)\++", r"(?!0)\++"),
    ],
)
def test_what_both_read_alike_is_handed_on(python: str, javascript: str) -> None:
    assert browser_pattern(python) == javascript


@pytest.mark.parametrize(
    "python", ["", "(?i)ab", "[]a]", "[^]a]", r"\w+", r"(a)\1", "a++", "(?P<n>a)", "(?<=a)b", r"\Z"]
)
def test_what_they_read_differently_is_the_servers_alone(python: str) -> None:
    assert browser_pattern(python) == ""
