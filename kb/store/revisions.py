"""Since which snapshot an article has had which text, so that each text answers for its own votes.

Snapshots' ids are ordered by time. Of a snapshot without a row the text is that of the last row
before it: a text that did not change is noted once.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from kb.store.database import Database, insert
from kb.store.moments import from_ms, to_ms
from kb.store.tables import revisions


@dataclass(frozen=True, slots=True)
class Noted:
    """A text of an article: ``revision`` is its digest, ``snapshot`` the first that has it."""

    snapshot: str
    revision: str
    commit: str | None
    at: dt.datetime


def note(
    database: Database,
    snapshot_id: str,
    at: dt.datetime,
    commit: str | None,
    texts: Mapping[str, str],
) -> int:
    """Note the articles whose text is not that of the snapshot before; how many there were.

    ``texts`` are digests by article name. Noting a snapshot again, or an older one, is harmless.
    """

    def write(connection: Connection) -> int:
        before = _texts(connection, snapshot_id)
        rows = [
            {"article": name, "revision": text, **same}
            for name, text in sorted(texts.items())
            if before.get(name) != text
        ]
        if rows:
            connection.execute(insert(connection, revisions).on_conflict_do_nothing(), rows)
        return len(rows)

    same = {"snapshot": snapshot_id, "commit": commit, "at": to_ms(at)}
    return database.write(write)


def _texts(connection: Connection, snapshot_id: str) -> dict[str, str]:
    """The text of each article in a snapshot, as far as noted."""
    last = (
        select(revisions.c.article, func.max(revisions.c.snapshot).label("snapshot"))
        .where(revisions.c.snapshot <= snapshot_id)
        .group_by(revisions.c.article)
        .subquery()
    )
    same = (revisions.c.article == last.c.article) & (revisions.c.snapshot == last.c.snapshot)
    found = connection.execute(select(revisions.c.article, revisions.c.revision).join(last, same))
    return {row.article: row.revision for row in found}


def revisions_of(connection: Connection, article: str) -> tuple[Noted, ...]:
    """Every text an article has had since they are noted, oldest first."""
    asked = select(revisions).where(revisions.c.article == article)
    rows = sorted(connection.execute(asked), key=lambda row: str(row.snapshot))
    return tuple(Noted(row.snapshot, row.revision, row.commit, from_ms(row.at)) for row in rows)


def in_force(noted: Sequence[Noted], snapshot: str) -> int | None:
    """Position of the text that a snapshot had; None before the first that was noted."""
    found = bisect_right(noted, snapshot, key=lambda one: one.snapshot)
    return found - 1 if found else None
