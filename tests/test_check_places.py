"""Paths of findings: from the repository's root, so that code hosts show them at their lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.check_places import placed, prefix_of
from kb.check_rules import RULES, Flaw, Quote


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    (tmp_path / "repository" / "docs" / "help").mkdir(parents=True)
    return tmp_path / "repository"


def test_a_folder_in_a_repository_is_named_from_its_root(repository: Path) -> None:
    here = repository / "docs"
    assert prefix_of(repository / "docs" / "help", here) == "docs/help"
    assert prefix_of(repository, here) == "."


def test_a_folder_outside_git_is_named_from_here(tmp_path: Path) -> None:
    (tmp_path / "help").mkdir()
    assert prefix_of(tmp_path / "help", tmp_path) == "help"


def test_a_folder_elsewhere_keeps_its_name(tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    (tmp_path / "help").mkdir()
    assert prefix_of(tmp_path / "help", here) == (tmp_path / "help").as_posix()


def test_findings_and_what_they_quote_move_together() -> None:
    flaw = Flaw(RULES["near-duplicate"], "a.md", 1, "w", "r", (Quote("b/c.md", 2, "text"),))
    (moved,) = placed([flaw], "docs/help")
    assert moved.path == "docs/help/a.md"
    assert moved.quotes[0].path == "docs/help/b/c.md"


def test_a_path_beside_the_articles_leads_beside_them() -> None:
    (moved,) = placed([Flaw(RULES["refused"], "../evaluation/q.jsonl", 1, "w", "r")], "docs/help")
    assert moved.path == "docs/evaluation/q.jsonl"
