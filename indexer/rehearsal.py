"""A publish that nobody sees: the same snapshot, in a folder that is thrown away.

It reads the real caches, so that only changed texts are rendered and encoded, and leaves what it
worked out there for the publish to come. What is served is not touched.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from indexer.cache import VECTORS, EmbeddingCache, vectors_file
from indexer.encoder import Encoder, FloatArray
from indexer.lock import publishing
from indexer.models import prepare_encoder
from indexer.passages import embedding_text
from indexer.pointer import open_current
from indexer.prepare import Prepared
from indexer.publish import Check, Progress, Report, publish
from indexer.snapshot import Snapshot
from indexer.source import Content
from kb.config import Config
from kb.errors import ModelError


@dataclass(frozen=True, slots=True)
class Encoded:
    """The model, and vectors of the passages in row order, shape (passages, dimensions)."""

    encoder: Encoder
    passages: FloatArray
    new: int
    """How many texts had no vector yet."""


def encode(
    content: Content, prepared: Sequence[Prepared], config: Config, progress: Progress
) -> Encoded | None:
    """Vectors as a publish makes them, kept for it; None where the model cannot be had."""
    try:
        encoder = prepare_encoder(config.model, config.data / "models")
    except ModelError:
        return None
    titles = [parsed.article.title for parsed in content.articles]
    passages = [
        embedding_text(title, passage)
        for title, one in zip(titles, prepared, strict=True)
        for passage in one.passages
    ]
    cache = EmbeddingCache(vectors_file(config.data, encoder.recipe), encoder)
    new = len(cache.missing([*titles, *passages]))
    on_done = progress.step("Encoding", new)
    if new:
        with publishing(config.data):  # one process at a time adds to the file
            cache = EmbeddingCache(vectors_file(config.data, encoder.recipe), encoder)
            cache.encode([*titles, *passages], on_done)
    return Encoded(encoder, cache.encode(passages, on_done), new)


@contextmanager
def rehearsed(
    content: Content, config: Config, check: Check, progress: Progress
) -> Iterator[tuple[Snapshot, Report]]:
    """The snapshot that a publish would make, and its report; gone when this ends."""
    with TemporaryDirectory(prefix="kb-check-") as folder:
        scratch = Path(folder)
        share(config.data, scratch)
        there = config.model_copy(update={"data": scratch})
        report = publish(content, there, check, progress)
        yield open_current(scratch), report


def share(data: Path, scratch: Path) -> None:
    """Let a folder have the models and caches of a data folder; again where it has some already.

    Models and pages are files that processes may share; vectors are one file, so it is copied,
    unless the folder's own has more.
    """
    (scratch / "cache").mkdir(parents=True, exist_ok=True)
    for name in ("models", "cache/articles"):
        (data / name).mkdir(parents=True, exist_ok=True)
        if not (scratch / name).is_symlink():
            (scratch / name).symlink_to((data / name).resolve())
    for path in (data / "cache").glob(f"{VECTORS}*"):
        own = scratch / "cache" / path.name
        with suppress(FileNotFoundError):  # a publish may remove it just now
            if not own.is_file() or own.stat().st_size < path.stat().st_size:
                shutil.copyfile(path, own)
