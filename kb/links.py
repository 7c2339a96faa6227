"""Links between articles: normalised when an article is rendered, resolved when all are known.

Rendering is cached by an article's own bytes, so it must not know other articles. It writes
``kb:`` URIs; every publish turns them into portal URLs, which begin with ``ROOT`` until the web
layer, which alone knows its path prefix, replaces that.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape, unescape
from urllib.parse import unquote

SCHEME = "kb:"
ROOT = "kb-root:"
"""Stands before every portal URL in stored HTML; replace ``"kb-root:`` by ``"`` and the prefix."""

_TAG = re.compile(r"<(a|img|video) [^<>]*>")
_TARGET = re.compile(r' (href|src)="kb:([^"]*)"')
_ALT = re.compile(r' alt="([^"]*)"')
_ENDINGS = ("", ".md", "/index.md", "/README.md")


class OutsideError(ValueError):
    """A relative link that leaves the articles' folder."""


@dataclass(frozen=True, slots=True)
class Links:
    """Where everything that can be linked to lives on the portal.

    ``articles`` by path (``guides/a.md``), ``addresses`` by root-absolute address (permalink or
    redirect_from; a closing slash or ``.html`` makes no difference), ``assets`` by path, ``pages``
    the portal's own by address, where nothing else has it. Values are URL paths, already quoted.
    """

    articles: Mapping[str, str]
    addresses: Mapping[str, str]
    assets: Mapping[str, str]
    pages: Mapping[str, str] = field(default_factory=dict)
    _by_address: Mapping[str, str] = field(init=False, repr=False, compare=False)
    _pages: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index addresses by their one spelling."""
        object.__setattr__(self, "_by_address", _spelled_once(self.addresses))
        object.__setattr__(self, "_pages", _spelled_once(self.pages))

    def find(self, path: str) -> str | None:
        """Portal URL of a path or address without query and fragment; None where nothing is."""
        if path.startswith("/") and (url := self._by_address.get(_address(path))):
            return url
        bare = path.strip("/")
        for ending in _ENDINGS:
            if url := self.articles.get((bare + ending).lstrip("/")):
                return url
        if bare.endswith(".html") and (url := self.articles.get(bare[:-5] + ".md")):
            return url
        return self.assets.get(bare) or (
            self._pages.get(_address(path)) if path[:1] == "/" else None
        )


def internal(target: str, path: str) -> str:
    """A link's target in the article at ``path`` as a ``kb:`` URI, relative to the root folder.

    Raises OutsideError where the target leaves that folder.
    """
    if target.startswith("/"):
        return SCHEME + target
    place, mark, rest = _split(target)
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(path), place))
    if joined == ".." or joined.startswith("../"):
        raise OutsideError(target)
    return SCHEME + ("" if joined == "." else joined) + mark + rest


def resolve(html: str, links: Links) -> tuple[str, tuple[str, ...]]:
    """Turn ``kb:`` URIs into portal URLs; also return the targets that lead nowhere.

    A link that leads nowhere keeps its text; an image gives way to its alternative text.
    ``html`` is a Page's: sanitised, so that ``<`` and ``"`` are tags' and attributes' own.
    """
    missing: list[str] = []

    def tag(match: re.Match[str]) -> str:
        found = _TARGET.search(match[0])
        if not found:
            return match[0]
        url = _portal_url(unescape(found[2]), links)
        if url is not None:
            new = f' {found[1]}="{escape(ROOT + url)}"'
            return match[0][: found.start()] + new + match[0][found.end() :]
        missing.append(unescape(found[2]))
        return _nowhere(match[1], match[0], found)

    return _TAG.sub(tag, html), tuple(missing)


def _nowhere(name: str, tag: str, found: re.Match[str]) -> str:
    """What stands in for a tag whose target does not exist."""
    if name == "img":
        alt = _ALT.search(tag)
        return f'<span class="missing-image">{alt[1] if alt else ""}</span>'
    return tag[: found.start()] + tag[found.end() :]


def _portal_url(target: str, links: Links) -> str | None:
    place, mark, rest = _split(target)
    url = links.find(unquote(place)) or links.find(place)
    return None if url is None else url + mark + rest


def _split(target: str) -> tuple[str, str, str]:
    """Path, the mark that ends it ("?", "#" or none), and what follows."""
    match = re.search(r"[?#]", target)
    if not match:
        return target, "", ""
    return target[: match.start()], match[0], target[match.end() :]


def _spelled_once(addresses: Mapping[str, str]) -> dict[str, str]:
    return {_address(key): url for key, url in addresses.items()}


def _address(address: str) -> str:
    """One spelling of an address: no closing slash, no ``.html``, no ``index``."""
    path = unquote(_split(address)[0])
    path = path.removesuffix(".html").rstrip("/").removesuffix("/index")
    return "/" + path.strip("/")
