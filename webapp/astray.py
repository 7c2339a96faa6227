"""What a visitor may have wanted who came to an address that leads nowhere: nothing, if in doubt.

An address with a slip is nearest to the right one; an article may be there in another language; and
the last part of an address often says what its page was about. Folders do not: each holds many.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from operator import attrgetter
from urllib.parse import urlsplit

from kb.articles import Article
from search.results import Hit, SearchRequest
from webapp.live import Served
from webapp.typed_text import cut_query

CLOSE = 0.8
"""How much of the last parts of two addresses is the same where one is taken for a slip: 0 to 1."""
LONGEST_PART = 100  # characters; comparing takes time, and no article's address is that long
HITS = 5
OURS = frozenset({"articles", "categories"})
WORD = re.compile(r"[^\W_]+")
SUFFIX = re.compile(r"\.(?:html?|php|aspx?|md)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Meant:
    """What may have been meant, the likeliest first; usually most of it is empty."""

    elsewhere: tuple[Article, ...] = ()
    near: Article | None = None
    hits: tuple[Hit, ...] = ()


def meant_by(path: str, served: Served, lang: str) -> Meant:
    """What the reader of ``lang`` who asked for ``path`` may have wanted."""
    slug = _slug(path, served)
    last = SUFFIX.sub("", slug.rpartition("/")[2])[:LONGEST_PART]
    elsewhere = _in_other_languages(slug, served, lang)
    if elsewhere or not last:
        return Meant(elsewhere)
    near = _nearest(slug, last, served, lang)
    others = (hit for hit in found_for(last, served, lang) if hit.article != near)
    return Meant(near=near, hits=tuple(others))


def found_for(words: str, served: Served, lang: str) -> tuple[Hit, ...]:
    """What is about ``words``; nothing where that is doubtful."""
    query = cut_query(" ".join(WORD.findall(words)))
    only = lang if len(served.languages) > 1 else None
    try:
        result = served.engine.search(SearchRequest(query, lang=only, limit=HITS))
    except ValueError:  # nothing is left to search for
        return ()
    return () if result.weak else result.hits


def _slug(path: str, served: Served) -> str:
    """An address without the language and the word that ours begin with."""
    parts = [part for part in urlsplit(path).path.split("/") if part]
    for known in (served.catalogues, OURS):
        if parts and parts[0] in known:
            del parts[0]
    return "/".join(parts)


def _in_other_languages(slug: str, served: Served, lang: str) -> tuple[Article, ...]:
    """The article at the same address in other languages, the site's own first."""
    snapshot = served.snapshot
    own = snapshot.manifest.site_lang
    others = sorted(set(served.languages) - {lang}, key=lambda other: (other != own, other))
    rows = (snapshot.find(other, slug) for other in others)
    return tuple(snapshot.articles[row] for row in rows if row is not None)


def _nearest(slug: str, last: str, served: Served, lang: str) -> Article | None:
    """The article whose address ends most alike; of several, the one in the likest folder."""
    ends: dict[str, list[Article]] = {}
    for article in served.catalogues[lang].root.all():
        ends.setdefault(article.slug.rpartition("/")[2].casefold(), []).append(article)
    close = get_close_matches(last.casefold(), ends, n=1, cutoff=CLOSE)
    candidates = sorted(ends[close[0]], key=attrgetter("slug")) if close else []
    return max(
        candidates,
        key=lambda article: SequenceMatcher(None, article.slug, slug).ratio(),
        default=None,
    )
