"""How much each past case counts, so that many agree before anything is learned. Pure.

No single case and no single visitor may move a ranking: an article is learned about only once two
visitors said the same of it, what one visitor adds is bounded, and old cases fade.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from kb.events import Resolution

QUORUM = 2
"""Visitors who must agree about an article before their cases count."""
HALF_LIFE = dt.timedelta(days=1000)
"""Age, from the newest case, at which a case counts half: see docs/search-quality.md."""
MONTH = dt.timedelta(days=31)
"""So long a visitor may have one code, and no longer: see webapp.visits."""
MOST_OF_A_VISITOR = 20
"""Articles about which one visitor counts in a month."""
MOST_OF_AN_ARTICLE = 1_000
"""Cases of one article, its newest: more teach nothing new, and learning stays quick."""


@dataclass(frozen=True, slots=True)
class Case:
    """Cases of one wording and one article, merged.

    ``weight`` is their sum, faded; ``largest`` that of the strongest alone, so that it can be
    left out; ``sources`` name them, newest first.
    """

    query: str
    article: str
    at: dt.datetime
    weight: float
    largest: float
    sources: tuple[str, ...]


def weigh(
    resolutions: Sequence[Resolution],
    name_now: Callable[[str], str | None],
    half_life: dt.timedelta = HALF_LIFE,
) -> tuple[Case, ...]:
    """Cases that count, in the order of their articles and queries.

    ``name_now`` follows an article that was renamed and gives None for one that is gone.
    """
    current = sorted(_renamed(resolutions, name_now), key=_moment, reverse=True)
    bounded = _bounded_by_article(_agreed(_bounded_by_visitor(current)))
    newest = max((one.at for one in bounded), default=dt.datetime.max.replace(tzinfo=dt.UTC))
    groups: dict[tuple[str, str, bool], list[Resolution]] = defaultdict(list)
    for one in bounded:
        groups[one.article, _wording(one.query), one.weight > 0].append(one)
    return tuple(_merged(groups[key], newest, half_life) for key in sorted(groups))


def _renamed(
    resolutions: Iterable[Resolution], name_now: Callable[[str], str | None]
) -> list[Resolution]:
    names = {name: name_now(name) for name in {one.article for one in resolutions}}
    return [
        replace(one, article=name)
        for one in resolutions
        if (name := names[one.article]) is not None
    ]


def _visitor(one: Resolution) -> str:
    """Imported rows are told apart by their source: each stands for a visitor of its own."""
    return one.visitor or one.source


def _moment(one: Resolution) -> tuple[object, ...]:
    """By this, what was said has one order, whatever order it came in."""
    return one.at, one.source, one.article, one.query, one.weight


def _bounded_by_visitor(newest_first: Iterable[Resolution]) -> list[Resolution]:
    """One case a visitor and article, the last one, and a few articles a visitor."""
    opinions: dict[str, dict[str, str]] = defaultdict(dict)
    wordings: set[tuple[str, str, str]] = set()
    kept = []
    for one in newest_first:
        visitor = _visitor(one)
        about = opinions[visitor]
        if len(about) < MOST_OF_A_VISITOR:
            about.setdefault(one.article, one.source)
        wording = visitor, one.article, _wording(one.query)
        if about.get(one.article) == one.source and wording not in wordings:
            wordings.add(wording)
            kept.append(one)
    return kept


def _agreed(resolutions: Sequence[Resolution]) -> list[Resolution]:
    """Cases of articles about which enough visitors say the same."""
    saying: dict[tuple[str, bool], list[Resolution]] = defaultdict(list)
    for one in resolutions:
        saying[one.article, one.weight > 0].append(one)
    agreed = {what for what, voices in saying.items() if _are_several(voices)}
    return [one for one in resolutions if (one.article, one.weight > 0) in agreed]


def _are_several(voices: Collection[Resolution]) -> bool:
    """Whether enough visitors are behind them for certain.

    A visitor has another code in the next month: only codes of one month tell two visitors apart,
    or that votes lie as far from each other as nobody waits to vote twice.
    """
    known = sorted((one for one in voices if one.visitor is not None), key=_moment)
    codes: dict[str, set[str | None]] = defaultdict(set)
    for one in known:
        codes[_month(one)].add(one.visitor)
    apart = len(codes) > 1 and known[-1].at - known[0].at >= MONTH
    surely = max(1 + apart, *map(len, codes.values())) if known else 0
    imported = {one.source for one in voices if one.visitor is None}
    return len(imported) + surely >= QUORUM


def _month(one: Resolution) -> str:
    """Of a visitor's code."""
    return (one.visitor or "").rpartition(".")[0]


def _bounded_by_article(newest_first: Iterable[Resolution]) -> list[Resolution]:
    seen: Counter[str] = Counter()
    kept = []
    for one in newest_first:
        seen[one.article] += 1
        if seen[one.article] <= MOST_OF_AN_ARTICLE:
            kept.append(one)
    return kept


def _merged(group: Sequence[Resolution], newest: dt.datetime, half_life: dt.timedelta) -> Case:
    """One case of a wording; its members come newest first."""
    faded = [one.weight * fading(newest - one.at, half_life) for one in group]
    return Case(
        query=group[0].query,
        article=group[0].article,
        at=group[0].at,
        weight=sum(faded),
        largest=max(faded, key=abs),
        sources=tuple(one.source for one in group),
    )


def fading(age: dt.timedelta, half_life: dt.timedelta = HALF_LIFE) -> float:
    """What is left of a case's weight at an age."""
    return float(0.5 ** (age / half_life))


def _wording(query: str) -> str:
    return " ".join(query.casefold().split())


def said(one: Resolution) -> str:
    """Who said what of which article: what a memory remembers of all that it was made from."""
    return f"{one.source} {'+' if one.weight > 0 else '-'}{one.article}"


def waiting(resolutions: Sequence[Resolution], known: Collection[str]) -> frozenset[Resolution]:
    """What is not learned from yet: all that is new, where it comes from one visitor alone.

    ``known`` is what was ``said`` when the last memory was made. So one visitor, however often he
    votes, changes nothing, not even by tipping an article over the quorum. Imported rows, which
    nobody vouches for one by one, speak for each other but for no visitor.
    """
    new = [one for one in resolutions if said(one) not in known]
    imported = [one for one in new if one.visitor is None]
    visitors = [one for one in new if one.visitor is not None]
    rest = new if _are_several(visitors) else imported
    return frozenset(new).difference(rest if _are_several(rest) else ())
