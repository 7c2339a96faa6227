"""The overview's figures in the order in which a writer reads them, and the chart of the trend.

Pure: the dashboard shows them in a page, a report in a file to send around.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

from kb.figures import Difference, Overview, Point, Share
from kb.insights import ArticleRow
from kb.measures import MEASURES, Measure
from kb.tallies import share
from webapp.dashboard_tables import Column, Table
from webapp.dashboard_words import Tone, tone

_SECTIONS = {
    "How cases ended": (
        "helped",
        "outcomes.resolved",
        "outcomes.assumed",
        "outcomes.failed",
        "outcomes.contacted",
        "outcomes.taken_back",
    ),
    "From search to answer": (
        "search_funnel.opened",
        "search_funnel.read",
        "search_funnel.resolved",
        "search_funnel.assumed",
        "searches.without_hits",
        "searches.without_clicks",
    ),
    "On the contact form": (
        "form_funnel.suggested",
        "form_funnel.opened",
        "form_funnel.resolved",
        "form_funnel.sent",
        "deflection.shown",
        "deflection.holdout",
    ),
    "Votes": ("votes.yes",),
    "With memory and without": (
        "memory.helped",
        "memory.helped_without",
        "memory.resolved",
        "memory.resolved_without",
    ),
}
_MORE_IS_BAD = frozenset(
    {
        "outcomes.failed",
        "outcomes.contacted",
        "outcomes.taken_back",
        "searches.without_hits",
        "searches.without_clicks",
        "form_funnel.sent",
        "deflection.shown",
        "deflection.holdout",
    }
)
_UNITS = {
    "searches.without_hits": ("search", "searches"),
    "searches.without_clicks": ("search with results", "searches with results"),
    "votes.yes": ("vote", "votes"),
    "form_funnel.suggested": ("form", "forms"),
    "form_funnel.sent": ("form", "forms"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One share, what it counts, and how it changed from the period before."""

    measure: Measure
    share: Share
    change: Difference

    @property
    def unit(self) -> tuple[str, str]:
        """What there are so many of: one and many."""
        return _UNITS.get(self.measure.name, ("case", "cases"))

    @property
    def tone(self) -> Tone:
        """Whether the change is for the better."""
        return tone(self.change, self.measure.name not in _MORE_IS_BAD)


@dataclass(frozen=True, slots=True)
class Section:
    """Figures that are read together."""

    title: str
    figures: tuple[Figure, ...]


def figure(found: Overview, name: str) -> Figure:
    """A figure by the dotted name of its share."""
    unknown = Difference(value=None, low=None, high=None)
    return Figure(MEASURES[name], attrgetter(name)(found), found.changes.get(name, unknown))


def sections(found: Overview) -> tuple[Section, ...]:
    """Every figure; sections of which nothing was counted are left out, but for the first."""
    made = (
        Section(title, tuple(figure(found, name) for name in names))
        for title, names in _SECTIONS.items()
    )
    first, *others = made
    return (first, *(one for one in others if any(fig.share.total for fig in one.figures)))


def figures_table(found: Overview) -> Table:
    """All figures for a spreadsheet."""
    columns = (
        Column("figure", "Figure"),
        Column("name", "Name"),
        Column("share", "Share", "share"),
        Column("before", "Before", "share"),
        Column("change", "Change", "change"),
        Column("counts", "What it counts", "words"),
    )
    names = [name for several in _SECTIONS.values() for name in several]
    rows = tuple(
        (
            one.measure.title,
            name,
            one.share,
            _before(found, name),
            one.change,
            one.measure.says,
        )
        for name in names
        for one in (figure(found, name),)
    )
    return Table("figures", "All figures", columns, rows)


def _before(found: Overview, name: str) -> Share:
    """The same a period earlier."""
    if name == "helped":  # a report has only its parts
        ended = found.before.outcomes
        return share(ended.resolved.count + ended.assumed.count, ended.resolved.total)
    before: Share = attrgetter(name)(found.before)
    return before


def chart(points: Iterable[Point]) -> str:
    """A trend as the chart's script reads it: JSON that is safe inside a page."""
    points = tuple(points)
    data = {
        "at": [int(one.since.timestamp()) for one in points],
        "until": [int(one.until.timestamp()) for one in points],
        "helped": [one.helped.share for one in points],
        "low": [one.helped.low if one.helped.total else None for one in points],
        "high": [one.helped.high if one.helped.total else None for one in points],
        "contacted": [one.outcomes.contacted.share for one in points],
        "cases": [one.helped.total for one in points],
    }
    return json.dumps(data).replace("<", "\\u003c")


def best(known: Iterable[ArticleRow], count: int) -> tuple[ArticleRow, ...]:
    """The articles that solved most cases."""
    ordered = sorted(known, key=lambda one: (-_solved(one), one.article))
    return tuple(one for one in ordered[:count] if _solved(one))


def _solved(one: ArticleRow) -> int:
    return one.outcomes.resolved.count + one.outcomes.assumed.count
