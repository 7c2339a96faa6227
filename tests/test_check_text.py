"""The report for people."""

from __future__ import annotations

import click

from kb.check_formats import CheckReport, gravest_first
from kb.check_rules import RULES, Flaw, Quote
from kb.cli.check_text import as_text


def lines(*flaws: Flaw) -> list[str]:
    report = CheckReport(gravest_first(flaws), False, 2, 0, 1.0, None, "because")
    return [click.unstyle(line) for line in as_text(report)]


def flaw(rule: str, path: str, line: int = 1, what: str = "what") -> Flaw:
    return Flaw(RULES[rule], path, line, what, "remedy")


def test_findings_stand_by_file_and_line() -> None:
    found = lines(flaw("orphan", "b.md"), flaw("broken-link", "a.md", 9), flaw("markup", "a.md", 2))
    assert found == [
        "a.md:2: what (remedy) [note: markup]",
        "a.md:9: what (remedy) [error: broken-link]",
        "",
        "b.md:1: what (remedy) [note: orphan]",
        "",
        "Search was not compared: because",
        "Failed: 2 articles, 1 error, 0 warnings, 2 notes, 1.0 s",
    ]


def test_texts_that_are_compared_stand_side_by_side() -> None:
    quotes = (Quote("a.md", 3, "30 days"), Quote("b.md", 5, "14 days"))
    found = lines(Flaw(RULES["contradiction"], "a.md", 3, "what", "remedy", quotes))
    assert found[1:3] == ["    a.md:3: 30 days", "    b.md:5: 14 days"]


def test_a_key_that_every_file_has_is_one_line() -> None:
    found = lines(*(flaw("unknown-key", f"{row}.md") for row in range(9)))
    assert found[0] == "0.md:1: what (remedy) [note: unknown-key], and 8 more"


def test_other_findings_are_listed_however_many() -> None:
    assert (
        len(
            [
                one
                for one in lines(*(flaw("orphan", f"{n}.md") for n in range(9)))
                if "orphan" in one
            ]
        )
        == 9
    )
