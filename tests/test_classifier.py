"""The learned model: what it was taught it knows, and it is the same each time."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.classifier import (
    Classifier,
    Examples,
    FloatArray,
    IntArray,
    Training,
    own_examples,
    train,
)

SIZE = 12


def around(centres: FloatArray, number: int, spread: float, seed: int) -> FloatArray:
    """Unit vectors near each centre, shape (number * centres, dimensions), centre by centre."""
    noise = np.random.default_rng(seed).normal(scale=spread, size=(number * len(centres), SIZE))
    made = np.repeat(centres, number, axis=0) + noise
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)


def own(articles: int) -> Examples:
    """Articles whose texts and titles point along an axis each."""
    axes = np.eye(articles, SIZE, dtype=np.float32)
    return own_examples(axes, np.repeat(axes, 2, axis=0), 2 * np.arange(articles))


def cases(articles: int, number: int = 20, turn: int = 0) -> Examples:
    """Cases near the axes; with ``turn``, near those of other articles."""
    axes = np.roll(np.eye(articles, SIZE, dtype=np.float32), turn, axis=0)
    labels: IntArray = np.repeat(np.arange(articles), number)
    vectors = around(axes, number, spread=0.1, seed=1)
    return Examples(vectors, labels, np.ones(len(labels), dtype=np.float32))


def best(model: Classifier, vectors: FloatArray) -> list[int]:
    odds = vectors @ model.weights.T + model.bias
    return [int(row) for row in odds.argmax(axis=1)]


@pytest.mark.parametrize("articles", [2, 3, 6])
def test_what_can_be_told_apart_is_told_apart(articles: int) -> None:
    model = train(cases(articles), own(articles), articles)
    assert model.weights.shape == (articles, SIZE)
    assert model.bias.shape == (articles,)
    asked = around(np.eye(articles, SIZE, dtype=np.float32), 5, spread=0.1, seed=2)
    assert best(model, asked) == np.repeat(np.arange(articles), 5).tolist()


@pytest.mark.parametrize("articles", [2, 5])
def test_cases_outweigh_what_the_articles_say_of_themselves(articles: int) -> None:
    model = train(cases(articles, turn=1), own(articles), articles)
    asked = np.roll(np.eye(articles, SIZE, dtype=np.float32), 1, axis=0)
    assert best(model, asked) == list(range(articles))


def test_articles_without_cases_are_told_apart_by_their_own_texts() -> None:
    taught = cases(4)
    some = taught.articles >= 2
    few = Examples(taught.vectors[some], taught.articles[some], taught.weights[some])
    model = train(few, own(4), 4)
    odds = np.eye(4, SIZE, dtype=np.float32) @ model.weights.T + model.bias
    assert odds[0, 0] > odds[0, 1]
    assert odds[1, 1] > odds[1, 0]


def test_without_any_case_the_articles_speak() -> None:
    none = Examples(np.empty((0, SIZE), np.float32), np.empty(0, np.int64), np.empty(0, np.float32))
    assert best(train(none, own(4), 4), np.eye(4, SIZE, dtype=np.float32)) == [0, 1, 2, 3]


def test_a_single_article_has_even_odds() -> None:
    model = train(cases(1), own(1), 1)
    assert model.weights.shape == (1, SIZE)
    assert not model.weights.any()
    assert model.bias.tolist() == [0.0]


def test_two_articles_have_odds_that_are_each_others_opposite() -> None:
    model = train(cases(2), own(2), 2)
    np.testing.assert_array_equal(model.weights[0], -model.weights[1])
    assert model.bias[0] == -model.bias[1]


@pytest.mark.parametrize("articles", [2, 4])
def test_training_twice_gives_the_same_to_the_bit(articles: int) -> None:
    first, second = (train(cases(articles), own(articles), articles) for _ in range(2))
    assert first.weights.tobytes() == second.weights.tobytes()
    assert first.bias.tobytes() == second.bias.tobytes()
    assert first.weights.dtype == first.bias.dtype == np.float32


def test_a_case_of_more_weight_says_more() -> None:
    between = np.ones((2, SIZE), dtype=np.float32) / np.sqrt(SIZE)
    labels = np.asarray([0, 1])
    one_sided = Examples(between, labels, np.asarray([9.0, 1.0], dtype=np.float32))
    assert best(train(one_sided, own(2), 2), between[:1]) == [0]
    other_side = Examples(between, labels, np.asarray([1.0, 9.0], dtype=np.float32))
    assert best(train(other_side, own(2), 2), between[:1]) == [1]


def test_an_articles_texts_weigh_together_what_its_title_weighs() -> None:
    titles = np.eye(3, SIZE, dtype=np.float32)
    texts = np.eye(7, SIZE, dtype=np.float32)
    examples = own_examples(titles, texts, np.asarray([0, 1, 5]))
    assert examples.articles.tolist() == [0, 1, 1, 1, 1, 2, 2, 0, 1, 2]
    of_texts = np.bincount(examples.articles[:7], weights=examples.weights[:7])
    assert of_texts.tolist() == pytest.approx([Training().own_weight] * 3)
    assert examples.weights[7:].tolist() == pytest.approx([Training().own_weight] * 3)


@pytest.mark.parametrize("articles", [2, 4])
def test_without_its_prior_what_is_common_is_not_expected(articles: int) -> None:
    taught = cases(articles)
    common = Examples(taught.vectors, taught.articles, np.where(taught.articles, 0.1, 9.0))
    plain = Training(prior=False)
    assert not train(common, own(articles), articles, plain).bias.any()
    bias = train(common, own(articles), articles).bias
    assert bias.argmax() == 0
    assert bias[0] > 0
