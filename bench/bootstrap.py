"""Whether one system is better than another, or only luckier with these queries. Pure.

Paired bootstrap: the same resampled queries for both systems (Sakai 2006, "Evaluating evaluation
metrics based on the bootstrap").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

SAMPLES = 10_000


@dataclass(frozen=True, slots=True)
class Difference:
    """A mean difference, its 95 % interval, and how often chance alone gives as much.

    ``p`` is two-sided, and never below 2 / (samples + 1).
    """

    mean: float
    low: float
    high: float
    p: float


def paired_bootstrap(sets: Sequence[FloatArray], samples: int = SAMPLES) -> Difference:
    """Bootstrap the mean over sets of each set's mean difference.

    Each set is an array of shape (queries,): the first system's figure minus the second's, query
    by query. Queries are drawn within their set, so each set counts the same, whatever its size.
    """
    generator = np.random.default_rng(0)
    means = np.mean([_resampled(one, samples, generator) for one in sets], axis=0)
    low, high = np.percentile(means, [2.5, 97.5])
    opposite = min(int((means <= 0).sum()), int((means >= 0).sum()))
    p = min(1.0, 2 * (opposite + 1) / (samples + 1))
    return Difference(float(np.mean([one.mean() for one in sets])), float(low), float(high), p)


def _resampled(differences: FloatArray, samples: int, generator: np.random.Generator) -> FloatArray:
    """Means of resampled queries, shape (samples,)."""
    size = len(differences)
    draws = (differences[generator.integers(0, size, size)] for _ in range(samples))
    return np.fromiter((one.mean() for one in draws), dtype=np.float64, count=samples)
