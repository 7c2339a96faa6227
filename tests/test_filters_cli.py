"""What ``kb search`` and ``kb suggest`` can be narrowed to, and what a misspelt filter gets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kb.cli import main

PARCEL = "Where is the parcel that left your warehouse?"


@pytest.fixture(params=["search", "suggest"])
def command(request: pytest.FixtureRequest, shop: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("KB_DATA", str(shop))
    return str(request.param)


def run(command: str, *arguments: str) -> Result:
    return CliRunner().invoke(main, [command, PARCEL, *arguments])


def found(command: str, product: str) -> set[str]:
    """The slugs that are printed for a product."""
    answer = json.loads(run(command, "--json", "--lang", "en", "--product", product).stdout)
    return {one["slug"] for one in answer["hits" if command == "search" else "suggestions"]}


def test_of_the_articles_about_one_product_those_about_another_are_left_out(command: str) -> None:
    assert "orders/tracking" in found(command, "chairs")
    assert "orders/tracking" not in found(command, "lamps")


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        ("--product", "sofas", "no article names it (use one of: chairs, lamps)"),
        ("--product", "Lamps", "no article names it (use one of: chairs, lamps)"),
        ("--product", "", "no article names it (use one of: chairs, lamps)"),
        ("--lang", "eng", "no article has this language (use one of: en, es, zh)"),
    ],
)
def test_a_filter_that_no_article_fits_is_a_mistake_that_names_what_there_is(
    command: str, option: str, value: str, expected: str
) -> None:
    refused = run(command, option, value)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert f"{option} {value!r}: {expected}" in refused.stderr
