"""Clusters of questions, whatever the vectors are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from search.clustering import MOST, centred, clusters
from search.ranking import FloatArray


@st.composite
def points(draw: st.DrawFn) -> FloatArray:
    """Unit vectors, some of them equal and some of length 0."""
    count = draw(st.integers(0, 25))
    raw = draw(arrays(np.int8, (count, 6), elements=st.integers(-3, 3)))
    return centred(raw.astype(np.float32), np.zeros(6, dtype=np.float32))


def as_sets(vectors: FloatArray) -> list[frozenset[int]]:
    return [frozenset(rows) for rows in clusters(vectors)]


@settings(deadline=None)  # the first one imports SciPy
@given(points())
def test_each_row_is_in_one_cluster_at_most_and_none_is_alone(vectors: FloatArray) -> None:
    rows = [row for cluster in clusters(vectors) for row in cluster]
    assert len(rows) == len(set(rows))
    assert all(len(cluster) > 1 for cluster in clusters(vectors))


@settings(deadline=None)  # the first one imports SciPy
@given(points(), st.randoms(use_true_random=False))
def test_the_order_of_questions_changes_nothing(vectors: FloatArray, random: object) -> None:
    order = list(range(len(vectors)))
    random.shuffle(order)  # type: ignore[attr-defined]
    again = {frozenset(order[row] for row in rows) for rows in clusters(vectors[order])}
    assert again == set(as_sets(vectors))


@settings(deadline=None)  # the first one imports SciPy
@given(points())
def test_equal_questions_are_always_together(vectors: FloatArray) -> None:
    of_row = {row: rows for rows in as_sets(vectors) for row in rows}
    for row, one in enumerate(vectors):
        for other in range(row):
            if np.array_equal(one, vectors[other]):
                assert row in of_row
                assert of_row[row] == of_row[other]


@settings(deadline=None)  # the first one imports SciPy
@given(points())
def test_asking_again_moves_nobody_else(vectors: FloatArray) -> None:
    twice = np.vstack([vectors, vectors])
    known = {frozenset(row % len(vectors) for row in rows) for rows in clusters(twice)}
    assert set(as_sets(vectors)) <= known


@settings(deadline=None)  # the first one imports SciPy
@given(points())
def test_the_largest_comes_first(vectors: FloatArray) -> None:
    sizes = [len(rows) for rows in clusters(vectors)]
    assert sizes == sorted(sizes, reverse=True)


def test_two_kinds_of_questions_are_two_clusters_and_a_lone_one_is_none() -> None:
    random = np.random.default_rng(7)
    kinds = np.repeat(np.eye(40)[:3], (8, 5, 1), axis=0) + random.normal(0, 0.05, (14, 40))
    vectors = centred(kinds.astype(np.float32), np.zeros(40, dtype=np.float32))
    assert clusters(vectors) == (tuple(range(8)), tuple(range(8, 13)))


def test_what_all_share_does_not_make_them_alike() -> None:
    shared = np.r_[3.0, np.zeros(5)].astype(np.float32)
    apart = np.eye(6, dtype=np.float32)[1:] + shared
    plain = centred(apart, np.zeros(6, dtype=np.float32))
    assert len(clusters(plain)[0]) == 5
    assert clusters(centred(apart, shared)) == ()


def test_too_many_to_compare_is_an_error_that_names_the_limit() -> None:
    with pytest.raises(ValueError, match=f"{MOST:,} at most"):
        clusters(np.eye(MOST + 1, 13, dtype=np.float32) + np.arange(MOST + 1)[:, None])
