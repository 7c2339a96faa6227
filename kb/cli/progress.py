"""How long work is shown: a bar on a terminal, elsewhere a plain line now and then."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

QUIET_SECONDS = 10.0
"""Between two lines of a step; one that is done earlier leaves none in the log."""


class BarProgress:
    """Steps as bars."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars

    def step(self, name: str, total: int) -> Callable[[], None]:
        """Begin a step; call the answer for each part that is done."""
        task = self._bars.add_task(name, total=total)
        return lambda: self._bars.advance(task)


class LineProgress:
    """Steps as lines, for logs."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock

    def step(self, name: str, total: int) -> Callable[[], None]:
        """Begin a step; call the answer for each part that is done."""
        done, due = 0, self._clock() + QUIET_SECONDS

        def advance() -> None:
            nonlocal done, due
            done += 1
            if self._clock() >= due:
                due = self._clock() + QUIET_SECONDS
                self._console.print(f"{name} {done:,} of {total:,}", highlight=False)

        return advance


@contextmanager
def shown_progress() -> Iterator[BarProgress | LineProgress]:
    """Progress on stderr."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield LineProgress(console)
        return
    columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console) as bars:
        yield BarProgress(bars)
