"""What every system prints: one way of timing for ours and the peers.

Standard library only, as it also runs where our own libraries are not installed.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

PASSAGES = 100
"""Passages that a peer is asked for, so that ten articles are among them."""
ARTICLES = 10

WARM_UP = (
    "how do I reset my password",
    "cancel my order and get the money back",
    "cannot sign in after the update",
    "which settings can an administrator change",
    "export all data to a file",
)
"""The first of them also tells when a system has started."""


@dataclass(frozen=True, slots=True)
class Passages:
    """Texts to rank and, row by row, the article that each belongs to."""

    texts: list[str]
    articles: list[str]

    def ranked(self, rows: Iterable[int]) -> list[str]:
        """Articles in the order of their best passages."""
        return list(dict.fromkeys(self.articles[row] for row in rows))[:ARTICLES]


@dataclass(frozen=True, slots=True)
class Indexed:
    """How long a system took to index so many passages."""

    passages: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Measured:
    """One system over all queries of a set, in their order.

    ``first_answer`` is seconds since the epoch; ``memory`` MB resident after the last query.
    """

    first_answer: float
    milliseconds: list[float]
    rankings: list[list[str]]
    memory: float


def read_passages(path: Path) -> Passages:
    """Read JSON lines of ``article`` and ``text``."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return Passages([row["text"] for row in rows], [row["article"] for row in rows])


def measure_searches(search: Callable[[str], list[str]], queries: Sequence[str]) -> Measured:
    """Ask every query once, one by one."""
    search(WARM_UP[0])
    first_answer = time.time()
    for query in WARM_UP[1:]:
        search(query)
    milliseconds, rankings = [], []
    for query in queries:
        started = time.perf_counter()
        rankings.append(search(query))
        milliseconds.append((time.perf_counter() - started) * 1000)
    return Measured(first_answer, milliseconds, rankings, resident("self"))


def resident(process: int | str, kind: str = "Rss") -> float:
    """MB of a process that are in memory, as Linux counts them: ``Rss``, or ``Pss`` if shared."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
    kilobytes = next(line.split()[1] for line in lines if line.startswith(f"{kind}:"))
    return int(kilobytes) / 1024


def say(figures: Measured | Indexed) -> None:
    """Print the figures for the process that asked: they are the last line of stdout."""
    sys.stdout.write(json.dumps(asdict(figures)) + "\n")
