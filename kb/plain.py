"""An article as plain text, for one that cannot be rendered: linear in time, whatever it holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from kb.anchors import Anchors
from kb.page import Block, Heading, Page, Section

_ATX = re.compile(r"^ {0,3}(#{1,6})[ \t]+(\S.*)$")


def plain(body: str) -> Page:
    """The text as it was written: paragraphs, and a section for each ATX heading."""
    html: list[str] = []
    headings: list[Heading] = []
    sections: list[Section] = []
    anchors = Anchors(())
    for lines in _parts(body):
        match = _ATX.match(lines[0]) if lines else None
        if match:
            text = " ".join(match[2].rstrip("# \t").split()) or match[2]
            heading = Heading(2, text, anchors.make(text))
            headings.append(heading)
            html.append(
                f'<h2 id="{escape(heading.anchor)}">{escape(heading.text, quote=False)}</h2>'
            )
        blocks = _paragraphs(lines[1:] if match else lines)
        html += [f"<p>{escape(block.text, quote=False)}</p>" for block in blocks]
        if match or blocks:
            last = headings[-1] if headings else None
            path = (last.text,) if last else ()
            sections.append(Section(last.anchor if last else "", path, blocks))
    return Page("\n".join(html), tuple(headings), tuple(sections), (), ())


def _parts(body: str) -> Iterator[list[str]]:
    """Lines up to the next ATX heading outside fenced code."""
    part: list[str] = []
    fence = ""
    for line in body.split("\n"):
        mark = line.lstrip()[:3]
        if mark in ("```", "~~~") and fence in ("", mark):
            fence = "" if fence else mark
        if not fence and part and _ATX.match(line):
            yield part
            part = []
        part.append(line)
    yield part


def _paragraphs(lines: list[str]) -> tuple[Block, ...]:
    """Lines joined up to the next blank one."""
    joined = re.split(r"\n\s*\n", "\n".join(lines))
    texts = (" ".join(text.split()) for text in joined)
    return tuple(Block("paragraph", text) for text in texts if text)
