"""What is kept about people, and how it goes: by age, or everything about one case.

Old cases go a thousand at a time, so that a vote never waits for a year of them. Finished figures,
in which queries and comments are, go with every purge: they are counted again from what is left.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict
from sqlalchemy import Connection, Select, Table, delete, exists, select, text

from kb.store import kept
from kb.store.database import Database
from kb.store.moments import from_ms, to_ms
from kb.store.tables import IS_DEMO, cases, events, history, impressions, readings, sign_in_failures

AT_ONCE = 1000
IMPORTED = "import:"
"""Before the id of a row of imported history, where memory names its sources."""

Moment = Annotated[dt.datetime, BeforeValidator(from_ms)]


@dataclass(frozen=True, slots=True)
class Purged:
    """Rows that were deleted."""

    cases: int = 0
    impressions: int = 0
    events: int = 0
    history: int = 0

    def __add__(self, other: Purged) -> Purged:
        return Purged(
            self.cases + other.cases,
            self.impressions + other.impressions,
            self.events + other.events,
            self.history + other.history,
        )


class _Exported(BaseModel):
    """A row; a column that an export would miss is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)


class ExportedCase(_Exported):
    """A row of ``cases``."""

    id: str
    started: Moment
    last: Moment
    surface: str
    visitor: str | None
    holdout: bool
    plain: bool
    outcome: str | None
    outcome_at: Moment | None
    taken_back: bool
    settled: Moment | None
    lang: str | None
    article: str | None
    searched: bool
    opened: bool
    read: bool
    form: bool
    offered: Moment | None
    suggestion_opened: bool
    suggestion_resolved: bool
    sent: Moment | None


class ExportedImpression(_Exported):
    """A row of ``impressions``."""

    id: str
    case_id: str
    at: Moment
    surface: str
    query: str
    lang: str
    product: str | None
    articles: tuple[str, ...]
    scores: tuple[float, ...]
    snapshot: str
    recipe: str | None
    memory: str | None
    typing: bool
    hits: int


class ExportedEvent(_Exported):
    """A row of ``events``."""

    id: int
    case_id: str
    visitor: str | None
    at: Moment
    type: str
    impression: str | None
    article: str | None
    snapshot: str | None
    reason: str | None
    comment: str | None
    rating: int | None
    rejected: str | None


class CaseExport(BaseModel):
    """Everything stored about a case; ``case`` is None where only rejected events are."""

    model_config = ConfigDict(frozen=True)

    case: ExportedCase | None
    impressions: tuple[ExportedImpression, ...]
    events: tuple[ExportedEvent, ...]


def purge_before(database: Database, moment: dt.datetime, *, imported: bool = True) -> Purged:
    """Delete the cases in which nothing happened since; with ``imported`` older history too.

    What is known of failed tries to sign in goes too.
    """
    purged = Purged()
    while (some := database.write(lambda one: _purge_some(one, to_ms(moment)))) != Purged():
        purged += some
    purged += database.write(lambda one: _purge_strays(one, to_ms(moment)))
    if imported:
        old = delete(history).where(history.c.at < to_ms(moment))
        purged += Purged(history=database.write(lambda one: one.execute(old).rowcount))
    database.write(lambda one: _purge_others(one, to_ms(moment)))
    database.tidy()
    return purged


def purge_case(database: Database, case_id: str) -> Purged:
    """Delete everything about a case, or the row of imported history that ``import:ID`` names."""
    if case_id.startswith(IMPORTED):
        row = delete(history).where(history.c.id == case_id.removeprefix(IMPORTED))
        purged = Purged(history=database.write(lambda one: one.execute(row).rowcount))
    else:
        purged = database.write(lambda one: _purge_cases(one, [case_id]))
    database.write(kept.forget)
    database.tidy()
    return purged


def has_demo(database: Database) -> bool:
    """Whether there is demonstration traffic."""
    with database.reading() as connection:
        return bool(connection.scalar(select(exists().where(text(IS_DEMO)).select_from(cases))))


def purge_demo(database: Database) -> Purged:
    """Delete all demonstration traffic, and the figures that it is in."""
    purged = Purged()
    while (some := database.write(_purge_some_demo)) != Purged():
        purged += some
    database.write(kept.forget)
    return purged


def export_case(database: Database, case_id: str) -> CaseExport | None:
    """Everything stored about a case; None where nothing is."""
    with database.reading() as connection:
        row = connection.execute(select(cases).where(cases.c.id == case_id)).one_or_none()
        shown = connection.execute(_of_case(impressions, case_id)).all()
        done = connection.execute(_of_case(events, case_id)).all()
    if row is None and not shown and not done:
        return None
    return CaseExport(
        case=ExportedCase.model_validate(row._asdict()) if row else None,
        impressions=tuple(ExportedImpression.model_validate(one._asdict()) for one in shown),
        events=tuple(ExportedEvent.model_validate(one._asdict()) for one in done),
    )


def _of_case(table: Table, case_id: str) -> Select[tuple[object, ...]]:
    return select(table).where(table.c.case_id == case_id).order_by(table.c.at, table.c.id)


def _purge_some(connection: Connection, before: int) -> Purged:
    """Delete the oldest cases, as many as go at once, but none that is written just now."""
    old = (
        select(cases.c.id)
        .where(cases.c.last < before)
        .order_by(cases.c.last)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    return _purge_cases(connection, connection.scalars(old).all())


def _purge_some_demo(connection: Connection) -> Purged:
    ids = connection.scalars(select(cases.c.id).where(text(IS_DEMO)).limit(AT_ONCE)).all()
    return _purge_cases(connection, ids)


def _purge_cases(connection: Connection, ids: Sequence[str]) -> Purged:
    done = delete(events).where(events.c.case_id.in_(ids))
    shown = delete(impressions).where(impressions.c.case_id.in_(ids))
    connection.execute(delete(readings).where(readings.c.case_id.in_(ids)))
    return Purged(
        cases=connection.execute(delete(cases).where(cases.c.id.in_(ids))).rowcount,
        impressions=connection.execute(shown).rowcount,
        events=connection.execute(done).rowcount,
    )


def _purge_strays(connection: Connection, before: int) -> Purged:
    """Delete what belongs to no case: rejected events."""
    removed = {
        table: connection.execute(
            delete(table).where(table.c.at < before, ~exists().where(cases.c.id == table.c.case_id))
        ).rowcount
        for table in (impressions, events)
    }
    return Purged(impressions=removed[impressions], events=removed[events])


def _purge_others(connection: Connection, before: int) -> None:
    connection.execute(delete(sign_in_failures).where(sign_in_failures.c.at < before))
    kept.forget(connection)
