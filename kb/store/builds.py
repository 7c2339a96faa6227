"""Builds that wait, run and have ended; a burst of pushes is one build.

At most one runs and one waits: whatever is pushed before a build starts is in it.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy import Connection, Row, delete, func, null, select, update

from kb.builds import Build, BuildState
from kb.store.database import Database, insert
from kb.store.moments import from_ms, to_ms
from kb.store.tables import builds, hook_calls

KEPT_BUILDS = 100
KEPT_CALLS = dt.timedelta(days=7)
"""How long a call is known again; no host repeats one after so long."""
LONGEST_LOG = 20_000

LAST_NEWS = (
    select(builds)
    .where((builds.c.state == "published") | builds.c.untold.is_not(None))
    .order_by(builds.c.id.desc())
    .limit(1)
)
"""The last build that ended in a new way: others failed like it, or their builder died."""

Asked = Literal["waits", "joined", "repeated"]
"""A new build waits; it is one with a build that waits already; the call had been taken before."""


def ask(database: Database, reason: str, now: dt.datetime, call: str | None = None) -> Asked:
    """Ask for a build; on disk when this returns. A ``call`` is taken once."""

    def write(connection: Connection) -> Asked:
        if call is not None and not _is_new(connection, call, now):
            return "repeated"
        row = {"reason": reason, "asked": to_ms(now), "state": "waiting", "log": ""}
        added = insert(connection, builds).values(row).on_conflict_do_nothing()
        is_added = connection.scalar(added.returning(builds.c.id)) is not None
        return "waits" if is_added else "joined"

    return database.write(write)


def _is_new(connection: Connection, call: str, now: dt.datetime) -> bool:
    connection.execute(delete(hook_calls).where(hook_calls.c.at < to_ms(now - KEPT_CALLS)))
    added = insert(connection, hook_calls).values(id=call, at=to_ms(now)).on_conflict_do_nothing()
    return connection.scalar(added.returning(hook_calls.c.id)) is not None


def is_asked_for(database: Database) -> bool:
    """Whether a build waits or runs; cheap, and it holds up no writer."""
    with database.reading() as connection:
        found = select(builds.c.id).where(builds.c.state.in_(("waiting", "running"))).limit(1)
        return connection.scalar(found) is not None


def claim(database: Database, now: dt.datetime, lease: dt.timedelta) -> Build | None:
    """Take the build that waits, for a while; None where none does, or another runs.

    One whose builder died, because its claim ran out, is built again.
    """

    def take(connection: Connection) -> Build | None:
        running = select(builds).where(builds.c.state == "running").with_for_update()
        for row in connection.execute(running).all():
            if row.lease is not None and row.lease > to_ms(now):
                return None
            _give_up(connection, row, now)
        found = connection.execute(
            select(builds).where(builds.c.state == "waiting").with_for_update(skip_locked=True)
        ).one_or_none()
        if found is None:
            return None
        taken = {
            "state": "running",
            "started": to_ms(now),
            "lease": to_ms(now + lease),
            "claim": secrets.token_hex(8),
        }
        change = update(builds).where(builds.c.id == found.id).values(taken)
        return build_of(connection.execute(change.returning(*builds.c)).one())

    return database.write(take)


def _give_up(connection: Connection, row: Row[Any], now: dt.datetime) -> None:
    """What a builder that died left behind waits again, alone or in the one that waits."""
    ended = {"state": "failed", "ended": to_ms(now), "log": "the process that built it died"}
    connection.execute(update(builds).where(builds.c.id == row.id).values(lease=None, **ended))
    again = {"reason": row.reason, "asked": row.asked, "state": "waiting", "log": ""}
    connection.execute(insert(connection, builds).values(again).on_conflict_do_nothing())


def prolong(database: Database, build: Build, until: dt.datetime) -> None:
    """The builder lives: nobody else takes its build before ``until``."""
    held = (builds.c.id == build.id) & (builds.c.claim == build.claim)
    change = update(builds).where(held, builds.c.state == "running").values(lease=to_ms(until))
    database.write(lambda connection: connection.execute(change))


def finish(database: Database, build: Build, now: dt.datetime) -> None:
    """Keep how a build ended; where its claim had run out, another one has it.

    A failure that was one before is not told anew: the earlier build has those who have not heard.
    """
    values = {
        "state": build.state,
        "ended": to_ms(now),
        "commit": build.commit,
        "snapshot": build.snapshot,
        "log": build.log[-LONGEST_LOG:],
        "lease": None,
    }
    held = (builds.c.id == build.id) & (builds.c.claim == build.claim)

    def write(connection: Connection) -> None:
        change = update(builds).where(held, builds.c.state == "running")
        connection.execute(change.values(untold=_to_be_told(connection, build), **values))
        newest = connection.scalar(select(func.max(builds.c.id))) or 0
        ended = builds.c.state.in_(("published", "failed"))
        connection.execute(delete(builds).where(builds.c.id <= newest - KEPT_BUILDS, ended))

    database.write(write)


def _to_be_told(connection: Connection, build: Build) -> Any:
    """Who is to hear of it, as ``untold`` keeps it; NULL where it is the last failure again."""
    last = connection.execute(LAST_NEWS).one_or_none()
    failed = ("failed", build.commit, build.log[-LONGEST_LOG:])
    if build.state == "failed" and last and (last.state, last.commit, last.log) == failed:
        return null()
    return kept_untold(build.untold)


def kept_untold(to: Sequence[str], tries: int = 0) -> Any:
    """Who has not heard and how often that was tried, as the column ``untold`` has it."""
    return {"to": list(to), "tries": tries}


def read_untold(kept: Any) -> tuple[tuple[str, ...], int]:
    """What ``kept_untold`` made; a list alone is from before tries were counted."""
    if isinstance(kept, dict):
        return tuple(kept["to"]), kept["tries"]
    return tuple(kept or ()), 0


def recent(database: Database, count: int) -> tuple[Build, ...]:
    """The newest builds, newest first."""
    with database.reading() as connection:
        rows = connection.execute(select(builds).order_by(builds.c.id.desc()).limit(count))
        return tuple(build_of(row) for row in rows)


def build_of(row: Row[Any]) -> Build:
    """A row as others know it."""
    state: BuildState = row.state
    return Build(
        id=row.id,
        reason=row.reason,
        asked=from_ms(row.asked),
        state=state,
        started=None if row.started is None else from_ms(row.started),
        ended=None if row.ended is None else from_ms(row.ended),
        commit=row.commit,
        snapshot=row.snapshot,
        log=row.log,
        claim=row.claim,
        untold=read_untold(row.untold)[0],
    )
