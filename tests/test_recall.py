"""Memory in search: what it may do, what it may not, and how it says so."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from conftest import SHOP
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lessons import ASKED, CRACK, copy_of, history, imported, names, shop_with, teach

from search.engine import Engine
from search.query import clean
from search.results import Mode, SearchRequest, SearchResult

REQUEST = SearchRequest(CRACK, lang="en")


@pytest.fixture(scope="module")
def taught(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The shop with what its customers taught."""
    data = copy_of(shop, tmp_path_factory.mktemp("taught") / "data")
    teach(data, history())
    return Engine.open(data)


def search(engine: Engine, text: str = CRACK, **options: object) -> SearchResult:
    request = SearchRequest(text, lang="en")
    return engine.search(dataclasses.replace(request, **options))  # type: ignore[arg-type]


def test_what_resolved_such_issues_comes_first(taught: Engine) -> None:
    assert names(taught, CRACK)[0] == "orders/returns"
    assert names(taught, CRACK, memory=False)[0] != "orders/returns"


def test_a_result_names_the_memory_that_voted(taught: Engine) -> None:
    assert taught.memory
    assert search(taught).memory == taught.memory.id
    assert search(taught, memory=False).memory is None
    assert search(taught, mode="keyword").memory is None
    assert search(taught, mode="vector").memory is None


TEXTS = st.sampled_from(
    [CRACK, "password", "parcel -customs", '"spam folder"', "qwxz", "Return policy", "erase me"]
)


@settings(deadline=None, max_examples=40)
@given(TEXTS, st.booleans(), st.sampled_from([None, "en", "es"]), st.sampled_from([3, 10]))
def test_without_memory_results_are_equal_to_those_of_a_site_that_learned_nothing(
    taught: Engine, text: str, typing: bool, lang: str | None, limit: int
) -> None:
    request = SearchRequest(text, lang=lang, limit=limit, typing=typing, memory=False)
    assert taught.search(request) == taught.with_memory(None).search(request)


@settings(deadline=None, max_examples=20)
@given(TEXTS, st.sampled_from(["keyword", "vector"]))
def test_where_one_signal_alone_is_asked_for_memory_is_silent(
    taught: Engine, text: str, mode: Mode
) -> None:
    request = SearchRequest(text, mode=mode)
    assert taught.search(request) == taught.with_memory(None).search(request)


def test_without_an_encoder_search_goes_on_without_memory(taught: Engine) -> None:
    alone = Engine(taught.snapshot, None, "the model is not there", taught._recall)
    result = alone.search(SearchRequest("parcel"))
    assert (result.mode, result.memory) == ("keyword", None)


def test_scores_are_the_sum_of_their_signals_and_memorys_vote(taught: Engine) -> None:
    voted = search(taught).hits
    assert any(hit.explanation.memory > 0 for hit in voted)
    for hit in voted:
        why = hit.explanation
        total = why.keyword + why.passage + why.title + why.memory
        assert hit.score == pytest.approx(total, abs=1e-3)
    assert [hit.score for hit in voted] == sorted((hit.score for hit in voted), reverse=True)


def test_who_asks_why_is_told_the_cases_nearest_first(taught: Engine) -> None:
    why = search(taught, explain=True).hits[0].explanation
    assert len(why.cases) == 3
    assert {case.query for case in why.cases} <= set(ASKED["orders/returns"])
    assert all("crack" in case.query for case in why.cases)
    cosines = [case.cosine for case in why.cases]
    assert cosines == sorted(cosines, reverse=True)
    assert search(taught).hits[0].explanation.cases == ()
    assert search(taught, explain=True, memory=False).hits[0].explanation.cases == ()


def test_confidence_rises_where_such_issues_were_resolved(taught: Engine) -> None:
    with_it, without = search(taught), search(taught, memory=False)
    assert without.weak
    assert not with_it.weak
    assert without.confidence < with_it.confidence <= 1


def test_filters_and_pins_hold(taught: Engine) -> None:
    assert all(hit.article.lang == "es" for hit in search(taught, lang="es").hits)
    chairs = search(taught, product="Chairs")
    assert "orders/returns" not in [hit.article.slug for hit in chairs.hits]
    pinned = search(taught, "return policy").hits[0]
    assert pinned.explanation.pinned
    assert pinned.article.slug == "orders/returns"


def test_a_result_is_the_same_each_time(taught: Engine) -> None:
    assert len({repr(search(taught, explain=True)) for _ in range(3)}) == 1


@settings(deadline=None, max_examples=60)
@given(st.text(min_size=1))
def test_anything_that_can_be_typed_is_answered(taught: Engine, text: str) -> None:
    assume(clean(text))
    assert len(search(taught, text, explain=True, limit=3).hits) <= 3


def changed(**files: str | None) -> dict[str, str]:
    """The shop with articles added, changed or taken out; ``/`` is written ``__``, md left out."""
    new = {f"{name.replace('__', '/')}.md": text for name, text in files.items()}
    return {name: text for name, text in {**SHOP, **new}.items() if text is not None}


@pytest.fixture
def data(tmp_path: Path, models: Path) -> Path:
    """A shop of its own that has learned, to be published again."""
    folder = shop_with(tmp_path, models)
    teach(folder, history())
    return folder


def test_an_article_that_was_deleted_since_leaves(data: Path, tmp_path: Path, models: Path) -> None:
    before = Engine.open(data)
    shop_with(tmp_path, models, changed(orders__returns=None))
    engine = Engine.open(data)
    assert engine.memory
    assert before.memory
    assert engine.memory.id == before.memory.id
    result = search(engine, explain=True)
    assert "orders/returns" not in [hit.article.slug for hit in result.hits]
    assert all("crack" not in case.query for hit in result.hits for case in hit.explanation.cases)


def test_an_article_that_was_renamed_since_takes_its_cases_along(
    data: Path, tmp_path: Path, models: Path
) -> None:
    text = SHOP["orders/returns.md"].replace("order: 1", "redirect_from: /orders/returns")
    moved = changed(orders__returns=None, help__send_back=text)
    shop_with(tmp_path, models, moved)
    hit = search(Engine.open(data), explain=True).hits[0]
    assert hit.article.slug == "help/send_back"
    assert hit.explanation.memory > 0.5
    assert {case.query for case in hit.explanation.cases} <= set(ASKED["orders/returns"])


def test_of_two_articles_that_became_one_the_cases_of_both_speak(
    data: Path, tmp_path: Path, models: Path
) -> None:
    text = SHOP["account/password.md"].replace(
        "title: Reset your password", "title: Your account\nredirect_from: /account/close"
    )
    shop_with(tmp_path, models, changed(account__close=None, account__password=text))
    engine = Engine.open(data)
    hit = search(engine, "forgot my password", explain=True).hits[0]
    assert hit.article.slug == "account/password"
    assert "forgot my password" in [case.query for case in hit.explanation.cases]
    hit = search(engine, "gdpr removal", explain=True).hits[0]
    assert hit.article.slug == "account/password"
    assert "gdpr removal" in [case.query for case in hit.explanation.cases]


def test_a_new_article_that_says_it_well_is_not_starved(
    data: Path, tmp_path: Path, models: Path
) -> None:
    text = "# Cracked glass\n\nThere is a crack in the glass of your lamp? We send a new glass.\n"
    shop_with(tmp_path, models, changed(orders__cracked_glass=text))
    engine = Engine.open(data)
    assert names(engine, "what to do about a crack in the glass of my lamp")[0] == (
        "orders/cracked_glass"
    )
    new = next(hit for hit in search(engine).hits if hit.article.slug == "orders/cracked_glass")
    assert new.explanation.memory == 0


def test_votes_against_lower_an_article(data: Path) -> None:
    before = search(Engine.open(data), "parcel stuck at customs").hits[0]
    said_no = [
        imported("parcel stuck at customs", "orders/tracking", day, weight=-1.0, name="no")
        for day in range(6)
    ]
    teach(data, [*history(), *said_no])
    result = search(Engine.open(data), "parcel stuck at customs", explain=True)
    after = next(hit for hit in result.hits if hit.article == before.article)
    assert after.explanation.memory < before.explanation.memory / 2
    assert any(case.weight < 0 for case in after.explanation.cases)
