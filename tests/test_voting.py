"""What cases are worth as votes: many agree, or nothing is said."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.ranking import FloatArray
from search.voting import (
    Acquaintance,
    Counts,
    Ramp,
    Recalled,
    Tuning,
    counts,
    shares,
    trust,
    votes,
)

ARTICLES = 4
TUNING = Tuning()

Case = tuple[float, int, float, float]
"""Cosine, article, weight of each source, and how many of them: one case as it is recalled."""


def recalled(cases: Sequence[Case]) -> Recalled:
    rows = sorted(cases, reverse=True)
    return Recalled(
        cosine=np.asarray([cosine for cosine, *_ in rows], dtype=np.float32),
        article=np.asarray([article for _, article, *_ in rows], dtype=np.int64),
        weight=np.asarray([weight * number for *_, weight, number in rows], dtype=np.float32),
        largest=np.asarray([weight for *_, weight, _ in rows], dtype=np.float32),
        voice=np.arange(len(rows)),
    )


def vote(prior: FloatArray, cases: Sequence[Case], trusted: float = 1.0) -> FloatArray:
    counted = counts(recalled(cases), ARTICLES)
    return votes(shares(prior, counted), counted, trusted)


cosines = st.floats(0.25, 1.0, width=32)
weights = st.sampled_from([1.0, 0.5, 0.25, -0.5, -1.0])
lists = st.lists(
    st.tuples(cosines, st.integers(-1, ARTICLES - 1), weights, st.integers(1, 5)), max_size=20
)
priors = st.lists(st.floats(0.0, 1.0, width=32), min_size=ARTICLES, max_size=ARTICLES).map(
    lambda parts: np.asarray(parts, dtype=np.float32) / max(sum(parts), 1e-9)
)
NO_PRIOR = np.zeros(ARTICLES, dtype=np.float32)


@given(st.integers(0, ARTICLES - 1), cosines, weights)
def test_a_single_case_changes_no_count(article: int, cosine: float, weight: float) -> None:
    counted = counts(recalled([(cosine, article, weight, 1)]), ARTICLES)
    assert not counted.pro.any()
    assert not counted.con.any()


@given(lists, st.integers(0, ARTICLES - 1), cosines, weights)
def test_a_case_adds_no_more_than_a_second_one_did(
    cases: list[Case], article: int, cosine: float, weight: float
) -> None:
    before = counts(recalled(cases), ARTICLES)
    after = counts(recalled([*cases, (cosine, article, weight, 1)]), ARTICLES)
    assert np.all(after.pro - before.pro <= 1 + 1e-4)
    assert np.all(after.con - before.con <= 1 + 1e-4)
    others = np.arange(ARTICLES) != article
    np.testing.assert_array_equal(after.pro[others], before.pro[others])
    np.testing.assert_array_equal(after.con[others], before.con[others])


def test_the_strongest_is_left_out_also_where_equal_wordings_were_merged() -> None:
    counted = counts(recalled([(1.0, 2, 1.0, 3)]), ARTICLES)
    assert counted.pro[2] == pytest.approx(2.0)
    counted = counts(recalled([(1.0, 2, -1.0, 3)]), ARTICLES)
    assert counted.con[2] == pytest.approx(2.0)
    assert counted.pro[2] == 0


@given(
    st.lists(st.tuples(cosines, weights), min_size=1, max_size=4),
    lists.filter(lambda cases: all(article != 1 for _, article, *_ in cases)),
)
def test_all_wordings_of_one_voice_are_left_out(
    wordings: list[tuple[float, float]], others: list[Case]
) -> None:
    his = [(cosine, 1, weight, 1) for cosine, weight in wordings]
    everything = recalled([*his, *others])
    one_voice = np.where(everything.article == 1, 0, everything.voice)
    counted = counts(dataclasses.replace(everything, voice=one_voice), ARTICLES)
    assert counted.pro[1] == pytest.approx(0, abs=1e-5)
    assert counted.con[1] == pytest.approx(0, abs=1e-5)
    apart = counts(everything, ARTICLES)
    for article in (0, 2, 3):
        assert counted.pro[article] == apart.pro[article]
        assert counted.con[article] == apart.con[article]


def test_a_case_counts_the_less_the_less_it_is_like_the_query() -> None:
    pro = [
        counts(recalled([(1.0, 1, 1.0, 1), (cosine, 1, 1.0, 1)]), ARTICLES).pro[1]
        for cosine in (1.0, 1 - TUNING.sharpness, 0.8, 0.4)
    ]
    assert pro[0] == pytest.approx(1.0)
    assert pro[1] == pytest.approx(np.exp(-1), rel=1e-3)
    assert pro[0] > pro[1] > pro[2] > pro[3]
    assert pro[3] < 1e-4


def test_cases_of_articles_that_are_gone_count_for_none() -> None:
    counted = counts(recalled([(1.0, -1, 1.0, 9), (1.0, -1, -1.0, 9)]), ARTICLES)
    assert not counted.pro.any()
    assert not counted.con.any()


@given(priors, lists)
def test_shares_are_shares(prior: FloatArray, cases: list[Case]) -> None:
    share = shares(prior, counts(recalled(cases), ARTICLES))
    assert share.shape == (ARTICLES,)
    assert np.all((share >= 0) & (share <= 1 + 1e-5))
    assert share.sum() <= 1 + 1e-4


@given(priors, lists)
def test_without_trust_nothing_is_said(prior: FloatArray, cases: list[Case]) -> None:
    assert not vote(prior, cases, trusted=0.0).any()


@given(priors, lists, st.integers(0, ARTICLES - 1), cosines, st.integers(1, 9))
def test_more_cases_for_an_article_never_lower_it(
    prior: FloatArray, cases: list[Case], article: int, cosine: float, number: int
) -> None:
    before = vote(prior, cases)[article]
    assert vote(prior, [*cases, (cosine, article, 1.0, number)])[article] >= before - 1e-5


@given(priors, lists, st.integers(0, ARTICLES - 1), cosines, st.integers(1, 9))
def test_cases_against_an_article_never_raise_it(
    prior: FloatArray, cases: list[Case], article: int, cosine: float, number: int
) -> None:
    before = vote(prior, cases)[article]
    assert vote(prior, [*cases, (cosine, article, -1.0, number)])[article] <= before + 1e-5


@given(lists, st.integers(0, ARTICLES - 1))
def test_an_article_of_which_the_past_knows_nothing_loses_nothing(
    cases: list[Case], unknown: int
) -> None:
    about_others = [case for case in cases if case[1] != unknown]
    assert vote(NO_PRIOR, about_others)[unknown] == 0


@given(lists, priors)
def test_an_article_goes_below_none_only_where_more_said_no(
    cases: list[Case], prior: FloatArray
) -> None:
    counted = counts(recalled(cases), ARTICLES)
    found = vote(prior, cases)
    assert np.all(counted.con[found < 0] > counted.pro[found < 0])


@given(priors, lists, st.floats(0.0, 1.0, width=32))
def test_votes_are_bounded(prior: FloatArray, cases: list[Case], trusted: float) -> None:
    found = vote(prior, cases, trusted)
    highest = TUNING.strength * np.log1p(1 / TUNING.floor)
    against = sum(-weight * number for _, _, weight, number in cases if weight < 0)
    assert np.all(found <= trusted * highest + 1e-4)
    assert np.all(found >= -trusted * TUNING.strength * np.log1p(against) - 1e-4)


def test_a_vote_grows_with_the_logarithm_of_what_was_said() -> None:
    said_yes = vote(NO_PRIOR, [(1.0, 1, 1.0, 4)])
    share = 3 / (TUNING.prior_count + 3)
    assert said_yes.tolist() == pytest.approx(
        [0, TUNING.strength * np.log1p(share / TUNING.floor), 0, 0]
    )
    said_no = vote(NO_PRIOR, [(1.0, 1, -1.0, 4)])
    assert said_no.tolist() == pytest.approx([0, -TUNING.strength * np.log1p(3), 0, 0])


def test_steady_evidence_outweighs_the_model_and_one_case_does_not() -> None:
    prior = np.asarray([0.9, 0.1, 0.0, 0.0], dtype=np.float32)
    assert np.argmax(vote(prior, [(1.0, 2, 1.0, 1)])) == 0
    assert np.argmax(vote(prior, [(1.0, 2, 1.0, 5)])) == 2


NOBODY = counts(recalled([]), ARTICLES)


def how_far(cases: float, text: float, experience: float, agreed: Counts = NOBODY) -> float:
    return trust(Acquaintance(cases, text, experience), agreed)


def test_trust_rises_with_the_nearness_of_cases_beside_the_articles_own_text() -> None:
    assert how_far(0.5, 0.9, 1.0) == 0
    assert how_far(0.9, 0.9, 1.0) == how_far(0.45, 0.5, 1.0) == 1
    assert 0 < how_far(0.72, 0.9, 1.0) < 1
    assert how_far(0.9, 0.0, 1.0) == how_far(0.9, -0.1, 1.0) == 0


def test_where_an_article_leads_that_nobody_asked_about_the_past_is_silent() -> None:
    assert how_far(0.9, 0.9, 0.0) == 0


@pytest.mark.parametrize("weight", [1.0, -1.0])
def test_but_not_where_several_agree_on_nearly_this_query(weight: float) -> None:
    alone = counts(recalled([(1.0, 2, weight, 1)]), ARTICLES)
    agreed = counts(recalled([(1.0, 2, weight, 1), (0.97, 2, weight, 1)]), ARTICLES)
    far = counts(recalled([(0.8, 2, weight, 1), (0.8, 2, weight, 1)]), ARTICLES)
    assert how_far(0.2, 0.9, 0.0, agreed) == how_far(0.2, 0.0, 0.0, agreed) == 1
    assert how_far(0.2, 0.9, 0.0, alone) == how_far(0.2, 0.9, 0.0, far) == 0


@given(cosines, cosines, cosines, cosines, lists)
def test_trust_is_a_share_and_never_falls_with_nearer_cases(
    one: float, other: float, text: float, experience: float, cases: list[Case]
) -> None:
    near, nearer = sorted((one, other))
    counted = counts(recalled(cases), ARTICLES)
    low, high = (how_far(value, text, experience, counted) for value in (near, nearer))
    assert 0 <= low <= high <= 1


def test_a_ramp_has_two_ends() -> None:
    ramp = Ramp(0.2, 0.4)
    assert [ramp(value) for value in (-9.0, 0.2, 0.3, 0.4, 9.0)] == pytest.approx([0, 0, 0.5, 1, 1])


def test_what_is_tuned_is_what_counts() -> None:
    counted = Counts(np.asarray([0, 3], dtype=np.float32), np.zeros(2, dtype=np.float32))
    prior = np.asarray([1, 0], dtype=np.float32)
    few = shares(prior, counted, dataclasses.replace(TUNING, prior_count=1.0))
    assert few.tolist() == pytest.approx([1 / 4, 3 / 4])
    many = shares(prior, counted, dataclasses.replace(TUNING, prior_count=9.0))
    assert many.tolist() == pytest.approx([9 / 12, 3 / 12])
