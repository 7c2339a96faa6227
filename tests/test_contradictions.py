"""Sentences that are nearly equal and say otherwise; many examples are from real sites."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from checking import centre
from hypothesis import given
from hypothesis import strategies as st

from kb.check_rules import Flaw
from search.contradictions import check_contradictions
from search.neighbours import Corpus, neighbours


def found(folder: Path, one: str, other: str, titles: tuple[str, str] = ("A", "B")) -> list[Flaw]:
    files = {"a.md": f"# {titles[0]}\n\n{one}\n", "b.md": f"# {titles[1]}\n\n{other}\n"}
    corpus = Corpus.of(centre(folder, files), np.ones((2, 1), dtype=np.float32))
    return list(check_contradictions(corpus, list(neighbours(corpus, 0.8))))


@pytest.mark.parametrize(
    ("one", "other", "mine", "theirs"),
    [
        ("Seek back 5 seconds | ←", "Seek back 15 seconds | ←", "5", "15"),
        ("You have 30 days to return it.", "You have 14 days to return it.", "30", "14"),
        ("Delivery costs €4.90 in Europe.", "Delivery costs €5.90 in Europe.", "4.90", "5.90"),
        ("It runs on version 2.3.1 or later.", "It runs on version 2.4 or later.", "2.3.1", "2.4"),
        ("You can change the name later.", "You cannot change the name later.", "can", "cannot"),
        ("The lamp is waterproof.", "The lamp is not waterproof.", "is waterproof", "is not"),
        ("Updates are on by default.", "Updates are off by default.", "on", "off"),
        ("Tiene 30 días para devolverlo.", "Tiene 14 días para devolverlo.", "30", "14"),
    ],
)
def test_a_fact_that_differs_is_found_with_both_sentences(
    one: str, other: str, mine: str, theirs: str, tmp_path: Path
) -> None:
    (flaw,) = found(tmp_path, f"{one}\n\nLast.", f"{other}\n\nAt last.")
    assert (flaw.rule.name, flaw.path, flaw.line) == ("contradiction", "a.md", 3)
    assert [quote.text for quote in flaw.quotes] == [one, other]
    said, said_there = flaw.what.removeprefix("says ").split(" where b.md:3 says ")
    assert mine in said
    assert theirs in said_there


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Click on the menu button.", "Click the menu button."),
        ("Orders before 11 AM ship the same day.", "Orders before 11:00 am ship the same day."),
        (
            "Orders before 11 ship today. Orders after 11 ship today.",
            "Orders after 11 ship today. Orders before 11 ship today.",
        ),
        (
            "If a network has been configured, it shows the name.",
            "If a network has not been configured, it shows the name.",
        ),
        ("You need macOS 10.15 or higher for it.", "You need Windows 10 or higher for it."),
        ("Connect Pin 7 to GND until it is off.", "Connect Pin 2 to GND until it is off."),
        ("Press the red button.", "Wait for two days."),
        ("You have 30 days.", "You have 30 days."),
    ],
)
def test_sentences_that_go_together_are_left_alone(one: str, other: str, tmp_path: Path) -> None:
    assert found(tmp_path, one, other) == []


def test_what_differs_in_the_title_too_is_another_subject(tmp_path: Path) -> None:
    one, other = "The free plan has 3 seats.", "The free plan has 5 seats."
    assert found(tmp_path, one, other, ("Plan 3", "Plan 5")) == []
    assert found(tmp_path, one, other, ("Our plans", "Prices"))


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_text_contradicts_itself_and_none_is_too_strange(one: str, other: str) -> None:
    from search.contradictions import _contradict, _sentences

    mine, theirs = list(_sentences(0, one)), list(_sentences(1, f"{one} {other}"))
    assert not any(_contradict(sentence, sentence) for sentence in mine)
    assert all(isinstance(_contradict(a, b), bool) for a in mine for b in theirs)
