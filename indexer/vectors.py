"""FAISS: which rows are nearest to a query in meaning."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

MOST_EXACT = 100_000
"""Rows up to which every vector is compared; beyond it HNSW (recall over .95) is faster."""
MOST_CASES = 10_000
"""The same for past cases, of which only the nearest matter: beyond it the nearest clusters."""
CLUSTERS = 512
CLUSTERS_SEARCHED = 24
HNSW_LINKS = 32
HNSW_BUILD = 200
HNSW_SEARCH = 400


class VectorIndex:
    """Unit vectors by row, half precision: half the memory, the same ranking."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = index
        if hasattr(index, "hnsw"):
            index.hnsw.efSearch = HNSW_SEARCH
        faiss.omp_set_num_threads(1)  # the web server's threads are the parallelism

    @classmethod
    def build(cls, vectors: FloatArray) -> VectorIndex:
        """An index of vectors, shape (rows, dimensions), each of length 1."""
        rows, dimensions = vectors.shape
        kind = "SQfp16" if rows <= MOST_EXACT else f"HNSW{HNSW_LINKS}_SQfp16"
        index = faiss.index_factory(dimensions, kind, faiss.METRIC_INNER_PRODUCT)
        if hasattr(index, "hnsw"):
            index.hnsw.efConstruction = HNSW_BUILD
        index.train(vectors)
        index.add(vectors)
        return cls(index)

    @classmethod
    def clustered(cls, vectors: FloatArray) -> VectorIndex:
        """As ``build``, for a hundred thousand vectors in a fraction of a millisecond.

        A few of the far ones may be missed (inverted lists, as in FAISS's IVF).
        """
        rows, dimensions = vectors.shape
        if rows <= MOST_CASES:
            return cls.build(vectors)
        kind = f"IVF{CLUSTERS},SQfp16"
        index: Any = faiss.index_factory(dimensions, kind, faiss.METRIC_INNER_PRODUCT)
        index.train(vectors)
        index.add(vectors)
        index.nprobe = CLUSTERS_SEARCHED
        return cls(index)

    @classmethod
    def open(cls, path: Path) -> VectorIndex:
        """Read an index that has been checked against its manifest: FAISS trusts its files."""
        return cls(faiss.read_index(str(path)))

    def save(self, path: Path) -> None:
        """Write the index to a file."""
        faiss.write_index(self._index, str(path))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def nearest(self, query: FloatArray, count: int) -> tuple[IntArray, FloatArray]:
        """Rows and cosines of the ``count`` nearest, best first; query of shape (dimensions,)."""
        cosines, rows = self._index.search(query[None, :], min(count, len(self)))
        found = rows[0] >= 0
        return rows[0][found], cosines[0][found]

    def vector(self, row: int) -> FloatArray:
        """One vector, shape (dimensions,), as near as half precision keeps it."""
        return np.asarray(self._index.reconstruct(row), dtype=np.float32)

    def vectors(self) -> FloatArray:
        """Every vector, shape (rows, dimensions); not for ``clustered`` ones."""
        return np.asarray(self._index.reconstruct_n(0, len(self)), dtype=np.float32)
