"""Suggestions are few, and none is better than a wrong one."""

from __future__ import annotations

from dataclasses import replace

from search.engine import LEAST_CONFIDENCE as LEAST_TO_PROMISE
from search.engine import Engine
from search.results import SearchRequest
from search.suggest import LEAST_CONFIDENCE, MOST, shown


def test_a_clear_question_is_shown_the_best_hits(engine: Engine) -> None:
    result = engine.search(SearchRequest("return policy", lang="en"))
    assert shown(result) == result.hits[:MOST]


def test_small_talk_is_shown_nothing(engine: Engine) -> None:
    assert shown(engine.search(SearchRequest("hello, is anybody there"))) == ()


def test_a_question_about_something_else_is_shown_nothing(engine: Engine) -> None:
    asked = SearchRequest("Which of your shops in town sells curtains?", lang="en", draft=True)
    assert shown(engine.search(asked)) == ()


def test_what_is_too_weak_to_promise_an_answer_is_not_offered_unasked() -> None:
    assert LEAST_CONFIDENCE > LEAST_TO_PROMISE


def test_the_threshold_itself_is_enough(engine: Engine) -> None:
    result = engine.search(SearchRequest("parcel"))
    assert shown(replace(result, confidence=LEAST_CONFIDENCE))
    assert not shown(replace(result, confidence=LEAST_CONFIDENCE - 0.001))
