"""Images that say nothing to who cannot see them."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from posixpath import basename

from indexer.checks.centre import Centre
from kb.check_rules import MISSING_ALT, Flaw

REMEDY = 'say in a few words what it shows, or write alt="" for a mere decoration'


def check_images(centre: Centre) -> Iterator[Flaw]:
    """A finding for each image on the page without an alternative text."""
    for parsed, page, written in centre.pages():
        for image in written.images():
            name = basename(image.source.partition("?")[0]) or image.source
            if not image.described and escape(name) in page.html:
                what = f"the image {name!r} has no alternative text"
                yield Flaw(MISSING_ALT, parsed.article.path, image.line, what, REMEDY)
