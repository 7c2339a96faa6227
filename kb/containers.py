"""What indented lines of Markdown belong to: the list items and boxes that are open."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(slots=True)
class Container:
    """A list item or a box (admonition, tab, footnote) that indented lines belong to."""

    indent: int
    content: int
    kind: str
    """``*`` or ``1`` for items, ``!`` for boxes."""
    loose: bool = False
    """Whether a blank line stands within: then one must stand before the next item too."""


def depth_of(stack: Sequence[Container], indent: int, marker: re.Match[str] | None) -> int:
    """How many open containers a line belongs to; ``marker`` where it begins an item.

    A bullet two columns under a numbered item is meant to be nested, though CommonMark asks
    for three.
    """
    depth = 0
    while depth < len(stack) and indent >= stack[depth].content:
        depth += 1
    if marker and not marker["number"] and depth < len(stack):
        parent = stack[depth]
        depth += parent.kind == "1" and indent >= parent.indent + 2
    return depth


def is_item(stack: Sequence[Container], depth: int) -> bool:
    """Whether the innermost of so many containers is an item."""
    return depth > 0 and stack[depth - 1].kind != "!"


def loosen(stack: Sequence[Container]) -> None:
    """A blank line stands in every container that is open."""
    for container in reversed(stack):
        if container.loose:
            break
        container.loose = True
