"""Language marks in paths: only where they are marks, and the rest of the path is the slug."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.languages import CODES, is_tag, language_of_path, without_language


@pytest.mark.parametrize(
    ("path", "lang", "neutral"),
    [
        ("refunds.md", None, "refunds"),
        ("es/refunds.md", "es", "refunds"),
        ("pt_BR/billing/refunds.md", "pt-br", "billing/refunds"),
        ("billing/es/refunds.md", None, "billing/es/refunds"),
        ("billing/refunds.es.md", "es", "billing/refunds"),
        ("refunds_es.md", "es", "refunds"),
        ("refunds._es.md", "es", "refunds"),
        ("refunds.zh-Hans.md", "zh-hans", "refunds"),
        ("refunds.xx.md", None, "refunds.xx"),
        ("refunds.v2.md", None, "refunds.v2"),
        ("es.md", None, "es"),
        ("_es.md", None, "_es"),
        ("Refunds.ES.markdown", "es", "Refunds"),
        ("es/refunds.fr.md", "fr", "es/refunds"),
        ("fix_it.md", None, "fix_it"),
        ("node.js.io.md", None, "node.js.io"),
        ("fix._it.md", "it", "fix"),
    ],
)
def test_a_path_says_its_language_and_its_slug(path: str, lang: str | None, neutral: str) -> None:
    assert (language_of_path(path), without_language(path)) == (lang, neutral)


def test_an_ending_that_is_also_a_word_counts_where_the_site_names_the_language() -> None:
    italian = frozenset({"en", "it"})
    assert language_of_path("fix_it.md", italian) == "it"
    assert without_language("fix_it.md", italian) == "fix"


def test_codes_are_the_two_letter_codes_of_iso_639() -> None:
    assert len(CODES) > 180
    assert all(len(code) == 2 and code.isalpha() and code.islower() for code in CODES)


@given(st.from_regex(r"[a-z]{1,8}(/[a-z][a-zA-Z_.]{0,7}){0,2}", fullmatch=True))
def test_every_translation_of_a_path_shares_its_neutral_name(stem: str) -> None:
    first = stem.partition("/")[0]
    neutral = without_language(f"{stem}.md")
    if language_of_path(f"{stem}.md") is None:
        assert neutral == stem
        assert without_language(f"fr/{stem}.md") == stem
    else:
        assert neutral != stem
        assert is_tag(first) or neutral in stem
