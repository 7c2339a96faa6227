"""Intervals hold what they say: by known values, by properties, and over simulated months."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.arms import holdout
from kb.statistics import Arm, difference, helpfulness, wilson

MONTHS = 2000
SECRET = b"the secret of the simulated site"

ARMS = st.integers(0, 5000).flatmap(
    lambda total: st.builds(Arm, st.integers(0, total), st.just(total))
)


def test_wilson_gives_the_published_values() -> None:
    """Newcombe 1998 (Statistics in Medicine 17, 857-872), table I."""
    for successes, trials, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        found = wilson(successes, trials)
        assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_newcombe_gives_the_published_values() -> None:
    """Newcombe 1998 (Statistics in Medicine 17, 873-890), table II, method 10."""
    for one, other, low, high in (
        (Arm(56, 70), Arm(48, 80), 0.0524, 0.3339),
        (Arm(9, 10), Arm(3, 10), 0.1705, 0.8090),
        (Arm(5, 56), Arm(0, 29), -0.0381, 0.1926),
        (Arm(10, 10), Arm(0, 10), 0.6075, 1.0),
    ):
        found = difference(one, other)
        assert found is not None
        assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


@given(ARMS)
def test_a_share_lies_in_its_interval(arm: Arm) -> None:
    found = wilson(arm.count, arm.total)
    assert 0 <= found.low <= found.high <= 1
    if arm.total:
        assert found.low <= arm.count / arm.total <= found.high


@given(ARMS, ARMS)
def test_a_difference_lies_in_its_interval_and_turns_with_its_arms(one: Arm, other: Arm) -> None:
    there, back = difference(one, other), difference(other, one)
    if there is None or back is None:
        assert not one.total or not other.total
        return
    assert -1 - 1e-9 <= there.low <= there.value <= there.high <= 1 + 1e-9
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))


def test_more_successes_than_trials_are_refused() -> None:
    with pytest.raises(ValueError, match="3 of 2"):
        Arm(3, 2)


def simulated(cases: int, with_suggestions: float, without: float, seed: int) -> int:
    """Months of 2,000 in which the interval holds the truth.

    Every month has its own cases, about so many in which suggestions would have been shown; the
    product's rule puts each into its arm, and each sends a ticket or not by the arm's chance.
    """
    chance = np.random.default_rng(seed)
    held = 0
    for month in range(MONTHS):
        ids = [f"{seed}-{month}-{number}" for number in range(chance.poisson(cases))]
        withheld = np.array([holdout(one, SECRET, 0.1) for one in ids])
        sent = chance.random(len(ids)) < np.where(withheld, without, with_suggestions)
        shown = Arm(int(sent[~withheld].sum()), int((~withheld).sum()))
        found = difference(shown, Arm(int(sent[withheld].sum()), int(withheld.sum())))
        held += found is not None and found.low <= with_suggestions - without <= found.high
    return held


def test_the_holdouts_interval_holds_a_known_effect_in_95_of_100_months() -> None:
    assert 1870 <= simulated(300, 0.45, 0.60, seed=1) <= 1930


@pytest.mark.soak
@pytest.mark.parametrize(
    ("cases", "with_suggestions", "without"),
    [
        (200, 0.45, 0.60),
        (1000, 0.45, 0.60),
        (4000, 0.45, 0.60),
        (1000, 0.60, 0.60),
        (500, 0.20, 0.30),
        (2000, 0.85, 0.90),
    ],
)
def test_it_does_so_for_sites_of_all_sizes(
    cases: int, with_suggestions: float, without: float
) -> None:
    assert 1870 <= simulated(cases, with_suggestions, without, seed=2) <= 1930


@given(st.integers(0, 500), st.integers(0, 500), st.floats(0, 1))
def test_an_article_is_judged_between_its_votes_and_what_is_usual(
    yes: int, no: int, usual: float
) -> None:
    found = helpfulness(yes, no, usual)
    assert 0 <= found.low < found.value < found.high <= 1
    own = yes / (yes + no) if yes + no else usual
    assert min(own, usual) - 0.011 <= found.value <= max(own, usual) + 0.011


def test_steady_complaints_weigh_more_than_one() -> None:
    assert helpfulness(0, 1, 0.7).high > helpfulness(5, 40, 0.7).high
