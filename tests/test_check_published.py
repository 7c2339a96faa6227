"""What a publish would say of the same articles, under the names of rules."""

from __future__ import annotations

from pathlib import Path

import pytest
from checking import centre
from conftest import write_site

from indexer.checks.published import check_published, refused
from indexer.source import read_folder
from kb.config import Limits, Site
from kb.errors import ContentError


@pytest.mark.parametrize(
    ("text", "rule", "line"),
    [
        ("---\ntitle: A\nlayout: help\n---\n", "unknown-key", 3),
        ("---\ntitle: A\nreview_by: soon\n---\n", "front-matter", 3),
        ("---\ntitle: A\nDraft: true\n---\n", "front-matter", 3),
        ("# A\n\n{% include x.html %}\n", "markup", 3),
        ("# A\n\n[x](../../up.md)\n", "broken-link", 3),
        ("no title\n", "left-out", 1),
    ],
)
def test_each_note_of_a_publish_has_its_rule(
    text: str, rule: str, line: int, tmp_path: Path
) -> None:
    files = {"a.md": text, "b.md": "# B\n"}
    (flaw,) = check_published(centre(tmp_path, files))
    assert (flaw.rule.name, flaw.path, flaw.line) == (rule, "a.md", line)


def test_what_is_left_out_on_purpose_is_no_finding(tmp_path: Path) -> None:
    files = {
        "draft.md": "---\ntitle: D\ndraft: true\n---\n",
        "internal.md": "---\ntitle: I\nvisibility: internal\n---\n",
        "later.md": "---\ntitle: L\npublish_at: 2099-01-01\n---\n",
        "include/piece.md": "a piece\n",
        "_piece.md": "a piece\n",
        "b.md": "# B\n",
    }
    assert list(check_published(centre(tmp_path, files))) == []


def test_what_stops_a_publish_is_an_error(tmp_path: Path) -> None:
    write_site(tmp_path, {"a.md": "---\n- a list\n---\n# A\n"})
    with pytest.raises(ContentError) as caught:
        read_folder(tmp_path, Site(), Limits())
    (flaw,) = refused(caught.value.findings)
    assert (flaw.rule.name, flaw.rule.level, flaw.path) == ("refused", "error", "a.md")
