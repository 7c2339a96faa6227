"""What visitors wrote beside their votes, newest first."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select, true

from kb.figures import Comment
from kb.insights import Page
from kb.store.database import Database
from kb.store.groups import of_window
from kb.store.moments import from_ms
from kb.store.pages import paged
from kb.store.tables import events
from kb.store.windows import Window


def comments(database: Database, window: Window, page: int) -> Page[Comment]:
    """All of a window, a page at a time."""
    with database.reading() as connection:
        total = connection.scalar(_of(select(func.count()), window)) or 0
        return paged(total, page, lambda at, most: _read(connection, window, true(), at, most))


def newest_comments(
    connection: Connection, window: Window, article: str, most: int
) -> tuple[Comment, ...]:
    """The newest ones about an article."""
    return _read(connection, window, events.c.article == article, 0, most)


def _read(
    connection: Connection, window: Window, chosen: ColumnElement[bool], offset: int, most: int
) -> tuple[Comment, ...]:
    told = (events.c.at, events.c.article, events.c.reason, events.c.comment, events.c.case_id)
    asked = _of(select(*told), window).where(chosen).offset(offset).limit(most)
    rows = connection.execute(asked.order_by(events.c.at.desc(), events.c.id.desc()))
    return tuple(
        Comment(at=from_ms(at), article=article, reason=reason, comment=comment, case=case)
        for at, article, reason, comment, case in rows
    )


def _of(asked: Select[Any], window: Window) -> Select[Any]:
    """What was written in a window beside a vote that counts."""
    counts = events.c.comment.is_not(None) & events.c.rejected.is_(None)
    return of_window(asked.select_from(events), window).where(counts)
