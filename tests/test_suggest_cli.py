"""``kb suggest``: the contact form's offer in the terminal, which counts nowhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kb.cli import main

QUESTION = "Where is the label with which I return my order?"


@pytest.fixture
def run(shop: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("KB_DATA", str(shop))
    return CliRunner()


def suggest(run: CliRunner, *arguments: str) -> Result:
    return run.invoke(main, ["suggest", *arguments])


def test_a_message_is_answered_as_over_http(run: CliRunner, shop: Path) -> None:
    found = suggest(run, "--json", "--lang", "en", QUESTION)
    assert found.exit_code == 0
    answer = json.loads(found.stdout)
    assert answer["suggestions"][0]["title"] == "Send something back"
    assert (answer["impression"], answer["holdout"], answer["reply"]) == (None, False, None)
    assert not (shop / "kb.db").exists()


def test_people_read_titles_and_addresses(run: CliRunner) -> None:
    found = suggest(run, "--lang", "en", QUESTION)
    assert "Send something back" in found.stdout
    assert "/articles/" in found.stdout


def test_small_talk_gets_nothing(run: CliRunner) -> None:
    found = suggest(run, "hello, is anybody there?", "--url", "https://shop.example.com/")
    assert (found.exit_code, found.stdout) == (0, "")
    assert "Nothing would be offered" in found.stderr


def test_an_empty_message_is_a_mistake(run: CliRunner) -> None:
    assert suggest(run, " ").exit_code == 2
