"""Where commands print, results to stdout and remarks to stderr, and how they count."""

from __future__ import annotations

from rich.console import Console

PIPE_WIDTH = 200
"""Columns where stdout is no terminal: wide enough that a table keeps its words."""


def results() -> Console:
    """Console for what a command was asked for."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=PIPE_WIDTH)


def counted(count: int, one: str, many: str = "") -> str:
    """``1 case``, ``1,234 cases``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def remarks() -> Console:
    """Console for everything else."""
    return Console(highlight=False, stderr=True)
