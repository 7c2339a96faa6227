"""Articles that say nearly the same, and those that only speak of one subject."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from checking import centre

from kb.check_rules import Flaw
from search.duplicates import check_duplicates
from search.neighbours import Corpus, Pair, neighbours

TEXT = (
    "Open the app, press Orders and choose the order that you want to send back. Print the label, "
    "stick it on the parcel and take it to the nearest post office within thirty days of delivery. "
    "We pay the money back as soon as the parcel has reached our warehouse in Rotterdam."
)
OTHER = " ".join(f"word{row}" for row in range(60))


def found(folder: Path, files: dict[str, str], near: list[list[float]]) -> list[Flaw]:
    """What is said of articles of one passage each, whose vectors are given."""
    vectors = np.asarray(near, dtype=np.float32)
    corpus = Corpus.of(centre(folder, files), vectors)
    return list(check_duplicates(corpus, list(neighbours(corpus, 0.8))))


def test_a_copy_is_found_with_both_passages_side_by_side(tmp_path: Path) -> None:
    files = {"a.md": f"# Returns\n\n{TEXT}\n", "b.md": f"# Send back\n\nNew.\n\n{TEXT}\n"}
    (flaw,) = found(tmp_path, files, [[1, 0], [1, 0]])
    assert (flaw.rule.name, flaw.path, flaw.line) == ("near-duplicate", "b.md", 3)
    assert [quote.path for quote in flaw.quotes] == ["b.md", "a.md"]
    assert flaw.what == "100% of it says nearly the same as a.md"
    assert all("Open the app" in quote.text for quote in flaw.quotes)


def test_texts_that_are_near_in_meaning_alone_are_no_copies(tmp_path: Path) -> None:
    files = {"a.md": f"# Returns\n\n{TEXT}\n", "b.md": f"# Send back\n\n{OTHER}\n"}
    assert found(tmp_path, files, [[1, 0], [1, 0]]) == []


def test_texts_that_share_words_alone_are_no_copies(tmp_path: Path) -> None:
    files = {"a.md": f"# Returns\n\n{TEXT}\n", "b.md": f"# Send back\n\n{TEXT}\n"}
    assert found(tmp_path, files, [[1, 0], [0.85, 0.5]]) == []


def test_a_series_from_one_mould_is_no_copy(tmp_path: Path) -> None:
    files = {"a.md": f"# Release 2.3.5\n\n{TEXT}\n", "b.md": f"# Release 2.3.7\n\n{TEXT}\n"}
    assert found(tmp_path, files, [[1, 0], [1, 0]]) == []


def test_a_translation_is_no_copy(tmp_path: Path) -> None:
    files = {"a.md": f"# Returns\n\n{TEXT}\n", "es/a.md": f"# Devoluciones\n\n{TEXT}\n"}
    assert found(tmp_path, files, [[1, 0], [1, 0]]) == []


def test_neighbours_are_pairs_of_different_articles_whatever_the_block(tmp_path: Path) -> None:
    long = "\n\n".join(f"## Part {row}\n\n{OTHER} {row}" for row in range(3))
    made = centre(tmp_path, {"a.md": f"# A\n\n{long}\n", "b.md": f"# B\n\n{long}\n"})
    corpus = Corpus.of(made, np.ones((6, 1), dtype=np.float32))
    assert list(neighbours(corpus, 0.5)) == [
        Pair(one, other, 1.0) for one in range(3) for other in range(3, 6)
    ]
