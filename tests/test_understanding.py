"""What a request is taken to mean."""

from __future__ import annotations

from search.engine import Engine
from search.results import SearchRequest
from search.understanding import understand


def is_word(word: str) -> bool:
    return word == "party"


def test_a_word_that_articles_do_not_hold_is_no_misspelling(engine: Engine) -> None:
    assert understand(SearchRequest("parcej"), engine.snapshot, is_word).corrected == "parcel"
    assert understand(SearchRequest("party"), engine.snapshot, is_word).corrected is None


def test_an_unfinished_word_means_the_commonest_word_it_begins(engine: Engine) -> None:
    read = understand(SearchRequest("reset your passw", typing=True), engine.snapshot, is_word)
    assert read.meaning == "reset your password"
    assert read.text == "reset your passw"


def test_a_word_followed_by_a_space_is_finished(engine: Engine) -> None:
    read = understand(
        SearchRequest("my pass ", typing=True, correct=False), engine.snapshot, is_word
    )
    assert read.meaning == "my pass"
    assert not read.terms.completions


def test_a_known_word_is_not_grown(engine: Engine) -> None:
    read = understand(SearchRequest("order", typing=True), engine.snapshot, is_word)
    assert read.meaning == "order"


def test_a_corrected_word_is_what_is_searched_and_embedded(engine: Engine) -> None:
    read = understand(SearchRequest("track my parcle"), engine.snapshot, is_word)
    assert (read.corrected, read.meaning) == ("track my parcel", "track my parcel")


def test_an_inflection_the_articles_do_not_use_is_no_mistake(engine: Engine) -> None:
    assert understand(SearchRequest("resetting"), engine.snapshot, is_word).corrected is None


def test_operators_are_not_embedded(engine: Engine) -> None:
    read = understand(SearchRequest('"spam folder" mail -parcel'), engine.snapshot, is_word)
    assert read.meaning == "spam folder mail"


def test_a_draft_is_never_corrected(engine: Engine) -> None:
    assert (
        understand(SearchRequest("my parcle", draft=True), engine.snapshot, is_word).corrected
        is None
    )


def test_matched_words_are_given_as_typed(engine: Engine) -> None:
    request = SearchRequest("Returning PARCELS today parcels", lang="en")
    read = understand(request, engine.snapshot, is_word)
    assert read.matched({"return", "parcel"}) == ("Returning", "PARCELS", "parcels")


def test_a_word_in_several_languages_is_as_rare_as_where_it_is_known(engine: Engine) -> None:
    read = understand(SearchRequest("parcels", correct=False), engine.snapshot, is_word)
    (terms,) = read.telling()
    assert terms == {"parcel", "parcels"}
    rarities = read.terms.finished
    assert read.telling()[terms] == rarities["parcel"] < rarities["parcels"]


def test_words_that_say_little_are_not_telling(engine: Engine) -> None:
    request = SearchRequest("where is the parcel", lang="en")
    (terms,) = understand(request, engine.snapshot, is_word).telling()
    assert terms == {"parcel"}


def test_an_unfinished_word_is_told_by_its_completions(engine: Engine) -> None:
    request = SearchRequest("reset passw", lang="en", typing=True)
    read = understand(request, engine.snapshot, is_word)
    assert frozenset(read.terms.completions) in read.telling()
    assert "password" in read.terms.completions
