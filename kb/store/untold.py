"""Who has not heard yet that a build failed: one process tells them at a time, and nobody twice.

While it tells, and until it may be tried again, the build's ``lease`` keeps others away.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, null, update

from kb.builds import Untold
from kb.store.builds import LAST_NEWS, build_of, kept_untold, read_untold
from kb.store.database import Database
from kb.store.moments import to_ms
from kb.store.tables import builds


def is_due(database: Database, now: dt.datetime) -> bool:
    """Whether somebody is to be told now; cheap, and it holds up no writer."""
    with database.reading() as connection:
        return _due(connection.execute(LAST_NEWS).one_or_none(), now) is not None


def take(database: Database, now: dt.datetime, lease: dt.timedelta) -> Untold | None:
    """The last failure, for a while, where somebody has not heard of it and may be told now.

    None where all have, or another process tells them. It counts as a try, so that a mail that
    kills who sends it comes to an end, too.
    """

    def write(connection: Connection) -> Untold | None:
        row = _due(connection.execute(LAST_NEWS.with_for_update()).one_or_none(), now)
        if row is None:
            return None
        to, tries = read_untold(row.untold)
        taken = {
            "lease": to_ms(now + lease),
            "claim": secrets.token_hex(8),
            "untold": kept_untold(to, tries + 1),
        }
        change = update(builds).where(builds.c.id == row.id).values(taken)
        build = build_of(connection.execute(change.returning(*builds.c)).one())
        return Untold(build, to, tries + 1)

    return database.write(write)


def _due(row: Row[Any] | None, now: dt.datetime) -> Row[Any] | None:
    """The row, where somebody has not heard and may be told now."""
    if row is None or not read_untold(row.untold)[0]:
        return None
    return row if (row.lease or 0) <= to_ms(now) else None


def keep(database: Database, one: Untold, left: Sequence[str], until: dt.datetime) -> bool:
    """Keep who has not heard, and let nobody else tell them before ``until``.

    False where they are another's by now, or the failure was mended.
    """
    held = (builds.c.id == one.build.id) & (builds.c.claim == one.build.claim)
    kept = {"untold": kept_untold(left, one.tries), "lease": to_ms(until)}
    change = update(builds).where(held, builds.c.untold.is_not(None)).values(kept)
    return database.write(lambda connection: connection.execute(change).rowcount == 1)


def forget_failures(database: Database) -> None:
    """What failed was mended without a build: nobody need hear of it; again, it is news."""
    change = update(builds).where(builds.c.state == "failed").values(untold=null())
    database.write(lambda connection: connection.execute(change))
