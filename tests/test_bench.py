"""Benchmarks: what is computed from the timings, which themselves are not tested."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bench.bootstrap import paired_bootstrap
from bench.calibration import EVIDENCE, Observed, calibration, fit, right_shown, scaled
from bench.fusion import reciprocal_rank_fusion
from bench.measured import Passages, measure_searches
from search.confidence import Evidence, confidence


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


def observed(seed: int) -> Observed:
    """Messages whose second piece of evidence alone tells whether they are answerable."""
    chance = np.random.default_rng(seed)
    evidence = chance.random((200, len(EVIDENCE)))
    answerable = evidence[:, 1] + 0.1 * chance.standard_normal(200) > 0.7
    return Observed(evidence, answerable, answerable)


def test_the_fit_finds_what_tells_the_answerable_apart() -> None:
    fitted = fit([observed(1), observed(2)])
    assert np.argmax(np.abs(fitted.weights)) == 1
    assert fitted.weights[1] > 0
    assert right_shown([fitted.odds(observed(3))], [observed(3)]) > 0.9


def test_evidence_that_is_left_out_weighs_nothing() -> None:
    fitted = fit([observed(1)], used=("nearest", "held"))
    assert fitted.weights[1:3].tolist() == [0, 0]


def test_scaling_makes_probabilities_and_keeps_the_order() -> None:
    shops = [observed(1), observed(2)]
    plain = fit(shops)
    fitted = scaled(plain, shops)
    odds = fitted.odds(shops[0])
    assert (np.argsort(odds) == np.argsort(plain.odds(shops[0]))).all()
    even = np.abs(odds) < 0.5
    assert 0.2 < shops[0].answerable[even].mean() < 0.8


def test_the_engine_computes_what_was_fitted() -> None:
    fitted = fit([observed(1)])
    row = observed(1).evidence[0]
    probability = 1 / (1 + np.exp(-fitted.odds(observed(1))[0]))
    assert np.isclose(confidence(Evidence(*row), calibration(fitted)), probability)
