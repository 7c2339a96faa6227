"""Reports for programs: each form is read back as its reader does, whatever the findings say."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.check_formats import (
    CheckReport,
    as_github,
    as_json,
    as_sarif,
    gravest_first,
)
from kb.check_rules import RULES, Flaw, Quote

COMMAND = re.compile(r"::(?P<name>\w+) (?P<properties>[^:]*)::(?P<data>.*)", re.DOTALL)
TEXT = st.text(st.characters(codec="utf-8"), min_size=1)
FLAWS = st.builds(
    Flaw,
    st.sampled_from(list(RULES.values())),
    TEXT,
    st.integers(1, 10_000),
    TEXT,
    TEXT,
    st.lists(st.builds(Quote, TEXT, st.integers(1, 10_000), TEXT), max_size=2).map(tuple),
)


def report(*flaws: Flaw, no_gate: str | None = None) -> CheckReport:
    return CheckReport(tuple(flaws), not flaws, 3, 0, 1.234, None, no_gate)


def unescaped(text: str) -> str:
    """As GitHub's runner reads a workflow command (Sdk/DTLogging, ActionCommand.cs)."""
    pairs = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}
    return re.sub("|".join(pairs), lambda match: pairs[match[0]], text)


def test_findings_come_once_and_the_gravest_first() -> None:
    note = Flaw(RULES["orphan"], "a.md", 1, "what", "remedy")
    error = Flaw(RULES["broken-link"], "b.md", 1, "what", "remedy")
    assert gravest_first([note, error, error]) == (error, note)


@given(st.lists(FLAWS, max_size=4))
def test_json_is_one_object_that_holds_every_finding(flaws: list[Flaw]) -> None:
    found = json.loads(as_json(report(*flaws)))
    assert [one["what"] for one in found["findings"]] == [flaw.what for flaw in flaws]
    assert [one["path"] for one in found["findings"]] == [flaw.path for flaw in flaws]
    assert sum(found["counts"].values()) == len(flaws)
    assert found["passed"] is (not flaws)


@given(FLAWS)
def test_an_annotation_is_one_line_that_the_runner_reads_back(flaw: Flaw) -> None:
    (line,) = as_github(report(flaw))
    assert not {"\r", "\n"} & set(line)
    match = COMMAND.fullmatch(line)
    assert match
    assert match["name"] in {"error", "warning", "notice"}
    properties = dict(part.split("=", 1) for part in match["properties"].split(","))
    assert unescaped(properties["file"]) == flaw.path
    assert properties["line"] == str(flaw.line)
    assert unescaped(match["data"]).startswith(f"{flaw.what} ({flaw.remedy})")


def test_an_annotation_escapes_what_would_end_it() -> None:
    flaw = Flaw(RULES["broken-link"], "a,b: 100%.md", 7, "50 % off\r\nnow, here: x", "mend it")
    assert list(as_github(report(flaw))) == [
        "::error file=a%2Cb%3A 100%25.md,line=7,title=Broken link::"
        "50 %25 off%0D%0Anow, here: x (mend it)"
    ]


def test_an_annotation_shows_both_texts() -> None:
    quotes = (Quote("a.md", 2, "30 days"), Quote("b.md", 9, "14 days"))
    flaw = Flaw(RULES["contradiction"], "a.md", 2, "differs", "mend one", quotes)
    (line,) = as_github(report(flaw))
    assert line.endswith("differs (mend one)%0Aa.md:2: 30 days%0Ab.md:9: 14 days")


@given(TEXT)
def test_a_gate_that_asked_nothing_says_why_before_anything_else(why: str) -> None:
    flaw = Flaw(RULES["orphan"], "a.md", 1, "what", "remedy")
    line = next(as_github(report(flaw, no_gate=why)))
    match = COMMAND.fullmatch(line)
    assert match
    assert (match["name"], match["properties"]) == ("notice", "title=Search was not compared")
    assert unescaped(match["data"]) == why
    (run,) = json.loads(as_sarif(report(flaw, no_gate=why)))["runs"]
    (notice,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notice["message"]["text"] == f"Search was not compared: {why}"


@given(st.lists(FLAWS, max_size=4))
def test_sarif_has_what_its_schema_asks_for(flaws: list[Flaw]) -> None:
    sarif = json.loads(as_sarif(report(*flaws)))
    check_sarif(sarif)
    results = sarif["runs"][0]["results"]
    assert [one["ruleId"] for one in results] == [flaw.rule.name for flaw in flaws]
    places = [one["locations"][0]["physicalLocation"] for one in results]
    assert [unquote(one["artifactLocation"]["uri"]) for one in places] == [
        flaw.path for flaw in flaws
    ]
    assert [one["region"]["startLine"] for one in places] == [flaw.line for flaw in flaws]


def check_sarif(sarif: dict[str, Any]) -> None:
    """The required properties and value sets of sarif-schema-2.1.0.json that we write."""
    assert set(sarif) == {"$schema", "version", "runs"}
    assert sarif["version"] == "2.1.0"
    (run,) = sarif["runs"]
    assert run["columnKind"] in {"utf16CodeUnits", "unicodeCodePoints"}
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is True
    for notice in invocation["toolExecutionNotifications"]:
        assert notice["level"] in {"none", "note", "warning", "error"}
        assert notice["message"]["text"]
    driver = run["tool"]["driver"]
    assert driver["name"]
    assert len({rule["id"] for rule in driver["rules"]}) == len(driver["rules"])
    for rule in driver["rules"]:
        assert rule["defaultConfiguration"]["level"] in {"none", "note", "warning", "error"}
        assert rule["shortDescription"]["text"]
        assert rule["help"]["text"]
    for result in run["results"]:
        assert result["level"] in {"none", "note", "warning", "error"}
        assert result["message"]["text"]
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        for location in (*result["locations"], *result.get("relatedLocations", ())):
            check_location(location["physicalLocation"])
        ids = [one["id"] for one in result.get("relatedLocations", ())]
        assert ids == sorted(set(ids))
        assert all(identifier >= 0 for identifier in ids)


def check_location(physical: dict[str, Any]) -> None:
    uri = physical["artifactLocation"]["uri"]
    assert re.fullmatch(r"[A-Za-z0-9\-._~/%]*", uri), "not a relative URI reference"
    assert physical["artifactLocation"]["uriBaseId"] == "%SRCROOT%"
    assert physical["region"]["startLine"] >= 1


@pytest.mark.parametrize("path", ["Über uns/Größe & Maß.md", "a b#c?.md", "帮助.md"])
def test_sarif_names_files_as_a_uri(path: str) -> None:
    flaw = Flaw(RULES["orphan"], path, 1, "what", "remedy")
    result = json.loads(as_sarif(report(flaw)))["runs"][0]["results"][0]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri.isascii()
    assert unquote(uri) == path
