"""The small learned model: which article answers, judging by a query's embedding alone.

Multinomial logistic regression, trained on past cases and, weakly, on the articles' own titles and
texts: so that an article without cases is known, too, and what is common is expected.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

MOST_STEPS = 200
TOLERANCE = 1e-3


@dataclass(frozen=True, slots=True)
class Training:
    """How the model is fitted; chosen on the dev sets, see docs/search-quality.md."""

    own_weight: float = 0.2
    """Weight of an article's texts together, and of its title, beside a case's 1."""
    penalty: float = 3.0
    """Inverse strength of the L2 penalty (scikit-learn's C)."""
    prior: bool = True
    """Whether what is common is expected: the model's intercepts."""


TRAINING = Training()


@dataclass(frozen=True, slots=True)
class Examples:
    """Unit vectors, shape (examples, dimensions), the article each belongs to, and its weight."""

    vectors: FloatArray
    articles: IntArray
    weights: FloatArray


@dataclass(frozen=True, slots=True)
class Classifier:
    """Log odds: ``weights``, shape (articles, dimensions), times a query, and ``bias``."""

    weights: FloatArray
    bias: FloatArray


def own_examples(
    titles: FloatArray, texts: FloatArray, first: IntArray, weight: float = Training().own_weight
) -> Examples:
    """What the articles say of themselves.

    ``titles``, shape (articles, dimensions); ``texts``, shape (passages, dimensions), article by
    article, each article's beginning at ``first``, shape (articles,).
    """
    counts = np.diff(first, append=len(texts))
    articles = np.arange(len(titles))
    of_text = np.repeat(articles, counts)
    return Examples(
        vectors=np.vstack([texts, titles]),
        articles=np.concatenate([of_text, articles]),
        weights=np.concatenate([weight / counts[of_text], np.full(len(titles), weight)]),
    )


def train(
    cases: Examples, own: Examples, articles: int, training: Training = TRAINING
) -> Classifier:
    """Fit the model; deterministic."""
    if articles == 1:
        return Classifier(np.zeros_like(own.vectors[:1]), np.zeros(1, dtype=np.float32))
    from sklearn.linear_model import LogisticRegression  # only learning needs it

    model = LogisticRegression(
        C=training.penalty, fit_intercept=training.prior, max_iter=MOST_STEPS, tol=TOLERANCE
    )
    model.fit(
        np.vstack([cases.vectors, own.vectors]),
        np.concatenate([cases.articles, own.articles]),
        sample_weight=np.concatenate([cases.weights, own.weights]).astype(np.float32),
    )
    weights, bias = model.coef_, np.broadcast_to(model.intercept_, len(model.coef_))
    if articles == 2:  # one row of odds for two classes
        weights, bias = np.vstack([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
    return Classifier(weights.astype(np.float32), bias.astype(np.float32))
