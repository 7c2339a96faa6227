"""Headings whose levels say something else than their writer meant."""

from __future__ import annotations

from collections.abc import Iterator

from indexer.checks.centre import Centre
from indexer.checks.written import Written, WrittenHeading, letters
from kb.articles import ParsedArticle
from kb.check_rules import HEADING_ORDER, SECOND_TITLE, Flaw
from kb.page import Page


def check_headings(centre: Centre) -> Iterator[Flaw]:
    """Levels that jump on the way down, and headings of level 1 beside the title."""
    for parsed, page, written in centre.pages():
        found = _matched(page, _below_title(parsed, written))
        yield from _jumps(parsed, found)
        yield from _titles(parsed, [one for one in found if one and one.level == 1])


def _below_title(parsed: ParsedArticle, written: Written) -> list[WrittenHeading]:
    """The headings without the one that the page shows as its title."""
    found = list(written.headings())
    title = letters(parsed.article.title)
    return found[1:] if found and (found[0].level, found[0].letters) == (1, title) else found


def _matched(page: Page, candidates: list[WrittenHeading]) -> list[WrittenHeading | None]:
    """Each heading of the page as it was written; None for one that a macro or include made."""
    found: list[WrittenHeading | None] = []
    for heading in page.headings:
        wanted = letters(heading.text)
        row = next((row for row, one in enumerate(candidates) if one.letters == wanted), None)
        found.append(None if row is None else candidates[row])
        del candidates[: 0 if row is None else row + 1]
    return found


def _jumps(parsed: ParsedArticle, headings: list[WrittenHeading | None]) -> Iterator[Flaw]:
    level: int | None = 1
    for heading in headings:
        if heading and level and heading.level > level + 1:
            above = "the title" if level == 1 else f"a heading of level {level}"
            what = f"a heading of level {heading.level} follows {above}"
            remedy = f"give it level {level + 1}: {'#' * (level + 1)}"
            yield Flaw(HEADING_ORDER, parsed.article.path, heading.line, what, remedy)
        level = heading.level if heading else None


def _titles(parsed: ParsedArticle, first: list[WrittenHeading]) -> Iterator[Flaw]:
    """One finding an article: who writes one section so, writes all of them so."""
    if first:
        more = f", and {len(first) - 1} more" if len(first) > 1 else ""
        what = f"a heading of level 1 beside the title{more}"
        remedy = "begin sections with ##; the title is the page's only heading of level 1"
        yield Flaw(SECOND_TITLE, parsed.article.path, first[0].line, what, remedy)
