"""What past cases are worth for one query, as votes that are added to the articles' scores. Pure.

The learned model is a prior over articles; cases nearly equal to the query add counts to it, as to
a Dirichlet prior, the strongest voice of each article left out: what remains is what more than one
visitor said. A vote grows with the logarithm of the share, from 0 for an article of which the past
knows nothing, so nothing is starved; it is scaled by how far the past may be trusted here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from search.ranking import FloatArray, IntArray

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Ramp:
    """0 up to ``low``, 1 from ``high``, a line between."""

    low: float
    high: float

    def __call__(self, value: float) -> float:
        """Where a value lies on it."""
        return min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))


@dataclass(frozen=True, slots=True)
class Tuning:
    """How much memory may say; chosen on the dev sets, see docs/search-quality.md."""

    strength: float = 0.2
    """Score for each e-fold of an article's share."""
    floor: float = 0.01
    """Share that says nothing yet."""
    prior_count: float = 0.5
    """Cases that the model's word is worth: shrinkage."""
    sharpness: float = 0.05
    """Cosine below 1 at which a case counts 1/e of an equal one."""
    closeness: Ramp = Ramp(0.7, 0.9)
    """Trust by how near the nearest cases are, beside the articles' own text."""
    experience: Ramp = Ramp(0.35, 0.6)
    """Trust by how much was asked about the article that leads without memory."""
    agreement: Ramp = Ramp(0.1, 0.5)
    """Trust by what more than one said of an article for nearly this query."""


CHOSEN = Tuning()


@dataclass(frozen=True, slots=True)
class Recalled:
    """The cases nearest to a query: arrays of shape (recalled,), nearest first.

    ``article`` is a row of the snapshot, -1 where it is gone; ``weight`` above 0 where the article
    resolved the issue, below where it did not; ``largest`` the strongest single case in it, and
    ``voice`` tells whose that is.
    """

    cosine: FloatArray
    article: IntArray
    weight: FloatArray
    largest: FloatArray
    voice: IntArray


@dataclass(frozen=True, slots=True)
class Counts:
    """Cases for and against each article beyond the strongest voice, shape (articles,)."""

    pro: FloatArray
    con: FloatArray


def counts(recalled: Recalled, articles: int, tuning: Tuning = CHOSEN) -> Counts:
    """Cases by article, each weighing the less the less it is like the query."""
    nearness = np.exp((np.minimum(recalled.cosine, 1.0) - 1) / tuning.sharpness)
    known = recalled.article >= 0
    for_it = known & (recalled.weight > 0)
    return Counts(
        pro=_beyond_one(recalled, nearness, for_it, articles),
        con=_beyond_one(recalled, nearness, known & ~for_it, articles),
    )


def _beyond_one(
    recalled: Recalled, nearness: FloatArray, counted: BoolArray, articles: int
) -> FloatArray:
    rows, near = recalled.article[counted], nearness[counted]
    total = np.zeros(articles, dtype=np.float32)
    np.add.at(total, rows, np.abs(recalled.weight[counted]) * near)
    # One voice may have asked in several wordings.
    _, speaker = np.unique(recalled.voice[counted] * articles + rows, return_inverse=True)
    said = np.bincount(speaker, np.abs(recalled.largest[counted]) * near)
    strongest = np.zeros(articles, dtype=np.float32)
    np.maximum.at(strongest, rows, said[speaker].astype(np.float32))
    return np.asarray(np.maximum(total - strongest, 0), dtype=np.float32)


def shares(prior: FloatArray, counted: Counts, tuning: Tuning = CHOSEN) -> FloatArray:
    """How likely each article resolves the issue, shape (articles,); cases against lower it."""
    evidence = tuning.prior_count + counted.pro.sum() + counted.con
    return np.asarray((tuning.prior_count * prior + counted.pro) / evidence, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """How well the past knows such a query.

    ``cases`` is the mean cosine of the nearest cases, ``text`` that of the nearest title or
    passage, ``experience`` that of cases and the article that leads without memory.
    """

    cases: float
    text: float
    experience: float


def trust(known: Acquaintance, counted: Counts, tuning: Tuning = CHOSEN) -> float:
    """How far the past may speak, 0 to 1.

    Where an article says it better than any case did, or one leads that nobody asked about yet,
    the articles are right; but not where several visitors agree on nearly the same query.
    """
    agreement = tuning.agreement(float(max(counted.pro.max(), counted.con.max())))
    if known.text <= 0:
        return agreement
    near = tuning.closeness(known.cases / known.text)
    return max(agreement, near * tuning.experience(known.experience))


def votes(
    share: FloatArray, counted: Counts, trusted: float, tuning: Tuning = CHOSEN
) -> FloatArray:
    """What is added to each article's score, shape (articles,); below 0 only by votes against."""
    said_no = np.maximum(counted.con - counted.pro, 0)
    gain = np.log1p(share / tuning.floor) - np.log1p(said_no)
    return np.asarray(trusted * tuning.strength * gain, dtype=np.float32)
