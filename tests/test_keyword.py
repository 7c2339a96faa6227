"""The keyword index on disk: Whoosh's, complete, and without what only a writer needs."""

from __future__ import annotations

from pathlib import Path

import pytest
from whoosh.query import Every

from indexer.analysis import analyse
from indexer.keyword import KeywordIndex, build_keyword_index, stop_terms
from indexer.postings import BM25F, FieldTerms
from indexer.vocabulary import Vocabulary


@pytest.fixture
def index(tmp_path: Path) -> KeywordIndex:
    passages = [
        FieldTerms(("refund",), ("when",), tuple(f"w{n}" for n in range(row + 1)), ("cash",))
        for row in range(300)
    ]
    build_keyword_index(tmp_path, passages, Vocabulary.of([["Refund"]]), BM25F())
    return KeywordIndex(tmp_path)


def test_a_passages_row_is_its_document_number(index: KeywordIndex) -> None:
    with index.whoosh.searcher() as searcher:
        assert searcher.doc_count_all() == 300
        assert list(searcher.docs_for_query(Every())) == list(range(300))
    for row in (0, 150, 299):
        assert index.postings.passages_with(f"w{row}").tolist() == list(range(row, 300))


def test_the_index_is_one_segment_without_locks(index: KeywordIndex, tmp_path: Path) -> None:
    with index.whoosh.reader() as reader:
        assert reader.is_atomic()
    assert not list((tmp_path / "whoosh").glob("*LOCK*"))
    assert not list((tmp_path / "whoosh").glob("*.tmp"))


def test_looking_changes_nothing_on_disk(index: KeywordIndex, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    index.passages_with_phrase(["w1", "w2"])
    index.postings.scores({"w1": 1.0})
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_phrase_of_one_word_needs_no_positions(index: KeywordIndex) -> None:
    assert index.passages_with_phrase(["w299"]).tolist() == [299]
    assert index.passages_with_phrase(["refund"]).tolist() == list(range(300))


def test_a_phrase_does_not_run_from_one_field_into_the_next(index: KeywordIndex) -> None:
    assert index.passages_with_phrase(["refund", "when"]).tolist() == []


def test_the_vocabulary_lies_beside_the_postings(index: KeywordIndex) -> None:
    assert index.vocabulary.words == ("Refund",)


def test_words_that_say_little_are_known_as_terms() -> None:
    assert set(analyse("how do the", "en")) <= stop_terms("en")
    assert not set(analyse("refund money", "en")) & stop_terms("en")
    assert stop_terms("xx") == frozenset()
