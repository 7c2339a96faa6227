"""Rules of ``kb check``: their names are a contract, their levels say what fails."""

from __future__ import annotations

import re

import pytest

from kb import check_rules
from kb.check_rules import LEVELS, RULES, Flaw, Level, Rule, fails


def test_every_rule_is_listed_under_its_name() -> None:
    made = {one for one in vars(check_rules).values() if isinstance(one, Rule)}
    assert set(RULES.values()) == made
    assert all(name == rule.name for name, rule in RULES.items())


def test_names_are_words_and_the_gravest_come_first() -> None:
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in RULES)
    levels = [LEVELS.index(rule.level) for rule in RULES.values()]
    assert levels == sorted(levels)


@pytest.mark.parametrize(
    ("level", "least", "failed"),
    [
        ("error", "error", True),
        ("warning", "error", False),
        ("warning", "warning", True),
        ("note", "warning", False),
        ("note", "note", True),
    ],
)
def test_a_finding_fails_from_its_level_on(level: Level, least: Level, failed: bool) -> None:
    rule = Rule("one", level, "One", "Why.")
    assert fails(Flaw(rule, "a.md", 1, "what", "remedy"), least) is failed


def test_a_finding_reads_as_place_what_and_remedy() -> None:
    flaw = Flaw(RULES["broken-link"], "a.md", 3, "link to 'b' leads nowhere", "mend it")
    assert str(flaw) == "a.md:3: link to 'b' leads nowhere (mend it)"
