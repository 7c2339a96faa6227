"""Ranking: what signals mean, alone and together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.ranking import (
    SECOND,
    FloatArray,
    IntArray,
    Signals,
    Weights,
    best,
    fuse,
    keyword_share,
    order,
    pooled,
)

SCORES = st.floats(-1, 1, width=32)
ARTICLES = st.lists(st.lists(SCORES, min_size=1, max_size=5), min_size=1, max_size=8)


def numbers(*values: float) -> FloatArray:
    return np.asarray(values, dtype=np.float32)


def stored(articles: list[list[float]]) -> tuple[FloatArray, IntArray]:
    """Scores of passages, article by article, and the first row of each."""
    sizes = [len(scores) for scores in articles]
    first = np.cumsum([0, *sizes[:-1]], dtype=np.int64)
    return numbers(*[score for scores in articles for score in scores]), first


def ranked(keyword: FloatArray, passage: FloatArray, title: FloatArray) -> list[int]:
    return [int(row) for row in order(fuse(Signals(keyword, passage, title)), 10)]


def test_an_article_is_as_good_as_its_best_passage() -> None:
    assert best(*stored([[0.1, 0.9], [0.5]])).tolist() == pytest.approx([0.9, 0.5])


def test_of_two_equal_best_passages_the_article_that_says_more_wins() -> None:
    several, lone_hit = pooled(*stored([[0.6, 0.5], [0.6, 0.1]]))
    assert several > lone_hit


def test_an_article_of_one_passage_is_not_punished_for_it() -> None:
    assert pooled(*stored([[0.6], [0.6, 0.6], [0.6, 0.1]]))[:2].tolist() == pytest.approx([0.6] * 2)


@given(ARTICLES)
def test_pooling_is_the_weighted_mean_of_the_two_best(articles: list[list[float]]) -> None:
    expected = []
    for scores in articles:
        top, *others = sorted(scores, reverse=True)
        expected.append((top + SECOND * others[0]) / (1 + SECOND) if others else top)
    assert pooled(*stored(articles)).tolist() == pytest.approx(expected, abs=1e-5)


@given(ARTICLES)
def test_pooling_leaves_the_passages_scores_alone(articles: list[list[float]]) -> None:
    scores, first = stored(articles)
    before = scores.copy()
    pooled(scores, first)
    assert (scores == before).all()


def test_a_passage_with_everything_the_query_says_has_a_share_of_one() -> None:
    assert keyword_share(numbers(6, 3, 0), mass=6).tolist() == pytest.approx([1, 0.5, 0])


def test_a_query_without_words_has_no_keyword_share() -> None:
    assert keyword_share(numbers(0, 0), mass=0).tolist() == [0, 0]


def test_an_article_found_both_ways_outranks_one_found_either_way() -> None:
    found = ranked(numbers(1, 1, 0), numbers(0.5, 0.1, 0.5), numbers(0.2, 0.2, 0.2))
    assert found == [0, 2, 1]


def test_the_title_decides_between_articles_that_say_the_same() -> None:
    assert ranked(numbers(0.5, 0.5), numbers(0.5, 0.5), numbers(0.1, 0.9)) == [1, 0]


def test_weights_share_out_one_whole() -> None:
    weights = Weights()
    assert weights.keyword + weights.passage + weights.title == pytest.approx(1)


@given(ARTICLES, SCORES)
def test_a_score_does_not_depend_on_the_other_articles(
    articles: list[list[float]], other: float
) -> None:
    alone = pooled(*stored(articles))
    together = pooled(*stored([*articles, [other]]))[:-1]
    assert alone.tolist() == together.tolist()


@given(st.lists(SCORES, min_size=1, max_size=20), st.integers(1, 25))
def test_the_best_come_first_and_equals_stay_in_order(scores: list[float], limit: int) -> None:
    expected = sorted(range(len(scores)), key=lambda row: -scores[row])[:limit]
    assert order(numbers(*scores), limit).tolist() == expected
