"""Articles whose day of review is past."""

from __future__ import annotations

from collections.abc import Iterator

from indexer.checks.centre import Centre
from kb.articles import decoded
from kb.check_rules import OVERDUE, Flaw
from kb.front_matter import open_keys


def check_reviews(centre: Centre) -> Iterator[Flaw]:
    """A finding for each article that should have been read again by now."""
    for parsed in centre.content.articles:
        article = parsed.article
        if article.review_by and article.review_by < centre.today:
            days = (centre.today - article.review_by).days
            since = f"{days} day{'s' if days != 1 else ''} ago"
            who = f" by {article.owner}" if article.owner else ""
            what = f"to be reviewed{who} until {article.review_by}, {since}"
            remedy = "read it, mend what is out of date, and set a new `review_by`"
            yield Flaw(OVERDUE, article.path, _line(centre, article.path), what, remedy)


def _line(centre: Centre, path: str) -> int:
    """Where the day of review stands in its file."""
    text = decoded(centre.content.tree.read(path), path)
    return open_keys(text, path).line_of("review_by")
