"""How each article does, and everything about one: for the dashboard and its exports."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from sqlalchemy import Connection

from kb import tallies
from kb.events import Reason
from kb.figures import Difference, Point
from kb.insights import ArticleInsight, ArticleRow, Choice, Helpfulness, Revision
from kb.statistics import helpfulness
from kb.store.cases import settle
from kb.store.comments import newest_comments
from kb.store.database import Database
from kb.store.readings import (
    Cast,
    Reading,
    comments_by_article,
    queries_before,
    readings,
    tallies_by_article,
    votes_by_article,
    votes_on,
)
from kb.store.revisions import Noted, in_force, revisions_of
from kb.store.windows import Window, steps
from kb.tallies import Tally

MOST_CHOICES = 10
MOST_COMMENTS = 20
NO_VOTES = (0, 0)
NO_CHANGE = Difference(value=None, low=None, high=None)


@dataclass(frozen=True, slots=True)
class _Article:
    """What a row is made of; ``usual`` is the share of yes among the votes on all articles."""

    read: Sequence[Tally]
    before: Sequence[Tally]
    votes: tuple[int, int]
    usual: float
    comments: int

    def row(self, name: str) -> ArticleRow:
        """Its figures."""
        helped, before = tallies.helped(self.read), tallies.helped(self.before)
        yes, no = self.votes
        likely = helpfulness(yes, no, self.usual)
        return ArticleRow(
            article=name,
            outcomes=tallies.outcomes(self.read),
            elsewhere=tallies.elsewhere(self.read),
            helped=helped,
            before=before,
            change=tallies.change(helped, before),
            helpfulness=Helpfulness(
                yes=yes, no=no, value=likely.value, low=likely.low, high=likely.high
            ),
            comments=self.comments,
        )


def articles(database: Database, window: Window, now: dt.datetime) -> tuple[ArticleRow, ...]:
    """Every article that was read, voted on or written about in a window; most cases first."""
    settle(database, now)
    with database.reading() as connection:
        read = tallies_by_article(connection, window, now)
        before = tallies_by_article(connection, window.before, now)
        votes, comments = (
            votes_by_article(connection, window),
            comments_by_article(connection, window),
        )
    usual = _usual(votes)
    names = {*read, *votes, *comments}
    rows = {
        name: _Article(
            read.get(name, ()),
            before.get(name, ()),
            votes.get(name, NO_VOTES),
            usual,
            comments.get(name, 0),
        )
        for name in sorted(names, key=lambda one: (-tallies.cases(read.get(one, ())), one))
    }
    return tuple(one.row(name) for name, one in rows.items())


def article(
    database: Database, name: str, window: Window, now: dt.datetime
) -> ArticleInsight | None:
    """One article; None where nothing was ever noted about it and nothing happened."""
    settle(database, now)
    with database.reading() as connection:
        read = readings(connection, name, window, now)
        before = readings(connection, name, window.before, now)
        cast, votes = votes_on(connection, name, window), votes_by_article(connection, window)
        noted = revisions_of(connection, name)
        comments = comments_by_article(connection, window).get(name, 0)
        if not (read or before or cast or noted or comments):
            return None
        found = _Article(
            read=[one.tally for one in read],
            before=[one.tally for one in before],
            votes=votes.get(name, NO_VOTES),
            usual=_usual(votes),
            comments=comments,
        )
        return ArticleInsight(
            row=found.row(name),
            trend=_trend(read, window),
            revisions=_revisions(noted, read, cast, window),
            reasons=_reasons(cast),
            comments=newest_comments(connection, window, name, MOST_COMMENTS),
            queries=_queries(connection, name, window),
        )


def queries(database: Database, name: str, window: Window) -> tuple[Choice, ...]:
    """What was typed most before an article was opened; nothing is settled for it."""
    with database.reading() as connection:
        return _queries(connection, name, window)


def _usual(votes: Mapping[str, tuple[int, int]]) -> float:
    yes, no = sum(one for one, _ in votes.values()), sum(one for _, one in votes.values())
    return yes / max(yes + no, 1)


def _trend(read: Iterable[Reading], window: Window) -> tuple[Point, ...]:
    by_step: dict[int, list[Tally]] = defaultdict(list)
    for one in read:
        by_step[one.step].append(one.tally)
    return tuple(tallies.point(step, by_step[n]) for n, step in enumerate(steps(window)))


def _revisions(
    noted: Sequence[Noted], read: Iterable[Reading], votes: Iterable[Cast], window: Window
) -> tuple[Revision, ...]:
    """Texts that were there in the window, or read in it, newest first."""
    cases: dict[int | None, list[Tally]] = defaultdict(list)
    cast: Counter[tuple[int | None, bool]] = Counter()
    for one in read:
        cases[_position(noted, one.snapshot)].append(one.tally)
    for vote in votes:
        cast[_position(noted, vote.snapshot), vote.yes] += vote.times
    found: list[Revision] = []
    for number, text in enumerate(noted):
        until = noted[number + 1].at if number + 1 < len(noted) else None
        was_there = text.at < window.until and (until is None or until > window.since)
        if was_there or cases[number] or cast[number, True] or cast[number, False]:
            helped = tallies.helped(cases[number])
            found.append(
                Revision(
                    revision=text.revision,
                    commit=text.commit,
                    since=text.at,
                    until=until,
                    outcomes=tallies.outcomes(cases[number]),
                    helped=helped,
                    change=tallies.change(helped, found[-1].helped) if found else NO_CHANGE,
                    yes=cast[number, True],
                    no=cast[number, False],
                )
            )
    return tuple(reversed(found))


def _position(noted: Sequence[Noted], snapshot: str | None) -> int | None:
    return None if snapshot is None else in_force(noted, snapshot)


def _reasons(votes: Iterable[Cast]) -> dict[Reason, int]:
    """Why not, of the votes that say no."""
    votes = [one for one in votes if not one.yes]
    return {
        name: sum(one.times for one in votes if one.reason == name) for name in get_args(Reason)
    }


def _queries(connection: Connection, name: str, window: Window) -> tuple[Choice, ...]:
    spellings, by_query, total = queries_before(connection, name, window)
    usual = sorted((-number, spellings.usual(key)) for key, number in by_query.items())
    return tuple(
        Choice(name=query, cases=tallies.share(-number, total))
        for number, query in usual[:MOST_CHOICES]
    )
