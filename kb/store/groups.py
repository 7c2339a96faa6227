"""Cases that are alike, counted together: what a case came to is in its row, so one scan will do.

The same facts say which cases are behind a figure; see kb.measures.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    false,
    func,
    literal,
    or_,
    select,
    text,
)

from kb.events import Outcome, Surface
from kb.measures import Condition, Value
from kb.outcomes import IDLE
from kb.store.moments import to_ms
from kb.store.tables import IS_DEMO, cases, events, impressions
from kb.store.windows import MONDAY, Window, steps
from kb.tallies import Tally

Facts = Mapping[str, ColumnElement[Any]]


@dataclass(frozen=True, slots=True)
class Group:
    """So many cases that are alike in everything that a report asks about.

    ``busy``: the visitor may still be there; ``offered``: suggestions on the contact form were
    shown, or would have been; ``sent_since``: a ticket was sent after that; ``remembering``: the
    case began when there was a memory.
    """

    surface: Surface
    outcome: Outcome | None
    taken_back: bool
    holdout: bool
    plain: bool
    busy: bool
    remembering: bool
    searched: bool
    opened: bool
    read: bool
    form: bool
    offered: bool
    suggestion_opened: bool
    suggestion_resolved: bool
    sent: bool
    sent_since: bool
    cases: int


@dataclass(frozen=True, slots=True)
class Grouped:
    """Every case of a window, and how those ended that began in each of its steps."""

    groups: tuple[Group, ...] = ()
    trend: tuple[tuple[Tally, ...], ...] = ()


_AS_WRITTEN = (
    *("surface", "outcome", "taken_back", "holdout", "plain", "searched", "opened", "read"),
    *("form", "suggestion_opened", "suggestion_resolved"),
)
_FLAGS = tuple(one.name for one in fields(Group) if one.type == "bool")
_TAKEN_BACK, _BUSY = (1 << _FLAGS.index(name) for name in ("taken_back", "busy"))


def facts(connection: Connection, window: Window, now: dt.datetime) -> Facts:
    """What a Group says of its cases, as expressions over ``cases``, by the names of its fields.

    ``step`` is the one of the window in which a case began, from 0.
    """
    first_memory = _first_memory(connection, window)
    remembering = false() if first_memory is None else cases.c.started >= first_memory
    return {
        **{name: cases.c[name] for name in _AS_WRITTEN},
        "busy": cases.c.last > to_ms(now - IDLE),
        "remembering": remembering,
        "offered": cases.c.offered.is_not(None),
        "sent": cases.c.sent.is_not(None),
        "sent_since": func.coalesce(cases.c.sent >= cases.c.offered, false()),
        "step": step(window),
    }


def matching(condition: Condition, known: Facts) -> ColumnElement[bool]:
    """The cases for which a condition holds, for a WHERE."""
    return and_(True, *(_one_of(known[fact], values) for fact, values in condition.items()))


def began(window: Window) -> ColumnElement[bool]:
    """The cases of a window, for a WHERE."""
    return within(cases.c.started, window) & is_of(window)


def is_of(window: Window) -> ColumnElement[bool]:
    """The cases of a window's surface and language, whenever they began."""
    chosen = [(cases.c.surface, window.surface), (cases.c.lang, window.lang)]
    return and_(True, *(column == value for column, value in chosen if value is not None))


def within(moment: ColumnElement[int], window: Window) -> ColumnElement[bool]:
    """What happened in a window, on any surface and in any language."""
    return (moment >= to_ms(window.since)) & (moment < to_ms(window.until))


def of_window(asked: Select[Any], window: Window) -> Select[Any]:
    """Events that happened in a window, in cases of its surface and language if it has any."""
    happened = asked.where(within(events.c.at, window))
    if window.surface is None and window.lang is None:
        return happened
    return happened.join(cases, cases.c.id == events.c.case_id).where(is_of(window))


def step(window: Window, started: ColumnElement[int] = cases.c.started) -> ColumnElement[int]:
    """In which step of its window a case began, from 0; see kb.store.windows."""
    length = window.step // dt.timedelta(milliseconds=1)
    first = (window.since - MONDAY) // window.step
    number = (started - to_ms(MONDAY)) // literal(length, BigInteger)
    return number - literal(first, BigInteger)


def count_groups(connection: Connection, window: Window, now: dt.datetime) -> Grouped:
    """Count every case of a window.

    What is true or false, and the step, go into the bits of one number: a database sorts half a
    million cases by that in half the time that it takes for so many columns.
    """
    known = facts(connection, window, now)
    bits = [case((known[name], 1 << place), else_=0) for place, name in enumerate(_FLAGS)]
    packed = known["step"] * (1 << len(_FLAGS)) + sum(bits[1:], start=bits[0])
    each = select(packed.label("packed"), cases.c.surface, cases.c.outcome).where(began(window))
    columns = each.subquery().c
    alike = select(*columns, func.count()).group_by(*columns)
    return _grouped([tuple(row) for row in connection.execute(alike)], len(steps(window)))


def _grouped(rows: Iterable[tuple[int, Surface, Outcome | None, int]], number: int) -> Grouped:
    kinds: Counter[tuple[int, Surface, Outcome | None]] = Counter()
    ends: list[Counter[tuple[Outcome | None, bool, bool]]] = [Counter() for _ in range(number)]
    for packed, surface, outcome, many in rows:
        kinds[packed % (1 << len(_FLAGS)), surface, outcome] += many
        back, busy = bool(packed & _TAKEN_BACK), bool(packed & _BUSY)
        ends[packed >> len(_FLAGS)][outcome, back, busy] += many
    return Grouped(
        groups=tuple(_group(*kind, many) for kind, many in kinds.items()),
        trend=tuple(tuple(Tally(*end, many) for end, many in one.items()) for one in ends),
    )


def _group(packed: int, surface: Surface, outcome: Outcome | None, number: int) -> Group:
    flags = {name: bool(packed >> place & 1) for place, name in enumerate(_FLAGS)}
    return Group(surface=surface, outcome=outcome, **flags, cases=number)


def count_demo(connection: Connection, window: Window) -> int:
    """Cases of a window that are demonstration traffic."""
    asked = select(func.count()).select_from(cases).where(began(window), text(IS_DEMO))
    return connection.scalar(asked) or 0


def _first_memory(connection: Connection, window: Window) -> int | None:
    """When a list was first ranked with memory."""
    first = select(func.min(impressions.c.at)).where(
        impressions.c.memory.is_not(None), within(impressions.c.at, window)
    )
    found: int | None = connection.scalar(first)
    return found


def _one_of(fact: ColumnElement[Any], values: tuple[Value, ...]) -> ColumnElement[bool]:
    """SQL's IN knows no NULL."""
    known = [one for one in values if one is not None]
    may_be = [fact.in_(known)] if known else []
    return or_(*may_be, fact.is_(None)) if None in values else or_(*may_be)
