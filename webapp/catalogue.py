"""Articles of one language as a reader browses them: a tree of categories. Pure.

Categories are the articles' folders, so their titles come from folder names and their order
from the articles in them; a help centre needs no second place where its structure is written.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from kb.articles import Article
from kb.categories import category_title


@dataclass(frozen=True, slots=True)
class Category:
    """A folder of articles; the root's path is empty, and holds articles without a category."""

    path: str
    title: str
    articles: tuple[Article, ...]
    children: tuple[Category, ...]

    @property
    def count(self) -> int:
        """Articles here and below."""
        return sum(1 for _ in self.all())

    def preview(self, count: int) -> tuple[Article, ...]:
        """The first few articles, here and below."""
        return tuple(islice(self.all(), count))

    def all(self) -> Iterator[Article]:
        """Articles here, then below."""
        yield from self.articles
        for child in self.children:
            yield from child.all()


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything there is to browse in one language."""

    lang: str
    root: Category

    def trail(self, path: str) -> tuple[Category, ...]:
        """Categories from the outermost to ``path``; empty where there is no such category."""
        trail: list[Category] = []
        here = self.root
        while here.path != path:
            found = next((c for c in here.children if _within(path, c.path)), None)
            if found is None:
                return ()
            trail.append(here := found)
        return tuple(trail)

    def recent(self, count: int) -> tuple[Article, ...]:
        """The articles changed last, newest first; those without a date are left out."""
        dated = [article for article in self.root.all() if article.updated]
        dated.sort(key=lambda article: article.updated or dt.date.min, reverse=True)
        return tuple(dated[:count])


def build(articles: Iterable[Article], lang: str) -> Catalogue:
    """The catalogue of the articles that are written in ``lang``."""
    return Catalogue(lang, _category("", [a for a in articles if a.lang == lang]))


def _category(path: str, articles: list[Article]) -> Category:
    """The category at ``path`` of articles that are all in it or below."""
    own = sorted((a for a in articles if a.category == path), key=_article_order)
    below: dict[str, list[Article]] = {}
    for article in articles:
        if article.category != path:
            below.setdefault(_step(path, article.category), []).append(article)
    children = sorted((_category(step, inside) for step, inside in below.items()), key=_order)
    return Category(path, category_title(path), tuple(own), tuple(children))


def _step(path: str, deeper: str) -> str:
    """``deeper`` cut to one folder below ``path``."""
    start = len(path) + 1 if path else 0
    end = deeper.find("/", start)
    return deeper if end < 0 else deeper[:end]


def _within(path: str, category: str) -> bool:
    return path == category or path.startswith(f"{category}/")


def _article_order(article: Article) -> tuple[float, str, str]:
    order = math.inf if article.order is None else article.order
    return order, article.title.casefold(), article.slug


def _order(category: Category) -> tuple[float, str]:
    """By the smallest order inside, so that a writer moves a category by one article."""
    orders = [article.order for article in category.all() if article.order is not None]
    return min(orders, default=math.inf), category.path.casefold()
