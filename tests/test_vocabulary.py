"""The vocabulary: words as people write them, with how many passages hold each."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from indexer.vocabulary import Vocabulary

lists = st.lists(st.lists(st.text(max_size=4), max_size=6), max_size=6)


def test_a_word_counts_once_a_passage() -> None:
    vocabulary = Vocabulary.of([["refund", "refund", "money"], ["refund"]])
    assert vocabulary.words == ("money", "refund")
    assert (vocabulary.frequency("refund"), vocabulary.frequency("money")) == (2, 1)
    assert vocabulary.frequency("unknown") == 0
    assert "refund" in vocabulary
    assert "refun" not in vocabulary


def test_the_commonest_words_with_a_prefix_come_first() -> None:
    vocabulary = Vocabulary.of([["install", "installing"], ["installing"], ["inside"]])
    assert vocabulary.starting_with("inst") == ("install", "installing")
    assert vocabulary.commonest("in", 2) == ["installing", "inside"]


@given(lists, st.text(max_size=3))
def test_prefixes_find_what_a_scan_would_find(passages: list[list[str]], prefix: str) -> None:
    vocabulary = Vocabulary.of(passages)
    known = {word for words in passages for word in words}
    assert list(vocabulary.starting_with(prefix)) == sorted(
        word for word in known if word.startswith(prefix)
    )
    for word in known:
        assert vocabulary.frequency(word) == sum(word in words for words in passages)


def test_a_vocabulary_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    vocabulary = Vocabulary.of([["größe", "大小", "size"], ["size"]])
    vocabulary.save(tmp_path)
    stored = Vocabulary.open(tmp_path)
    assert (stored.words, stored.passages) == (vocabulary.words, vocabulary.passages)
