"""What a preview shows at each moment: what was built last, and over it what was saved since.

Requests never wait for a build: all that is known is swapped by one assignment. Articles that
cannot be published leave what is shown as it is, and are named with their lines.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import TypeVar

from indexer.preview import Edited, Ground, Render, build, edit, findings, parse
from indexer.publish import Progress
from indexer.watching import Changes
from kb.check_rules import Flaw
from kb.config import Config
from kb.errors import ContentError, Finding, KBError, UnavailableError
from search.engine import Engine
from webapp.live import Served, browse

Found = TypeVar("Found", Finding, Flaw)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Saved:
    """A file that was saved since: how it looks, where that is known, and what makes it unfit.

    Each look at the files has a number of its own, ``turn``: a build knows of those up to its own.
    """

    turn: int
    edited: Edited | None
    errors: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Built:
    """What the last build said of files, by path, and what the last good one made."""

    turn: int = 0
    ground: Ground | None = None
    served: Served | None = None
    errors: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)
    flaws: Mapping[str, tuple[Flaw, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """Everything at one moment; ``served`` is what was built with what was saved over it."""

    built: Built = field(default_factory=Built)
    saved: Mapping[str, Saved] = field(default_factory=dict)
    served: Served | None = None

    @property
    def paths(self) -> frozenset[str]:
        """Files that have a page."""
        articles = self.served.snapshot.articles if self.served else ()
        return frozenset(one.path for one in articles)

    @property
    def errors(self) -> Mapping[str, tuple[Finding, ...]]:
        """What makes files unfit: what a build said, and over it what was seen since."""
        later = {path: one.errors for path, one in self.saved.items() if one.turn > self.built.turn}
        return {path: some for path, some in {**self.built.errors, **later}.items() if some}


class Previewing:
    """The articles of a folder as a writer sees them; thread-safe.

    ``config`` is the preview's own, see indexer.preview.own_settings.
    """

    def __init__(self, folder: Path, config: Config) -> None:
        self.folder = folder
        self._config = config
        self._moved = threading.Condition()
        self._version = int(time.time())  # a preview that is started again has other numbers
        self._turn = 0
        self._known = Known()

    @property
    def version(self) -> int:
        """Another number whenever something else is shown."""
        return self._version

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What keeps the articles from being published as they are, by path."""
        found = self._known.errors
        return tuple(one for path in sorted(found) for one in found[path])

    def served(self) -> Served:
        """What is shown now; UnavailableError until the articles could be built once."""
        served = self._known.served
        if served is None:
            why = str(self.errors[0]) if self.errors else "it is being built (wait a moment)"
            raise UnavailableError(f"{self.folder}: cannot be shown yet: {why}")
        return served

    def flaws(self, path: str) -> tuple[Flaw, ...]:
        """What should be mended in a file; nothing of one that cannot be read, so see errors."""
        known = self._known
        if path in known.errors:
            return ()
        saved = known.saved.get(path)
        return saved.edited.flaws if saved and saved.edited else known.built.flaws.get(path, ())

    def left_out(self) -> tuple[Flaw, ...]:
        """What should be mended in files that have no page."""
        known = self._known
        found = known.built.flaws
        return tuple(flaw for path in sorted(found.keys() - known.paths) for flaw in found[path])

    def wait(self, version: int, seconds: float) -> int:
        """The version as soon as it is another one; after so many seconds in any case."""
        with self._moved:
            self._moved.wait_for(lambda: self._version != version, seconds)
            return self._version

    # What happens

    def build(self, progress: Progress) -> None:
        """Build everything; errors are shown, and what was shown before stays."""
        turn, before = self._turn, self._known.built
        try:
            ground = build(self.folder, self._config, progress)
            embedded = ground.made.embedded
            served = browse(Engine(ground.snapshot, embedded.encoder, embedded.reason))
        except ContentError as error:
            self._tell(replace(before, turn=turn, errors=_by_path(error.findings)))
        except Exception as error:  # noqa: BLE001 - whatever it is, the preview goes on
            self._tell(replace(before, turn=turn, errors=_by_path([_finding(error)])))
        else:
            built = Built(turn, ground, served, _by_path(ground.doubles), before.flaws)
            self._tell(built)
            self._tell(replace(built, flaws=_by_path(findings(ground, _today()))))

    def _tell(self, built: Built) -> None:
        """Show what was built, without what was saved before that began."""
        with self._moved:
            saved = self._known.saved
            if built.served is not self._known.built.served:
                saved = {path: one for path, one in saved.items() if one.turn > built.turn}
            self._show(built, saved)

    def notice(self, changed: Changes, render: Render) -> None:
        """Show at once what was saved in articles that are there already."""
        self._turn += 1
        for path in changed.gone:
            self._put(path, Saved(self._turn, None))
        here = self._known.paths | self._known.errors.keys()
        for path in changed.saved:
            if path in here:
                self._edit(path, render)

    def _edit(self, path: str, render: Render) -> None:
        ground, before = self._known.built.ground, self._known.saved.get(path)
        try:
            parsed = parse((self.folder / path).read_bytes(), path, self._config)
            edited = edit(ground, parsed, render, _today()) if parsed and ground else None
        except ContentError as error:
            kept = before.edited if before else None
            self._put(path, Saved(self._turn, kept, error.findings))
        except Exception as error:  # noqa: BLE001 - the build after it says what is wrong
            log.warning("%s: %s", path, error)
        else:
            self._put(path, Saved(self._turn, edited))

    def _put(self, path: str, saved: Saved) -> None:
        with self._moved:
            self._show(self._known.built, {**self._known.saved, path: saved})

    def _show(self, built: Built, saved: Mapping[str, Saved]) -> None:
        """Let pages be what is known now; called with the lock held."""
        self._known = Known(built, saved, _over(built.served, saved) if built.served else None)
        self._version += 1
        self._moved.notify_all()


def _over(base: Served, saved: Mapping[str, Saved]) -> Served:
    """What was built, with the articles that were saved since."""
    edited = {path: one.edited for path, one in saved.items() if one.edited}
    pages = {
        row: (edited[article.path].article, edited[article.path].page)
        for row, article in enumerate(base.snapshot.articles)
        if article.path in edited
    }
    return browse(base.engine.over(base.snapshot.edited(pages))) if pages else base


def _by_path(found: Iterable[Found]) -> dict[str, tuple[Found, ...]]:
    ordered = sorted(found, key=attrgetter("path", "line"))
    return {path: tuple(some) for path, some in groupby(ordered, attrgetter("path"))}


def _finding(error: Exception) -> Finding:
    """What no line of an article is to blame for."""
    if not isinstance(error, KBError):
        log.error("the preview could not be built", exc_info=error)
    said = str(error) if isinstance(error, KBError) else f"{type(error).__name__}: {error}"
    return Finding(".", 1, said, "what was built before is shown", "error")


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()
