"""How long work is shown: a bar on a terminal, a plain line a step elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


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

    def __init__(self, console: Console) -> None:
        self._console = console

    def step(self, name: str, total: int) -> Callable[[], None]:
        """Say that a step begins."""
        self._console.print(f"{name} {total:,}", highlight=False)
        return lambda: None


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
