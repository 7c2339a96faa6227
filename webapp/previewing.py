"""What a preview shows at each moment: what was built last, and over it what was saved since.

One thread looks for saved files and renders each at once, another builds everything after it.
Requests never wait for either: what they are shown is swapped by an assignment. Articles that
cannot be published leave what is shown as it is, and are named with their lines.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from indexer.preview import Edited, Ground, Render, build, edit, findings, parse
from indexer.publish import Progress
from indexer.rendering import Limits, renderer
from indexer.watching import Changes, Stamps, changes, look
from kb.check_rules import Flaw
from kb.config import Config
from kb.errors import ContentError, Finding, KBError, UnavailableError
from search.engine import Engine
from webapp.live import Served, browse

LOOK_SECONDS = 0.3
"""Between two looks at the files; more where a look takes long, so that it stays a small part."""
LOOK_SHARE = 5

log = logging.getLogger(__name__)


class Silence:
    """Progress that nobody watches."""

    def step(self, name: str, total: int) -> Callable[[], None]:  # noqa: ARG002 - says nothing
        """Begin a step."""
        return lambda: None


class Previewing:
    """The articles of a folder as a writer sees them; thread-safe.

    ``config`` is the preview's own, see indexer.preview.own_settings.
    """

    def __init__(self, folder: Path, config: Config) -> None:
        self.folder = folder
        self._config = config
        self._seen = look(folder)
        self._moved = threading.Condition()
        self._version = int(time.time())  # a preview that is started again has other numbers
        self._turn = 0
        self._ground: Ground | None = None
        self._base: Served | None = None
        self._served: Served | None = None
        self._edited: Mapping[str, tuple[int, Edited]] = {}
        self._errors: Mapping[str, tuple[int, tuple[Finding, ...]]] = {}
        self._flaws: Mapping[str, tuple[Flaw, ...]] = {}

    @property
    def version(self) -> int:
        """Another number whenever something else is shown."""
        return self._version

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What keeps the articles from being published as they are, by path."""
        found = self._errors
        return tuple(one for path in sorted(found) for one in found[path][1])

    def served(self) -> Served:
        """What is shown now; UnavailableError until the articles could be built once."""
        served = self._served
        if served is None:
            raise UnavailableError(f"{self.folder}: could not be built yet (see what it says)")
        return served

    def flaws(self, path: str) -> tuple[Flaw, ...]:
        """What should be mended in a file; nothing of one that cannot be read, so see errors."""
        if path in self._errors:
            return ()
        edited = self._edited.get(path)
        return edited[1].flaws if edited else self._flaws.get(path, ())

    def left_out(self) -> tuple[Flaw, ...]:
        """What should be mended in files that have no page."""
        served, found = self._served, self._flaws
        shown = {article.path for article in served.snapshot.articles} if served else set()
        return tuple(flaw for path in sorted(found.keys() - shown) for flaw in found[path])

    def wait(self, version: int, seconds: float) -> int:
        """The version as soon as it is another one; after so many seconds in any case."""
        with self._moved:
            self._moved.wait_for(lambda: self._version != version, seconds)
            return self._version

    # What happens

    def build(self, progress: Progress) -> None:
        """Build everything; errors are shown, and what was shown before stays."""
        turn = self._turn
        try:
            ground = build(self.folder, self._config, progress)
            embedded = ground.made.embedded
            served = browse(Engine(ground.snapshot, embedded.encoder, embedded.reason))
        except ContentError as error:
            self._refuse(error.findings, turn)
        except Exception as error:  # noqa: BLE001 - whatever it is, the preview goes on
            self._refuse((self._finding(error),), turn)
        else:
            with self._moved:
                self._ground, self._base = ground, served
                self._edited = {path: one for path, one in self._edited.items() if one[0] > turn}
                self._show({**_by_path(ground.doubles, turn), **self._later_errors(turn)})
            self._check(ground)

    def notice(self, changed: Changes, render: Render) -> None:
        """Show at once what was saved in articles that are there already."""
        with self._moved:
            self._turn += 1
        paths = {one.path for one in self._served.snapshot.articles} if self._served else set()
        for path in changed.gone:
            self._put(path, None, ())
        for path in changed.saved:
            if path in paths or path in self._errors:
                self._edit(path, render)

    def _edit(self, path: str, render: Render) -> None:
        try:
            parsed = parse((self.folder / path).read_bytes(), path, self._config)
            ground = self._ground
            shown = edit(ground, parsed, render, _today()) if parsed and ground else None
        except ContentError as error:
            self._put(path, self._kept(path), error.findings)
        except Exception as error:  # noqa: BLE001 - the build after it says what is wrong
            log.warning("%s: %s", path, error)
        else:
            self._put(path, shown, ())

    def _kept(self, path: str) -> Edited | None:
        """What an article showed when it could last be read."""
        kept = self._edited.get(path)
        return kept[1] if kept else None

    def _put(self, path: str, shown: Edited | None, errors: tuple[Finding, ...]) -> None:
        with self._moved:
            edited = {other: one for other, one in self._edited.items() if other != path}
            wrong = {other: one for other, one in self._errors.items() if other != path}
            self._edited = {**edited, path: (self._turn, shown)} if shown else edited
            self._show({**wrong, path: (self._turn, errors)} if errors else wrong)

    def _refuse(self, errors: tuple[Finding, ...], turn: int) -> None:
        with self._moved:
            kept = self._later_errors(turn)
            mended = {path for path, one in self._edited.items() if one[0] > turn} - kept.keys()
            found = [one for one in errors if one.path not in mended]
            self._show({**_by_path(found, turn), **kept})

    def _later_errors(self, turn: int) -> Mapping[str, tuple[int, tuple[Finding, ...]]]:
        """Of files that were saved after a build began, which it may not have seen."""
        return {path: one for path, one in self._errors.items() if one[0] > turn}

    def _show(self, errors: Mapping[str, tuple[int, tuple[Finding, ...]]]) -> None:
        """Let pages be what is known now; called with the lock held."""
        self._errors = errors
        self._served = _over(self._base, self._edited) if self._base else None
        self._version += 1
        self._moved.notify_all()

    def _check(self, ground: Ground) -> None:
        flaws = sorted(findings(ground, _today()), key=attrgetter("path", "line"))
        grouped = {path: tuple(some) for path, some in groupby(flaws, attrgetter("path"))}
        with self._moved:
            self._flaws = grouped
            self._version += 1
            self._moved.notify_all()

    def _finding(self, error: Exception) -> Finding:
        """What no line of an article is to blame for."""
        if not isinstance(error, KBError):
            log.error("the preview could not be built", exc_info=error)
        said = str(error) if isinstance(error, KBError) else f"{type(error).__name__}: {error}"
        return Finding(".", 1, said, "what was built before is shown", "error")

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Follow the files, from how they were before the first build, until this ends."""
        stop, wanted = threading.Event(), threading.Event()
        threads = [
            threading.Thread(target=self._watch, args=(stop, wanted), name="kb-look", daemon=True),
            threading.Thread(target=self._rebuild, args=(wanted,), name="kb-build", daemon=True),
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            threads[0].join()

    def _watch(self, stop: threading.Event, wanted: threading.Event) -> None:
        limits = Limits(seconds=self._config.limits.render_seconds)
        seconds, waiting = LOOK_SECONDS, False
        with renderer(limits) as render:
            while not stop.wait(seconds):
                began = time.monotonic()
                now = self._look()
                seconds = max(LOOK_SECONDS, LOOK_SHARE * (time.monotonic() - began))
                changed = changes(self._seen, now)
                self._seen = now
                if changed:
                    self.notice(changed, render)
                elif waiting:  # for who saves many files, one after another
                    wanted.set()
                waiting = bool(changed)

    def _look(self) -> Stamps:
        """The files as they are; as they were where the folder cannot be read."""
        try:
            return look(self.folder)
        except OSError as error:
            log.warning("%s: %s", self.folder, error.strerror)
            return self._seen

    def _rebuild(self, wanted: threading.Event) -> None:
        while True:
            wanted.wait()
            wanted.clear()
            self.build(Silence())


def _over(base: Served, edited: Mapping[str, tuple[int, Edited]]) -> Served:
    """What was built, with the articles that were saved since."""
    if not edited:
        return base
    snapshot = base.snapshot
    pages = {
        row: (edited[article.path][1].article, edited[article.path][1].page)
        for row, article in enumerate(snapshot.articles)
        if article.path in edited
    }
    return browse(base.engine.over(snapshot.edited(pages)))


def _by_path(
    errors: tuple[Finding, ...] | list[Finding], turn: int
) -> dict[str, tuple[int, tuple[Finding, ...]]]:
    ordered = sorted(errors, key=attrgetter("path", "line"))
    return {path: (turn, tuple(some)) for path, some in groupby(ordered, attrgetter("path"))}


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()
