"""The numbers that say whether the help centre helps, worked out from what was counted.

Pure: kb.store.counts counts, the command line and the dashboard show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import get_args

from kb.events import Outcome, Reason, Rejection, Surface
from kb.figures import (
    Article,
    Comment,
    Deflection,
    Difference,
    FormFunnel,
    MemoryEffect,
    Outcomes,
    Ratings,
    Report,
    Searches,
    SearchFunnel,
    Share,
    Votes,
)
from kb.statistics import Arm, Estimate, difference, helpfulness, wilson
from kb.store.counts import Counts, Group, Judged, Voted, Window

MOST_ARTICLES = 5


def assemble(counts: Counts, window: Window) -> Report:
    """Turn counts into shares, intervals and differences."""
    groups = counts.groups
    surfaces = [one for one in get_args(Surface) if any(g.surface == one for g in groups)]
    return Report(
        since=window.since,
        until=window.until,
        cases=_sum(groups),
        newest_case=counts.newest,
        outcomes=_outcomes(groups),
        by_surface={
            name: _outcomes([one for one in groups if one.surface == name]) for name in surfaces
        },
        searches=_searches(counts, None),
        searches_by_surface={
            one.surface: _searches(counts, one.surface) for one in counts.searched
        },
        search_funnel=_search_funnel([one for one in groups if one.searched and not one.busy]),
        form_funnel=_form_funnel([one for one in groups if one.form and not one.busy]),
        deflection=_deflection([one for one in groups if one.form and not one.busy]),
        memory=_memory([one for one in groups if one.searched and not one.busy]),
        votes=_votes(counts.voted),
        ratings=_ratings(counts),
        least_helpful=_least_helpful(counts.judged),
        comments=tuple(Comment.model_validate(asdict(one)) for one in counts.remarks),
    )


def _sum(groups: Iterable[Group], test: Callable[[Group], bool] = lambda _: True) -> int:
    return sum(one.cases for one in groups if test(one))


def _share(count: int, total: int) -> Share:
    if not total:
        return Share(count=count, total=0, share=None, low=None, high=None)
    interval = wilson(count, total)
    share = count / total
    return Share(count=count, total=total, share=share, low=interval.low, high=interval.high)


def _difference(one: Share, other: Share) -> Difference:
    found = difference(Arm(one.count, one.total), Arm(other.count, other.total))
    if found is None:
        return Difference(value=None, low=None, high=None)
    return Difference(value=found.value, low=found.low, high=found.high)


def _outcomes(groups: Iterable[Group]) -> Outcomes:
    groups = tuple(groups)
    ended = {name: _sum(one for one in groups if one.outcome == name) for name in get_args(Outcome)}
    total = sum(ended.values())
    shares = {name: _share(number, total) for name, number in ended.items()}
    back = _sum(groups, lambda one: one.taken_back)
    busy = _sum(groups, lambda one: one.outcome is None and one.busy)
    silent = _sum(groups) - total - busy
    return Outcomes(**shares, taken_back=_share(back, ended["contacted"]), busy=busy, silent=silent)


def _searches(counts: Counts, surface: Surface | None) -> Searches:
    chosen = [one for one in counts.searched if surface in {None, one.surface}]
    total = sum(one.searches for one in chosen)
    without_hits = sum(one.without_hits for one in chosen)
    ignored = sum(one.without_clicks for one in chosen)
    return Searches(
        searches=total,
        without_hits=_share(without_hits, total),
        without_clicks=_share(ignored, total - without_hits),
    )


def _search_funnel(groups: Iterable[Group]) -> SearchFunnel:
    people = [one for one in groups if one.outcome is not None]
    total = _sum(people)
    return SearchFunnel(
        cases=total,
        opened=_share(_sum(people, lambda one: one.opened), total),
        read=_share(_sum(people, lambda one: one.read), total),
        resolved=_share(_sum(people, lambda one: one.outcome == "resolved"), total),
        assumed=_share(_sum(people, lambda one: one.outcome == "assumed"), total),
    )


def _form_funnel(groups: Iterable[Group]) -> FormFunnel:
    shown = [one for one in groups if not one.holdout]
    forms, suggested = _sum(shown), _sum(shown, lambda one: one.offered)
    opened = _sum(shown, lambda one: one.offered and one.suggestion_opened)
    resolved = _sum(shown, lambda one: one.offered and one.suggestion_resolved)
    return FormFunnel(
        forms=forms,
        suggested=_share(suggested, forms),
        opened=_share(opened, suggested),
        resolved=_share(resolved, suggested),
        sent=_share(_sum(shown, lambda one: one.sent), forms),
    )


def _deflection(groups: Iterable[Group]) -> Deflection:
    offered = [one for one in groups if one.offered]
    shown, holdout = (
        _share(_sum(arm, lambda one: one.sent_since), _sum(arm))
        for arm in (
            [one for one in offered if not one.holdout],
            [one for one in offered if one.holdout],
        )
    )
    return Deflection(shown=shown, holdout=holdout, avoided=_difference(holdout, shown))


def _memory(groups: Iterable[Group]) -> MemoryEffect:
    ended = [one for one in groups if one.outcome is not None and one.remembering]
    arms = [one for one in ended if not one.plain], [one for one in ended if one.plain]
    helped, helped_without = (
        _share(_sum(arm, lambda one: one.outcome in {"resolved", "assumed"}), _sum(arm))
        for arm in arms
    )
    resolved, resolved_without = (
        _share(_sum(arm, lambda one: one.outcome == "resolved"), _sum(arm)) for arm in arms
    )
    return MemoryEffect(
        helped=helped,
        helped_without=helped_without,
        gained=_difference(helped, helped_without),
        resolved=resolved,
        resolved_without=resolved_without,
        gained_resolved=_difference(resolved, resolved_without),
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
        yes=_share(total - sum(one.votes for one in no), total),
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
