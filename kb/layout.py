"""CommonMark's layout of lists and blocks, rewritten to the one that Python-Markdown reads.

Writers indent nested lists by two or three spaces, start lists right under a paragraph and fence
code inside items; Python-Markdown wants four spaces a level and blank lines between blocks. This
pass moves lines, it never changes what they say.
"""

from __future__ import annotations

import re

from kb.containers import Container, depth_of, is_item, loosen
from kb.syntax import (
    BOX,
    DEFINITION,
    DELIMITER,
    FENCE,
    HEADING,
    LANGUAGE,
    MARKER,
    OPEN_HTML,
    RULE,
    SETEXT,
    SUMMARY,
    VERBATIM,
    lazy,
    unquoted,
    untab,
)
from kb.table_heads import head_of

_MAX_QUOTES = 8


def normalise(text: str) -> str:
    """The same document with Python-Markdown's indentation and blank lines."""
    return "\n".join(_Layout(text.split("\n")).run())


class _Layout:
    """Reads lines one by one; ``stack`` holds the containers that are open."""

    def __init__(self, lines: list[str], quotes: int = 0) -> None:
        self.lines = lines
        self.quotes = quotes
        self.out: list[str] = []
        self.stack: list[Container] = []
        self.row = 0
        self.paragraph = False
        self.first = False
        """Whether the open paragraph is the first thing in its item."""
        self.table = False

    def run(self) -> list[str]:
        while self.row < len(self.lines):
            line = untab(self.lines[self.row])
            self.row += 1
            text = line.lstrip(" ")
            if text.strip() and (self.table or text.strip() != "|"):
                self._line(line, len(line) - len(text), text)
            else:
                self._blank()
        return self.out

    def _blank(self) -> None:
        self._blank_line()
        self.paragraph = self.table = False

    def _line(self, line: str, indent: int, text: str) -> None:
        marker = None if RULE.match(text) else MARKER.match(text)
        depth = depth_of(self.stack, indent, marker)
        rest = indent - (self.stack[depth - 1].content if depth else 0)
        if rest >= 4 and not self.paragraph and not (marker and is_item(self.stack, depth)):
            self._close(depth)
            self._emit(" " * rest + text)
        elif marker and rest < 8 and self._starts_item(marker, depth, rest):
            self._item(marker, depth, indent)
        elif rest >= 4 or not self._block(line, indent, text, depth):
            self._text(text, depth)

    def _starts_item(self, marker: re.Match[str], depth: int, rest: int) -> bool:
        """Only a bullet or a 1 may interrupt a paragraph; in a list, any item may."""
        if not self.paragraph:
            return rest < 4 or is_item(self.stack, depth)
        if depth < len(self.stack) and self.stack[depth].kind != "!":
            return True
        if not marker["text"]:
            return False
        return is_item(self.stack, depth) or (rest < 4 and marker["number"] in (None, "1"))

    def _item(self, marker: re.Match[str], depth: int, indent: int) -> None:
        kind = "1" if marker["number"] else "*"
        beside = self.stack[depth] if depth < len(self.stack) else None
        sibling = beside is not None and beside.kind == kind and not beside.loose
        nested = self.first and self.paragraph and depth == len(self.stack) and depth > 0
        if not (sibling and (self.first or not self.paragraph)) and not nested:
            self._gap()
        del self.stack[depth:]
        gap = len((marker["gap"] or " ").expandtabs(4))
        width = len(marker["mark"]) + (gap if gap < 5 else 1)
        mark = f"{int(marker['number'])}." if marker["number"] else "*"
        text = marker["text"] or ""
        fence = FENCE.match(text)
        shown = "<!-- -->" if fence or not text else text
        self.out.append("    " * depth + f"{mark} {self._broken(shown)}")
        self.stack.append(Container(indent, indent + width, kind))
        self.paragraph = self.first = not fence
        if fence:
            self._fence(fence, indent + width, depth + 1)

    def _block(self, line: str, indent: int, text: str, depth: int) -> bool:
        """Whether the line starts a block that is no paragraph; then it has been written."""
        if fence := FENCE.match(text):
            self._fence(fence, indent, depth)
        elif text.startswith(">") and self.quotes < _MAX_QUOTES:
            self._quote(text, depth)
        elif text[0] == "<" and (verbatim := VERBATIM.match(text)):
            self._verbatim(verbatim, line, depth)
        elif BOX.match(text) or (DEFINITION.match(text) if self.out else None):
            self._box(text, indent, depth)
        elif HEADING.match(text) or (RULE.match(text) and not self._is_setext(text, depth)):
            self._close(depth, gap=True)
            self._emit(text)
        elif self._is_setext(text, depth):
            self._emit(text)
        elif "|" in text and self._table(text, depth):
            pass
        else:
            return text[0] == "<" and self._html(line, text, depth)
        return True

    def _is_setext(self, text: str, depth: int) -> bool:
        return self.paragraph and depth == len(self.stack) and bool(SETEXT.match(text))

    def _text(self, text: str, depth: int) -> None:
        """A paragraph's line; without indentation it may lazily continue an item's."""
        if not self.paragraph:
            self._close(depth, gap=depth < len(self.stack) or self._follows_code())
            self.first = False
        self.paragraph = True
        self.out.append("    " * len(self.stack) + self._broken(text))

    def _broken(self, text: str) -> str:
        """A backslash at a line's end breaks it, as two spaces do."""
        return text[:-1] + "  " if text.endswith("\\") and not text.endswith("\\\\") else text

    def _follows_code(self) -> bool:
        return bool(self.out) and self.out[-1].lstrip().startswith(("```", "~~~", ">"))

    def _box(self, text: str, indent: int, depth: int) -> None:
        definition = text.startswith(": ")
        self._close(depth, gap=not definition)
        self.out.append("    " * depth + (":   " + text[1:].lstrip() if definition else text))
        self.stack.append(Container(indent, indent + (2 if definition else 4), "!"))
        self.paragraph = definition or text.startswith("[^")
        self.first = True

    def _fence(self, fence: re.Match[str], indent: int, depth: int) -> None:
        """Copy a fenced block whole; one that is never closed runs to the end."""
        self._close(depth, gap=True)
        mark = fence[1] or fence[3]
        language = LANGUAGE.match(fence[2] or fence[4] or "")
        margin = "    " * depth
        self.out.append(f"{margin}{mark}{language[1] if language else ''}")
        while self.row < len(self.lines):
            line = self.lines[self.row]
            self.row += 1
            bare = line.strip()
            if bare.startswith(mark) and not bare.strip(mark[0]):
                break
            cut = min(indent, len(line) - len(line.lstrip(" ")))
            self.out.append(margin + line[cut:] if bare else "")
        self.out.append(margin + mark)
        self._blank_line()

    def _quote(self, text: str, depth: int) -> None:
        """A quotation is a document of its own; its lazy last lines belong to it."""
        self._close(depth, gap=True)
        inner = [unquoted(text)]
        while self.row < len(self.lines):
            line = self.lines[self.row].strip()
            if not line or not (line.startswith(">") or lazy(line, inner[-1])):
                break
            inner.append(unquoted(line))
            self.row += 1
        quoted = _Layout(inner, self.quotes + 1).run()
        self.out += ["    " * depth + f"> {line}".rstrip() for line in quoted]
        self._blank_line()

    def _verbatim(self, opening: re.Match[str], line: str, depth: int) -> None:
        """Copy ``<pre>`` and comments as they are, to their end tag."""
        end = "-->" if opening[2] else f"</{opening[1].lower()}"
        if not self.paragraph:
            self._close(depth)
        self.out.append("    " * depth + line.lstrip(" "))
        found = end in line.lower()
        while not found and self.row < len(self.lines):
            self.out.append(self.lines[self.row])
            found = end in self.lines[self.row].lower()
            self.row += 1

    def _html(self, line: str, text: str, depth: int) -> bool:
        """Raw HTML keeps its indentation; Markdown after a blank line in it is read."""
        if self.paragraph or depth:
            return False
        self._close(depth)
        opening = OPEN_HTML.match(text)
        if opening and self._blank_follows():
            line = f'{opening[1]} markdown="1">'
        self.out.append(line)
        return True

    def _blank_follows(self) -> bool:
        row = self.row
        if row < len(self.lines) and SUMMARY.match(self.lines[row]):
            row += 1
        return row < len(self.lines) and not self.lines[row].strip()

    def _table(self, text: str, depth: int) -> bool:
        """Keep rows together, set apart from a paragraph above."""
        if self.table:
            if not DELIMITER.match(text):
                self.out.append("    " * len(self.stack) + text)
            return True
        head = head_of(text, self.lines, self.row)
        if head:
            self._close(depth, gap=True)
            self._emit(head.header)
            self._emit(head.ruler)
            self.row += head.is_ruled
            self.table = True
        return head is not None

    def _close(self, depth: int, gap: bool = False) -> None:
        """End containers deeper than ``depth``."""
        if gap or depth < len(self.stack):
            self._gap()
        del self.stack[depth:]
        self.paragraph = self.table = False

    def _gap(self) -> None:
        if self.out and self.out[-1].strip():
            self._blank_line()

    def _blank_line(self) -> None:
        """Add a blank line; every container that is open has one in it now."""
        self.out.append("")
        loosen(self.stack)

    def _emit(self, text: str) -> None:
        self.out.append("    " * len(self.stack) + text)
        self.paragraph = False
