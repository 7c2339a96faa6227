"""What an article is, in the words of schema.org: search engines and assistants show it so.

Pure. Only what is plain from the page is claimed: headings that ask are questions, and the one list
of steps of an article is a how-to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from kb.articles import Article

Thing = dict[str, Any]
"""A node of JSON-LD: https://www.w3.org/TR/json-ld11/"""

FEWEST_QUESTIONS, FEWEST_STEPS = 2, 2
_ASKS = re.compile(r"[?؟？;]\s*$")  # ";" is the Greek question mark
_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
_SKIPPED = frozenset({"pre", "script", "style", "svg", "table"})
_BREAKS = frozenset({"p", "li", "br", "div", "dt", "dd", "tr"})


@dataclass(frozen=True, slots=True)
class Described:
    """An article with its address, and its categories with theirs, outermost first."""

    article: Article
    url: str
    description: str
    html: str
    trail: Sequence[tuple[str, str]]


def describe(page: Described) -> tuple[Thing, ...]:
    """What is said of a page: where it stands, and what it is."""
    found = _Outline()
    found.feed(page.html)
    return _breadcrumbs(page), _about(page, found)


def _breadcrumbs(page: Described) -> Thing:
    steps = [*page.trail, (page.article.title, page.url)]
    items = [
        {"@type": "ListItem", "position": place, "name": name, "item": url}
        for place, (name, url) in enumerate(steps, 1)
    ]
    return _thing("BreadcrumbList", itemListElement=items)


def _about(page: Described, found: _Outline) -> Thing:
    common = {
        "inLanguage": page.article.lang,
        "url": page.url,
        "dateModified": str(page.article.updated) if page.article.updated else None,
    }
    questions = [one for one in found.sections if _ASKS.search(one.heading) and one.said]
    if len(questions) >= FEWEST_QUESTIONS:
        answers = [_question(one) for one in questions]
        return _thing("FAQPage", name=page.article.title, mainEntity=answers, **common)
    if len(found.lists) == 1 and len(found.lists[0]) >= FEWEST_STEPS:
        steps = [{"@type": "HowToStep", "text": text} for text in found.lists[0]]
        return _thing("HowTo", name=page.article.title, step=steps, **common)
    about = page.description or None
    return _thing("TechArticle", headline=page.article.title, description=about, **common)


def _question(section: _Section) -> Thing:
    answer = {"@type": "Answer", "text": section.said}
    return {"@type": "Question", "name": section.heading, "acceptedAnswer": answer}


def _thing(kind: str, **says: Any) -> Thing:
    told: Mapping[str, Any] = {name: value for name, value in says.items() if value is not None}
    return {"@context": "https://schema.org", "@type": kind, **told}


@dataclass(slots=True)
class _Section:
    """A heading and the text below it, up to the next heading."""

    heading: str = ""
    parts: list[str] = field(default_factory=list)

    @property
    def said(self) -> str:
        return _tidy("".join(self.parts))


class _Outline(HTMLParser):
    """Headings with their texts, and the ordered lists that stand in no other list."""

    def __init__(self) -> None:
        super().__init__()
        self.sections: list[_Section] = [_Section()]
        self.lists: list[list[str]] = []
        self._open: list[str] = []
        self._skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in _SKIPPED:
            self._skipped += 1
        elif tag in _HEADINGS:
            self.sections.append(_Section())
            self._open.append(tag)
        elif tag in {"ol", "ul"}:
            if tag == "ol" and not self._open:
                self.lists.append([])
            self._open.append(tag)
        elif tag == "li" and self._open == ["ol"]:
            self.lists[-1].append("")
        if tag in _BREAKS:
            self._say(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED:
            self._skipped = max(self._skipped - 1, 0)
        elif self._open and tag == self._open[-1]:
            self._open.pop()
            if tag in _HEADINGS:
                self.sections[-1].heading = _tidy(self.sections[-1].heading)
            elif self.lists and not self._open:
                self.lists[-1] = [text for text in map(_tidy, self.lists[-1]) if text]

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self._say(data)

    def _say(self, text: str) -> None:
        if self._open and self._open[-1] in _HEADINGS:
            self.sections[-1].heading += text
            return
        self.sections[-1].parts.append(text)
        if self._open and self._open[0] == "ol" and self.lists and self.lists[-1]:
            self.lists[-1][-1] += text


def _tidy(text: str) -> str:
    return " ".join(text.split())
