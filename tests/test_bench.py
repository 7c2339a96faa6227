"""Benchmarks: what is computed from the timings, which themselves are not tested."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bench.bootstrap import paired_bootstrap
from bench.fusion import reciprocal_rank_fusion
from bench.measured import Passages, measure_searches


def test_a_system_that_is_better_with_every_query_is_better_beyond_chance() -> None:
    found = paired_bootstrap([np.full(50, 0.1) + np.linspace(0, 0.05, 50)], samples=1000)
    assert found.low > 0.1
    assert found.p < 0.01


def test_as_many_wins_as_losses_prove_nothing() -> None:
    found = paired_bootstrap([np.tile([0.3, -0.3], 50)], samples=1000)
    assert found.low < 0 < found.high
    assert found.p > 0.5


def test_equal_rankings_differ_by_nothing() -> None:
    found = paired_bootstrap([np.zeros(20)], samples=100)
    assert (found.mean, found.low, found.high, found.p) == (0, 0, 0, 1)


def test_a_small_set_counts_as_much_as_a_large_one() -> None:
    assert np.isclose(paired_bootstrap([np.ones(4), np.zeros(400)], samples=10).mean, 0.5)


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=30))
def test_swapping_the_systems_swaps_the_sign(values: list[float]) -> None:
    differences = np.asarray(values)
    one = paired_bootstrap([differences], samples=50)
    other = paired_bootstrap([-differences], samples=50)
    assert np.allclose((one.mean, one.low, one.high), (-other.mean, -other.high, -other.low))
    assert one.p == other.p


def test_what_both_rankings_hold_outranks_what_one_holds() -> None:
    assert reciprocal_rank_fusion([["a", "b"], ["c", "b"]]) == ["b", "a", "c"]


def test_passages_are_grouped_to_articles_by_the_best_one() -> None:
    passages = Passages(["p", "q", "r"], ["one", "two", "one"])
    assert passages.ranked([2, 1, 0]) == ["one", "two"]


def test_every_query_is_timed_and_the_warm_up_is_not() -> None:
    measured = measure_searches(lambda query: [query], ["first", "second"])
    assert measured.rankings == [["first"], ["second"]]
    assert len(measured.milliseconds) == 2
    assert measured.memory > 0
