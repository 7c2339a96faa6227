"""What ``kb publish`` would say of the same articles, each under the name of a rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from indexer.checks.centre import Centre
from kb.articles import NO_TITLE
from kb.check_rules import (
    BROKEN_LINK,
    FRONT_MATTER,
    LEFT_OUT,
    MARKUP,
    REFUSED,
    REMARK,
    UNKNOWN_KEY,
    Flaw,
    Rule,
)
from kb.errors import Finding

NAMED: tuple[tuple[str, Rule], ...] = (
    ("leaves the article out", FRONT_MATTER),
    ("unknown key", UNKNOWN_KEY),
    ("cannot be used", FRONT_MATTER),
    ("leaves the articles' folder", BROKEN_LINK),
    ("leads nowhere", BROKEN_LINK),
    ("other software's markup", MARKUP),
)
"""Words of a publisher's note, and the rule it belongs to."""
PIECES = ("a fragment: the folder", "a fragment: its name")
"""Reasons of files that are meant to be included by others."""


def check_published(centre: Centre) -> Iterator[Flaw]:
    """Notes about front matter and markup, and files that are no article by mistake."""
    for note in centre.content.notes:
        yield _flaw(note)
    for _, page, _ in centre.pages():
        yield from map(_flaw, page.notes)
    hidden = {parsed.article.path for parsed in centre.content.hidden}
    for one in centre.content.left_out:
        if one.path not in hidden and not one.reason.startswith(PIECES):
            reason = one.reason.partition(" (")[0].removeprefix("a fragment: ")
            remedy = "add `title:` or a first `# heading`" if one.reason == NO_TITLE else "mend it"
            yield Flaw(LEFT_OUT, one.path, 1, f"left out: {reason}", remedy)


def refused(findings: Iterable[Finding]) -> Iterator[Flaw]:
    """What stops a publish."""
    for one in findings:
        yield Flaw(REFUSED, one.path, one.line, one.what, one.remedy)


def remarks(findings: Iterable[Finding]) -> Iterator[Flaw]:
    """Notes of later steps of a publish."""
    return map(_flaw, findings)


def _flaw(note: Finding) -> Flaw:
    rule = next((rule for words, rule in NAMED if words in note.what), REMARK)
    return Flaw(rule, note.path, note.line, note.what, note.remedy)
