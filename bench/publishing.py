"""One publish in a process of its own, timed step by step.

    python -m bench.publishing DATA ARTICLES

It does what ``kb publish`` does, with a progress that looks at the clock.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from pydantic import BaseModel

from bench.measured import Indexed
from indexer.publish import publish
from indexer.source import read_folder
from kb.config import Config
from search.titles import check_titles


class Published(BaseModel):
    """What a publish did; ``steps`` are the seconds from each step's start to the next one's."""

    articles: int
    passages: int
    encoded: int
    seconds: float
    steps: dict[str, float]

    @property
    def indexed(self) -> Indexed:
        """Passages encoded and written, as peers' ``index`` does; without rendering."""
        return Indexed(self.passages, self.steps["Encoding"] + self.steps["Indexing"])


class Clock:
    """Progress that notes when each step began."""

    def __init__(self) -> None:
        self._began: list[tuple[str, float]] = []

    def step(self, name: str, total: int) -> Callable[[], None]:  # noqa: ARG002 - as Progress has it
        """Note the time; single parts are not timed."""
        self._began.append((name, time.perf_counter()))
        return lambda: None

    def steps(self) -> dict[str, float]:
        """Seconds of each step, the last one ending now."""
        ends = [*(at for _, at in self._began[1:]), time.perf_counter()]
        return {name: end - at for (name, at), end in zip(self._began, ends, strict=True)}


def main(data: Path, articles: Path) -> None:
    """Publish a folder and print what it took."""
    config, clock = Config(data=data, articles=articles), Clock()
    content = read_folder(articles, config.site, config.limits)
    report = publish(content, config, check_titles, clock)
    figures = Published(
        articles=report.articles,
        passages=report.passages,
        encoded=report.encoded,
        seconds=report.seconds,
        steps=clock.steps(),
    )
    sys.stdout.write(figures.model_dump_json() + "\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
