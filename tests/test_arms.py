"""Arms are drawn from the case's id: for good, in their shares, independent of each other."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.arms import holdout, plain

SECRET = b"a secret of the tests"
CASES = [f"case-{number}" for number in range(20_000)]


@pytest.mark.parametrize("arm", [holdout, plain])
@pytest.mark.parametrize("share", [0.02, 0.1, 0.5])
def test_each_arm_gets_its_share(arm: Callable[[str, bytes, float], bool], share: float) -> None:
    drawn = sum(arm(case, SECRET, share) for case in CASES)
    spread = math.sqrt(len(CASES) * share * (1 - share))
    assert abs(drawn - len(CASES) * share) < 4 * spread


def test_the_arms_are_independent() -> None:
    both = sum(holdout(case, SECRET, 0.5) and plain(case, SECRET, 0.5) for case in CASES)
    assert abs(both - len(CASES) / 4) < 4 * math.sqrt(len(CASES) * 3 / 16)


def test_another_secret_draws_others() -> None:
    same = sum(holdout(case, SECRET, 0.5) == holdout(case, b"other", 0.5) for case in CASES)
    assert abs(same - len(CASES) / 2) < 4 * math.sqrt(len(CASES) / 4)


@given(st.text(), st.binary(), st.floats(0, 1), st.floats(0, 1))
def test_who_is_in_a_share_is_in_every_larger_one(
    case: str, secret: bytes, one: float, other: float
) -> None:
    small, large = sorted((one, other))
    assert holdout(case, secret, small) <= holdout(case, secret, large)
    assert not plain(case, secret, 0)
    assert plain(case, secret, 1)
