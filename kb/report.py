"""The numbers that say whether the help centre helps, worked out from what was counted.

Pure: kb.store counts, kb.measures says what of what, the command line and the dashboard show.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TypeVar, get_args

from pydantic import BaseModel

from kb.events import Reason, Rejection, Surface
from kb.figures import (
    Article,
    Comment,
    Deflection,
    FormFunnel,
    MemoryEffect,
    Outcomes,
    Point,
    Ratings,
    Report,
    Searches,
    SearchFunnel,
    Share,
    Votes,
)
from kb.measures import MEASURES, holds
from kb.statistics import Estimate, helpfulness
from kb.store.counts import Counts, Judged, Voted
from kb.store.groups import Group
from kb.store.windows import Window
from kb.tallies import Tally, change
from kb.tallies import share as share_of

MOST_ARTICLES = 5
Counted = Group | Tally
Part = TypeVar("Part", bound=BaseModel)


def assemble(counts: Counts, window: Window) -> Report:
    """Turn counts into shares, intervals and differences."""
    groups = counts.groups
    surfaces = [one for one in get_args(Surface) if any(g.surface == one for g in groups)]
    return Report(
        since=window.since,
        until=window.until,
        cases=number("cases", groups),
        newest_case=counts.newest,
        outcomes=outcomes(groups),
        by_surface={
            name: outcomes([one for one in groups if one.surface == name]) for name in surfaces
        },
        searches=_searches(counts, None),
        searches_by_surface={
            one.surface: _searches(counts, one.surface) for one in counts.searched
        },
        search_funnel=_part(SearchFunnel, "search_funnel", groups),
        form_funnel=_part(FormFunnel, "form_funnel", groups),
        deflection=_deflection(groups),
        memory=_memory(groups),
        votes=_votes(counts.voted),
        ratings=_ratings(counts),
        least_helpful=_least_helpful(counts.judged),
        comments=tuple(Comment.model_validate(asdict(one)) for one in counts.remarks),
    )


def share(measure: str, groups: Iterable[Counted]) -> Share:
    """A figure of kb.measures, by its name, of cases that were counted by all that it asks for."""
    found = MEASURES[measure]
    if found.base is None or found.hit is None:
        raise ValueError(f"{measure} counts no cases")
    base = [one for one in groups if holds(found.base, one)]
    hits = sum(one.cases for one in base if holds(found.hit, one))
    return share_of(hits, sum(one.cases for one in base))


def number(measure: str, groups: Iterable[Counted]) -> int:
    """Of a figure of kb.measures, how many cases it counts."""
    return share(measure, groups).count


def outcomes(groups: Sequence[Counted]) -> Outcomes:
    """How cases ended."""
    return _part(Outcomes, "outcomes", groups)


def _part(model: type[Part], place: str, groups: Sequence[Counted]) -> Part:
    """A part of a report whose every field is a figure of kb.measures at its dotted place."""
    figures = {
        name: (share if field.annotation is Share else number)(f"{place}.{name}", groups)
        for name, field in model.model_fields.items()
    }
    return model.model_validate(figures)


def point(window: Window, groups: Sequence[Counted]) -> Point:
    """One step of a trend."""
    return Point(
        since=window.since,
        until=window.until,
        outcomes=outcomes(groups),
        helped=share("helped", groups),
    )


def _searches(counts: Counts, surface: Surface | None) -> Searches:
    chosen = [one for one in counts.searched if surface in {None, one.surface}]
    total = sum(one.searches for one in chosen)
    without_hits = sum(one.without_hits for one in chosen)
    ignored = sum(one.without_clicks for one in chosen)
    return Searches(
        searches=total,
        without_hits=share_of(without_hits, total),
        without_clicks=share_of(ignored, total - without_hits),
    )


def _deflection(groups: Sequence[Group]) -> Deflection:
    shown, holdout = share("deflection.shown", groups), share("deflection.holdout", groups)
    return Deflection(shown=shown, holdout=holdout, avoided=change(holdout, shown))


def _memory(groups: Sequence[Group]) -> MemoryEffect:
    helped, helped_without = share("memory.helped", groups), share("memory.helped_without", groups)
    resolved = share("memory.resolved", groups)
    resolved_without = share("memory.resolved_without", groups)
    return MemoryEffect(
        helped=helped,
        helped_without=helped_without,
        gained=change(helped, helped_without),
        resolved=resolved,
        resolved_without=resolved_without,
        gained_resolved=change(resolved, resolved_without),
    )


def _votes(voted: Iterable[Voted]) -> Votes:
    voted = tuple(voted)
    counted = [one for one in voted if one.rejected is None]
    no = [one for one in counted if one.type == "not_resolved"]
    total = sum(one.votes for one in counted)
    why = {name: sum(one.votes for one in no if one.reason == name) for name in get_args(Reason)}
    refused = {
        name: sum(one.votes for one in voted if one.rejected == name)
        for name in get_args(Rejection)
    }
    return Votes(
        yes=share_of(total - sum(one.votes for one in no), total),
        reasons=why,
        without_reason=sum(one.votes for one in no) - sum(why.values()),
        rejected=refused,
    )


def _ratings(counts: Counts) -> Ratings:
    times = {one.rating: one.times for one in counts.rated}
    total = sum(times.values())
    mean = sum(rating * number for rating, number in times.items()) / total if total else None
    return Ratings(mean=mean, times=times)


def _least_helpful(judged: Iterable[Judged]) -> tuple[Article, ...]:
    """Articles that are worse than usual, as far as 95 % intervals can tell, the surest first."""
    judged = tuple(judged)
    yes = sum(one.yes for one in judged)
    usual = yes / max(yes + sum(one.no for one in judged), 1)
    rows = [(one, helpfulness(one.yes, one.no, usual)) for one in judged]
    worse = [_article(one, found) for one, found in rows if found.high < usual]
    return tuple(sorted(worse, key=lambda one: (one.high, one.article))[:MOST_ARTICLES])


def _article(judged: Judged, found: Estimate) -> Article:
    return Article(
        article=judged.article,
        yes=judged.yes,
        no=judged.no,
        helpfulness=found.value,
        low=found.low,
        high=found.high,
    )
