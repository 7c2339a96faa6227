"""Writing a snapshot's files; what each holds is read again in ``indexer.snapshot``."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer.encoder import FloatArray, Recipe
from indexer.history import Past
from indexer.keyword import build_keyword_index
from indexer.linking import Linked
from indexer.manifest import FORMAT, Counts, Manifest, file_hashes, write_manifest
from indexer.notices import write_notices
from indexer.places import write_places
from indexer.postings import BM25F, Postings
from indexer.prepare import Prepared
from indexer.records import write_records
from indexer.snapshot import ARTICLES, HIDDEN, NONE_RELATED, PAGE, PASSAGE, PASTS, StoredPage
from indexer.source import Content
from indexer.vectors import VectorIndex
from indexer.vocabulary import Vocabulary
from kb.articles import Article
from kb.notices import Notice

RELATED = 5
TITLE_SHARE = 0.5
"""How much of "related" is the title's meaning; the rest is the mean of the passages'."""


@dataclass(frozen=True, slots=True)
class Vectors:
    """Unit vectors of every passage and of every title, in row order."""

    recipe: Recipe
    passages: FloatArray
    titles: FloatArray


@dataclass(frozen=True, slots=True)
class Build:
    """Everything a snapshot is written from; without vectors, the reason why.

    ``texts``: see indexer.revisions. ``hidden``: the same with drafts and internal articles.
    """

    articles: tuple[Article, ...]
    prepared: tuple[Prepared, ...]
    linked: Linked
    site_lang: str
    content: Content
    vectors: Vectors | None
    no_vectors: str | None
    texts: Mapping[str, str]
    notices: tuple[Notice, ...] = ()
    hidden: Build | None = None


def write_snapshot(build: Build, folder: Path) -> str:
    """Write all files of a snapshot to an empty folder and to disk; its manifest's SHA-256.

    What is hidden has indexes of its own in a folder of its own, which nothing public opens: not
    even how often a word occurs there can be seen from outside.
    """
    if build.hidden:
        (folder / HIDDEN).mkdir()
        shared = build.linked.assets
        own = {
            name: path for name, path in build.hidden.linked.assets.items() if name not in shared
        }
        linked = replace(build.hidden.linked, assets=own)
        write_snapshot(replace(build.hidden, linked=linked), folder / HIDDEN)
    first = _first_passages(build.prepared)
    np.save(folder / "first_passages.npy", first)
    (folder / "articles.json").write_bytes(ARTICLES.dump_json(build.articles, indent=1))
    _write_json(folder / "redirects.json", build.linked.redirects)
    _write_json(folder / "gone.json", build.linked.gone)
    (folder / "pasts.json").write_bytes(PASTS.dump_json(_pasts(build)))
    _write_json(folder / "texts.json", build.texts)
    write_notices(folder, build.notices)
    _write_pages(folder, build)
    _write_files(folder, build)
    _write_keyword(folder / "keyword", build.prepared)
    if build.vectors:
        VectorIndex.build(build.vectors.passages).save(folder / "vectors.faiss")
        VectorIndex.build(build.vectors.titles).save(folder / "titles.faiss")
    np.save(folder / "related.npy", _related(build, first))
    return write_manifest(folder, _manifest(build, folder))


def _first_passages(prepared: Sequence[Prepared]) -> npt.NDArray[np.int64]:
    counts = [len(one.passages) for one in prepared]
    return np.cumsum([0, *counts[:-1]], dtype=np.int64)


def _write_json(path: Path, value: Mapping[str, str]) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")


def _write_pages(folder: Path, build: Build) -> None:
    pages = zip(build.linked.pages, build.prepared, strict=True)
    stored = (StoredPage(html, one.page.headings) for html, one in pages)
    write_records(folder / "pages", map(PAGE.dump_json, stored))
    passages = (passage for one in build.prepared for passage in one.passages)
    write_records(folder / "passages", map(PASSAGE.dump_json, passages))


def _pasts(build: Build) -> tuple[Past, ...]:
    """How each article came to be, by row."""
    return tuple(build.content.history.past(article.path) for article in build.articles)


def _write_files(folder: Path, build: Build) -> None:
    """Attachments, and the judged queries of these very articles."""
    tree = build.content.tree
    for name, path in build.linked.assets.items():
        _write_bytes(folder / "assets" / name, tree.read(path))
    for name, data in build.content.judged.items():
        _write_bytes(folder / name, data)


def _write_bytes(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _write_keyword(folder: Path, prepared: Sequence[Prepared]) -> None:
    folder.mkdir()
    terms = [terms for one in prepared for terms in one.terms]
    vocabulary = Vocabulary.of(words for one in prepared for words in one.words)
    build_keyword_index(folder, terms, vocabulary, BM25F())
    spans = [spans for one in prepared for spans in one.spans]
    write_places(folder, [one.body for one in terms], spans, Postings.open(folder))


def _related(build: Build, first: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Rows of the nearest articles of the same language, shape (articles, RELATED), padded."""
    rows = np.full((len(build.articles), RELATED), NONE_RELATED, dtype=np.int64)
    if build.vectors is None:
        return rows
    vectors = _article_vectors(build.vectors, first)
    for lang in {article.lang for article in build.articles}:
        same = [row for row, article in enumerate(build.articles) if article.lang == lang]
        _fill_related(rows, vectors, np.asarray(same))
    return rows


def _fill_related(
    rows: npt.NDArray[np.int64], vectors: FloatArray, same: npt.NDArray[np.int64]
) -> None:
    """Nearest first, the article itself left out."""
    index = VectorIndex.build(vectors[same])
    for row in same:
        nearest, _ = index.nearest(vectors[row], RELATED + 1)
        others = [other for other in same[nearest] if other != row][:RELATED]
        rows[row, : len(others)] = others


def _article_vectors(vectors: Vectors, first: npt.NDArray[np.int64]) -> FloatArray:
    counts = np.diff([*first, len(vectors.passages)])[:, None]
    means = np.add.reduceat(vectors.passages, first) / counts
    mixed = TITLE_SHARE * vectors.titles + (1 - TITLE_SHARE) * means
    lengths = np.linalg.norm(mixed, axis=1, keepdims=True)
    return np.asarray(mixed / np.maximum(lengths, 1e-9), dtype=np.float32)


def _manifest(build: Build, folder: Path) -> Manifest:
    return Manifest(
        format=FORMAT,
        created=dt.datetime.now(dt.UTC),
        commit=build.content.commit,
        source=build.content.tree.place,
        ref=build.content.tree.ref,
        folder=build.content.tree.folder,
        due=_due(build.content),
        site_lang=build.site_lang,
        languages=tuple(sorted({article.lang for article in build.articles})),
        recipe=build.vectors.recipe if build.vectors else None,
        no_recipe_reason=build.no_vectors,
        counts=Counts(
            articles=len(build.articles),
            passages=sum(len(one.passages) for one in build.prepared),
            assets=len(build.linked.assets),
        ),
        files=file_hashes(folder),
    )


def _due(content: Content) -> dt.datetime | None:
    """When the next article is to appear by itself."""
    waiting = [one.article for one in content.hidden]
    moments = (one.publish_at for one in waiting if not one.draft and one.visibility == "public")
    return min((moment for moment in moments if moment), default=None)
