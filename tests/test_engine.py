"""One small shop, searched as customers do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from indexer.encoder import FloatArray
from search.engine import LEAST_CONFIDENCE, Engine
from search.query import clean
from search.results import SearchRequest, SearchResult


def slugs(result: SearchResult) -> list[str]:
    return [hit.article.slug for hit in result.hits]


def first(engine: Engine, text: str, **options: object) -> str:
    return slugs(engine.search(replace(SearchRequest(text), **options)))[0]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("i forgot my login", "account/password"),
        ("how do I get my money back", "orders/returns"),
        ("delete everything you know about me", "account/close"),
        ("delivery is late", "orders/tracking"),
        ("E-4711", "account/password"),
    ],
)
def test_customers_find_the_answer_in_their_own_words(
    engine: Engine, asked: str, answered: str
) -> None:
    assert first(engine, asked, lang="en") == answered


def test_a_hit_leads_to_the_passage_that_answers(engine: Engine) -> None:
    hit = engine.search(SearchRequest("when will the money arrive", lang="en")).hits[0]
    assert hit.url == "/articles/orders/returns#when-the-money-arrives"
    assert hit.heading == ("When the money arrives",)


def test_a_result_says_what_it_came_from(engine: Engine) -> None:
    result = engine.search(SearchRequest("password"))
    assert result.snapshot == engine.snapshot.id
    assert result.recipe == engine.recipe_id
    assert (result.mode, result.fallback, result.memory) == ("hybrid", None, None)


def test_each_article_stands_once(engine: Engine) -> None:
    found = [hit.article.key for hit in engine.search(SearchRequest("mail link")).hits]
    assert len(found) == len(set(found))


def test_scores_fall_and_are_the_sum_of_their_signals(engine: Engine) -> None:
    hits = engine.search(SearchRequest("return a parcel", lang="en")).hits
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    for hit in hits:
        why = hit.explanation
        assert hit.score == pytest.approx(why.keyword + why.passage + why.title, abs=1e-3)


def test_a_language_filters(engine: Engine) -> None:
    assert slugs(engine.search(SearchRequest("password", lang="es"))) == ["account/password"]
    hit = engine.search(SearchRequest("忘记密码", lang="zh")).hits[0]
    assert hit.url == "/zh/articles/account/password"
    assert hit.snippet.marks


def test_a_product_leaves_out_other_products_articles(engine: Engine) -> None:
    found = slugs(engine.search(SearchRequest("parcel", lang="en", product="Chairs")))
    assert "orders/tracking" in found
    assert "orders/returns" not in found
    assert "account/password" in found


def test_a_phrase_must_stand_in_the_article(engine: Engine) -> None:
    assert slugs(engine.search(SearchRequest('"spam folder"'))) == ["account/password"]
    assert slugs(engine.search(SearchRequest('"folder spam"'))) == []


def test_an_excluded_word_leaves_articles_out(engine: Engine) -> None:
    assert "orders/tracking" not in slugs(engine.search(SearchRequest("parcel -customs")))


def test_a_pinned_article_comes_first(engine: Engine) -> None:
    result = engine.search(SearchRequest("Return policies"))
    assert slugs(result)[0] == "orders/returns"
    assert result.hits[0].explanation.pinned
    assert not result.weak


def test_a_pin_does_not_break_a_filter(engine: Engine) -> None:
    assert "orders/returns" not in slugs(engine.search(SearchRequest("return policy", lang="es")))


def test_an_unknown_word_is_corrected_and_said(engine: Engine) -> None:
    result = engine.search(SearchRequest("pasword"))
    assert result.corrected == "password"
    assert result.query == "pasword"
    assert engine.search(SearchRequest("pasword", correct=False)).corrected is None


@pytest.mark.parametrize("typed", ["pass", "passw", "reset your pas"])
def test_an_unfinished_word_already_finds(engine: Engine, typed: str) -> None:
    assert first(engine, typed, typing=True, lang="en") == "account/password"


def test_an_unfinished_word_is_not_corrected(engine: Engine) -> None:
    assert engine.search(SearchRequest("passwo", typing=True)).corrected is None


def test_a_finished_word_is_no_prefix(engine: Engine) -> None:
    assert not engine.search(SearchRequest("passw", mode="keyword", correct=False)).hits


def test_a_question_of_stop_words_is_answered(engine: Engine) -> None:
    assert engine.search(SearchRequest("what is it")).hits


def test_nonsense_is_marked_as_weak(engine: Engine) -> None:
    assert engine.search(SearchRequest("qwxz vbnm")).weak


def test_a_clear_question_is_not_weak(engine: Engine) -> None:
    result = engine.search(SearchRequest("reset your password", lang="en"))
    assert not result.weak
    assert 0.5 < result.confidence < 1


def test_weak_is_what_falls_below_the_least_confidence(engine: Engine) -> None:
    asked = ("where is my parcel", "parcel to the moon", "is the moon a parcel", "football")
    results = [engine.search(SearchRequest(text, lang="en")) for text in asked]
    assert [result.weak for result in results] == [
        result.confidence < LEAST_CONFIDENCE for result in results
    ]
    assert {result.weak for result in results} == {True, False}


@pytest.mark.parametrize("text", ["", "   ", "\n\x00"])
def test_only_an_empty_query_is_an_error(engine: Engine, text: str) -> None:
    with pytest.raises(ValueError, match="empty"):
        engine.search(SearchRequest(text))


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1), st.booleans())
def test_anything_that_can_be_typed_is_answered(engine: Engine, text: str, typing: bool) -> None:
    assume(clean(text))
    assert len(engine.search(SearchRequest(text, typing=typing, limit=3)).hits) <= 3


def test_a_draft_is_read_to_its_end(engine: Engine) -> None:
    draft = "I have a question about your shop. " * 40 + "My parcel rests at the customs office."
    result = engine.search(SearchRequest(draft, draft=True, lang="en"))
    assert result.hits[0].article.slug == "orders/tracking"


def test_a_draft_has_no_operators(engine: Engine) -> None:
    assert engine.search(SearchRequest('"no such phrase" -parcel', draft=True)).hits


def test_the_keyword_mode_needs_no_encoder(engine: Engine) -> None:
    alone = Engine(engine.snapshot, None)
    assert slugs(alone.search(SearchRequest("password", mode="keyword"))) == slugs(
        engine.search(SearchRequest("password", mode="keyword"))
    )


def test_without_a_model_keywords_answer_and_the_reason_is_said(engine: Engine) -> None:
    result = Engine(engine.snapshot, None, "the model is not there").search(SearchRequest("parcel"))
    assert (result.mode, result.fallback) == ("keyword", "the model is not there")
    assert slugs(result)[0] == "orders/tracking"


class Broken:
    """An encoder whose runtime fails."""

    def __init__(self, engine: Engine) -> None:
        recipe = engine.snapshot.manifest.recipe
        assert recipe
        self.recipe = recipe

    def knows(self, word: str) -> bool:
        return True

    def encode_query(self, text: str) -> FloatArray:
        raise RuntimeError("out of memory")

    def encode_passages(self, texts: object, on_done: object) -> FloatArray:
        raise RuntimeError("out of memory")


def test_a_failing_encoder_is_a_fallback_not_an_error(engine: Engine) -> None:
    result = Engine(engine.snapshot, Broken(engine)).search(SearchRequest("parcel"))
    assert result.mode == "keyword"
    assert "out of memory" in (result.fallback or "")


def test_a_model_that_has_gone_is_said(shop: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    moved.mkdir()
    (moved / "snapshots").symlink_to(shop / "snapshots")
    (moved / "CURRENT").write_bytes((shop / "CURRENT").read_bytes())
    result = Engine.open(moved).search(SearchRequest("parcel"))
    assert result.mode == "keyword"
    assert "kb publish" in (result.fallback or "")


def test_a_site_that_learned_nothing_says_nothing_of_memory(engine: Engine) -> None:
    assert engine.memory is None
    asked = SearchRequest("money back", explain=True)
    result = engine.search(asked)
    assert result.memory is None
    assert {(hit.explanation.memory, hit.explanation.cases) for hit in result.hits} == {(0.0, ())}
    assert engine.search(replace(asked, memory=False)) == result


def test_a_vector_that_is_known_already_ranks_as_the_text_does(engine: Engine) -> None:
    assert engine.encoder
    request = SearchRequest("money back")
    vector = engine.encoder.encode_query("money back")
    assert engine.rank(request, vector).rows == engine.rank(request).rows
