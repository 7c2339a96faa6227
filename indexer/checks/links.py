"""Links, images and anchors that lead nowhere, and articles that nothing leads to."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import unquote

from indexer.checks.centre import Centre
from indexer.hidden_targets import HIDDEN_REMEDY, HiddenTargets
from kb.anchors import RESERVED, slug
from kb.articles import Article
from kb.check_rules import BROKEN_ANCHOR, BROKEN_LINK, MISSING_IMAGE, ORPHAN, Flaw
from kb.page import Reference

LINKED = 0.5
"""Share of a language's articles that are linked to, from which on it means something not to be."""

_IDENTIFIER = re.compile(r' id="([^"]+)"')
_WITHIN = re.compile(r'<a [^<>]*?href="#([^"]+)"[^<>]*>')
_IMAGE_REMEDY = "add the file, or mend the path"
_PAGE_REMEDY = "mend it, or write the full https:// address of a page that is elsewhere"
_FILE_REMEDY = "mend the path, or add the file"


def check_links(centre: Centre) -> Iterator[Flaw]:
    """Whatever points into the help centre and does not arrive."""
    hidden = HiddenTargets(centre.content, centre.site_lang)
    for parsed, page, _ in centre.pages():
        for reference in page.references:
            if centre.find(reference) is None and not centre.may_be_refused(reference):
                yield _nowhere(*centre.place(parsed, reference), reference, hidden)


def _nowhere(path: str, line: int, reference: Reference, hidden: HiddenTargets) -> Flaw:
    if what := hidden.what(reference.kind, reference.target):
        return Flaw(BROKEN_LINK, path, line, what, HIDDEN_REMEDY)
    what = f"{reference.kind} to {reference.target!r} leads nowhere"
    if reference.kind == "image":
        return Flaw(MISSING_IMAGE, path, line, what, _IMAGE_REMEDY)
    remedy = _PAGE_REMEDY if reference.target.startswith("/") else _FILE_REMEDY
    return Flaw(BROKEN_LINK, path, line, what, remedy)


@dataclass(frozen=True, slots=True)
class Anchored:
    """A link to a heading: where it is written, and the row of the article that it leads to."""

    anchor: str
    path: str
    line: int
    row: int


def check_anchors(centre: Centre) -> Iterator[Flaw]:
    """Links to a heading that is not there, on the same page or another."""
    known = [_identifiers(html) for html in centre.linked.pages]
    articles = [parsed.article for parsed in centre.content.articles]
    for row, one in _anchored(centre):
        if not _is_there(one.anchor, known[one.row], articles[one.row]):
            where = "this article" if one.row == row else articles[one.row].path
            what = f"the link to '#{one.anchor}' finds no such heading in {where}"
            yield Flaw(BROKEN_ANCHOR, one.path, one.line, what, _meant(one.anchor, known[one.row]))


def _identifiers(html: str) -> frozenset[str]:
    return frozenset(map(unescape, _IDENTIFIER.findall(html)))


def _anchored(centre: Centre) -> Iterator[tuple[int, Anchored]]:
    """Each link with an anchor, and the row of the article that it stands in."""
    rows = centre.rows()
    for row, (parsed, page, written) in enumerate(centre.pages()):
        for reference in page.references:
            anchor = reference.target.partition("#")[2]
            place = rows.get(centre.find(reference) or "")
            if anchor and place is not None and reference.kind == "link":
                yield row, Anchored(anchor, *centre.place(parsed, reference), place)
        for anchor in dict.fromkeys(map(unescape, _WITHIN.findall(page.html))):
            line = written.line_of_target(f"#{anchor}")
            yield row, Anchored(anchor, parsed.article.path, line, row)


def _is_there(anchor: str, known: Collection[str], article: Article) -> bool:
    """The top of the page is where a link to the title, or to a stretch of text, does no harm."""
    if anchor == "top" or anchor.startswith((RESERVED, ":~:", "fn:", "fnref")):
        return True
    return not {anchor, unquote(anchor)}.isdisjoint({*known, slug(article.title)})


def _meant(anchor: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(slug(unquote(anchor)), sorted(known), n=1, cutoff=0.6)
    return f"did you mean '#{close[0]}'?" if close else "link to a heading that is there"


def check_orphans(centre: Centre) -> Iterator[Flaw]:
    """Articles that no other links to, where most are linked to and all can be read."""
    if centre.content.refused:
        return
    linked = _linked(centre)
    articles = [parsed.article for parsed in centre.content.articles]
    for lang in sorted({article.lang for article in articles}):
        same = [row for row, article in enumerate(articles) if article.lang == lang]
        if len(linked.intersection(same)) < LINKED * len(same):
            continue
        for row in same:
            if row not in linked and not _is_entrance(articles[row]):
                what = "no other article links here: only search and its category lead to it"
                remedy = "link to it from an article on a neighbouring subject"
                yield Flaw(ORPHAN, articles[row].path, 1, what, remedy)


def _linked(centre: Centre) -> set[int]:
    """Rows of the articles that another article links to."""
    rows = centre.rows()
    found = set()
    for row, (_, page, _) in enumerate(centre.pages()):
        places = (rows.get(centre.find(one) or "") for one in page.references)
        found |= {place for place in places if place is not None and place != row}
    return found


def _is_entrance(article: Article) -> bool:
    """Whether the portal itself leads there: by its place in the product, or as a folder's page."""
    return bool(article.contexts) or article.slug.rpartition("/")[2].lower() in ("index", "readme")
