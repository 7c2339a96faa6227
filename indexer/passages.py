"""Articles cut into passages: the unit that is embedded, matched and linked to.

A vector blurs what a long text says, an encoder reads only so much, and a reader wants to land at
the right heading: so a passage is a piece of one section. Pure: nothing is read from outside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from indexer.analysis import UNSPACED
from kb.page import Block, Section

SPLITTER_VERSION = 1
"""Part of the recipe; raise it when the same sections give other passages."""

_WORD = re.compile(rf"[{UNSPACED}]|[^\W{UNSPACED}]+")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])\s*|\n+")
_LINE_END = re.compile(r"\n")


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of an article under one heading path."""

    article: int
    """Row of the article in its snapshot."""
    anchor: str
    """Where a link to this passage leads; empty for the top of the article."""
    headings: tuple[str, ...]
    """Heading path, outermost first, without the article's title."""
    text: str
    """Plain text, one block a line; empty where a heading is all there is."""
    kinds: str = ""
    """What each line of the text is, by the first letter of its block's kind.

    For showing it, not for finding it; empty in snapshots of versions that did not keep it.
    """


@dataclass(frozen=True, slots=True)
class Sizes:
    """Most words of a passage (a character each where words have no spaces between them).

    ``text`` is about what MiniLM reads (256 tokens). ``items`` holds for an article that is nothing
    but lists: its items are things to say side by side rather than one text, and a mean of many
    is near none of them. Both chosen on the dev sets, see docs/search-quality.md.
    """

    text: int = 200
    items: int = 30


def split(article: int, sections: Sequence[Section], sizes: Sizes = Sizes()) -> tuple[Passage, ...]:
    """Passages of an article in reading order; never none, so that every article can be found."""
    blocks = [block for section in sections for block in section.blocks]
    only_lists = bool(blocks) and all(block.kind == "item" for block in blocks)
    most = sizes.items if only_lists else sizes.text
    passages = tuple(
        Passage(article, section.anchor, section.headings, _joined(group, "\n"), _kinds(group))
        for section in _with_something_to_say(sections)
        for group in _groups(section.blocks, most)
    )
    return passages or (Passage(article, "", (), ""),)


def embedding_text(title: str, passage: Passage) -> str:
    """What the encoder reads: a passage says little without its title and headings."""
    return "\n".join(filter(None, (title, " > ".join(passage.headings), passage.text)))


def _with_something_to_say(sections: Sequence[Section]) -> Iterator[Section]:
    """Leave out headings with nothing but subheadings under them: those carry their words."""
    for section, following in pairwise((*sections, None)):
        path = section.headings if section else ()
        continued = following is not None and following.headings[: len(path)] == path
        if section and (section.blocks or not continued):
            yield section


def _groups(blocks: Sequence[Block], most: int) -> list[list[Block]]:
    pieces = [piece for block in blocks for piece in _pieces(block, most)]
    return _pack(pieces, most) or [[]]


def _joined(blocks: Sequence[Block], separator: str) -> str:
    return separator.join(block.text for block in blocks)


def _kinds(blocks: Sequence[Block]) -> str:
    """A letter for each line."""
    return "".join(block.kind[0] * (block.text.count("\n") + 1) for block in blocks)


def _pieces(block: Block, most: int) -> list[Block]:
    """The block, cut where it is too long: at its lines or sentences, else between words."""
    if _size(block.text) <= most:
        return [block]
    end, separator = (_LINE_END, "\n") if block.kind == "code" else (_SENTENCE_END, " ")
    parts = [part for part in end.split(block.text) if part.strip()]
    chunks = [Block(block.kind, chunk) for part in parts for chunk in _chunks(part, most)]
    return [Block(block.kind, _joined(group, separator)) for group in _pack(chunks, most)]


def _chunks(text: str, most: int) -> Iterator[str]:
    """Slices of ``most`` words each."""
    starts = [match.start() for match in _WORD.finditer(text)][::most] or [0]
    for start, end in pairwise((0, *starts[1:], len(text))):
        yield text[start:end].strip()


def _pack(pieces: Sequence[Block], most: int) -> list[list[Block]]:
    """Neighbours grouped to about equal sizes, none above ``most`` unless a piece is."""
    sizes = [_size(piece.text) for piece in pieces]
    count = -(-sum(sizes) // most) or 1
    target = sum(sizes) / count
    packed: list[list[Block]] = []
    filled = 0
    for piece, size in zip(pieces, sizes, strict=True):
        if not packed or filled + size > most or filled + size / 2 > target:
            packed.append([])
            filled = 0
        packed[-1].append(piece)
        filled += size
    return packed


def _size(text: str) -> int:
    return sum(1 for _ in _WORD.finditer(text))
