"""From articles to the snapshot that is served: build aside, check, then move the pointer.

A failed or killed build changes nothing: the pointer moves last, and only to a folder that is
complete, verified and on disk.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Protocol

from indexer.build import Build, Vectors, write_snapshot
from indexer.cache import EmbeddingCache, FileCache, forget_vectors, vectors_file
from indexer.encoder import Encoder
from indexer.linking import link
from indexer.lock import publishing
from indexer.manifest import ID_DIGITS, fsync
from indexer.models import prepare_encoder
from indexer.notices import render_notices
from indexer.passages import embedding_text
from indexer.pointer import PARTIAL, SNAPSHOTS, activate, clean_partials, kept_recipes, prune
from indexer.prepare import Prepared, prepare_all
from indexer.rendering import Limits as RenderLimits
from indexer.revisions import texts
from indexer.snapshot import Snapshot
from indexer.source import Content, with_hidden
from kb.articles import Fragment
from kb.config import Config
from kb.errors import ContentError, Finding, ModelError

_SHOW = "take what hides it out of its front matter"
_CURES = {"a draft": _SHOW, "internal": _SHOW}


class Progress(Protocol):
    """How long work is shown: one step after another, each of so many parts."""

    def step(self, name: str, total: int) -> Callable[[], None]:
        """Begin a step; the answer is called once for each part done, from any thread."""


Check = Callable[[Snapshot, Encoder | None, Callable[[], None]], Sequence[Finding]]
"""A look at the finished snapshot before it is served; what it finds are notes."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a publish did; ``encoded`` counts texts that had no vector yet."""

    snapshot: str
    commit: str | None
    articles: int
    passages: int
    encoded: int
    seconds: float
    languages: tuple[str, ...]
    left_out: tuple[Fragment, ...]
    notes: tuple[Finding, ...]
    keyword_only: str | None


@dataclass(frozen=True, slots=True)
class Embedded:
    """Vectors of a build, or why there are none, and how many were worked out anew."""

    encoder: Encoder | None
    vectors: Vectors | None
    reason: str | None
    encoded: int = 0


@dataclass(frozen=True, slots=True)
class Made:
    """A build, how its vectors came about, and what writers should know."""

    build: Build
    embedded: Embedded
    notes: tuple[Finding, ...]


def publish(content: Content, config: Config, check: Check, progress: Progress) -> Report:
    """Build, verify and activate a snapshot.

    Raises BusyError while another process publishes, ContentError where there is no article.
    """
    with publishing(config.data):
        return publish_alone(content, config, check, progress)


def refuse_nothing(content: Content) -> None:
    """ContentError where there is no article."""
    if not content.articles:
        raise ContentError(nothing(content, content.tree.place))


def nothing(content: Content, place: str) -> list[Finding]:
    """That there is no article, and why the files that there are are none."""
    remedy = (
        "let customers see one of these" if content.hidden else "add a Markdown file with a title"
    )
    findings = [Finding(place, 1, "no article to publish", remedy, "error")]
    ordered = sorted(content.left_out, key=lambda one: (one.reason, one.path))
    for reason, group in groupby(ordered, key=lambda one: one.reason):
        paths = [one.path for one in group]
        more = f", and {len(paths) - 1:,} more" if len(paths) > 1 else ""
        said, _, cure = reason.removeprefix("a fragment: ").removesuffix(")").partition(" (")
        cure = cure or _CURES.get(said, "mend it")
        findings.append(Finding(paths[0], 1, f"left out: {said}{more}", cure, "error"))
    return findings


def publish_alone(content: Content, config: Config, check: Check, progress: Progress) -> Report:
    """Publish while the caller holds the publishers' lock."""
    refuse_nothing(content)
    started = time.monotonic()
    made = make(content, config, progress)
    hidden = make(with_hidden(content), config, progress) if content.hidden else None
    build = replace(made.build, hidden=hidden.build if hidden else None)
    snapshot, sha256 = write(build, config.data, progress)
    found = check(snapshot, made.embedded.encoder, progress.step("Checking", len(build.articles)))
    serve(config.data, snapshot.id, sha256, config.keep_snapshots)
    return Report(
        snapshot=snapshot.id,
        commit=content.commit,
        articles=len(build.articles),
        passages=snapshot.passage_count,
        encoded=made.embedded.encoded + (hidden.embedded.encoded if hidden else 0),
        seconds=time.monotonic() - started,
        languages=snapshot.manifest.languages,
        left_out=content.left_out,
        notes=(*content.notes, *made.notes, *found),
        keyword_only=made.embedded.reason,
    )


def make(content: Content, config: Config, progress: Progress) -> Made:
    """Everything that is to be written about some articles."""
    prepared = _prepare(content, config, progress)
    linked = link(content, prepared, config.site.language)
    notices, remarks = render_notices(
        content.notices, linked.links, RenderLimits(seconds=config.limits.render_seconds)
    )
    embedded = _embed(content, prepared, config, progress)
    build = Build(
        articles=tuple(parsed.article for parsed in content.articles),
        prepared=prepared,
        linked=linked,
        site_lang=config.site.language,
        content=content,
        vectors=embedded.vectors,
        no_vectors=embedded.reason,
        notices=notices,
        texts=texts(content, config.site.language),
    )
    return Made(build, embedded, (*linked.notes, *remarks))


def _prepare(content: Content, config: Config, progress: Progress) -> tuple[Prepared, ...]:
    cache = FileCache(config.data / "cache" / "articles")
    limits = RenderLimits(seconds=config.limits.render_seconds)
    on_done = progress.step("Rendering", len(content.articles))
    prepared = prepare_all(content, cache, limits, on_done)
    cache.prune()
    return tuple(prepared)


def _embed(
    content: Content, prepared: Sequence[Prepared], config: Config, progress: Progress
) -> Embedded:
    """Vectors of titles and passages; a model that cannot be had leaves keyword search."""
    try:
        encoder = prepare_encoder(config.model, config.data / "models")
    except ModelError as error:
        return Embedded(None, None, str(error))
    titles = [parsed.article.title for parsed in content.articles]
    texts = [
        embedding_text(title, passage)
        for title, one in zip(titles, prepared, strict=True)
        for passage in one.passages
    ]
    cache = EmbeddingCache(vectors_file(config.data, encoder.recipe), encoder)
    new = len(cache.missing([*titles, *texts]))
    vectors = cache.encode([*titles, *texts], progress.step("Encoding", new))
    cache.prune([*titles, *texts])
    split_at = len(titles)
    found = Vectors(encoder.recipe, passages=vectors[split_at:], titles=vectors[:split_at])
    return Embedded(encoder, found, None, new)


def write(build: Build, data: Path, progress: Progress) -> tuple[Snapshot, str]:
    """A snapshot under its final name, verified byte by byte, not yet active."""
    clean_partials(data)
    on_done = progress.step("Indexing", 1)
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%d-%H%M%S-%f")[:-3]
    partial = data / SNAPSHOTS / f"{stamp}{PARTIAL}"
    partial.mkdir(parents=True)
    sha256 = write_snapshot(build, partial)
    folder = partial.with_name(f"{stamp}-{sha256[:ID_DIGITS]}")
    partial.rename(folder)
    fsync(folder.parent)
    on_done()
    return Snapshot.open(folder, sha256), sha256


def serve(data: Path, snapshot_id: str, sha256: str, keep: int) -> None:
    """Activate a snapshot and remove what only those needed that are kept no longer."""
    activate(data, snapshot_id, sha256)
    prune(data, keep)
    forget_vectors(data, kept_recipes(data))
