"""Finished figures, kept so that a page shows them at once and nothing is counted twice.

They hold masked queries and comments, so every purge forgets them; what was being counted while
somebody purged is not kept either.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError
from sqlalchemy import Connection, delete, select, text, update

from kb.store.database import Database, insert
from kb.store.moments import from_ms, to_ms
from kb.store.tables import kept

FRESH = dt.timedelta(seconds=10)
TIMES = 20
"""Figures stay fresh for so many times the seconds that counting took: a twentieth of a processor
is the most that renewing takes."""
NOTED = dt.timedelta(hours=1)
"""How exactly it is noted that somebody asked: a page that is only read writes nothing."""
_FORGOTTEN = ""
"""The key under which the moment of the last purge is."""

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Kept(Generic[Model]):
    """Figures as they were when counting began."""

    value: Model
    made: dt.datetime
    is_fresh: bool


def is_fresh(database: Database, key: str, now: dt.datetime) -> bool:
    """Whether figures are kept that need not be counted again; nobody is noted to have asked."""
    with database.reading() as connection:
        asked = select(kept.c.made, kept.c.seconds).where(kept.c.key == key)
        row = connection.execute(asked).one_or_none()
    return row is not None and _lasts(row.made, row.seconds, now)


def _lasts(made: int, seconds: float, now: dt.datetime) -> bool:
    return now - from_ms(made) < max(FRESH, TIMES * dt.timedelta(seconds=seconds))


def read(database: Database, key: str, model: type[Model], now: dt.datetime) -> Kept[Model] | None:
    """What is kept under a key, and note that it was asked for; None where nothing is.

    What another release kept in another shape is as good as nothing.
    """
    with database.reading() as connection:
        row = connection.execute(select(kept).where(kept.c.key == key)).one_or_none()
    if row is None:
        return None
    try:
        value = model.model_validate(row.data)
    except ValidationError:
        return None
    if now - from_ms(row.asked) > NOTED:
        asked = update(kept).where(kept.c.key == key).values(asked=to_ms(now))
        database.write(lambda connection: connection.execute(asked))
    return Kept(value, from_ms(row.made), _lasts(row.made, row.seconds, now))


def keep(database: Database, key: str, value: BaseModel, seconds: float, now: dt.datetime) -> None:
    """Keep figures whose counting began ``now`` and took so many seconds.

    What is there already and newer stays; what was purged meanwhile must not come back.
    """
    data = value.model_dump(mode="json")
    made = to_ms(now)
    row = {"key": key, "made": made, "seconds": seconds, "asked": made, "data": data}

    def write(connection: Connection) -> None:
        _one_at_a_time(connection)
        forgotten = select(kept.c.made).where(kept.c.key == _FORGOTTEN)
        if (connection.scalar(forgotten) or 0) >= made:
            return
        added = insert(connection, kept).values(row)
        news = {name: added.excluded[name] for name in ("made", "seconds", "data")}
        older = kept.c.made < added.excluded.made
        connection.execute(
            added.on_conflict_do_update(index_elements=[kept.c.key], set_=news, where=older)
        )

    database.write(write)


def asked_since(database: Database, moment: dt.datetime) -> tuple[str, ...]:
    """The keys of what somebody asked for since then, and forget what nobody did."""

    def look(connection: Connection) -> tuple[str, ...]:
        is_figure = kept.c.key != _FORGOTTEN
        connection.execute(delete(kept).where(is_figure, kept.c.asked < to_ms(moment)))
        return tuple(connection.scalars(select(kept.c.key).where(is_figure).order_by(kept.c.key)))

    return database.write(look)


def forget(connection: Connection) -> None:
    """Delete all that is kept, in the transaction of a purge."""
    _one_at_a_time(connection)
    now = to_ms(dt.datetime.now(dt.UTC))
    connection.execute(delete(kept))
    connection.execute(
        insert(connection, kept).values(key=_FORGOTTEN, made=now, seconds=0, asked=now, data=None)
    )


def _one_at_a_time(connection: Connection) -> None:
    """Or figures could be kept between a purge and its end, unseen by it."""
    if connection.dialect.name == "postgresql":  # in SQLite only one writes anyway
        connection.execute(text("LOCK TABLE kept IN EXCLUSIVE MODE"))
