"""``kb doctor``: whether everything that is needed is there, and what to do where it is not."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import click

from indexer.models import open_encoder, prepare_encoder
from indexer.pointer import open_current, read_pointer
from kb.config import Config, load_config
from kb.errors import KBError, UnavailableError

LEAST_FREE_BYTES = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Examined:
    """One thing looked at."""

    name: str
    good: bool
    said: str


@click.command()
def doctor() -> None:
    """Check settings, articles, model, snapshot and disk; exits with 1 where one needs care."""
    results = list(_examine(load_config()))
    for one in results:
        click.echo(f"{'ok ' if one.good else 'BAD'}  {one.name}: {one.said}")
    if not all(one.good for one in results):
        raise SystemExit(1)


def _examine(config: Config) -> Iterator[Examined]:
    yield Examined("python", True, platform.python_version())
    yield _try("articles", lambda: _articles(config))
    yield _try("model", lambda: _model(config))
    yield _try("snapshot", lambda: _snapshot(config))
    yield _try("disk", lambda: _disk(config))


def _try(name: str, look: Callable[[], str]) -> Examined:
    try:
        return Examined(name, True, look())
    except KBError as error:
        return Examined(name, False, str(error))


def _articles(config: Config) -> str:
    count = sum(1 for _ in config.articles.rglob("*.md"))
    if not count:
        raise UnavailableError(f"{config.articles}: no Markdown file (set KB_ARTICLES)")
    return f"{count:,} Markdown files in {config.articles}"


def _model(config: Config) -> str:
    recipe = prepare_encoder(config.model, config.data / "models").recipe
    return f"{recipe.model}, {recipe.quantisation}, recipe {recipe.id}"


def _snapshot(config: Config) -> str:
    snapshot = open_current(config.data)
    if snapshot.id != read_pointer(config.data):
        raise UnavailableError(f"the active one is damaged, {snapshot.id} is served instead")
    if snapshot.manifest.recipe is None:
        raise UnavailableError(f"no embeddings: {snapshot.manifest.no_recipe_reason}")
    open_encoder(snapshot.manifest.recipe, config.data / "models")
    return f"{snapshot.id}, {len(snapshot.articles):,} articles"


def _disk(config: Config) -> str:
    place = next(
        path for path in (config.data.absolute(), *config.data.absolute().parents) if path.exists()
    )
    free = shutil.disk_usage(place).free
    if free < LEAST_FREE_BYTES:
        raise UnavailableError(
            f"{free / 1e9:.1f} GB free at {place} (make room: a snapshot may need it)"
        )
    return f"{free / 1e9:.1f} GB free at {place}"
