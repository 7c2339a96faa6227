"""Where links between articles lead: known only when every article is known."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote

from indexer.hidden_targets import HIDDEN_REMEDY, HiddenTargets
from indexer.history import addresses
from indexer.prepare import Prepared
from indexer.source import Content
from indexer.tree import Tree
from kb.articles import URL_SAFE, Article
from kb.errors import Finding
from kb.links import Links, resolve
from kb.page import Reference

HASH_DIGITS = 12
IMAGE_REMEDY = "add the file, or mend the path; its alternative text is shown instead"
LINK_REMEDY = "mend the link; its text is shown without it"
PAGES = ("/", "/search", "/contact", "/categories/")
"""The portal's pages that are there whatever the articles are."""


@dataclass(frozen=True, slots=True)
class Linked:
    """HTML of every article with portal URLs, old addresses, and the attachments in use.

    ``gone`` maps addresses that lead nowhere any more to the titles that were read there;
    ``assets`` the name under ``/assets/`` to the path of the file it is copied from.
    """

    pages: tuple[str, ...]
    redirects: Mapping[str, str]
    gone: Mapping[str, str]
    assets: Mapping[str, str]
    notes: tuple[Finding, ...]
    links: Links
    """For what is linked besides articles."""


def link(content: Content, prepared: Sequence[Prepared], site_lang: str) -> Linked:
    """Resolve the links of every article; what leads nowhere becomes a note at its line."""
    articles = [parsed.article for parsed in content.articles]
    urls = {article.path: article.url(site_lang) for article in articles}
    left = addresses(content.history.fates, {unquote(url): url for url in urls.values()})
    redirects = {**left.moved, **_redirects(articles, urls)}
    used = _used_assets(content, prepared)
    pages = _portal_pages(articles, site_lang)
    guessed = _by_last_step(prepared, articles, urls)
    links = Links(
        articles=urls,
        addresses={
            **{address: url for address, url in guessed.items() if address not in pages},
            **redirects,
            **_own(urls),
        },
        assets={path: f"/assets/{quote(name)}" for path, name in used.items()},
        pages=pages,
    )
    resolved = [resolve(one.page.html, links) for one in prepared]
    missing = [frozenset(targets) for _, targets in resolved]
    return Linked(
        pages=tuple(html for html, _ in resolved),
        redirects=redirects,
        gone={old: title for old, title in left.gone.items() if old not in redirects},
        assets={name: path for path, name in used.items()},
        notes=tuple(_notes(content, prepared, missing, HiddenTargets(content, site_lang))),
        links=links,
    )


def _own(urls: Mapping[str, str]) -> dict[str, str]:
    """Articles may also be linked to by their portal address."""
    return {url: url for url in urls.values()}


def _portal_pages(articles: Sequence[Article], site_lang: str) -> dict[str, str]:
    """The portal's own pages that articles may link to, in each language, by address."""
    prefix_of = {one.lang: f"/{one.lang}" for one in articles} | {site_lang: ""}
    found = [prefix + page for prefix in prefix_of.values() for page in PAGES]
    found += [
        f"{prefix_of[one.lang]}/categories/{category}"
        for one in articles
        for category in _around(one.category)
    ]
    return {address: quote(address, safe=URL_SAFE) for address in found}


def _around(category: str) -> Iterator[str]:
    """A category and those that it is in."""
    while category:
        yield category
        category = category.rpartition("/")[0]


def _redirects(articles: Sequence[Article], urls: Mapping[str, str]) -> dict[str, str]:
    """Old address to URL; the first article that claims an address keeps it."""
    found: dict[str, str] = {}
    for article in articles:
        for address in article.redirect_from:
            found.setdefault(address, urls[article.path])
    live = set(urls.values())
    return {address: url for address, url in found.items() if address not in live}


def _by_last_step(
    prepared: Sequence[Prepared], articles: Sequence[Article], urls: Mapping[str, str]
) -> dict[str, str]:
    """Absolute links of another help centre (``/help/refunds``) by the slug they end in.

    Only where a single article has that slug: a wrong link is worse than none.
    """
    by_step: dict[str, set[str]] = {}
    for article in articles:
        by_step.setdefault(posixpath.basename(article.slug), set()).add(urls[article.path])
    targets = {_bare(one.target) for page in prepared for one in page.page.references}
    found = {target: by_step.get(posixpath.basename(target), set()) for target in targets}
    return {
        target: next(iter(places))
        for target, places in found.items()
        if target.startswith("/") and len(places) == 1
    }


def _bare(target: str) -> str:
    return target.partition("#")[0].partition("?")[0].rstrip("/")


def _used_assets(content: Content, prepared: Sequence[Prepared]) -> dict[str, str]:
    """Path to name of every attachment that an article refers to.

    Names carry the hash of their bytes, so that browsers may keep them for ever.
    """
    known = frozenset(content.assets)
    written = {_bare(one.target).lstrip("/") for page in prepared for one in page.page.references}
    used = known & (written | {unquote(target) for target in written})
    return {path: _asset_name(content.tree, path) for path in sorted(used)}


def _asset_name(tree: Tree, path: str) -> str:
    digest = hashlib.sha256(tree.read(path)).hexdigest()[:HASH_DIGITS]
    return f"{digest}/{posixpath.basename(path)}"


def _notes(
    content: Content,
    prepared: Sequence[Prepared],
    missing: Sequence[frozenset[str]],
    hidden: HiddenTargets,
) -> Iterator[Finding]:
    """The renderer's notes of each article and its links that lead nowhere."""
    for one, ready, targets in zip(content.articles, prepared, missing, strict=True):
        yield from ready.page.notes
        for reference in ready.page.references:
            if reference.target in targets:
                yield _nowhere(one.article.path, reference, hidden)


def _nowhere(path: str, reference: Reference, hidden: HiddenTargets) -> Finding:
    if what := hidden.what(reference.kind, reference.target):
        return Finding(path, reference.line, what, HIDDEN_REMEDY)
    what = f"{reference.kind} to {reference.target!r} leads nowhere"
    remedy = IMAGE_REMEDY if reference.kind == "image" else LINK_REMEDY
    return Finding(path, reference.line, what, remedy)
