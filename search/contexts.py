"""Which articles a writer meant for a product page: ``contexts`` in the front matter. Pure.

A context is a glob on host and path: ``shop.example.com/orders/*``. ``*`` stands for anything
within a segment (between two slashes), ``**`` for any number of whole segments, also none. Without
a host (``/orders``) it holds on every host. Query and fragment do not count, but for the paths that
apps of one page keep behind ``#``. No pattern is a trap: at worst, time grows with the square.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from kb.articles import Article

ANY_DEPTH = "**"
LONGEST_ADDRESS = 2_000  # characters; browsers and servers agree on no more


@dataclass(frozen=True, slots=True)
class Address:
    """A page's address as far as contexts look at it: hosts, with and without port, and path."""

    hosts: tuple[str, ...]
    path: tuple[str, ...]


def address(url: str) -> Address | None:
    """What a page's URL says; None for what is none."""
    try:
        parts = urlsplit(url[:LONGEST_ADDRESS])
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").rstrip(".")
    if not host:
        return None
    routed = parts.fragment.startswith(("/", "!/"))
    path = f"{parts.path}/#{parts.fragment}" if routed else parts.path
    return Address((host, f"{host}:{port}") if port else (host,), _segments(path))


def fits(context: str, page: Address) -> bool:
    """Whether a glob means a page."""
    host, path = _split(context)
    if host and not any(_is_like(host, one) for one in page.hosts):
        return False
    return _are_like(_segments(path), page.path)


def fitting(articles: Iterable[Article], page: Address) -> tuple[int, ...]:
    """Rows of the articles that are meant for a page, the most exact context first."""
    found = []
    for row, article in enumerate(articles):
        exact = [_exactness(one) for one in article.contexts if fits(one, page)]
        if exact:
            found.append((-max(exact), row))
    return tuple(row for _, row in sorted(found))


def _split(context: str) -> tuple[str, str]:
    """Host, empty for any, and path."""
    bare = context.strip().partition("://")[2] or context.strip()
    host, slash, path = bare.partition("/")
    if host == ANY_DEPTH:
        return "", bare
    return host.lower(), slash + path


def _segments(path: str) -> tuple[str, ...]:
    """The segments of a path; one slash more or less makes no difference."""
    return tuple(unquote(segment) for segment in path.split("/") if segment)


def _exactness(context: str) -> int:
    """How many characters must be just so."""
    return len(context) - context.count("*")


def _are_like(globs: Sequence[str], segments: Sequence[str]) -> bool:
    """Greedy: where a glob fails, only the last ``**`` before it may take one segment more."""
    at = done = 0
    again: tuple[int, int] | None = None
    while done < len(segments):
        if at < len(globs) and globs[at] == ANY_DEPTH:
            at, again = at + 1, (at + 1, done)
        elif at < len(globs) and _is_like(globs[at], segments[done]):
            at, done = at + 1, done + 1
        elif again:
            again = (again[0], again[1] + 1)
            at, done = again
        else:
            return False
    return all(glob == ANY_DEPTH for glob in globs[at:])


def _is_like(glob: str, segment: str) -> bool:
    """Whether the pieces between the stars stand in a segment, in order."""
    first, *rest = glob.split("*")
    if not rest:
        return segment == glob
    *middle, last = rest
    end = len(segment) - len(last)
    if not segment.startswith(first) or not segment.endswith(last):
        return False
    at = len(first)
    for piece in middle:
        found = segment.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return at <= end
