"""Contexts: which product pages an article is meant for."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.articles import Article
from search.contexts import Address, address, fits, fitting


def page(url: str) -> Address:
    found = address(url)
    assert found
    return found


@pytest.mark.parametrize(
    ("context", "url"),
    [
        ("shop.example.com/orders", "https://shop.example.com/orders"),
        ("shop.example.com/orders", "https://shop.example.com/orders/?page=2#last"),
        ("https://shop.example.com/orders/", "http://SHOP.example.com/orders"),
        ("shop.example.com/orders/*", "https://shop.example.com/orders/17"),
        ("shop.example.com/orders/*/edit", "https://shop.example.com/orders/17/edit"),
        ("shop.example.com/order-*-late", "https://shop.example.com/order-17-late"),
        ("shop.example.com/**", "https://shop.example.com/"),
        ("shop.example.com/**", "https://shop.example.com/a/b/c"),
        ("shop.example.com/**/late", "https://shop.example.com/late"),
        ("shop.example.com/**/late", "https://shop.example.com/a/b/late"),
        ("*.example.com/orders", "https://shop.example.com/orders"),
        ("/orders/*", "https://any.example.org/orders/17"),
        ("**/orders", "https://any.example.org/a/orders"),
        ("localhost/orders", "http://localhost:3000/orders"),
        ("localhost:3000/orders", "http://localhost:3000/orders"),
        ("/über uns", "https://example.com/%C3%BCber%20uns"),
        ("app.example.com/#/refunds", "https://app.example.com/#/refunds"),
        ("shop.example.com", "https://shop.example.com/"),
    ],
)
def test_a_context_means_a_page(context: str, url: str) -> None:
    assert fits(context, page(url))


@pytest.mark.parametrize(
    ("context", "url"),
    [
        ("shop.example.com/orders", "https://shop.example.com/orders/17"),
        ("shop.example.com/orders/*", "https://shop.example.com/orders"),
        ("shop.example.com/orders/*", "https://shop.example.com/orders/17/edit"),
        ("shop.example.com/Orders", "https://shop.example.com/orders"),
        ("shop.example.com/orders", "https://shop.example.com.evil.org/orders"),
        ("shop.example.com/orders", "https://evil.org/shop.example.com/orders"),
        ("*.example.com/orders", "https://example.com/orders"),
        ("localhost:3000/orders", "http://localhost:4000/orders"),
        ("/a.b", "https://example.com/aXb"),
        ("/a*a", "https://example.com/a"),
        ("shop.example.com", "https://shop.example.com/orders"),
        ("app.example.com/", "https://app.example.com/#/refunds"),
    ],
)
def test_a_context_does_not_mean_another_page(context: str, url: str) -> None:
    assert not fits(context, page(url))


@pytest.mark.parametrize("url", ["", "orders", "about:blank", "http://[", "https://a:port/"])
def test_what_is_no_address_has_no_page(url: str) -> None:
    assert address(url) is None


def test_the_most_exact_context_comes_first() -> None:
    contexts = [("**",), (), ("/orders/*", "**"), ("/orders/17",), ("/orders/18",)]
    articles = [
        Article(f"{at}.md", f"{at}", "en", f"{at}", contexts=one) for at, one in enumerate(contexts)
    ]
    assert fitting(articles, page("https://example.com/orders/17")) == (3, 2, 0)


def by_regular_expression(context: str, path: str) -> bool:
    """What the globs mean, said in another way; exponential for some of them."""
    expression = ""
    for segment in (one for one in context.split("/") if one):
        if segment == "**":
            expression += r"(?:/[^/]+)*"
        else:
            expression += "/" + "[^/]*".join(map(re.escape, segment.split("*")))
    plain = "".join(f"/{one}" for one in path.split("/") if one)
    return re.fullmatch(expression, plain) is not None


segments = st.sampled_from(["a", "b", "ab", "aba", "*", "**", "a*", "*b", "a*a", "*a*", "***"])
paths = st.lists(st.text("ab", max_size=4), max_size=5).map("/".join)


@given(st.lists(segments, max_size=5).map("/".join), paths)
def test_globs_mean_what_their_regular_expression_means(context: str, path: str) -> None:
    asked = page(f"https://example.com/{path}")
    assert fits(f"/{context}", asked) == by_regular_expression(context, path)


@given(st.text(max_size=40), st.text(max_size=80))
def test_nothing_that_somebody_writes_is_an_error(context: str, url: str) -> None:
    for one in (url, f"https://example.com/{url}"):
        found = address(one)
        if found:
            fits(context, found)


def test_a_glob_full_of_stars_is_no_trap() -> None:
    hard = page("https://example.com/" + "a" * 1_900)
    assert not fits("/" + "*a" * 200 + "*b", hard)
    assert not fits("/" + "**/a*/" * 200 + "b", page("https://example.com/" + "a/" * 900))
