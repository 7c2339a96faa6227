"""Which text of an article a snapshot holds, so that votes can be put down to what was read.

The digest is of what was written, not of what was rendered: a newer renderer is no new text.
"""

from __future__ import annotations

from collections.abc import Mapping

from indexer.cache import content_key
from indexer.source import Content
from kb.articles import ParsedArticle
from kb.foreign import needed

DIGITS = 12


def texts(content: Content, site_lang: str) -> dict[str, str]:
    """Digest of each article's title, summary and body with what it includes, by its name."""
    fragments = content.fragments
    return {one.article.name(site_lang): _digest(one, fragments) for one in content.articles}


def _digest(parsed: ParsedArticle, fragments: Mapping[str, str]) -> str:
    article, included = parsed.article, needed(parsed.body, fragments)
    return content_key(article.title, article.summary, parsed.body, *included.values())[:DIGITS]
