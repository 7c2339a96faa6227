"""The figures, on rankings small enough to work out by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.metrics import auroc, measure


def test_the_right_article_first_is_perfect() -> None:
    found = measure(["a", "b"], {"a": 1.0})
    assert (found.ndcg_10, found.mrr_10, found.p_1, found.hit_3, found.recall_5) == (1, 1, 1, 1, 1)


def test_the_right_article_third_is_worth_half() -> None:
    found = measure(["x", "y", "a"], {"a": 1.0})
    assert found.ndcg_10 == pytest.approx(1 / math.log2(4))
    assert found.mrr_10 == pytest.approx(1 / 3)
    assert found.p_1 == 0


def test_a_judged_score_is_its_gain() -> None:
    found = measure(["b", "a"], {"a": 2.0, "b": 1.0})
    assert found.ndcg_10 == pytest.approx((1 + 2 / math.log2(3)) / (2 + 1 / math.log2(3)))


def test_recall_counts_all_that_is_relevant() -> None:
    assert measure(["a", "x"], {"a": 1.0, "b": 1.0}).recall_10 == 0.5


def test_an_article_judged_zero_is_not_relevant() -> None:
    assert measure(["a"], {"a": 0.0, "b": 1.0}).p_1 == 0


@given(
    st.lists(st.sampled_from("abcdef"), unique=True),
    st.dictionaries(st.sampled_from("abcdef"), st.floats(0, 3)),
)
def test_no_figure_leaves_its_bounds(ranked: list[str], judged: dict[str, float]) -> None:
    found = measure(ranked, judged)
    assert all(0 <= getattr(found, name) <= 1 + 1e-9 for name in found.__slots__)


def test_auroc_is_the_share_of_pairs_in_the_right_order() -> None:
    assert auroc([0.9, 0.8, 0.3, 0.1], [True, False, True, False]) == 0.75


def test_equal_scores_are_half_right() -> None:
    assert auroc([0.5, 0.5], [True, False]) == 0.5


def test_auroc_needs_both_kinds() -> None:
    assert auroc([0.5, 0.1], [True, True]) is None
