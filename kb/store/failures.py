"""What a database says when it fails, told as place, reason and remedy.

Only what an operator can mend is told so; a statement that is wrong stays an exception of
SQLAlchemy's, because it is a mistake of ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from kb.errors import UnavailableError

_WRITABLE = "make the file and its folder writable for the user that runs this"
_RESTORE = "restore it from a backup, or move it away to start afresh"
_SQLITE = {
    "SQLITE_FULL": "free some disk space",
    "SQLITE_READONLY": _WRITABLE,
    "SQLITE_CANTOPEN": _WRITABLE,
    "SQLITE_PERM": _WRITABLE,
    "SQLITE_IOERR": "check the disk and its free space",
    "SQLITE_NOTADB": _RESTORE,
    "SQLITE_CORRUPT": _RESTORE,
    "SQLITE_BUSY": "another program holds it locked: close that program",
    "SQLITE_LOCKED": "another program holds it locked: close that program",
    "SQLITE_PROTOCOL": "keep it on a local disk: WAL does not work over a network",
}
_POSTGRESQL = {
    "25006": "it is read-only: name the primary server in KB_DATABASE_URL",
    "40001": "others change the same rows: try again",
    "40P01": "others change the same rows: try again",
    "42501": "grant its user the right to create and use tables in this database",
    "53100": "free some disk space on the server",
}
_UNREACHABLE = "check KB_DATABASE_URL, and that the server runs and lets its user in"
_UNREACHABLE_CLASSES = ("08", "28", "3D", "53", "57", "58", "XX")
"""Connection, authorisation, catalogue name, resources, operator, system, internal: the classes of
https://www.postgresql.org/docs/current/errcodes-appendix.html that no statement of ours causes."""
_PASSING = frozenset({"40001", "40P01"})
"""Serialization failure and deadlock: the same transaction may succeed when it is tried again."""


@contextmanager
def explained(place: str) -> Iterator[None]:
    """Turn failures of the database at ``place`` into UnavailableError."""
    try:
        yield
    except PoolTimeoutError:
        remedy = "more requests than connections: try again, or start more workers"
        raise UnavailableError(f"{place}: every connection is in use ({remedy})") from None
    except DBAPIError as error:
        remedy = _remedy(error) or ""
        if not remedy:
            raise
        raise UnavailableError(f"{place}: {_reason(error)} ({remedy})") from None


def passing(error: SQLAlchemyError) -> bool:
    """Whether the same transaction may succeed when it is tried again."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in _PASSING


def _remedy(error: DBAPIError) -> str | None:
    """What helps; None where the statement itself is wrong."""
    name = getattr(error.orig, "sqlite_errorname", None)
    if name is not None:  # SQLITE_IOERR_WRITE is one of SQLITE_IOERR
        return _SQLITE.get("_".join(name.split("_")[:2]))
    state = getattr(error.orig, "sqlstate", None)
    if state in _POSTGRESQL:
        return _POSTGRESQL[state]
    lost = error.connection_invalidated or type(error.orig).__name__ == "OperationalError"
    return _UNREACHABLE if (state or "").startswith(_UNREACHABLE_CLASSES) or lost else None


def _reason(error: DBAPIError) -> str:
    """The database's own words in a line."""
    return " ".join(str(error.orig).split())
