"""Findings in the forms that code hosts read: SARIF 2.1.0, GitHub's annotations, one JSON object.

Pure: what is printed is a function of the report. Paths are the repository's, with ``/``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote

from kb import __version__
from kb.check_rules import LEVELS, RULES, Flaw, Level, Quote, Rule

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
NOT_COMPARED = "Search was not compared"
GITHUB_LEVELS: Mapping[Level, str] = {"error": "error", "warning": "warning", "note": "notice"}


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found, gravest first, and whether that fails it; ``gate`` as JSON has it."""

    flaws: tuple[Flaw, ...]
    passed: bool
    articles: int
    encoded: int
    seconds: float
    gate: Mapping[str, Any] | None
    no_gate: str | None

    def count(self, level: Level) -> int:
        """How many findings there are of one level."""
        return sum(flaw.rule.level == level for flaw in self.flaws)


def gravest_first(flaws: Sequence[Flaw]) -> tuple[Flaw, ...]:
    """Findings, each once, by level and then in the order of files and lines."""
    return tuple(
        sorted(
            dict.fromkeys(flaws),
            key=lambda one: (LEVELS.index(one.rule.level), one.path, one.line, one.what),
        )
    )


def as_json(report: CheckReport) -> str:
    """One object; ``findings`` have rule, level, path, line, what, remedy and quotes."""
    found = {
        "passed": report.passed,
        "articles": report.articles,
        "encoded": report.encoded,
        "seconds": round(report.seconds, 2),
        "counts": {level: report.count(level) for level in LEVELS},
        "findings": [_finding(flaw) for flaw in report.flaws],
        "gate": report.gate,
        "no_gate": report.no_gate,
    }
    return json.dumps(found, ensure_ascii=False)


def _finding(flaw: Flaw) -> dict[str, Any]:
    named = {"rule": flaw.rule.name, "level": flaw.rule.level, "path": flaw.path}
    said = {"line": flaw.line, "what": flaw.what, "remedy": flaw.remedy}
    return {**named, **said, "quotes": [asdict(one) for one in flaw.quotes]}


def as_github(report: CheckReport) -> Iterator[str]:
    """A workflow command a finding, gravest first: GitHub shows ten of each level a step.

    First of all, that search was not compared: nobody should take its silence for praise.
    """
    if report.no_gate:
        yield f"::notice title={_property(NOT_COMPARED)}::{_data(report.no_gate)}"
    for flaw in report.flaws:
        place = {"file": flaw.path, "line": str(flaw.line), "title": flaw.rule.title}
        properties = ",".join(f"{key}={_property(value)}" for key, value in place.items())
        lines = [f"{flaw.what} ({flaw.remedy})", *map(_quoted, flaw.quotes)]
        yield f"::{GITHUB_LEVELS[flaw.rule.level]} {properties}::{_data(chr(10).join(lines))}"


def _quoted(one: Quote) -> str:
    return f"{one.path}:{one.line}: {one.text}"


def _data(text: str) -> str:
    """A command's message as actions/toolkit escapes it (packages/core/src/command.ts)."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """A command's property as actions/toolkit escapes it."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def as_sarif(report: CheckReport) -> str:
    """One run of SARIF 2.1.0 (OASIS), with every rule that ``kb check`` has."""
    names = list(RULES)
    driver = {
        "name": "kb check",
        "version": __version__,
        "rules": [_rule(rule) for rule in RULES.values()],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report)],
        "results": [_result(flaw, names) for flaw in report.flaws],
    }
    sarif = {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(sarif, ensure_ascii=False)


def _invocation(report: CheckReport) -> dict[str, Any]:
    """That the check ran to its end, and what it left out."""
    notices = []
    if report.no_gate:
        text = f"{NOT_COMPARED}: {report.no_gate}"
        notices.append({"level": "note", "message": {"text": text}})
    return {"executionSuccessful": True, "toolExecutionNotifications": notices}


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.name,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": rule.why},
        "defaultConfiguration": {"level": rule.level},
    }


def _result(flaw: Flaw, names: Sequence[str]) -> dict[str, Any]:
    result = {
        "ruleId": flaw.rule.name,
        "ruleIndex": names.index(flaw.rule.name),
        "level": flaw.rule.level,
        "message": {"text": f"{flaw.what} ({flaw.remedy})"},
        "locations": [_location(flaw.path, flaw.line)],
    }
    if flaw.quotes:
        result["relatedLocations"] = [
            {"id": row, **_location(one.path, one.line), "message": {"text": one.text}}
            for row, one in enumerate(flaw.quotes)
        ]
    return result


def _location(path: str, line: int) -> dict[str, Any]:
    """Relative to the repository's root, which the reader of the file knows."""
    artifact = {"uri": quote(path, safe="/"), "uriBaseId": "%SRCROOT%"}
    return {"physicalLocation": {"artifactLocation": artifact, "region": {"startLine": line}}}
