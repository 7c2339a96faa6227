"""How a table of Markdown begins: with a header and a ruler, whatever its writer left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kb.syntax import DELIMITER, EMPTY_CELL, ROW, pipes


@dataclass(frozen=True, slots=True)
class Head:
    """The first two lines of a table; ``is_ruled`` where the second was written."""

    header: str
    ruler: str
    is_ruled: bool


def head_of(text: str, lines: Sequence[str], row: int) -> Head | None:
    """The head of the table that begins with ``text``; None where none does.

    ``row`` of ``lines`` is the one below. kramdown's tables need no header.
    """
    following = lines[row].strip() if row < len(lines) else ""
    is_ruled = "|" in following and bool(DELIMITER.match(following))
    is_headless = ROW.match(text) and ROW.match(following) and not DELIMITER.match(text)
    if not is_ruled and not is_headless:
        return None
    width = _width(text, lines, row)
    missing = width - pipes(text)
    if is_ruled and not missing:
        ruler = EMPTY_CELL.sub("| --- ", following)
    else:
        ruler = "|" + " --- |" * max(1, width - 1)
    return Head(text + "  |" * missing, ruler, is_ruled)


def _width(header: str, lines: Sequence[str], row: int) -> int:
    """How many pipes a header needs: one that is a caption spans all columns below."""
    width = pipes(header)
    while width == 2 and row < len(lines) and lines[row].lstrip().startswith("|"):
        width = max(width, pipes(lines[row].strip()))
        row += 1
    return width
