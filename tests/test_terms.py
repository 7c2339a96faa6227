"""From a query to terms: rarity, completions, what is worth marking."""

from __future__ import annotations

import numpy as np
import pytest

from search.engine import Engine
from search.terms import keyword_scores, query_terms


def test_a_repeated_word_counts_once(engine: Engine) -> None:
    index = engine.snapshot.keyword
    once = query_terms("parcel", "", ("en",), index)
    twice = query_terms("parcel parcels parcel", "", ("en",), index)
    assert once.finished == twice.finished
    assert once.mass == twice.mass


def test_an_unknown_word_is_part_of_what_was_said(engine: Engine) -> None:
    index = engine.snapshot.keyword
    known = query_terms("parcel", "", ("en",), index)
    assert query_terms("parcel zzz", "", ("en",), index).mass > known.mass


def test_of_completions_only_the_best_counts(engine: Engine) -> None:
    index = engine.snapshot.keyword
    terms = query_terms("pa", "pa", ("en",), index)
    assert {"parcel", "password"} <= terms.completions.keys()
    singles = [index.postings.scores({term: 1.0}) for term in terms.completions]
    assert keyword_scores(terms, index) == pytest.approx(np.maximum.reduce(singles))


def test_stop_words_are_not_worth_marking(engine: Engine) -> None:
    terms = query_terms("how do I return the parcel", "", ("en",), engine.snapshot.keyword)
    assert set(terms.telling) == {"return", "parcel"}


def test_stop_words_alone_are_all_there_is(engine: Engine) -> None:
    terms = query_terms("how do I", "", ("en",), engine.snapshot.keyword)
    assert set(terms.telling) == {"how", "do", "i"}


def test_each_language_reads_the_query_its_own_way(engine: Engine) -> None:
    terms = query_terms("contraseñas", "", ("en", "es"), engine.snapshot.keyword)
    assert any(term in engine.snapshot.keyword.postings for term in terms.finished)
