"""What the dashboard's pages show, counted once and kept: nobody waits for what was known before.

What is kept and fresh is shown. What is kept and old is shown too, with its time, while a thread
counts it again. Pages of cases and comments are read as they are: the database finds them at once.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from kb.errors import KBError
from kb.figures import Comment, Overview
from kb.gaps import kept_gaps
from kb.insights import (
    ArticleInsight,
    ArticleRow,
    ArticleRows,
    CaseInsight,
    CaseRow,
    Gaps,
    Page,
    QueryInsight,
    QueryRow,
)
from kb.overview import overview
from kb.renewing import articles_of
from kb.store import article_insights, case_insights, kept, query_insights
from kb.store import comments as store_comments
from kb.store.case_insights import Selection
from kb.store.database import Database
from kb.store.query_insights import Only
from kb.store.windows import Window
from webapp.dashboard_filters import Filters
from webapp.recorder import Recorder

OLDEST = dt.timedelta(days=1)
"""What is older is not shown while it is counted again: it is about other days."""

Model = TypeVar("Model", bound=BaseModel)
Value = TypeVar("Value")
Count = Callable[[Database, Window, dt.datetime], Model]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shown(Generic[Value]):
    """What to show, and when it was counted."""

    value: Value
    as_of: dt.datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page wants to know: of which cases, and when that is."""

    filters: Filters
    now: dt.datetime

    @property
    def window(self) -> Window:
        """The cases."""
        return self.filters.window(self.now.date())


class _Article(BaseModel):
    """An article, as it is kept; None where nothing is known of it."""

    model_config = ConfigDict(frozen=True)
    found: ArticleInsight | None


class _Query(BaseModel):
    """A question, as it is kept; None where nobody asked it."""

    model_config = ConfigDict(frozen=True)
    found: QueryInsight | None


class Figures:
    """Everything that the pages show. Thread-safe."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._renewing: set[str] = set()
        self._lock = threading.Lock()

    def overview(self, asked: Asked) -> Shown[Overview]:
        """All figures of the period."""
        return self._kept("overview", asked, Overview, overview)

    def articles(self, asked: Asked) -> Shown[tuple[ArticleRow, ...]]:
        """Every article of which something is known, most cases first."""
        shown = self._kept("articles", asked, ArticleRows, articles_of)
        return Shown(shown.value.rows, shown.as_of)

    def article(self, name: str, asked: Asked) -> Shown[ArticleInsight | None]:
        """Everything about one article; None where nothing is known."""

        def count(database: Database, window: Window, now: dt.datetime) -> _Article:
            return _Article(found=article_insights.article(database, name, window, now))

        shown = self._kept(f"article:{name}", asked, _Article, count)
        return Shown(shown.value.found, shown.as_of)

    def queries(self, only: Only, number: int, asked: Asked) -> Shown[Page[QueryRow]]:
        """A page of what was typed, most searched first."""

        def count(database: Database, window: Window, now: dt.datetime) -> Page[QueryRow]:
            return query_insights.queries(database, window, now, only, number)

        return self._kept(f"queries:{only}:{number}", asked, Page[QueryRow], count)

    def query(self, text: str, asked: Asked) -> Shown[QueryInsight | None]:
        """What people did who typed this; None where nobody has."""

        def count(database: Database, window: Window, now: dt.datetime) -> _Query:
            return _Query(found=query_insights.query(database, text, window, now))

        shown = self._kept(f"query:{text}", asked, _Query, count)
        return Shown(shown.value.found, shown.as_of)

    def gaps(self, asked: Asked) -> Gaps | None:
        """What nothing answers, as it was last looked for; None before the first time.

        Of the last days alone: nobody looks for gaps of days of one's own, or of one surface. They
        say themselves of which days they are.
        """
        found = self._recorder.work(lambda one: kept_gaps(one, asked.filters.days, asked.now))
        return found.value if found else None

    def comments(self, number: int, asked: Asked) -> Page[Comment]:
        """A page of what visitors wrote, newest first."""
        return self._recorder.work(
            lambda database: store_comments.comments(database, asked.window, number)
        )

    def cases(self, chosen: Selection, number: int, asked: Asked) -> Page[CaseRow]:
        """A page of the cases behind a figure, newest first."""
        return self._recorder.work(
            lambda database: case_insights.behind(database, asked.window, chosen, number, asked.now)
        )

    def case(self, id_: str, now: dt.datetime) -> CaseInsight | None:
        """Everything about one case, masked."""
        return self._recorder.work(lambda database: case_insights.case(database, id_, now))

    def _kept(
        self, what: str, asked: Asked, model: type[Model], count: Count[Model]
    ) -> Shown[Model]:
        """What is kept, renewed beside the request where it is old; counted now without it."""
        key = f"{what}:{asked.filters.key}"
        found = self._recorder.work(lambda one: kept.read(one, key, model, asked.now))
        if found is None or asked.now - found.made > OLDEST:
            return Shown(self._count(key, asked, count), asked.now)
        if not found.is_fresh:
            self._renew(key, asked, count)
        return Shown(found.value, found.made)

    def _count(self, key: str, asked: Asked, count: Count[Model]) -> Model:
        def work(database: Database) -> Model:
            began = time.perf_counter()
            value = count(database, asked.window, asked.now)
            kept.keep(database, key, value, time.perf_counter() - began, asked.now)
            return value

        return self._recorder.work(work)

    def _renew(self, key: str, asked: Asked, count: Count[Model]) -> None:
        """Count again in a thread of its own, unless one does already."""

        def run() -> None:
            try:
                self._count(key, asked, count)
            except KBError as error:
                log.warning("figures were not renewed: %s", error)
            finally:
                with self._lock:
                    self._renewing.discard(key)

        with self._lock:
            if key in self._renewing:
                return
            self._renewing.add(key)
        threading.Thread(target=run, name="kb-count", daemon=True).start()
