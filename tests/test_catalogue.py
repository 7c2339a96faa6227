"""Browsing: categories out of folders."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from kb.articles import Article
from webapp import catalogue


def an_article(
    slug: str, category: str = "", order: float | None = None, updated: dt.date | None = None
) -> Article:
    return Article(
        path=f"{slug}.md",
        slug=slug,
        lang="en",
        title=slug.title(),
        category=category,
        order=order,
        updated=updated,
    )


def test_articles_are_counted_where_they_are_and_above() -> None:
    articles = [an_article("a", "x"), an_article("b", "x/y"), an_article("c", "x/y/z")]
    (top,) = catalogue.build(articles, "en").root.children
    assert (top.path, top.count, [a.slug for a in top.articles]) == ("x", 3, ["a"])
    assert top.children[0].children[0].path == "x/y/z"


def test_categories_are_ordered_by_the_smallest_order_inside_then_by_name() -> None:
    articles = [
        an_article("a", "alpha"),
        an_article("b", "beta"),
        an_article("z", "zeta/inner", order=1),
    ]
    root = catalogue.build(articles, "en").root
    assert [category.path for category in root.children] == ["zeta", "alpha", "beta"]


def test_articles_are_ordered_by_order_then_by_title() -> None:
    articles = [
        an_article("b"),
        an_article("a"),
        an_article("z", order=2),
        an_article("y", order=3),
    ]
    root = catalogue.build(articles, "en").root
    assert [article.slug for article in root.articles] == ["z", "y", "a", "b"]


def test_the_trail_leads_from_the_outside_in() -> None:
    site = catalogue.build([an_article("a", "x/y/z"), an_article("b", "x/yy")], "en")
    assert [category.path for category in site.trail("x/y/z")] == ["x", "x/y", "x/y/z"]
    assert [category.path for category in site.trail("x/yy")] == ["x", "x/yy"]


def test_a_category_that_does_not_exist_has_no_trail() -> None:
    site = catalogue.build([an_article("a", "x/y")], "en")
    assert site.trail("x/nothing") == site.trail("nothing") == site.trail("x/y/") == ()


def test_the_newest_articles_come_first_and_undated_ones_not_at_all() -> None:
    articles = [
        an_article("old", updated=dt.date(2020, 1, 1)),
        an_article("never", "x"),
        an_article("new", "x/y", updated=dt.date(2026, 1, 1)),
    ]
    site = catalogue.build(articles, "en")
    assert [article.slug for article in site.recent(5)] == ["new", "old"]
    assert [article.slug for article in site.recent(1)] == ["new"]


PATHS = st.lists(st.sampled_from(["a", "b", "a-b", "é"]), max_size=4).map("/".join)


@given(st.lists(PATHS, max_size=12))
def test_every_article_is_in_exactly_one_category_and_can_be_reached(paths: list[str]) -> None:
    articles = [an_article(str(number), path) for number, path in enumerate(paths)]
    site = catalogue.build(articles, "en")
    assert sorted(a.slug for a in site.root.all()) == sorted(a.slug for a in articles)
    for article in articles:
        trail = site.trail(article.category)
        assert article in (trail[-1] if trail else site.root).articles
