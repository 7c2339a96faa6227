"""A help centre to be checked, from a few texts: rendered here rather than in processes aside."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from conftest import write_site

from indexer.checks.centre import Centre
from indexer.linking import link
from indexer.passages import split
from indexer.prepare import Prepared
from indexer.source import read_folder
from kb.articles import ParsedArticle
from kb.check_rules import Flaw
from kb.config import Limits, Site
from kb.foreign import Material, needed
from kb.markdown import render

TODAY = dt.date(2026, 11, 22)


def centre(folder: Path, files: dict[str, str]) -> Centre:
    """The site of these files, by path."""
    content = read_folder(write_site(folder, files), Site(), Limits())
    prepared = [_prepared(row, one, content.fragments) for row, one in enumerate(content.articles)]
    return Centre(content, prepared, link(content, prepared, "en"), "en", TODAY)


def _prepared(row: int, one: ParsedArticle, fragments: dict[str, str]) -> Prepared:
    article = one.article
    material = Material(article.extra, needed(one.body, fragments))
    page = render(
        one.body, article.path, title=article.title, first_line=one.first_line, material=material
    )
    return Prepared(page, split(row, page.sections), terms=(), spans=(), words=())


def said(flaws: list[Flaw]) -> list[str]:
    """Findings as people read them, with their rule."""
    return [f"{flaw.rule.name} {flaw}" for flaw in flaws]
