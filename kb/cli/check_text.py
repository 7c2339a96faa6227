"""The report of ``kb check`` for people: by file, the gravest first, in colours on a terminal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

from kb.check_formats import NOT_COMPARED, CheckReport
from kb.check_rules import LEVELS, UNKNOWN_KEY, Flaw, Level
from kb.cli.console import counted

COLOURS: Mapping[Level, str] = {"error": "red", "warning": "yellow", "note": "cyan"}
MANY = 3
"""Files with the same unknown key up to which each is told of."""


def as_text(report: CheckReport) -> Iterator[str]:
    """Findings by file, what many files share, and a line that says how it went."""
    single, shared = _apart(report.flaws)
    by_path: dict[str, list[Flaw]] = defaultdict(list)
    for flaw in single:
        by_path[flaw.path].append(flaw)
    for path in sorted(by_path):
        for flaw in sorted(by_path[path], key=lambda one: (one.line, LEVELS.index(one.rule.level))):
            yield _line(flaw)
            yield from (f"    {one.path}:{one.line}: {one.text}" for one in flaw.quotes)
        yield ""
    for group in shared:
        yield f"{_line(group[0])}, and {len(group) - 1} more"
    yield from ("",) if shared else ()
    yield from _gate(report)
    yield _summary(report)


def _apart(flaws: Sequence[Flaw]) -> tuple[list[Flaw], list[list[Flaw]]]:
    """Findings that are told one by one, and unknown keys, which an export has in every file."""
    groups: dict[tuple[str, str, str], list[Flaw]] = defaultdict(list)
    for flaw in flaws:
        groups[(flaw.rule.name, flaw.what, flaw.remedy)].append(flaw)
    many = [one for one in groups.values() if len(one) > MANY and one[0].rule is UNKNOWN_KEY]
    taken = {id(flaw) for group in many for flaw in group}
    return [flaw for flaw in flaws if id(flaw) not in taken], many


def _line(flaw: Flaw) -> str:
    level = click.style(flaw.rule.level, fg=COLOURS[flaw.rule.level])
    return f"{flaw} [{level}: {flaw.rule.name}]"


def _gate(report: CheckReport) -> Iterator[str]:
    if report.no_gate:
        yield f"{NOT_COMPARED}: {report.no_gate}"
    if report.gate:
        yield from _questions(report.gate)


def _questions(gate: Mapping[str, Any]) -> Iterator[str]:
    """The figures, and every question that is answered worse."""
    yield (
        f"Search: {gate['queries']} judged questions, nDCG@10 {gate['before']:.3f} -> "
        f"{gate['after']:.3f}; {len(gate['worse'])} worse, {gate['better']} better"
    )
    for one in gate["worse"]:
        ranks = " -> ".join("none" if rank is None else str(rank) for rank in one["ranks"])
        above = f", now below {', '.join(one['above'][:MANY])}" if one["above"] else ""
        yield f"  {one['query']!r}: {one['answer']} at rank {ranks}{above}"


def _summary(report: CheckReport) -> str:
    counts = ", ".join(counted(report.count(level), level) for level in LEVELS)
    verdict = click.style("Good", fg="green") if report.passed else click.style("Failed", fg="red")
    return f"{verdict}: {counted(report.articles, 'article')}, {counts}, {report.seconds:.1f} s"
