"""The dashboard's tables of what people typed: searches, what came of one, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kb.insights import Choice, Gap, QueryRow, Wording
from kb.store.query_insights import Only
from webapp import dashboard_words as words
from webapp.dashboard_outcomes import OUTCOMES, shares
from webapp.dashboard_places import Places
from webapp.dashboard_tables import Column, Link, Table

SEARCHES: Mapping[Only, str] = {
    "all": "All searches",
    "without_hits": "Without results",
    "without_clicks": "Without clicks",
}
_NO_SEARCHES: Mapping[Only, str] = {
    "all": "What visitors search for stands here from the first search on, most frequent first.",
    "without_hits": "None in this period. Searches that find nothing stand here.",
    "without_clicks": "None in this period. Searches of which nothing is opened stand here.",
}


def searches_table(rows: Iterable[QueryRow], places: Places, only: Only) -> Table:
    """What people typed."""
    columns = (
        Column("query", "What was typed"),
        Column("searches", "Searches", "number"),
        Column("cases", "Cases", "number"),
        Column("without_hits", "Without results", "share", more_is_good=False),
        Column("without_clicks", "Without clicks", "share", more_is_good=False),
        *OUTCOMES,
    )
    made = (
        (
            places.query(one.query),
            one.searches,
            one.cases,
            one.without_hits,
            one.without_clicks,
            *shares(one.outcomes),
        )
        for one in rows
    )
    return Table("searches", SEARCHES[only], columns, tuple(made), _NO_SEARCHES[only])


def choices_table(rows: Iterable[Choice], name: str, links: tuple[str, str, Places]) -> Table:
    """What was opened, or typed, and how often; ``links``: caption, kind of thing, places."""
    caption, kind, places = links
    is_article = kind == "article"
    columns = (
        Column(kind, "Article" if is_article else "What was typed"),
        Column("cases", "Cases", "share"),
    )
    made = (
        (places.article(one.name) if is_article else places.query(one.name), one.cases)
        for one in rows
    )
    return Table(name, caption, columns, tuple(made), empty="Nothing in this period.")


def gaps_table(rows: Iterable[Gap], places: Places) -> Table:
    """What nothing answers, the largest first."""
    columns = (
        Column("gap", "What people ask"),
        Column("people", "People", "number"),
        Column("cases", "Cases", "number"),
        Column("cost", "Tickets sent", "number"),
        Column("nearest", "Nearest article"),
        Column("missing", "Why it did not do", "words"),
        Column("last", "Last asked", "day"),
    )
    made = (
        (
            Link(one.title, places.url("dashboard.gap", id_=one.id)),
            one.people,
            one.cases,
            one.cost,
            places.article(one.nearest),
            words.MISSING[one.missing],
            one.last,
        )
        for one in rows
    )
    empty = (
        "Questions that nothing answered are gathered here by what they mean. They appear when"
        " several visitors have asked alike and left without an answer, and `kb serve` has looked"
        " for gaps, which it does every day; `kb gaps` does it at once."
    )
    return Table("gaps", "Questions that nothing answers", columns, tuple(made), empty)


def wordings_table(rows: Iterable[Wording], places: Places) -> Table:
    """In which words people asked for what is missing."""
    columns = (Column("query", "What was typed"), Column("cases", "Cases", "number"))
    made = tuple((places.query(one.query), one.cases) for one in rows)
    return Table("wordings", "The words in which people asked, most typical first", columns, made)
