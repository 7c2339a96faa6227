"""Help centres published for one run, as ``kb publish`` does it."""

from __future__ import annotations

from pathlib import Path

from indexer.publish import publish
from indexer.source import read_folder
from kb.cli.progress import shown_progress
from kb.config import Config
from search.titles import check_titles


def publish_site(articles: Path, data: Path) -> Path:
    """Publish a folder into a new data folder, which borrows ``models`` from beside it."""
    data.mkdir()
    (data / "models").symlink_to(data.parent / "models")
    config = Config(data=data, articles=articles)
    content = read_folder(articles, config.site, config.limits)
    with shown_progress() as progress:
        publish(content, config, check_titles, progress)
    return data
