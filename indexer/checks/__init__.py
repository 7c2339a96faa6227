"""Checks that need no search engine: each takes a Centre and says what a writer should mend."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from indexer.checks.centre import Centre
from indexer.checks.dates import check_reviews
from indexer.checks.headings import check_headings
from indexer.checks.images import check_images
from indexer.checks.links import check_anchors, check_links, check_orphans
from indexer.checks.published import check_published
from indexer.checks.reading import check_reading
from kb.check_rules import Flaw

CHECKS: tuple[Callable[[Centre], Iterable[Flaw]], ...] = (
    check_published,
    check_links,
    check_anchors,
    check_images,
    check_headings,
    check_orphans,
    check_reviews,
    check_reading,
)


def check_centre(centre: Centre) -> list[Flaw]:
    """Everything that can be said of the articles without searching them."""
    return [flaw for check in CHECKS for flaw in check(centre)]
