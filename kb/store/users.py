"""Who may read the dashboard, and who tried wrong passwords.

Failed tries are kept here and not in a process, so that several workers share one count. Names
are kept as keyed digests there: now and then somebody types a password into the wrong field.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from kb.store.database import Database, insert
from kb.store.moments import from_ms, to_ms
from kb.store.tables import sign_in_failures, users

REMEMBERED = dt.timedelta(hours=24)
"""How long a failed try counts."""
LONGEST = dt.timedelta(minutes=15)
_ONE_BY_ONE = 0x7369676E2D696E
"""Key of PostgreSQL's lock: tries at the same moment would not count each other."""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may read the dashboard; ``password`` is its digest, see kb.passwords."""

    name: str
    password: str
    created: dt.datetime
    changed: dt.datetime


@dataclass(frozen=True, slots=True)
class Try:
    """One try to sign in: a keyed digest of the name, and the visitor, None where not known.

    From a browser that knew the password before, both are that browser's: see webapp.sign_in.
    """

    name: str
    visitor: str | None
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """``wait``: how long until a try may be made; ``then``: how long after this one failed."""

    wait: dt.timedelta = dt.timedelta(0)
    then: dt.timedelta = dt.timedelta(0)


@dataclass(frozen=True, slots=True)
class Patience:
    """How many failed tries are free; each one after them doubles the wait, from two seconds."""

    free: int

    def until(self, failures: int, last: dt.datetime) -> dt.datetime:
        """When the next try may come after so many failures."""
        if failures < self.free:
            return last
        return last + min(dt.timedelta(seconds=2 ** min(failures - self.free + 1, 16)), LONGEST)


FOR_NAME = Patience(free=5)
FOR_VISITOR = Patience(free=20)
"""More, because colleagues may share one address."""


def same_name(name: str) -> str:
    """A name as it is kept: capital letters, and how a keyboard composes them, do not matter."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def add_user(database: Database, name: str, password: str, now: dt.datetime) -> bool:
    """Add somebody with the digest of a password; False where the name is taken."""

    def add(connection: Connection) -> bool:
        row = {"name": name, "password": password, "created": to_ms(now), "changed": to_ms(now)}
        added = insert(connection, users).values(row).on_conflict_do_nothing()
        return connection.scalar(added.returning(users.c.name)) is not None

    return database.write(add)


def find_user(database: Database, name: str) -> User | None:
    """Somebody by name."""
    with database.reading() as connection:
        row = connection.execute(select(users).where(users.c.name == name)).one_or_none()
    return User(row.name, row.password, from_ms(row.created), from_ms(row.changed)) if row else None


def all_users(database: Database) -> tuple[User, ...]:
    """Everybody, by name."""
    with database.reading() as connection:
        rows = connection.execute(select(users).order_by(users.c.name)).all()
    return tuple(
        User(row.name, row.password, from_ms(row.created), from_ms(row.changed)) for row in rows
    )


def change_password(database: Database, name: str, password: str, now: dt.datetime) -> bool:
    """Replace a password's digest, which ends every session; False where nobody has the name."""
    changed = update(users).where(users.c.name == name)
    changed = changed.values(password=password, changed=to_ms(now))
    return database.write(lambda one: one.execute(changed).rowcount > 0)


def remove_user(database: Database, name: str) -> bool:
    """Remove somebody, which ends their sessions; False where nobody has the name."""
    gone = delete(users).where(users.c.name == name)
    return database.write(lambda one: one.execute(gone).rowcount > 0)


def begin_try(database: Database, one: Try) -> Turn:
    """Whether a try may be made; if so it counts as failed until it is forgiven.

    It counts before the password is looked at, so that many tries at one moment are many.
    """

    def begin(connection: Connection) -> Turn:
        if connection.dialect.name == "postgresql":  # in SQLite only one writes anyway
            connection.execute(select(func.pg_advisory_xact_lock(_ONE_BY_ONE)))
        old = sign_in_failures.c.at < to_ms(one.at - REMEMBERED)
        connection.execute(delete(sign_in_failures).where(old))
        left = _left(connection, one)
        if left:
            return Turn(wait=left)
        row = {"name": one.name, "visitor": one.visitor or "", "at": to_ms(one.at)}
        connection.execute(insert(connection, sign_in_failures).values(row))
        return Turn(then=_left(connection, one))

    return database.write(begin)


def forgive(database: Database, one: Try) -> None:
    """Forget the failed tries of a name, and of the visitor this one: it was no failure."""
    own = _is_visitor(one) & (sign_in_failures.c.at == to_ms(one.at))
    gone = delete(sign_in_failures).where((sign_in_failures.c.name == one.name) | own)
    database.write(lambda connection: connection.execute(gone).rowcount)


def _is_visitor(one: Try) -> ColumnElement[bool]:
    return sign_in_failures.c.visitor == (one.visitor or "")


def _left(connection: Connection, one: Try) -> dt.timedelta:
    """How long the name, or the visitor, has to wait for the next try."""
    of_name = _failed(connection, sign_in_failures.c.name == one.name)
    of_visitor = _failed(connection, _is_visitor(one))
    ends = max(FOR_NAME.until(*of_name), FOR_VISITOR.until(*of_visitor))
    return max(ends - one.at, dt.timedelta(0))


def _failed(connection: Connection, whose: ColumnElement[bool]) -> tuple[int, dt.datetime]:
    """How many tries failed, and when the last one did."""
    asked = select(func.count(), func.max(sign_in_failures.c.at)).where(whose)
    failures, last = connection.execute(asked).one()
    return failures, from_ms(last or 0)
