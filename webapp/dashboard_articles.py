"""The dashboard's tables of articles, and of the texts that one of them has had."""

from __future__ import annotations

from collections.abc import Iterable

from kb.insights import ArticleRow, Revision
from webapp.dashboard_outcomes import CONTACTED, FAILED, HELPED
from webapp.dashboard_places import Places
from webapp.dashboard_tables import Column, Estimate, Link, Table, Value

_ARTICLES = (
    Column("article", "Article", "text", sort="article"),
    Column("cases", "Cases", "number", sort="cases"),
    HELPED,
    Column("change", "Change", "change", sort="change"),
    FAILED,
    CONTACTED,
    Column("elsewhere", "Solved elsewhere", "share", sort="elsewhere"),
    Column("by_votes", "Resolves, by votes", "estimate", sort="votes"),
    Column("comments", "Comments", "number", sort="comments"),
)
_SORTS = frozenset(sign + column.sort for column in _ARTICLES for sign in ("", "-"))
_USUAL_SORT = "-cases"


def articles_table(rows: Iterable[ArticleRow], places: Places, sorted_by: str) -> Table:
    """Every article that was read, ordered by a column's ``sort``, ``-`` first for descending.

    What is no order is the usual one, by cases.
    """
    sorted_by = sorted_by if sorted_by in _SORTS else _USUAL_SORT
    name = sorted_by.removeprefix("-")
    reverse = sorted_by.startswith("-")
    ordered = sorted(rows, key=lambda one: _order(one, name, places, reverse), reverse=reverse)
    return Table(
        name="articles",
        caption="Articles that were read, and how those cases ended",
        columns=_ARTICLES,
        rows=tuple(_article(one, places) for one in ordered),
        empty="Every article that was read stands here, from the first case on that ended:"
        " half an hour after its visitor has left.",
        sorted_by=sorted_by,
    )


def _order(
    one: ArticleRow, name: str, places: Places, reverse: bool
) -> tuple[bool, float | str, float]:
    """Without a value last, either way; equal ones by how many cases they have."""
    cases = one.outcomes.resolved.total
    values: dict[str, float | str | None] = {
        "article": places.title(one.article).casefold(),
        "cases": cases,
        "helped": one.helped.share,
        "change": one.change.value,
        "failed": one.outcomes.failed.share,
        "contacted": one.outcomes.contacted.share,
        "elsewhere": one.elsewhere.share,
        "votes": one.helpfulness.value,
        "comments": one.comments,
    }
    value = values[name]
    return (value is None) != reverse, value if value is not None else 0.0, cases


def _article(one: ArticleRow, places: Places) -> tuple[Value, ...]:
    return (
        places.article(one.article),
        one.outcomes.resolved.total,
        one.helped,
        one.change,
        one.outcomes.failed,
        one.outcomes.contacted,
        one.elsewhere,
        by_votes(one),
        one.comments,
    )


def by_votes(one: ArticleRow) -> Estimate | None:
    """How likely an article resolves an issue, where anybody voted."""
    found = one.helpfulness
    if not found.yes + found.no:
        return None
    said = f"{found.yes:,} yes, {found.no:,} no"
    return Estimate(found.value, found.low, found.high, said)


def revisions_table(rows: Iterable[Revision]) -> Table:
    """How each text of an article did."""
    columns = (
        Column("text", "Text"),
        Column("since", "From", "moment"),
        Column("until", "To", "moment"),
        HELPED,
        Column("change", "Change", "change"),
        CONTACTED,
        Column("yes", "Yes", "number"),
        Column("no", "No", "number"),
    )
    return Table(
        name="revisions",
        caption="Each text of this article, and how the cases ended in which it was read",
        columns=columns,
        rows=tuple(
            (
                Link(f"Commit {one.commit[:10]}" if one.commit else f"Text {one.revision}"),
                one.since,
                one.until,
                one.helped,
                one.change,
                one.outcomes.contacted,
                one.yes,
                one.no,
            )
            for one in rows
        ),
        empty="The next `kb publish` that changes this article begins its first revision here.",
    )
