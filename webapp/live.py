"""The engine that answers now. A publish becomes visible by itself; a bad one never does.

So does what ``kb learn`` learned. Opening a snapshot takes a moment, because every file is checked.
Requests do not wait for it, nor is one needed: a thread follows the pointers and opens what is new
while the old one answers, and one assignment swaps them.
"""

from __future__ import annotations

import logging
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from indexer.memory import MEMORY, open_memory
from indexer.pointer import read_pointer
from indexer.snapshot import Snapshot
from kb.errors import KBError, UnavailableError
from search.engine import Engine
from webapp import catalogue
from webapp.catalogue import Catalogue

CHECK_SECONDS = 1.0
RETRY_SECONDS = (
    10.0  # a snapshot that could not be opened, say for want of memory, gets new chances
)

log = logging.getLogger(__name__)

Opener = Callable[[], Engine]


@dataclass(frozen=True, slots=True)
class Pointers:
    """Ids of the active snapshot and memory; None where there is none."""

    snapshot: str | None
    memory: str | None

    @classmethod
    def of(cls, data: Path) -> Pointers:
        """What the data folder says now."""
        return cls(read_pointer(data), read_pointer(data / MEMORY))


@dataclass(frozen=True, slots=True)
class Served:
    """One snapshot as the portal needs it: searched by ``engine``, browsed by language."""

    engine: Engine
    catalogues: Mapping[str, Catalogue]
    products: tuple[str, ...]

    @property
    def snapshot(self) -> Snapshot:
        """The articles, their pages and assets."""
        return self.engine.snapshot

    @property
    def memory(self) -> str | None:
        """What has been learned from resolutions and is used now."""
        return self.engine.memory_id

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages that have articles."""
        return tuple(lang for lang, known in self.catalogues.items() if known.root.count)

    def nearest(self, lang: str | None) -> str:
        """The language of articles for a reader of ``lang``, or of what it is a region of."""
        wanted = (lang or "").lower().replace("_", "-")
        near = (wanted, wanted.partition("-")[0])
        own = self.snapshot.manifest.site_lang
        return next((one for one in near if one in self.languages), own)


class Serving(Protocol):
    """Whatever knows what is served now."""

    def served(self) -> Served:
        """What is served now; an UnavailableError where nothing is."""


class Live:
    """Hands out what is served, and swaps it when a pointer in ``data`` moves. Thread-safe."""

    def __init__(self, data: Path, opener: Opener) -> None:
        self._data = data
        self._open = opener
        self._lock = threading.Lock()
        self._served: Served | None = None
        self._pointers: Pointers | None = None

    def served(self) -> Served:
        """What is served now; NoSnapshotError or another UnavailableError where nothing is."""
        return self._served or self._first()

    def _first(self) -> Served:
        """Open the first engine; requests that come meanwhile wait for it."""
        with self._lock:
            if self._served is None:
                self._swap(Pointers.of(self._data))
                itself = (weakref.ref(self),)
                threading.Thread(target=_follow, args=itself, name="kb-live", daemon=True).start()
            assert self._served
            return self._served

    def look(self) -> float:
        """Serve what is new, if anything is; how many seconds to wait before the next look."""
        new = None
        try:
            pointers = Pointers.of(self._data)
            new = pointers.snapshot
            if new is not None and pointers != self._pointers:
                self._swap(pointers)
        except Exception as error:  # noqa: BLE001 - whatever is wrong, the old one is good
            old = self._served.snapshot.id if self._served else "nothing"
            log.error("snapshot %s is not served: %s (still serving %s)", new, error, old)
            return RETRY_SECONDS
        return CHECK_SECONDS

    def _swap(self, pointers: Pointers) -> None:
        """Open, and serve it from now on; pointers are remembered so as not to open it twice."""
        try:
            served = browse(self._renewed(pointers))
        except KBError:
            raise
        except Exception as error:
            what = f"snapshot {pointers.snapshot} cannot be opened"
            raise UnavailableError(f"{what}: {error}") from error
        self._served, self._pointers = served, pointers
        log.info("serving snapshot %s with memory %s", served.snapshot.id, served.memory)

    def _renewed(self, pointers: Pointers) -> Engine:
        """The engine that is open with another memory, where only that is new."""
        before = self._pointers
        if self._served and before and before.snapshot == pointers.snapshot:
            return self._served.engine.with_memory(open_memory(self._data))
        return self._open()


def _follow(found: weakref.ref[Live]) -> None:
    """Look again and again, as long as anybody needs what is served."""
    while live := found():
        seconds = live.look()
        del live
        time.sleep(seconds)


def browse(engine: Engine) -> Served:
    """An engine with the catalogue of each language that has articles, and of the site's own."""
    snapshot = engine.snapshot
    languages = {snapshot.manifest.site_lang, *(article.lang for article in snapshot.articles)}
    catalogues = {lang: catalogue.build(snapshot.articles, lang) for lang in sorted(languages)}
    products = {product for article in snapshot.articles for product in article.products}
    return Served(engine, catalogues, tuple(sorted(products)))
