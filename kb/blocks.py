"""The text of a page, cut into sections and blocks while its HTML goes by.

Search reads what the reader reads: markup, footnote marks and boxes to tick leave no trace.
"""

from __future__ import annotations

from html import unescape

from kb.page import Block, BlockKind, Section

_INLINE = frozenset(
    "a abbr b bdi bdo cite code data del dfn em i img input ins kbd label mark q s samp small span"
    " strong sub sup time u var wbr".split()
)
_CELLS = frozenset({"td", "th"})


class Blocks:
    """Takes tags and text in document order; texts are HTML, with entities."""

    def __init__(self) -> None:
        self.sections: list[Section] = []
        self._path: list[tuple[int, str]] = []
        self._anchor = ""
        self._blocks: list[Block] = []
        self._buffer: list[str] = []
        self._items = 0
        self._rows = 0
        self._cells: list[str] = []
        self._data = False
        self._pre = False

    def text(self, html: str) -> None:
        """Add text of the element that is open."""
        self._buffer.append(html)

    def heading(self, level: int, text: str, anchor: str) -> None:
        """End the section and begin one under this heading."""
        self.end()
        while self._path and self._path[-1][0] >= level:
            self._path.pop()
        self._path.append((level, text))
        self._anchor = anchor

    def end(self) -> None:
        """End the section; one without text is kept where it has a heading."""
        self._flush()
        if self._blocks or self._path:
            headings = tuple(text for _, text in self._path)
            self.sections.append(Section(self._anchor, headings, tuple(self._blocks)))
        self._blocks = []

    def open(self, name: str) -> None:
        """Take a start tag, or an empty element."""
        if name == "br":
            self._buffer.append("\n" if self._pre else " ")
        elif name in _INLINE or self._pre:
            return
        elif self._rows:
            self._rows += name == "tr"
            self._buffer.append(" ")
        elif name == "p" and self._items:
            self._buffer.append(" ")
        else:
            self._flush()
            self._items += name == "li"
            self._rows += name == "tr"
            self._pre = name == "pre"

    def close(self, name: str) -> None:
        """Take an end tag."""
        if name in _INLINE or (self._pre and name != "pre"):
            return
        if self._rows:
            self._close_in_row(name)
        elif name == "p" and self._items:
            self._buffer.append(" ")
        else:
            self._flush()
            self._items -= name == "li" and self._items > 0
            self._pre = False

    def _close_in_row(self, name: str) -> None:
        self._buffer.append(" ")
        if self._rows == 1 and name in _CELLS:
            self._cells.append(self._taken())
            self._data |= name == "td"
        self._rows -= name == "tr"
        if not self._rows:
            kind: BlockKind = "row" if self._data else "head"
            self._add(kind, " | ".join(self._cells) if any(self._cells) else "")
            self._cells = []
            self._data = False
            self._buffer = []

    def _flush(self) -> None:
        if not self._buffer:
            return
        if self._pre:
            self._add("code", unescape("".join(self._buffer)).strip("\n").rstrip())
            self._buffer = []
        else:
            self._add("item" if self._items else "paragraph", self._taken())

    def _taken(self) -> str:
        """The text so far, entities read and white space collapsed."""
        text = " ".join(unescape("".join(self._buffer)).split())
        self._buffer = []
        return text

    def _add(self, kind: BlockKind, text: str) -> None:
        if text:
            self._blocks.append(Block(kind, text))
