"""The cases behind a figure, and what happened in one of them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    exists,
    false,
    func,
    select,
    text,
)

from kb.events import DEMO
from kb.insights import CaseInsight, CaseRow, Page, Step
from kb.measures import ENDED, HELPED, MEASURES
from kb.queries import same
from kb.store.cases import settle
from kb.store.database import Database
from kb.store.groups import Facts, began, facts, is_of, matching, within
from kb.store.lists import Kind, is_list_of, spellings_of
from kb.store.moments import from_ms
from kb.store.pages import paged
from kb.store.readings import bytewise, was_read
from kb.store.tables import IS_VOTE, cases, events, impressions, tickets
from kb.store.windows import Window

MOST_QUERIES = 10
"""Of a case in a list, the first ones."""

Part = Literal["hit", "base"]
Ending = Literal[
    "ended",
    "helped",
    "elsewhere",
    "resolved",
    "assumed",
    "failed",
    "contacted",
    "taken_back",
    "busy",
    "silent",
]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which cases: all that is given must hold.

    ``measure`` is a name of kb.measures, ``of`` its hits or all that it is of; in the cases
    ``article`` was read, or ``query`` searched within the window, whenever they began. With an
    article, a good ``ending`` is one that is put down to it, ``elsewhere`` to another; ``voted``
    are the cases in which a vote on it counted within the window. With a query, ``only`` are those
    that were shown such a list of it.
    """

    measure: str | None = None
    of: Part = "hit"
    article: str | None = None
    query: str | None = None
    only: Kind = "all"
    voted: bool = False
    ending: Ending | None = None
    ids: tuple[str, ...] | None = None


def behind(
    database: Database, window: Window, selection: Selection, page: int, now: dt.datetime
) -> Page[CaseRow]:
    """The cases behind a figure, newest first.

    KeyError for a measure that there is not, ValueError for one that counts no cases.
    """
    settle(database, now)
    with database.reading() as connection:
        chosen = _chosen(connection, window, selection, now)
        total = connection.scalar(select(func.count()).select_from(cases).where(chosen)) or 0
        return paged(total, page, lambda at, most: _rows(connection, chosen, at, most))


def case(database: Database, case_id: str, now: dt.datetime) -> CaseInsight | None:
    """One case as it stands; None where nothing that counts is stored about it."""
    settle(database, now)
    with database.reading() as connection:
        found = _rows(connection, cases.c.id == case_id, 0, 1)
        if not found:
            return None
        parts = connection.execute(
            select(
                cases.c.holdout,
                cases.c.plain,
                cases.c.offered.is_not(None).label("offered"),
                _is_remembered().label("remembered"),
            ).where(cases.c.id == case_id)
        ).one()
        ticket = connection.scalar(
            select(tickets.c.id).where(tickets.c.case_id == case_id).order_by(tickets.c.at.desc())
        )
        return CaseInsight(
            row=found[0],
            **parts._mapping,
            ticket=ticket,
            steps=_steps(connection, case_id),
        )


def _is_remembered() -> ColumnElement[bool]:
    """A case in which a list was ranked with memory."""
    return exists().where(impressions.c.case_id == cases.c.id, impressions.c.memory.is_not(None))


def _chosen(
    connection: Connection, window: Window, selection: Selection, now: dt.datetime
) -> ColumnElement[bool]:
    """The cases of a selection, for a WHERE."""
    known = facts(connection, window, now)
    wanted = _measured(selection, known)
    if selection.voted:
        wanted.append(is_of(window) & cases.c.id.in_(_voters(selection.article, window)))
    elif selection.article is not None:
        read = select(events.c.case_id).where(was_read(), events.c.article == selection.article)
        wanted.append(cases.c.id.in_(read))
    if selection.ending is not None:
        wanted.append(_ended(selection.ending, selection.article, known["busy"]))
    if selection.ids is not None:
        wanted.append(cases.c.id.in_(selection.ids))
    if selection.query is not None:
        spellings = spellings_of(connection, selection.query, window)
        asked = select(impressions.c.case_id).where(
            is_list_of(window, selection.only), impressions.c.query.in_(spellings)
        )
        wanted.append(cases.c.id.in_(asked))
    elif not selection.voted:
        wanted.append(began(window))
    return and_(True, *wanted)


def _measured(selection: Selection, known: Facts) -> list[ColumnElement[bool]]:
    """What holds for the cases of a measure; ValueError for one that counts none."""
    if selection.measure is None:
        return []
    measure = MEASURES[selection.measure]
    if measure.base is None or measure.hit is None:
        raise ValueError(f"{selection.measure} counts no cases")
    conditions = [measure.base, *([measure.hit] if selection.of == "hit" else ())]
    return [matching(one, known) for one in conditions]


def _voters(article: str | None, window: Window) -> Select[Any]:
    """In which cases a vote counted within the window, on this article or on any."""
    counted = select(events.c.case_id).where(
        text(IS_VOTE), events.c.rejected.is_(None), within(events.c.at, window)
    )
    return counted if article is None else counted.where(events.c.article == article)


def _ended(ending: Ending, article: str | None, busy: ColumnElement[bool]) -> ColumnElement[bool]:
    outcome = cases.c.outcome
    own = and_(True) if article is None else func.coalesce(cases.c.article == article, false())
    return {
        "ended": outcome.in_(ENDED),
        "helped": outcome.in_(HELPED) & own,
        "elsewhere": outcome.in_(HELPED) & ~own,
        "resolved": (outcome == "resolved") & own,
        "assumed": (outcome == "assumed") & own,
        "failed": outcome == "failed",
        "contacted": outcome == "contacted",
        "taken_back": (outcome == "contacted") & cases.c.taken_back,
        "busy": outcome.is_(None) & busy,
        "silent": outcome.is_(None) & ~busy,
    }[ending]


def _rows(
    connection: Connection, chosen: ColumnElement[bool], offset: int, limit: int
) -> tuple[CaseRow, ...]:
    asked = (
        select(cases)
        .where(chosen)
        .order_by(cases.c.started.desc(), bytewise(connection, cases.c.id))
        .offset(offset)
        .limit(limit)
    )
    rows = connection.execute(asked).all()
    queries = _queries(connection, [row.id for row in rows])
    return tuple(_row(row, queries[row.id]) for row in rows)


def _row(row: Row[Any], queries: Iterable[str]) -> CaseRow:
    return CaseRow(
        id=row.id,
        started=from_ms(row.started),
        surface=row.surface,
        outcome=row.outcome,
        taken_back=row.taken_back,
        article=row.article,
        queries=tuple(queries)[:MOST_QUERIES],
        demo=row.id.startswith(DEMO),
    )


def _queries(connection: Connection, ids: Sequence[str]) -> dict[str, Iterable[str]]:
    """What was asked in each case, drafts too, every question once."""
    asked = (
        select(impressions.c.case_id, impressions.c.query)
        .where(impressions.c.case_id.in_(ids), impressions.c.query != "")
        .order_by(impressions.c.at, bytewise(connection, impressions.c.id))
    )
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for case_id, query in connection.execute(asked):
        found[case_id].setdefault(same(query), query)
    return {one: found[one].values() for one in ids}


def _steps(connection: Connection, case_id: str) -> tuple[Step, ...]:
    """Lists and events by time, a list before what was done with it."""
    shown = connection.execute(
        select(impressions)
        .where(impressions.c.case_id == case_id)
        .order_by(bytewise(connection, impressions.c.id))
    )
    done = connection.execute(
        select(events).where(events.c.case_id == case_id).order_by(events.c.id)
    )
    steps = [_list(row) for row in shown] + [_event(row) for row in done]
    return tuple(sorted(steps, key=lambda one: one.at))


def _list(row: Row[Any]) -> Step:
    return Step(at=from_ms(row.at), kind="list", query=row.query, articles=tuple(row.articles))


def _event(row: Row[Any]) -> Step:
    return Step(
        at=from_ms(row.at),
        kind=row.type,
        article=row.article,
        reason=row.reason,
        comment=row.comment,
        rating=row.rating,
        rejected=row.rejected,
    )
