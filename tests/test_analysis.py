"""Terms: what a reader types must meet what a writer wrote."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import Word, analyse, words

TEXTS = st.text(max_size=60) | st.text(alphabet="aé'’._:-+#0 検索ｶﾞ한한\u0301", max_size=30)


@pytest.mark.parametrize(
    ("typed", "written", "lang"),
    [
        ("installing", "Installed", "en"),
        ("wifi", "Wi-Fi", "en"),
        ("e-mail", "email", "en"),
        ("cant", "can't", "en"),
        ("the users", "the user’s", "en"),
        ("SIGN-IN", "sign in", "en"),
        ("ＦＡＱ", "faq", "en"),
        ("cafe", "café", "en"),
        ("cafe\u0301", "caf\u00e9", "en"),
        ("reinitialiser", "réinitialisation", "fr"),
        ("article", "l'article", "fr"),
        ("contrasenas", "contraseña", "es"),
        ("strasse", "Straße", "de"),
        ("検索", "全文検索の方法", "ja"),
        ("ガイド", "ｶﾞｲﾄﾞ", "ja"),
        ("密码", "重置密码", "zh"),
        ("비밀번호", "비밀번호를", "ko"),
        ("हिन्दी", "हिन्दी", "hi"),
    ],
)
def test_spellings_of_one_word_meet(typed: str, written: str, lang: str) -> None:
    assert set(analyse(typed, lang)) & set(analyse(written, lang))


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("C++ or C#?", "c++"),
        ("Is it C#?", "c#"),
        ("open about:config", "aboutconfig"),
        ("use 2FA", "2fa"),
        ("error 0x80070005!", "0x80070005"),
        ("since 3.5.1", "3.5.1"),
    ],
)
def test_names_and_codes_stay_whole(text: str, term: str) -> None:
    assert term in analyse(text, "en")


def test_version_numbers_are_not_run_together() -> None:
    assert "35" not in analyse("version 3.5", "en")


def test_what_an_apostrophe_cuts_off_is_no_word() -> None:
    assert analyse("l'article", "fr") == ["articl", "larticl"]
    assert "t" not in analyse("don't", "en")


def test_words_of_unspaced_scripts_become_overlapping_pairs() -> None:
    assert analyse("検索方法", "ja") == ["検索", "索方", "方法"]
    assert analyse("猫", "ja") == ["猫"]


def test_latin_words_within_chinese_are_words() -> None:
    assert analyse("在Firefox中", "zh") == ["在", "firefox", "中"]


def test_a_query_of_common_words_still_has_terms() -> None:
    assert analyse("how to do it", "en") == ["how", "to", "do", "it"]


@pytest.mark.parametrize("text", ["", " ", "... !?", "😀", "\u200b"])
def test_text_without_words_has_no_terms(text: str) -> None:
    assert analyse(text, "en") == []


def test_a_region_does_not_change_the_language() -> None:
    assert analyse("senhas esquecidas", "pt-BR") == analyse("senhas esquecidas", "pt")


def test_a_language_without_stemmer_keeps_its_words() -> None:
    assert analyse("Паролі installing", "uk") == ["паролі", "installing"]


def test_places_point_at_the_words_as_written() -> None:
    assert words("Réset it", "en") == [Word("reset", 0, 5), Word("it", 6, 8)]
    assert words("検索法", "ja") == [Word("検索", 0, 2), Word("索法", 1, 3)]


def test_every_part_of_a_compound_points_at_the_compound() -> None:
    assert {(word.start, word.end) for word in words("my e-mail", "en")[1:]} == {(3, 9)}


@given(TEXTS, st.sampled_from(["en", "fr", "ja", "uk", "pt-BR"]))
def test_places_and_terms_are_the_same_words(text: str, lang: str) -> None:
    found = words(text, lang)
    assert [word.term for word in found] == analyse(text, lang)
    assert all(0 <= word.start < word.end <= len(text) for word in found)
    assert [word.start for word in found] == sorted(word.start for word in found)


@given(TEXTS)
def test_terms_are_lower_case_without_spaces(text: str) -> None:
    for term in analyse(text, "en"):
        assert term
        assert not any(character.isspace() for character in term)
        assert term == term.casefold()


@given(st.text(max_size=40))
def test_case_does_not_matter_to_ascii(text: str) -> None:
    plain = text.encode("ascii", "ignore").decode()
    assert analyse(plain.upper(), "en") == analyse(plain.lower(), "en")


def test_threads_may_stem_at_once() -> None:
    texts = [f"connections{number} relational conditional formalize" for number in range(200)]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda text: analyse(text, "en")[1:], texts))
    assert found == [["relat", "condit", "formal"]] * len(texts)
