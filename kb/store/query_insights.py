"""What people who typed the same words did: one page of questions, and everything about one."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kb import tallies
from kb.figures import Point
from kb.insights import Choice, Page, QueryInsight, QueryRow
from kb.queries import same
from kb.store.cases import settle
from kb.store.database import Database
from kb.store.lists import (
    Kind,
    Questions,
    asked_next,
    opened_from,
    questions,
    spellings_of,
    times_by_spelling,
)
from kb.store.moments import to_ms
from kb.store.pages import paged
from kb.store.windows import Window, steps

MOST_CHOICES = 10

Only = Kind


def queries(
    database: Database, window: Window, now: dt.datetime, only: Only, page: int
) -> Page[QueryRow]:
    """Questions of a window, those first of which there are most lists (of the kind asked for)."""
    settle(database, now)
    with database.reading() as connection:
        wanted = _Wanted.of(times_by_spelling(connection, window, only))

        def rows(offset: int, limit: int) -> tuple[QueryRow, ...]:
            keys = wanted.most()[offset : offset + limit]
            spelt = [one for key in keys for one in wanted.spelt[key]]
            found = questions(connection, window, now, spelt)
            return tuple(_row(found, key) for key in keys)

        return paged(len(wanted.times), page, rows)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Lists by question, and how each question was spelt."""

    times: Counter[str]
    spelt: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, by_spelling: Mapping[str, int]) -> _Wanted:
        """Spellings of the same question are added up."""
        times, spelt = Counter[str](), defaultdict[str, list[str]](list)
        for query, number in by_spelling.items():
            key = same(query)
            times[key] += number
            spelt[key].append(query)
        return cls(+times, spelt)

    def most(self) -> list[str]:
        """Questions with the most lists first."""
        return sorted(self.times, key=lambda one: (-self.times[one], one))


def query(database: Database, text: str, window: Window, now: dt.datetime) -> QueryInsight | None:
    """One question, however it was spelt; None where nobody asked it in the window."""
    settle(database, now)
    with database.reading() as connection:
        spellings = spellings_of(connection, text, window)
        found = questions(connection, window, now, spellings)
        if same(text) not in found.asked:
            return None
        opened = opened_from(connection, window, spellings)
        known, following = asked_next(connection, window, spellings)
    row = _row(found, same(text))
    return QueryInsight(
        row=row,
        opened=_choices(opened, row.cases),
        next_queries=_choices(
            Counter({known.usual(key): number for key, number in following.items()}), row.cases
        ),
        trend=_trend(found, same(text), window),
    )


def _row(found: Questions, key: str) -> QueryRow:
    asked = found.asked[key]
    return QueryRow(
        query=found.spellings.usual(key),
        searches=asked.searches,
        cases=len(asked.cases),
        without_hits=tallies.share(asked.without_hits, asked.searches),
        without_clicks=tallies.share(asked.without_clicks, asked.searches - asked.without_hits),
        outcomes=tallies.outcomes(found.tallies(asked.cases)),
    )


def _choices(times: Counter[str], total: int) -> tuple[Choice, ...]:
    """The usual ones."""
    usual = sorted((-number, name) for name, number in times.items())[:MOST_CHOICES]
    return tuple(Choice(name=name, cases=tallies.share(-number, total)) for number, name in usual)


def _trend(found: Questions, key: str, window: Window) -> tuple[Point, ...]:
    """By when each case first asked it in the window."""
    parts = steps(window)
    begins = [to_ms(one.since) for one in parts]
    by_step: dict[int, list[str]] = defaultdict(list)
    for case, at in found.asked[key].cases.items():
        by_step[bisect_right(begins, at) - 1].append(case)
    return tuple(
        tallies.point(step, found.tallies(by_step[number])) for number, step in enumerate(parts)
    )
