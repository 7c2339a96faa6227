"""Questions that mean the same, found by their vectors alone.

Short questions about one product are all near to each other: what they share is the product, and it
hides what they differ in. So the site's own subject is taken out first. Then each question moves to
the middle of its neighbours, as in mean shift: questions of one kind close up, and a lone word
that two questions share by chance weighs less. What is left is grouped by average linkage, which
needs no number of clusters. Compared with k-means and others in docs/search-quality.md.
"""

from __future__ import annotations

import numpy as np

from search.ranking import FloatArray, IntArray

NEAREST = 3
"""Neighbours to whose middle a question moves at most."""
NEAR = 0.5
"""Cosine from which another question is a neighbour: a lone one stays where it is."""
ALIKE = 0.6
"""Mean cosine, after moving, from which two groups are one."""
MOST = 4_000
"""Distinct questions that are compared with each other: a second, and 350 MB for that long."""


def centred(vectors: FloatArray, centre: FloatArray) -> FloatArray:
    """Unit vectors, shape (n, dimensions), of what is left without ``centre``, (dimensions,)."""
    return _unit(np.asarray(vectors - centre, dtype=np.float32))


def clusters(vectors: FloatArray) -> tuple[tuple[int, ...], ...]:
    """Rows of unit vectors, shape (n, dimensions), that belong together, each row once at most.

    Largest first; a row that is like no other is in none. Equal rows are always together, and
    the order of rows changes nothing. Raises ValueError for more than ``MOST`` distinct rows.
    """
    distinct, which = np.unique(vectors, axis=0, return_inverse=True)
    if len(distinct) > MOST:
        raise ValueError(f"{len(distinct):,} distinct vectors (give {MOST:,} at most)")
    labels = _labels(distinct)[which.ravel()] if len(distinct) else np.empty(0, dtype=np.int64)
    members: dict[int, list[int]] = {}
    for row, label in enumerate(labels.tolist()):
        members.setdefault(label, []).append(row)
    found = [tuple(rows) for rows in members.values() if len(rows) > 1]
    return tuple(sorted(found, key=lambda rows: (-len(rows), rows)))


def _labels(vectors: FloatArray) -> IntArray:
    """The number of each row's cluster, shape (n,)."""
    if len(vectors) == 1:
        return np.zeros(1, dtype=np.int64)
    from scipy.cluster.hierarchy import fcluster, linkage  # slow to import: searches need none
    from scipy.spatial.distance import squareform

    moved = closed_up(vectors)
    distance = np.maximum(1 - moved @ moved.T, 0).astype(np.float64)
    tree = linkage(squareform(distance, checks=False), "average")
    labels: IntArray = fcluster(tree, 1 - ALIKE, "distance").astype(np.int64)
    return labels


def closed_up(vectors: FloatArray) -> FloatArray:
    """Each row moved to the middle of itself and its neighbours, weighted by their cosines."""
    cosine = vectors @ vectors.T
    np.fill_diagonal(cosine, 1.0)
    count = min(NEAREST + 1, len(vectors))
    least = np.partition(cosine, -count, axis=1)[:, -count, None]
    return _unit(np.where(cosine >= np.maximum(least, NEAR), cosine, 0) @ vectors)


def _unit(vectors: FloatArray) -> FloatArray:
    """Scaled to length 1; zeros stay zeros."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: FloatArray = np.divide(
        vectors, lengths, out=np.zeros_like(vectors), where=lengths > 1e-9
    ).astype(np.float32)
    return scaled
