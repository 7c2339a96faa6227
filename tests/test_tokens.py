"""Tokens: what was signed comes back, and nothing else does."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.tokens import LONGEST, Ballot, Shown, TokenError, Tokens

NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
TOKENS = Tokens(b"a secret that only tests know")
LISTED = Shown.of("i" * 22, "c" * 22, "snapshot-1", ["refunds", "es:refunds", "größe/a b"])
BALLOT = Ballot("es:refunds", "snapshot-1", NOW.date())
OTHER_BASE64 = str.maketrans("+/", "-_")
"""The alphabet for files and the one for addresses: the same token."""

names = st.text(min_size=1, max_size=60)


@given(st.lists(names, max_size=50), names)
def test_a_list_has_what_was_in_it_and_nothing_else(listed: list[str], other: str) -> None:
    token = TOKENS.sign_impression(Shown.of("i" * 22, "c" * 22, "s", listed), NOW)
    shown = TOKENS.read_impression(token, NOW)
    assert all(shown.has(name) for name in listed)
    assert shown.has(other) == (other in listed)


def test_an_impression_names_its_case_and_snapshot() -> None:
    token = TOKENS.sign_impression(LISTED, NOW)
    assert TOKENS.read_impression(token, NOW + dt.timedelta(hours=72)) == LISTED


def test_an_impression_is_good_for_72_hours() -> None:
    token = TOKENS.sign_impression(LISTED, NOW)
    with pytest.raises(TokenError, match=r"expired \(search again"):
        TOKENS.read_impression(token, NOW + dt.timedelta(hours=72, seconds=1))


def test_the_token_of_fifty_hits_fits_into_a_header() -> None:
    shown = Shown.of("i" * 22, "c" * 22, "s" * 32, [f"articles/{n}" for n in range(50)])
    assert len(TOKENS.sign_impression(shown, NOW)) < LONGEST / 4


def test_a_vote_token_is_the_same_all_day_and_another_the_next() -> None:
    assert TOKENS.sign_vote(BALLOT) == TOKENS.sign_vote(BALLOT)
    tomorrow = Ballot("es:refunds", "snapshot-1", NOW.date() + dt.timedelta(days=1))
    assert TOKENS.sign_vote(BALLOT) != TOKENS.sign_vote(tomorrow)


def test_a_page_that_was_left_open_can_be_answered_for_three_days() -> None:
    token = TOKENS.sign_vote(BALLOT)
    assert TOKENS.read_vote(token, NOW.date() + dt.timedelta(days=3)) == BALLOT
    with pytest.raises(TokenError, match=r"too old \(open the article again"):
        TOKENS.read_vote(token, NOW.date() + dt.timedelta(days=4))


def test_a_browser_is_known_for_90_days_and_to_one_name() -> None:
    token = TOKENS.sign_device("ana", "device-1", NOW)
    assert TOKENS.read_device(token, "ana", NOW + dt.timedelta(days=90)) == "device-1"
    with pytest.raises(TokenError):
        TOKENS.read_device(token, "ana", NOW + dt.timedelta(days=90, seconds=1))
    with pytest.raises(TokenError):
        TOKENS.read_device(token, "bea", NOW)
    with pytest.raises(TokenError):
        TOKENS.read_device(TOKENS.sign_case("device-1", NOW), "ana", NOW)


def test_a_case_lasts_72_hours() -> None:
    token = TOKENS.sign_case("c" * 22, NOW)
    assert TOKENS.read_case(token, NOW + dt.timedelta(hours=72)) == "c" * 22
    with pytest.raises(TokenError, match="has ended"):
        TOKENS.read_case(token, NOW + dt.timedelta(hours=73))


def test_what_follows_a_vote_is_of_its_case_its_article_and_its_text_alone() -> None:
    token = TOKENS.sign_voted("c" * 22, BALLOT, NOW)
    tomorrow = replace(BALLOT, day=NOW.date() + dt.timedelta(days=1))
    assert TOKENS.read_voted(token, tomorrow, NOW + dt.timedelta(hours=72)) == "c" * 22
    for other in (replace(BALLOT, article="returns"), replace(BALLOT, snapshot="snapshot-2")):
        with pytest.raises(TokenError, match="not one of ours"):
            TOKENS.read_voted(token, other, NOW)
    with pytest.raises(TokenError, match="has ended"):
        TOKENS.read_voted(token, BALLOT, NOW + dt.timedelta(hours=73))


def test_no_token_of_a_vote_is_a_case_and_no_case_one_of_a_vote() -> None:
    """Or an address that somebody passed on would give the case away."""
    for foreign in (TOKENS.sign_case("c" * 22, NOW), TOKENS.sign_vote(BALLOT)):
        with pytest.raises(TokenError, match="not one of ours"):
            TOKENS.read_voted(foreign, BALLOT, NOW)
    with pytest.raises(TokenError, match="not one of ours"):
        TOKENS.read_case(TOKENS.sign_voted("c" * 22, BALLOT, NOW), NOW)


@given(st.text(max_size=200) | st.binary(max_size=100).map(lambda data: data.decode("latin-1")))
def test_rubbish_is_no_token(rubbish: str) -> None:
    for read in (TOKENS.read_impression, TOKENS.read_case):
        with pytest.raises(TokenError, match="not one of ours"):
            read(rubbish, NOW)
    with pytest.raises(TokenError, match="not one of ours"):
        TOKENS.read_vote(rubbish, NOW.date())


@given(st.data())
def test_a_token_that_was_changed_anywhere_is_refused(data: st.DataObject) -> None:
    token = TOKENS.sign_impression(LISTED, NOW)
    at = data.draw(st.integers(0, len(token) - 2))  # the last character has spare bits
    other = data.draw(st.characters(min_codepoint=33, max_codepoint=126))
    changed = token[:at] + other + token[at + 1 :]
    if changed.translate(OTHER_BASE64) != token:
        with pytest.raises(TokenError, match="not one of ours"):
            TOKENS.read_impression(changed, NOW)


def test_a_token_of_one_kind_is_none_of_another() -> None:
    impression, vote = TOKENS.sign_impression(LISTED, NOW), TOKENS.sign_vote(BALLOT)
    case = TOKENS.sign_case("c" * 22, NOW)
    for token in (vote, case):
        with pytest.raises(TokenError):
            TOKENS.read_impression(token, NOW)
    for token in (impression, case):
        with pytest.raises(TokenError):
            TOKENS.read_vote(token, NOW.date())
    for token in (impression, vote):
        with pytest.raises(TokenError):
            TOKENS.read_case(token, NOW)


def test_another_secret_reads_nothing() -> None:
    with pytest.raises(TokenError):
        Tokens(b"another secret").read_vote(TOKENS.sign_vote(BALLOT), NOW.date())


def test_a_very_long_text_is_refused_before_it_is_looked_at() -> None:
    with pytest.raises(TokenError):
        TOKENS.read_case("x" * 10_000_000, NOW)
