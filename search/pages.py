"""What to offer on a product page before anybody asks: empty beats wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kb.articles import Article
from search.contexts import address, fitting
from search.engine import Engine
from search.results import Explanation, Hit, SearchRequest
from search.sentences import Lines
from search.snippets import make_snippet
from search.suggest import shown

MOST = 5
MOST_LINES = 8
UNASKED = Explanation(keyword=0, passage=0, title=0, pinned=False)


@dataclass(frozen=True, slots=True)
class Page:
    """A product page as its visitor sees it: where it is, and what stands on it."""

    url: str
    title: str
    headings: tuple[str, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """What the page is about, in its own words: each is a question of its own."""
        said = (line.strip() for line in (self.title, *self.headings))
        return tuple(dict.fromkeys(filter(None, said)))[:MOST_LINES]


def offers(engine: Engine, page: Page, wanted: SearchRequest) -> tuple[Hit, ...]:
    """At most five: the articles whose ``contexts`` mean the page, then what its words suggest.

    Of ``wanted`` everything holds but its text, which is the page's.
    """
    place, articles = address(page.url), engine.snapshot.articles
    meant = fitting(articles, place) if place else ()
    chosen = [row for row in meant if _suits(articles[row], wanted)][:MOST]
    hits = {articles[row].key: present(engine, row) for row in chosen}
    for hit in _suggested(engine, page, wanted):
        hits.setdefault(hit.article.key, hit)
    return tuple(hits.values())[:MOST]


def _suggested(engine: Engine, page: Page, wanted: SearchRequest) -> list[Hit]:
    """The best article of each line that has one, the surest first.

    Asked together, a heading that an article answers is lost among those that none does.
    """
    asked = (replace(wanted, text=line, limit=1, draft=True) for line in page.lines)
    found = sorted((engine.search(one) for one in asked), key=lambda one: -one.confidence)
    return [hit for result in found for hit in shown(result)]


def present(engine: Engine, row: int) -> Hit:
    """An article that nobody searched for: its beginning, and no score."""
    snapshot = engine.snapshot
    article = snapshot.articles[row]
    first = snapshot.passage(int(snapshot.first_passages[row]))
    beginning = Lines(article.summary) if article.summary else Lines(first.text, first.kinds)
    return Hit(
        article=article,
        url=snapshot.url(row),
        anchor="",
        heading=(),
        snippet=make_snippet(beginning, (), {}),
        score=0.0,
        matched=(),
        explanation=UNASKED,
    )


def _suits(article: Article, wanted: SearchRequest) -> bool:
    """Whether language and product are those that are asked for, as in search.filters."""
    about = not wanted.product or not article.products
    named = wanted.product and wanted.product.casefold() in map(str.casefold, article.products)
    return article.lang == wanted.lang and bool(about or named)
