"""What the checks look at: a whole help centre, read, rendered and linked, not yet published."""

from __future__ import annotations

import datetime as dt
import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from indexer.checks.written import Written
from indexer.linking import Linked
from indexer.prepare import Prepared
from indexer.source import Content
from kb.articles import ParsedArticle
from kb.foreign import needed
from kb.page import Page, Reference


@dataclass(frozen=True, slots=True)
class Centre:
    """Articles and what became of them, by position; ``today`` is the day it is judged on."""

    content: Content
    prepared: Sequence[Prepared]
    linked: Linked
    site_lang: str
    today: dt.date

    def pages(self) -> Iterator[tuple[ParsedArticle, Page, Written]]:
        """Each article with its page and its text as it was written."""
        for parsed, prepared in zip(self.content.articles, self.prepared, strict=True):
            yield parsed, prepared.page, Written(parsed)

    def find(self, reference: Reference) -> str | None:
        """The portal path that a link or image leads to, without its anchor; None if nowhere."""
        place = reference.target.partition("#")[0].partition("?")[0]
        return self.linked.links.find(unquote(place)) or self.linked.links.find(place)

    def may_be_refused(self, reference: Reference) -> bool:
        """Whether what is not found may be a file that publishing refuses: of those, all is open.

        An address may be that of any such file; a path names one.
        """
        refused = {one.path for one in self.content.refused}
        place = reference.target.partition("#")[0]
        return bool(refused) and (place.startswith("/") or unquote(place) in refused)

    def place(self, parsed: ParsedArticle, reference: Reference) -> tuple[str, int]:
        """File and line where a link is written: the article's, or those of what it includes."""
        written = posixpath.basename(reference.target) or reference.target
        if written not in parsed.body:
            for path, text in needed(parsed.body, self.content.fragments).items():
                if written in text:
                    return path, text.count("\n", 0, text.index(written)) + 1
        return parsed.article.path, reference.line

    def rows(self) -> dict[str, int]:
        """The articles' positions by their portal path."""
        articles = (parsed.article for parsed in self.content.articles)
        return {article.url(self.site_lang): row for row, article in enumerate(articles)}
