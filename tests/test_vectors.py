"""Vectors: the nearest rows are those that plain arithmetic finds, exact or nearly so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from indexer import vectors
from indexer.vectors import FloatArray, VectorIndex


def unit_vectors(rows: int, dimensions: int) -> FloatArray:
    made = np.random.default_rng(7).normal(size=(rows, dimensions)).astype(np.float32)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True))


def exact(stored: FloatArray, query: FloatArray) -> npt.NDArray[np.float32]:
    """Cosines with vectors as they are stored: in half precision."""
    return stored.astype(np.float16).astype(np.float32) @ query


def recall(index: VectorIndex, stored: FloatArray, queries: FloatArray) -> float:
    """Share of the true ten nearest that the index finds among its ten."""
    found = 0
    for query in queries:
        rows, _ = index.nearest(query, 10)
        found += len(set(rows.tolist()) & set(np.argsort(-(stored @ query))[:10].tolist()))
    return found / (10 * len(queries))


def test_the_nearest_are_those_that_numpy_finds_in_the_same_order(tmp_path: Path) -> None:
    stored = unit_vectors(500, 32)
    VectorIndex.build(stored).save(tmp_path / "index")
    index = VectorIndex.open(tmp_path / "index")
    assert len(index) == 500
    for query in unit_vectors(20, 32):
        rows, cosines = index.nearest(query, 50)
        expected = exact(stored, query)
        assert rows.tolist() == np.argsort(-expected, kind="stable")[:50].tolist()
        np.testing.assert_allclose(cosines, expected[rows], atol=1e-6)


def test_half_precision_keeps_cosines_to_a_thousandth() -> None:
    stored = unit_vectors(200, 384)
    rows, cosines = VectorIndex.build(stored).nearest(stored[3], 200)
    np.testing.assert_allclose(cosines, stored[rows] @ stored[3], atol=1e-3)
    assert rows[0] == 3


def test_there_are_no_more_rows_than_there_are() -> None:
    rows, _ = VectorIndex.build(unit_vectors(3, 8)).nearest(unit_vectors(1, 8)[0], 10)
    assert sorted(rows.tolist()) == [0, 1, 2]


@pytest.mark.parametrize("most_exact", [10, 1_000])
def test_a_vector_comes_back_in_half_precision(
    most_exact: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "MOST_EXACT", most_exact)
    stored = unit_vectors(100, 16)
    found = VectorIndex.build(stored).vector(90)
    assert found.tolist() == stored[90].astype(np.float16).astype(np.float32).tolist()


def test_beyond_the_limit_a_graph_finds_nearly_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "MOST_EXACT", 5_000)  # the real limit: tests/test_soak.py
    stored = unit_vectors(5_001, 16)
    VectorIndex.build(stored).save(tmp_path / "index")
    index = VectorIndex.open(tmp_path / "index")
    assert hasattr(index._index, "hnsw")
    assert recall(index, stored, unit_vectors(50, 16)) >= 0.95


def test_up_to_a_hundred_thousand_rows_every_vector_is_compared() -> None:
    assert not hasattr(VectorIndex.build(unit_vectors(100, 8))._index, "hnsw")


def test_every_vector_comes_back_in_half_precision(tmp_path: Path) -> None:
    stored = unit_vectors(40, 16)
    VectorIndex.build(stored).save(tmp_path / "index")
    found = VectorIndex.open(tmp_path / "index").vectors()
    assert found.dtype == np.float32
    assert found.tolist() == stored.astype(np.float16).astype(np.float32).tolist()


def test_few_past_cases_are_all_compared() -> None:
    assert vectors.MOST_CASES == 10_000
    stored = unit_vectors(300, 16)
    index = VectorIndex.clustered(stored)
    assert not hasattr(index._index, "nprobe")
    assert recall(index, stored, unit_vectors(20, 16)) == 1


def clouds(rows: int, dimensions: int) -> FloatArray:
    """Unit vectors in clouds, as questions about the same things are."""
    random = np.random.default_rng(11)
    centres = random.normal(size=(50, dimensions))
    made = centres[random.integers(50, size=rows)] + 0.5 * random.normal(size=(rows, dimensions))
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)


def test_of_many_past_cases_the_nearest_clusters_are_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "MOST_CASES", 5_000)
    monkeypatch.setattr(vectors, "CLUSTERS", 64)
    monkeypatch.setattr(vectors, "CLUSTERS_SEARCHED", 12)
    stored = clouds(5_001, 32)
    VectorIndex.clustered(stored).save(tmp_path / "index")
    index = VectorIndex.open(tmp_path / "index")
    inner: Any = index._index
    assert (inner.nlist, inner.nprobe) == (64, 12)
    assert len(index) == 5_001
    assert recall(index, stored, clouds(5_051, 32)[-50:]) >= 0.95
    rows, cosines = index.nearest(stored[7], 20)
    assert rows[0] == 7
    np.testing.assert_allclose(cosines, exact(stored, stored[7])[rows], atol=1e-3)
