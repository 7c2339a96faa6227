"""Outcomes are worked out here, case by case, whenever a report or memory wants to know them.

Whatever is written about a case marks it as unsettled. Settling looks at those cases alone, a few
hundred in a transaction, whatever their number.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from kb.outcomes import IDLE, Done, Journal, Listed, verdict
from kb.store.database import Database
from kb.store.moments import from_ms, to_ms
from kb.store.tables import cases, events, impressions

AT_ONCE = 500
"""Cases that are settled in one transaction: some 50 ms in which SQLite's other writers wait."""

_UPDATE = (
    update(cases)
    .where(cases.c.id == bindparam("case"))
    .values({name: bindparam(f"new_{name}") for name in ("outcome", "outcome_at", "taken_back")})
    .values(settled=cases.c.last)
)


def settle(database: Database, now: dt.datetime) -> int:
    """Work out the outcomes of all cases that changed or became idle; how many there were.

    A case in which the visitor may still be busy is left for the next time, unless a vote or a
    ticket decides it already.
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
    rows = [row for one in found if (row := _settled(one.id, one.last, journals[one.id], now))]
    if rows:
        connection.execute(_UPDATE, rows)
    return (found[-1].id if found else None), len(rows)


def _settled(case: str, last: int, journal: Journal, now: dt.datetime) -> dict[str, Any] | None:
    """What is written about a case; None while its visitor may still be busy."""
    found = verdict(journal, now)
    if found.outcome is None and now - from_ms(last) < IDLE:
        return None
    return {
        "case": case,
        "new_outcome": found.outcome,
        "new_outcome_at": to_ms(found.at) if found.at else None,
        "new_taken_back": found.taken_back,
    }


def _journals(connection: Connection, ids: Sequence[str]) -> dict[str, Journal]:
    lists = select(
        impressions.c.case_id, impressions.c.at, impressions.c.surface, impressions.c.query
    ).where(impressions.c.case_id.in_(ids))
    done = select(events.c.case_id, events.c.at, events.c.type, events.c.article).where(
        events.c.case_id.in_(ids), events.c.rejected.is_(None)
    )
    shown: dict[str, list[Listed]] = {one: [] for one in ids}
    happened: dict[str, list[Done]] = {one: [] for one in ids}
    for row in connection.execute(lists):
        shown[row.case_id].append(Listed(from_ms(row.at), row.surface, row.query))
    for row in connection.execute(done):
        happened[row.case_id].append(Done(from_ms(row.at), row.type, row.article))
    return {one: Journal(tuple(shown[one]), tuple(happened[one])) for one in ids}
