"""Compiled postings: the same scores and order as Whoosh's own BM25F, on real articles and any."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh import scoring
from whoosh.query import Or, Term

from indexer.analysis import analyse
from indexer.keyword import KeywordIndex, build_keyword_index
from indexer.passages import split
from indexer.postings import BM25F, FIELDS, FieldTerms
from indexer.prepare import _analyse
from indexer.vocabulary import Vocabulary
from kb.articles import ParsedArticle, parse_article
from kb.markdown import render

EMPTY = FieldTerms((), (), (), ())
ODD = BM25F(title=3.5, headings=0.5, body=1.25, keywords=2.0, b=0.4, k1=1.7)


def build(
    folder: Path, passages: Sequence[FieldTerms], parameters: BM25F | None = None
) -> KeywordIndex:
    build_keyword_index(folder, passages, Vocabulary.of(()), parameters or BM25F())
    return KeywordIndex(folder)


def whoosh_scores(
    index: KeywordIndex, terms: Mapping[str, float], parameters: BM25F
) -> npt.NDArray[np.float64]:
    """What Whoosh's own searcher says of every passage."""
    query = Or(
        [
            Term(field, term, boost=parameters.boost(field) * weight)
            for term, weight in terms.items()
            for field in FIELDS
        ]
    )
    scores = np.zeros(index.postings.passages)
    weighting = scoring.BM25F(B=parameters.b, K1=parameters.k1)
    with index.whoosh.searcher(weighting=weighting) as searcher:
        for hit in searcher.search(query, limit=None):
            scores[hit.docnum] = hit.score
    return scores


def assert_same(index: KeywordIndex, terms: Mapping[str, float], parameters: BM25F) -> None:
    ours = index.postings.scores(terms)
    theirs = whoosh_scores(index, terms, parameters)
    np.testing.assert_allclose(ours, theirs, atol=1e-4, rtol=1e-5)
    in_our_order = theirs[np.argsort(-ours, kind="stable")]
    assert (np.diff(in_our_order) <= 1e-4).all()


@pytest.fixture(scope="module")
def real(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> KeywordIndex:
    """Real passages: 150 articles of Mozilla's, rendered, split and analysed as publish does."""
    terms = []
    for path in sorted((shared_data / "eval/firefox/articles").glob("*.md"))[:150]:
        parsed = parse_article(path.read_bytes(), path.name, "en")
        assert isinstance(parsed, ParsedArticle)
        page = render(parsed.body, path.name, title=parsed.article.title)
        passages = split(0, page.sections)
        terms += [_analyse(parsed.article, passage).terms for passage in passages]
    return build(tmp_path_factory.mktemp("real"), terms)


def test_real_queries_score_as_in_whoosh(real: KeywordIndex, shared_data: Path) -> None:
    assert real.postings.passages > 600
    lines = (shared_data / "eval/firefox/queries.jsonl").read_text().splitlines()
    for line in lines[::6]:
        terms = dict.fromkeys(analyse(json.loads(line)["text"], "en"), 1.0)
        assert_same(real, terms, BM25F())


def test_a_ticket_scores_as_in_whoosh(real: KeywordIndex, shared_data: Path) -> None:
    lines = (shared_data / "eval/firefox/queries.jsonl").read_text().splitlines()
    for line in lines[:3]:
        terms = dict.fromkeys(analyse(json.loads(line)["text_long"], "en"), 1.0)
        assert_same(real, terms, BM25F())


def test_phrases_are_found_where_the_words_stand_side_by_side(real: KeywordIndex) -> None:
    terms = analyse("private browsing", "en")
    found = real.passages_with_phrase(terms)
    both = set(real.postings.passages_with(terms[0])) & set(real.postings.passages_with(terms[1]))
    assert 0 < len(found) < len(both)
    assert set(found.tolist()) <= both
    assert found.tolist() == sorted(found.tolist())


words = st.sampled_from(["refund", "money", "back", "大小", "a'b", "straße", "x"])
fields = st.lists(words, max_size=40).map(tuple)
collections = st.lists(
    st.builds(FieldTerms, fields, fields, fields, fields), min_size=1, max_size=8
)
weights = st.dictionaries(words, st.sampled_from([0.25, 1.0, 2.0]), min_size=1)


@settings(max_examples=60)
@given(collections, weights, st.sampled_from([BM25F(), ODD]))
def test_any_collection_scores_as_in_whoosh(
    passages: list[FieldTerms], terms: dict[str, float], parameters: BM25F
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert_same(build(Path(folder), passages, parameters), terms, parameters)


@settings(max_examples=40)
@given(collections, st.lists(words, min_size=1, max_size=3))
def test_any_phrase_is_found_where_a_scan_finds_it(
    passages: list[FieldTerms], phrase: list[str]
) -> None:
    def holds(passage: FieldTerms) -> bool:
        return any(
            list(terms[start : start + len(phrase)]) == phrase
            for terms in (getattr(passage, field) for field in FIELDS)
            for start in range(len(terms))
        )

    with tempfile.TemporaryDirectory() as folder:
        found = build(Path(folder), passages).passages_with_phrase(phrase)
    assert found.tolist() == [row for row, passage in enumerate(passages) if holds(passage)]


@pytest.fixture
def small(tmp_path: Path) -> KeywordIndex:
    return build(
        tmp_path,
        [
            FieldTerms(("refund",), (), ("money", "back", "money"), ()),
            EMPTY,
            FieldTerms((), (), ("back",), ("refund",)),
            EMPTY,
        ],
    )


def test_a_term_knows_its_passages_and_how_rare_it_is(small: KeywordIndex) -> None:
    postings = small.postings
    assert postings.passages_with("back").tolist() == [0, 2]
    assert postings.rarity("back") == pytest.approx(np.log(4 / 3) + 1)
    assert postings.rarity("money") > postings.rarity("back")
    assert "money" in postings


def test_an_unknown_term_scores_nothing_and_is_the_rarest(small: KeywordIndex) -> None:
    postings = small.postings
    assert "unknown" not in postings
    assert postings.passages_with("unknown").tolist() == []
    assert not postings.scores({"unknown": 1.0}).any()
    assert postings.rarity("unknown") > postings.rarity("money")
    assert small.passages_with_phrase(["money", "unknown"]).tolist() == []


def test_a_weight_multiplies_and_terms_add_up(small: KeywordIndex) -> None:
    scores = small.postings.scores
    np.testing.assert_allclose(scores({"back": 2.5}), 2.5 * scores({"back": 1.0}), rtol=1e-6)
    np.testing.assert_allclose(
        scores({"back": 1.0, "money": 1.0}),
        scores({"back": 1.0}) + scores({"money": 1.0}),
        rtol=1e-6,
    )


def test_passages_without_a_word_are_an_index_too(tmp_path: Path) -> None:
    index = build(tmp_path, [EMPTY, EMPTY])
    assert index.postings.passages == 2
    assert index.postings.scores({"a": 1.0}).tolist() == [0, 0]
    assert index.passages_with_phrase(["a", "b"]).tolist() == []
