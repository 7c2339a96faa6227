"""Rules: the first that matches gives priority and queue, and is named."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ticketing import draft

from kb.contact_settings import Contact
from kb.priorities import route
from kb.tickets import FieldValue, Routing, Tried

QUEUES: dict[str, Any] = {"support": {}, "billing": {}}
NOTHING = Tried()


def contact(*rules: dict[str, Any]) -> Contact:
    named = [{"name": f"rule {n}", "priority": "high", **one} for n, one in enumerate(rules)]
    return Contact.model_validate({"queues": QUEUES, "rules": named})


def matches(rule: dict[str, Any], tried: Tried = NOTHING, **changes: Any) -> bool:
    return route(draft(**changes), tried, contact(rule)).rule is not None


def test_without_a_rule_a_ticket_is_normal_and_goes_to_the_usual_queue() -> None:
    assert route(draft(), Tried(), Contact()) == Routing("normal", "support", None)


def test_the_first_rule_that_matches_decides_alone() -> None:
    rules = contact(
        {"words": ["refund"], "queue": "billing", "priority": None},
        {"words": ["lamp"], "priority": "urgent"},
        {"priority": "low"},
    )
    assert route(draft(message="Refund my lamp"), Tried(), rules) == Routing(
        "normal", "billing", "rule 0"
    )
    assert route(draft(message="My lamp"), Tried(), rules) == Routing("urgent", "support", "rule 1")
    other = draft(subject="Hello", message="there")
    assert route(other, Tried(), rules) == Routing("low", "support", "rule 2")


@pytest.mark.parametrize(
    ("word", "message", "found"),
    [
        ("refund", "a REFUND, please", True),
        ("refund", "refunds", False),
        ("refund*", "refunds", True),
        ("refund*", "prerefund", False),
        ("money back", "my money\nback now", True),
        ("Straße", "STRASSE", True),
        ("c++", "in c++ it fails", True),
        ("ﬁre", "there was fire", True),
        ("退款", "我要退款谢谢", True),
        ("a.b", "aXb", False),
    ],
)
def test_words_are_whole_words_in_any_case(word: str, message: str, found: bool) -> None:
    assert matches({"words": [word]}, subject="x", message=message) is found


def test_words_count_in_the_subject_and_in_fields_too() -> None:
    assert matches({"words": ["smoke"]}, subject="Smoke!")
    assert matches({"words": ["smoke"]}, fields=(FieldValue("a", "A", "some smoke"),))
    assert not matches({"words": ["dark smoke"]}, subject="so dark", message="smoke")


def test_every_condition_of_a_rule_must_hold() -> None:
    rule = {"products": ["Lamps"], "plans": ["pro", "team"], "languages": ["es"]}
    fits: dict[str, Any] = {"product": "lamps", "plan": "Team", "lang": "es-mx"}
    assert matches(rule, **fits)
    for change in ({"product": "chairs"}, {"plan": ""}, {"lang": "en"}, {"lang": "est"}):
        assert not matches(rule, **{**fits, **change})


def test_a_rule_may_ask_whether_the_case_had_failed() -> None:
    assert matches({"failed_before": True}, Tried(failed=True))
    assert not matches({"failed_before": True}, Tried())
    assert matches({"failed_before": False}, Tried())
    assert matches({}, Tried(failed=True))


@given(st.text(min_size=1, max_size=20), st.text(max_size=50))
def test_any_words_make_a_rule_that_can_be_asked(word: str, message: str) -> None:
    if any(char.isalnum() for char in word):
        rules = contact({"words": [word]})
        assert route(draft(message=message), Tried(), rules).rule in {"rule 0", None}
