"""Searches by what was typed: what each question came to, and what was done next.

Lists go by their own time, surface and language, as all figures of searches do; the people are the
cases in which they were shown. Which spellings are the same question is said in kb.queries.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, and_, func, literal_column, select, true

from kb.outcomes import IDLE
from kb.queries import Spellings, same
from kb.store.counts import is_clicked, is_search
from kb.store.groups import within
from kb.store.moments import to_ms
from kb.store.readings import LEADS, bytewise
from kb.store.tables import cases, events, impressions
from kb.store.windows import Window
from kb.tallies import Tally

Kind = Literal["all", "without_hits", "without_clicks"]
Ending = tuple[Any, bool, bool]
"""How a case ended: outcome, taken back, busy."""


@dataclass(slots=True)
class Asked:
    """What became of the lists of one question; ``cases``: when each first asked it, in ms."""

    searches: int = 0
    without_hits: int = 0
    without_clicks: int = 0
    cases: dict[str, int] = field(default_factory=dict)

    def add(self, case_id: str, at: int, has_hits: bool, is_opened: bool) -> None:
        """Count a list."""
        self.searches += 1
        self.without_hits += not has_hits
        self.without_clicks += has_hits and not is_opened
        self.cases[case_id] = min(at, self.cases.get(case_id, at))


@dataclass(frozen=True, slots=True)
class Questions:
    """All questions of a window, by what their spellings have in common."""

    asked: dict[str, Asked]
    spellings: Spellings
    endings: dict[str, Ending]

    def tallies(self, case_ids: Iterable[str]) -> tuple[Tally, ...]:
        """How these cases ended."""
        alike = Counter(self.endings[one] for one in case_ids)
        return tuple(Tally(*ending, cases=number) for ending, number in alike.items())


def times_by_spelling(connection: Connection, window: Window, kind: Kind) -> dict[str, int]:
    """For each query of a window, as it was typed, how many lists (of a kind) there are of it."""
    asked = (
        select(impressions.c.query, func.count().filter(_is_of(kind)).label("times"))
        .where(is_list_of(window))
        .group_by(impressions.c.query)
    )
    return {row.query: row.times for row in connection.execute(asked)}


def questions(
    connection: Connection, window: Window, now: dt.datetime, only: Sequence[str]
) -> Questions:
    """What was asked in a window in some spellings."""
    found = Questions(defaultdict(Asked), Spellings(), {})
    ended = (cases.c.outcome, cases.c.taken_back, cases.c.last > to_ms(now - IDLE))
    asked = (
        select(impressions.c.case_id, impressions.c.at, impressions.c.query)
        .add_columns(impressions.c.hits > 0, _is_opened(), *ended)
        .join(cases, cases.c.id == impressions.c.case_id)
        .where(is_list_of(window), impressions.c.query.in_(only))
    )
    for case_id, at, query, has_hits, is_opened, *ending in connection.execute(asked):
        found.asked[found.spellings.add(query)].add(case_id, at, has_hits, is_opened)
        outcome, taken_back, busy = ending
        found.endings[case_id] = (outcome, bool(taken_back), bool(busy))
    return found


def _is_opened() -> ColumnElement[bool]:
    """A case in which no hit was opened needs no look at its events."""
    return cases.c.opened & is_clicked()


def spellings_of(connection: Connection, text: str, window: Window) -> tuple[str, ...]:
    """How the same question was typed in a window, finished or not, on any surface."""
    key = same(text)
    asked = select(impressions.c.query).where(_is_no_draft(), within(impressions.c.at, window))
    typed = connection.scalars(asked.distinct())
    return tuple(sorted(one for one in typed if same(one) == key))


def opened_from(connection: Connection, window: Window, spellings: Sequence[str]) -> Counter[str]:
    """Articles that were opened from the lists of a question, and in how many cases."""
    asked = (
        select(events.c.case_id, events.c.article)
        .join(impressions, impressions.c.id == events.c.impression)
        .where(_is_in(window), impressions.c.query.in_(spellings))
        .where(impressions.c.case_id == events.c.case_id, events.c.type.in_(LEADS))
        .where(events.c.rejected.is_(None), events.c.article.is_not(None))
        .distinct()
    )
    return Counter(article for _, article in connection.execute(asked))


def asked_next(
    connection: Connection, window: Window, spellings: Sequence[str]
) -> tuple[Spellings, Counter[str]]:
    """Other questions that came right after one, at any time, and in how many cases."""
    is_this = _is_in(window) & impressions.c.query.in_(spellings)
    people = select(impressions.c.case_id).where(is_this).correlate(None)
    asked = (
        select(impressions.c.case_id, impressions.c.query, is_this.label("is_this"))
        .where(impressions.c.case_id.in_(people), is_search())
        .order_by(impressions.c.case_id, impressions.c.at, bytewise(connection, impressions.c.id))
    )
    known, found = Spellings(), set()
    for before, after in pairwise(connection.execute(asked)):
        follows = before.is_this and before.case_id == after.case_id
        if follows and same(before.query) != same(after.query):
            found.add((after.case_id, known.add(after.query)))
    return known, Counter(key for _, key in found)


def is_list_of(window: Window, kind: Kind = "all") -> ColumnElement[bool]:
    """Searches of a window, for a WHERE over impressions."""
    return _is_in(window) & is_search() & _is_of(kind)


def _is_of(kind: Kind) -> ColumnElement[bool]:
    return {
        "all": true(),
        "without_hits": impressions.c.hits == 0,
        "without_clicks": (impressions.c.hits > 0) & ~is_clicked(),
    }[kind]


def _is_no_draft() -> ColumnElement[bool]:
    """A literal, so that SQLite sees that ix_impressions_query has all that is asked for."""
    return impressions.c.surface != literal_column("'suggest'")


def _is_in(window: Window) -> ColumnElement[bool]:
    chosen = [(impressions.c.surface, window.surface), (impressions.c.lang, window.lang)]
    known = (column == value for column, value in chosen if value is not None)
    return and_(within(impressions.c.at, window), _is_no_draft(), *known)
