"""What search engines, feed readers and language models read instead of pages.

All of it comes out of the snapshot that the portal serves, so nothing is listed that is not there.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import quote

from flask import Blueprint, Response, abort, render_template, request, url_for
from markdownify import markdownify
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from indexer.snapshot import Snapshot
from kb.articles import Article
from kb.links import ROOT
from webapp import caching, interface
from webapp.catalogue import Category
from webapp.links import absolute
from webapp.portal import article as show_article
from webapp.portal import enter, reader
from webapp.state import state
from webapp.structured_data import Described, Thing, describe

MOST_ADDRESSES = 50_000
"""In one sitemap: https://www.sitemaps.org/protocol.html"""
NEWS = 50
"""Articles in a feed."""
DEEPEST_HEADING = 6
TAB = re.compile(r'<label for="[^"]*">(.*?)</label>')

machines = Blueprint("machines", __name__)
interface.in_address(machines)


@dataclass(frozen=True, slots=True)
class Address:
    """A page of the sitemap; ``others`` are the same page by language, itself included."""

    url: str
    updated: dt.date | None
    others: tuple[tuple[str, str], ...] = ()


@machines.before_request
def _open_reader() -> AnyResponse | None:
    elsewhere = enter()
    if elsewhere is not None:
        return elsewhere
    return caching.unchanged(reader().served.snapshot.id, state().build, request.host_url)


@machines.get("/robots.txt")
def robots() -> Response:
    """Robots may read articles; searching is for people."""
    return Response(
        render_template("machines/robots.txt", absolute=absolute), mimetype="text/plain"
    )


@machines.get("/sitemap.xml")
def sitemap() -> Response:
    """Every article in every language; an index of several where one file holds too little."""
    snapshot = reader().served.snapshot
    total = len(snapshot.articles) + 1
    parts = -(-total // MOST_ADDRESSES)
    part = request.args.get("part", 0 if parts > 1 else 1, type=int)
    if not 0 <= part <= parts:
        abort(404)
    if part == 0:
        page = render_template("machines/sitemap_index.xml", parts=parts, absolute=absolute)
    else:
        first = (part - 1) * MOST_ADDRESSES
        addresses = islice(_addresses(snapshot), first, first + MOST_ADDRESSES)
        page = render_template("machines/sitemap.xml", addresses=addresses)
    return Response(page, mimetype="application/xml")


def _addresses(snapshot: Snapshot) -> Iterator[Address]:
    homes = tuple((lang, absolute(_home(snapshot, lang))) for lang in reader().served.languages)
    yield Address(absolute("/"), None, homes if len(homes) > 1 else ())
    for row, article in enumerate(snapshot.articles):
        others = (row, *snapshot.translations(row))
        by_language = tuple(
            (snapshot.articles[other].lang, absolute(snapshot.url(other))) for other in others
        )
        found = by_language if len(others) > 1 else ()
        yield Address(absolute(snapshot.url(row)), article.updated, found)


def _home(snapshot: Snapshot, lang: str) -> str:
    return "/" if lang == snapshot.manifest.site_lang else f"/{lang}/"


@machines.get("/feed.xml")
@machines.get("/<language:lang>/feed.xml")
def feed() -> Response:
    """The articles that were changed last, as Atom (RFC 4287)."""
    news = reader().catalogue.recent(NEWS)
    newest = news[0].updated if news else None
    page = render_template(
        "machines/feed.xml",
        news=news,
        updated=newest or reader().served.snapshot.manifest.created.date(),
        home=absolute(_home(reader().served.snapshot, reader().lang)),
        url_of=_absolute_url,
    )
    return Response(page, mimetype="application/atom+xml")


@machines.get("/llms.txt")
@machines.get("/<language:lang>/llms.txt")
def llms() -> Response:
    """All articles by category, with where to read them as Markdown (https://llmstxt.org)."""
    page = render_template(
        "machines/llms.txt",
        sections=tuple(_sections(reader().catalogue.root, 2)),
        url_of=_absolute_url,
        absolute=absolute,
    )
    return Response(page, mimetype="text/markdown")


def _sections(category: Category, level: int) -> Iterator[tuple[int, Category]]:
    """Categories with the level of their headings; one without articles of its own too."""
    if category.path or category.articles:
        yield level, category
    deeper = min(level + 1, DEEPEST_HEADING) if category.path else level
    for child in category.children:
        yield from _sections(child, deeper)


@machines.app_template_filter("one_line")
def one_line(text: str) -> str:
    """Text that cannot break out of its line or out of a link's words."""
    return re.sub(r"([\\\[\]])", r"\\\1", " ".join(text.split()))


@machines.get("/articles/<path:slug>.md")
@machines.get("/<language:lang>/articles/<path:slug>.md")
def markdown(slug: str) -> str | AnyResponse:
    """An article as Markdown, with addresses that hold anywhere."""
    snapshot = reader().served.snapshot
    if snapshot.find(reader().lang, f"{slug}.md") is not None:  # a page whose own name ends so
        return show_article(f"{slug}.md")
    row = snapshot.find(reader().lang, slug)
    if row is None:
        abort(404)
    text = to_markdown(snapshot.articles[row], snapshot.page(row).html, absolute("/").rstrip("/"))
    response = Response(text, mimetype="text/markdown")
    response.headers["Link"] = f'<{_absolute_url(snapshot.articles[row])}>; rel="canonical"'
    return response


def to_markdown(article: Article, html: str, origin: str) -> str:
    """An article's safe HTML as Markdown; as plain text where it is nested beyond all sense."""
    absolute_html = TAB.sub(r"<p><strong>\1</strong></p>", html.replace(f'"{ROOT}', f'"{origin}'))
    try:
        body = markdownify(
            absolute_html, heading_style="ATX", bullets="-", newline_style="backslash"
        )
    except RecursionError:
        body = Markup(absolute_html).striptags()  # noqa: S704 - only text is left
    lead = f"{article.summary}\n\n" if article.summary else ""
    return f"# {article.title}\n\n{lead}{body.strip()}\n"


def _absolute_url(article: Article) -> str:
    return absolute(article.url(reader().served.snapshot.manifest.site_lang))


@machines.app_template_global("markdown_url")
def markdown_url(article: Article) -> str:
    """Where an article is served as Markdown."""
    site_lang = reader().served.snapshot.manifest.site_lang
    lang = None if article.lang == site_lang else article.lang
    return url_for("machines.markdown", slug=article.slug, lang=lang)


@machines.app_template_global("linked_data")
def linked_data(article: Article, description: str, html: str) -> tuple[Thing, ...]:
    """What search engines are told about an article's page."""
    trail = [
        (step.title, absolute(f"{_folder(article)}categories/{quote(step.path)}"))
        for step in reader().catalogue.trail(article.category)
    ]
    return describe(Described(article, _absolute_url(article), description, html, trail))


def _folder(article: Article) -> str:
    return _home(reader().served.snapshot, article.lang)
