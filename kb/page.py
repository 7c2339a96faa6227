"""What one article is after rendering: its HTML, and the same text cut up for search.

Portal and search read one parse, so a search result always leads to a heading that is on the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kb.errors import Finding

BlockKind = Literal["paragraph", "item", "row", "head", "code"]
ReferenceKind = Literal["link", "image"]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the article's body; ``level`` is 2 to 6, because the title is the page's h1."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Block:
    """One smallest piece of an article's text that makes sense alone.

    ``item`` is a list item's own text without nested items; ``row`` a table row, cells joined by
    " | "; ``head`` one that names the columns; ``code`` keeps its line breaks, everything
    else has single spaces.
    """

    kind: BlockKind
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """The text under one heading, up to the next heading of any level."""

    anchor: str
    """Empty for the text before the first heading."""
    headings: tuple[str, ...]
    """Heading path, outermost first, the article's title excluded."""
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """A link or image that points into the help centre, as ``resolve`` names it."""

    target: str
    """``guides/refunds.md#when``, relative to the articles' folder, or ``/help/refunds/``."""
    line: int
    kind: ReferenceKind


@dataclass(frozen=True, slots=True)
class Page:
    """A rendered article; ``html`` is safe, its internal links are ``kb:`` URIs."""

    html: str
    headings: tuple[Heading, ...]
    sections: tuple[Section, ...]
    references: tuple[Reference, ...]
    notes: tuple[Finding, ...]
