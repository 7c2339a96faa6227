"""One immutable build of everything that search and portal need, read from disk.

Portal pages come out of it too, so that page and search never disagree.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter

from indexer.history import Past
from indexer.keyword import KeywordIndex
from indexer.manifest import MANIFEST, Manifest, Part, read_part, read_verified, require
from indexer.notices import read_notices
from indexer.passages import Passage
from indexer.places import FILES as PLACES
from indexer.records import Records
from indexer.vectors import VectorIndex
from kb.articles import Article
from kb.notices import Notice, Place, standing
from kb.page import Heading

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class StoredPage:
    """An article's HTML, in which portal URLs start with ``kb.links.ROOT``, and its headings."""

    html: str
    headings: tuple[Heading, ...]


ARTICLES = TypeAdapter(tuple[Article, ...])
PASSAGE = TypeAdapter(Passage)
PAGE = TypeAdapter(StoredPage)
REDIRECTS: TypeAdapter[Mapping[str, str]] = TypeAdapter(dict[str, str])
PASTS = TypeAdapter(tuple[Past, ...])
DIGESTS: TypeAdapter[Mapping[str, str]] = TypeAdapter(dict[str, str])
NONE_RELATED = -1
_OPENED_LATER = ("redirects.json", "related.npy", *(f"keyword/{name}.npy" for name in PLACES))
_VECTORS = ("vectors.faiss", "titles.faiss")
HIDDEN = "hidden"
"""Folder of the indexes that hold drafts and internal articles too; only writers' pages open it."""


class Snapshot:
    """A snapshot that has been checked against its manifest; heavy parts are memory-mapped."""

    def __init__(self, folder: Path, manifest: Manifest, public: Snapshot | None = None) -> None:
        self.id: str = public.id if public else folder.name
        self._public = public
        self.manifest = manifest
        self.folder = folder
        require(folder, manifest, _OPENED_LATER + (_VECTORS if manifest.recipe else ()))
        self.articles = _read(folder / "articles.json", ARTICLES)
        self.keyword = KeywordIndex(folder / "keyword")
        self.first_passages: IntArray = read_part(folder / "first_passages.npy", np.load)
        """Row of each article's first passage, shape (articles,); rows run article by article."""
        self._passages = read_part(folder / "passages", Records)
        self._pages = read_part(folder / "pages", Records)
        self._notices = read_notices(folder)
        self._edited: Mapping[int, StoredPage] = {}
        self._rows = {article.key: row for row, article in enumerate(self.articles)}

    @classmethod
    def open(cls, folder: Path, sha256: str | None = None) -> Snapshot:
        """Verify and open; DamagedSnapshotError names the file that is not what it was."""
        return cls(folder, read_verified(folder, Manifest, sha256))

    def with_hidden(self) -> Snapshot:
        """This snapshot with drafts and internal articles; itself where there are none."""
        folder = self.folder / HIDDEN
        if not folder.is_dir():
            return self
        manifest = _read(folder / MANIFEST, TypeAdapter(Manifest))
        return Snapshot(folder, manifest, public=self)

    @cached_property
    def passage_vectors(self) -> VectorIndex:
        """Vectors of passages; only where the manifest has a recipe."""
        return read_part(self.folder / "vectors.faiss", VectorIndex.open)

    @cached_property
    def title_vectors(self) -> VectorIndex:
        """Vectors of titles, by article; only where the manifest has a recipe."""
        return read_part(self.folder / "titles.faiss", VectorIndex.open)

    @cached_property
    def _related(self) -> IntArray:
        return np.asarray(read_part(self.folder / "related.npy", np.load))

    @cached_property
    def _redirects(self) -> Mapping[str, str]:
        return _read(self.folder / "redirects.json", REDIRECTS)

    @cached_property
    def _gone(self) -> Mapping[str, str]:
        path = self.folder / "gone.json"
        return _read(path, REDIRECTS) if path.is_file() else {}

    @cached_property
    def _pasts(self) -> tuple[Past, ...]:
        path = self.folder / "pasts.json"
        return _read(path, PASTS) if path.is_file() else ()

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """Digest of what was written, by article name; see indexer.revisions.

        A snapshot that an older release made has none.
        """
        path = self.folder / "texts.json"
        return _read(path, DIGESTS) if path.is_file() else {}

    def edited(self, pages: Mapping[int, tuple[Article, StoredPage]]) -> Snapshot:
        """The same rows, some of which show another article: what a preview shows.

        It is found at the new address and at the one before; search knows the old text.
        """
        other = copy(self)
        rows = range(len(self.articles))
        other.articles = tuple(pages[n][0] if n in pages else self.articles[n] for n in rows)
        other._edited = {row: page for row, (_, page) in pages.items()}
        other._rows = self._rows | {article.key: row for row, (article, _) in pages.items()}
        return other

    def find(self, lang: str, slug: str) -> int | None:
        """Row of an article; None where there is none."""
        return self._rows.get((lang, slug))

    def named(self, name: str) -> int | None:
        """Row of the article with a name (``slug`` or ``lang:slug``), also if it moved since."""
        lang, colon, slug = name.partition(":")
        if not colon or lang not in self.manifest.languages:
            lang, slug = self.manifest.site_lang, name
        row = self.find(lang, slug)
        return self.moved(lang, slug) if row is None else row

    def moved(self, lang: str, slug: str) -> int | None:
        """Row of the article to which the old address of one leads."""
        prefix = self._prefix(lang)
        address = self.redirect(f"{prefix}/articles/{slug}") or self.redirect(f"{prefix}/{slug}")
        return None if address is None else self._addresses.get(address)

    def removed(self, lang: str, slug: str) -> bool:
        """Whether there was an article, and nothing is at its address any more."""
        return self.gone(f"{self._prefix(lang)}/articles/{slug}") is not None

    def _prefix(self, lang: str) -> str:
        return "" if lang == self.manifest.site_lang else f"/{lang}"

    @cached_property
    def _addresses(self) -> Mapping[str, int]:
        return {self.url(row): row for row in range(len(self.articles))}

    def url(self, row: int) -> str:
        """The portal's path of an article, without the site's path prefix."""
        return self.articles[row].url(self.manifest.site_lang)

    def page(self, row: int) -> StoredPage:
        """The rendered article."""
        if row in self._edited:
            return self._edited[row]
        return PAGE.validate_json(self._pages[row])

    def passage(self, row: int) -> Passage:
        """A passage by its row, which is also its vector's and its document's number."""
        return PASSAGE.validate_json(self._passages[row])

    @property
    def passage_count(self) -> int:
        """How many passages there are."""
        return len(self._passages)

    def related(self, row: int) -> tuple[int, ...]:
        """Up to five articles of the same language that say similar things, nearest first."""
        return tuple(int(other) for other in self._related[row] if other != NONE_RELATED)

    def translations(self, row: int) -> tuple[int, ...]:
        """The same article in other languages."""
        lang, slug = self.articles[row].key
        others = (self.find(other, slug) for other in self.manifest.languages if other != lang)
        return tuple(other for other in others if other is not None)

    def redirect(self, address: str) -> str | None:
        """Where an old address leads now, as a portal path."""
        return self._redirects.get("/" + address.strip("/"))

    def gone(self, address: str) -> str | None:
        """What was last read at an address where nothing is any more; None for any other.

        Empty where that is nobody's business.
        """
        return self._gone.get("/" + address.strip("/"))

    def past(self, row: int) -> Past:
        """How an article came to be; empty where it was not published from a repository."""
        return self._pasts[row] if self._pasts else Past()

    @property
    def judged(self) -> Path | None:
        """Folder of the judged queries that were beside the articles, at the same commit."""
        inside = "evaluation/queries.jsonl" in self.manifest.files
        return self.folder / "evaluation" if inside else None

    def notices(
        self,
        now: dt.datetime,
        lang: str,
        place: Place | None = None,
        product: str | None = None,
    ) -> tuple[Notice, ...]:
        """What is announced now, gravest first; see ``kb.notices.standing``."""
        return standing(self._notices, now, lang, place, product)

    def asset(self, name: str) -> Path | None:
        """The file of ``/assets/<name>``; None for a name that this snapshot does not hold."""
        inside = f"assets/{name}"
        if inside in self.manifest.files:
            return self.folder / inside
        return self._public.asset(name) if self._public else None


def _read(path: Path, kind: TypeAdapter[Part]) -> Part:
    return read_part(path, lambda file: kind.validate_json(file.read_bytes()))
