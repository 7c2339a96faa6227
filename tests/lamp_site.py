"""A small help centre in two languages that has something of everything the portal shows."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from indexer.publish import publish
from indexer.source import read_folder
from kb.config import Config, Site

LAMP_ARTICLES = Path(__file__).parent / "portal_site"


class Silence:
    """Progress that is not shown."""

    def step(self, name: str, total: int) -> Callable[[], None]:
        return lambda: None


@cache
def publish_lamps(models: Path) -> Path:
    """A data folder in which it is published, once for all tests; read it only."""
    data = models.with_name("lamps")
    data.mkdir()
    (data / "models").symlink_to(models)
    config = Config(data=data, site=Site(languages=("es",)))
    content = read_folder(LAMP_ARTICLES, config.site, config.limits)
    publish(content, config, lambda *_: (), Silence())
    return data
