"""Reading level: the formula, and who is told of."""

from __future__ import annotations

from pathlib import Path

import pytest
from checking import centre

from indexer.checks.reading import WORST, check_reading, read

EASY = "Open the box. Take out the lamp. Put it on the desk. " * 12
HARD = (
    "Notwithstanding considerations concerning administrative responsibilities, organisations "
    "implementing comprehensive authentication infrastructures necessarily acknowledge "
    "interdependencies between institutional requirements and individual expectations. "
) * 10


def test_the_index_is_that_of_its_authors() -> None:
    words = ["abcde"] * 10
    reading = read([" ".join(words)] * 10)
    assert reading
    assert reading.grade == pytest.approx(4.71 * 5 + 0.5 * 10 - 21.43)
    assert reading.words == 10


def test_little_text_has_no_grade() -> None:
    assert read(["a few words"]) is None


def test_names_of_settings_do_not_count_as_words() -> None:
    plain = read(["one two three four five"] * 30)
    named = read(["one two three four five network.http.referer_XOriginPolicy_42"] * 30)
    assert plain
    assert named
    assert named.grade == plain.grade


def test_a_hard_article_is_found_at_its_longest_sentence(tmp_path: Path) -> None:
    files = {"hard.md": f"# H\n\nShort.\n\n{HARD}\n", "easy.md": f"# E\n\n{EASY}\n"}
    (flaw,) = check_reading(centre(tmp_path, files))
    assert (flaw.path, flaw.line) == ("hard.md", 5)
    assert flaw.what.startswith("hard to read (grade ")


def test_other_languages_have_no_grade(tmp_path: Path) -> None:
    assert list(check_reading(centre(tmp_path, {"es/hard.md": f"# H\n\n{HARD}\n"}))) == []


def test_only_the_hardest_are_told_of(tmp_path: Path) -> None:
    files = {f"{row}.md": f"# {row}\n\n{HARD}\n" for row in range(WORST + 3)}
    assert len(list(check_reading(centre(tmp_path, files)))) == WORST
