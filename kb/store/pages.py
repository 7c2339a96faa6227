"""Long lists, shown a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from kb.insights import Page

SIZE = 50

Item = TypeVar("Item")


def paged(total: int, number: int, read: Callable[[int, int], Sequence[Item]]) -> Page[Item]:
    """A page of ``total`` rows, which ``read(offset, limit)`` reads.

    Numbers count from 1; the nearest page there is stands for one that there is not.
    """
    pages = max(1, -(-total // SIZE))
    number = min(max(number, 1), pages)
    return Page(
        items=tuple(read((number - 1) * SIZE, SIZE)), total=total, number=number, pages=pages
    )
