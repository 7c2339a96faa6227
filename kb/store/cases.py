"""Outcomes are worked out here, case by case, whenever a report or memory wants to know them.

Whatever is written about a case marks it as unsettled. Settling looks at those cases alone, a few
hundred in a transaction, whatever their number, and writes what was done in them beside how they
ended: a report then counts rows.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from kb.facts import Facts, facts
from kb.outcomes import IDLE, Done, Journal, Listed, Verdict, verdict
from kb.store.database import Database
from kb.store.moments import from_ms, to_ms
from kb.store.readings import renew_readings
from kb.store.tables import cases, events, impressions

AT_ONCE = 500
"""Cases that are settled in one transaction: some 50 ms in which SQLite's other writers wait."""

_WRITTEN = ("outcome", "outcome_at", "taken_back", "article", "settled")
_FACTS = tuple(one.name for one in dataclasses.fields(Facts))
_UPDATE = (
    update(cases)
    .where(cases.c.id == bindparam("case"))
    .values({name: bindparam(f"new_{name}") for name in (*_WRITTEN, *_FACTS)})
)
_LISTS = select(
    *(impressions.c[name] for name in ("case_id", "at", "surface", "query")),
    *(impressions.c[name] for name in ("id", "lang", "hits", "typing")),
).where(impressions.c.case_id.in_(bindparam("ids", expanding=True)))
_EVENTS = select(
    *(events.c[name] for name in ("case_id", "at", "type", "article", "impression"))
).where(events.c.case_id.in_(bindparam("ids", expanding=True)), events.c.rejected.is_(None))


def settle(database: Database, now: dt.datetime) -> int:
    """Work out the outcomes of all cases that changed or became idle; how many there were.

    A case in which the visitor may still be busy is looked at again the next time, unless a vote
    or a ticket decides it already.
    """
    settled, after = 0, ""
    while True:
        last, done = database.write(partial(_settle_some, after=after, now=now))
        settled += done
        if last is None:
            return settled
        after = last


def _settle_some(connection: Connection, after: str, now: dt.datetime) -> tuple[str | None, int]:
    """Settle the next cases by id; the last id, None where there is none, and how many it were."""
    open_ = (
        select(cases.c.id, cases.c.last)
        .where(cases.c.settled.is_(None), cases.c.id > after)
        .order_by(cases.c.id)
        .limit(AT_ONCE)
        .with_for_update()
    )
    found = connection.execute(open_).all()
    journals = _journals(connection, [row.id for row in found])
    rows = [_row(one.id, one.last, journals[one.id], now) for one in found]
    if rows:
        connection.execute(_UPDATE, rows)
        renew_readings(connection, [row.id for row in found])
    settled = sum(row["new_settled"] is not None for row in rows)
    return (found[-1].id if found else None), settled


def _row(case: str, last: int, journal: Journal, now: dt.datetime) -> dict[str, Any]:
    """What is written about a case; it stays unsettled while its visitor may still be busy."""
    found, known = verdict(journal, now), facts(journal)
    is_busy = found.outcome is None and now - from_ms(last) < IDLE
    return {
        "case": case,
        "new_settled": None if is_busy else last,
        **_of_verdict(found),
        **{f"new_{name}": _stored(getattr(known, name)) for name in _FACTS},
    }


def _of_verdict(found: Verdict) -> dict[str, Any]:
    return {
        "new_outcome": found.outcome,
        "new_outcome_at": _stored(found.at),
        "new_taken_back": found.taken_back,
        "new_article": found.article,
    }


def _stored(value: object) -> object:
    return to_ms(value) if isinstance(value, dt.datetime) else value


def _journals(connection: Connection, ids: Sequence[str]) -> dict[str, Journal]:
    shown: dict[str, list[Listed]] = {one: [] for one in ids}
    happened: dict[str, list[Done]] = {one: [] for one in ids}
    for case, at, *rest in connection.execute(_LISTS, {"ids": ids}):
        shown[case].append(Listed(from_ms(at), *rest))
    for case, at, type_, article, impression in connection.execute(_EVENTS, {"ids": ids}):
        happened[case].append(Done(from_ms(at), type_, article, None, impression))
    return {one: Journal(tuple(shown[one]), tuple(happened[one])) for one in ids}
