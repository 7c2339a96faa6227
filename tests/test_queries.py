"""The same question is one, however it was spelt."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kb.queries import Spellings, same


def test_case_and_spacing_do_not_matter() -> None:
    assert same("  Reset\tmy  PASSWORD ") == same("reset my password") == "reset my password"
    assert same("STRASSE") == same("straße")
    assert same("reset my passwords") != same("reset my password")


@given(st.text())
def test_what_is_the_same_stays_so(query: str) -> None:
    assert same(f" {same(query)} ") == same(same(query))


@given(st.lists(st.sampled_from(["Log in", "log in", " log  in", "LOG IN"]), min_size=1))
def test_the_usual_spelling_is_one_that_was_typed_most(queries: list[str]) -> None:
    known = Spellings()
    (key,) = {known.add(one) for one in queries}
    plain = [" ".join(one.split()) for one in queries]
    assert plain.count(known.usual(key)) == max(plain.count(one) for one in plain)
