"""Headings: levels that jump, and second titles."""

from __future__ import annotations

from pathlib import Path

import pytest
from checking import centre, said

from indexer.checks.headings import check_headings


def test_a_level_that_is_skipped_is_found_at_its_line(tmp_path: Path) -> None:
    made = centre(tmp_path, {"a.md": "---\ntitle: T\n---\n## A\n\ntext\n\n#### B\n\n## C\n"})
    assert said(list(check_headings(made))) == [
        "heading-order a.md:8: a heading of level 4 follows a heading of level 2 "
        "(give it level 3: ###)"
    ]


def test_the_first_heading_follows_the_title(tmp_path: Path) -> None:
    made = centre(tmp_path, {"a.md": "# T\n\n### A\n\ntext\n\n### B\n"})
    (flaw,) = check_headings(made)
    assert flaw.line == 3
    assert "follows the title" in flaw.what


@pytest.mark.parametrize(
    "body",
    [
        "# T\n\n## A\n\n### B\n\n## C\n\n### D\n",
        "---\ntitle: T\n---\n# T\n\n## A\n",
        "# Mute a stream\n\n## Mute a stream\n\n### A\n",
        "# T\n\n## A\n\n```\n#### not a heading\n```\n",
        "# T\n\n1. step\n\n        # not a heading\n",
    ],
)
def test_headings_in_order_are_left_alone(body: str, tmp_path: Path) -> None:
    assert list(check_headings(centre(tmp_path, {"a.md": body}))) == []


def test_headings_of_level_1_beside_the_title_are_one_finding(tmp_path: Path) -> None:
    made = centre(tmp_path, {"a.md": "---\ntitle: T\n---\n# A\n\ntext\n\n# B\n\ntext\n"})
    assert said(list(check_headings(made))) == [
        "second-title a.md:4: a heading of level 1 beside the title, and 1 more "
        "(begin sections with ##; the title is the page's only heading of level 1)"
    ]


def test_a_heading_that_an_include_brings_makes_no_jump(tmp_path: Path) -> None:
    files = {"a.md": "# T\n\n{!piece.md!}\n\n### After\n", "include/piece.md": "## Within\n"}
    assert list(check_headings(centre(tmp_path, files))) == []
