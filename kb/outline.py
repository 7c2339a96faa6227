"""One walk over sanitised HTML that gives the portal its page and search its text.

nh3 writes HTML in one canonical form: every ``<`` outside a tag and every ``"`` inside an attribute
is escaped. So tags can be told by a regular expression, raw HTML and Markdown look alike, and what
is shown and what is searched come from the same place.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from html import escape, unescape

from kb.anchors import Anchors
from kb.blocks import Blocks
from kb.elements import ATTRIBUTE, HANDLERS, Attributes
from kb.page import Heading, ReferenceKind, Section

TAG = re.compile(r"<(/?)([a-z][a-z0-9-]*)((?: [^\s=<>]+=\"[^\"]*\")*)>")
_IDENTIFIER = re.compile(r' (?:id|name)="([^"]+)"')
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_PHRASING = frozenset(
    "a b br code em i img input kbd s span strong sub sup u small mark del".split()
)


@dataclass(slots=True)
class _OpenHeading:
    """A heading whose end has not come; ``start`` is where its output begins."""

    level: int
    start: int
    ids: list[str]
    text: list[str] = field(default_factory=list)
    alts: list[str] = field(default_factory=list)


class Outline:
    """Walks ``html``, as nh3 writes it, of the article at ``path``; afterwards holds what it found.

    ``references`` are (target as resolve() names it, target as written, kind); ``outside`` are
    targets that leave the articles' folder.
    """

    def __init__(self, html: str, path: str, title: str) -> None:
        self.headings: list[Heading] = []
        self.references: list[tuple[str, str, ReferenceKind]] = []
        self.outside: list[str] = []
        self.source, self.path, self.title = html, path, title
        self.anchors = Anchors(unescape(name) for name in _IDENTIFIER.findall(html))
        self.blocks = Blocks()
        self._out: list[str] = []
        self.heading: _OpenHeading | None = None
        self._levels: list[int] = []
        self.tables: Counter[str] = Counter()
        self.resume = 0
        self.paragraph = self.label = self.mute = False
        self.alt = ""
        self._walk()

    @property
    def html(self) -> str:
        """The page, not yet sanitised again."""
        return "".join(self._out)

    @property
    def sections(self) -> list[Section]:
        """The text under each heading."""
        return self.blocks.sections

    def write(self, html: str) -> None:
        """Output without text for search."""
        self._out.append(html)

    def _walk(self) -> None:
        position = 0
        for match in TAG.finditer(self.source):
            if match.start() >= self.resume:
                self.text(self.source[max(position, self.resume) : match.start()])
                self._tag(match)
            position = match.end()
        self.text(self.source[max(position, self.resume) :])
        self.blocks.end()

    def text(self, text: str) -> None:
        """Output text, which is the heading's or search's too."""
        if not text:
            return
        self._out.append(text)
        if self.heading:
            self.heading.text.append(text)
        elif not self.mute:
            self.blocks.text(text)

    def _tag(self, match: re.Match[str]) -> None:
        slash, name, attributes = match.groups()
        if self.label and name not in _PHRASING:
            self.label = False
            self._out.append("</label>")
        if slash:
            self._close(name)
        elif name in _HEADINGS:
            self._begin_heading(int(name[1]), dict(ATTRIBUTE.findall(attributes)))
        elif handler := HANDLERS.get(name):
            handler(self, match, dict(ATTRIBUTE.findall(attributes)) if attributes else {})
        else:
            self.open(name, dict(ATTRIBUTE.findall(attributes)) if attributes else {})

    def open(self, name: str, attributes: Attributes) -> None:
        """Write a start tag; ids stay where they are free, empty classes go."""
        if attributes:
            self._identify(attributes)
        self._out.append(f"<{name}{_written(attributes)}>" if attributes else f"<{name}>")
        if not self.heading:
            self.blocks.open(name)

    def _close(self, name: str) -> None:
        if name in _HEADINGS:
            self._end_heading(int(name[1]))
            return
        self._out.append(f"</{name}></div>" if name == "table" else f"</{name}>")
        if name == "a":
            self.mute = False
        elif name == "p":
            self.paragraph = False
        if not self.heading:
            self.blocks.close(name)

    def _identify(self, attributes: Attributes) -> None:
        """Turn an old-style name into an id, and keep an id only where it is free."""
        name = attributes.pop("name", "")
        wanted = attributes.pop("id", "") or name
        if claimed := self.anchors.claim(unescape(wanted)):
            attributes["id"] = escape(claimed)
        if not attributes.get("class", "-"):
            del attributes["class"]

    def _begin_heading(self, level: int, attributes: Attributes) -> None:
        if self.heading:
            return
        ids = [unescape(attributes["id"])] if "id" in attributes else []
        self.heading = _OpenHeading(level, len(self._out), ids)

    def _end_heading(self, level: int) -> None:
        heading = self.heading
        if not heading or heading.level != level:
            return
        self.heading = None
        text = _plain("".join(heading.text)) or _plain(" ".join(heading.alts))
        if not text or self._is_title(heading, text):
            del self._out[heading.start :]
            self._out += [
                f'<a id="{escape(i)}"></a>' for i in map(self.anchors.claim, heading.ids) if i
            ]
            return
        shown = self._shown_level(heading.level)
        anchor = next(filter(None, map(self.anchors.claim, heading.ids)), "")
        anchor = anchor or self.anchors.make(text)
        self._out.insert(heading.start, f'<h{shown} id="{escape(anchor)}">')
        self._out.append(f"</h{shown}>")
        self.headings.append(Heading(shown, text, anchor))
        self.blocks.heading(shown, text, anchor)

    def _is_title(self, heading: _OpenHeading, text: str) -> bool:
        """The portal prints the title, so that the article's own first h1 would be its second."""
        return heading.level == 1 and not self.headings and _letters(text) == _letters(self.title)

    def _shown_level(self, level: int) -> int:
        """Levels as they nest, from h2: none is skipped on the way down."""
        while self._levels and self._levels[-1] >= level:
            self._levels.pop()
        self._levels.append(level)
        return min(6, 1 + len(self._levels))


def _written(attributes: Attributes) -> str:
    return "".join(f' {name}="{value}"' for name, value in attributes.items())


def _plain(html: str) -> str:
    return " ".join(unescape(html).split())


def _letters(text: str) -> str:
    return re.sub(r"\W", "", text).casefold()
