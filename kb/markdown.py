"""Markdown to safe HTML and to the text that search reads: one parse for both.

An article is rendered when it is published, never in a request: Python-Markdown needs seconds for
some inputs, so ``indexer/rendering.py`` calls ``render`` in processes that it can stop. The result
depends on the article's own text, path and title alone and can be cached by them.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterator
from functools import lru_cache

import markdown
import nh3
from markdown.extensions import Extension
from markdown.extensions.attr_list import AttrListTreeprocessor
from markdown.inlinepatterns import HTML_RE, HtmlInlineProcessor
from markdown.util import INLINE_PLACEHOLDER_PREFIX, STX

from kb import safety
from kb.elements import ATTRIBUTE
from kb.errors import Finding
from kb.foreign import NO_MATERIAL, Material, needed, translate
from kb.layout import normalise
from kb.links import ROOT, Links, resolve
from kb.outline import TAG, Outline
from kb.page import Block, BlockKind, Heading, Page, Reference, ReferenceKind, Section
from kb.plain import plain

__all__ = [
    "RENDERER_VERSION",
    "ROOT",
    "Block",
    "BlockKind",
    "Heading",
    "Links",
    "Material",
    "Page",
    "Reference",
    "ReferenceKind",
    "Section",
    "needed",
    "plain",
    "render",
    "resolve",
]

RENDERER_VERSION = "5"
"""Part of every cache key; raise it when the same Markdown gives other HTML or other sections."""

_WORD = r"""(?:[.#][\w:.-]+|[\w-]+=(?:"[^"\n}]*"|'[^'\n}]*'|[\w.%-]+))"""
_ATTRIBUTES = rf"\{{:?[ ]*({_WORD}(?:[ ]+{_WORD})*)[ ]*\}}"
_ADDED_ESCAPES = "\"$%&',/:;<=?@^|~"
_TARGET = re.compile(
    r"""\]\(\s*(?:<([^<>\n]+)>|([^\s()]+))|\]:\s*<?([^\s<>]+)|(?:src|href|image)\s*=\s*["']?([^"'\s>]+)"""
)
_LEAK = INLINE_PLACEHOLDER_PREFIX[1:]
_ID = re.compile(r' id="([^"]*)"')
_TAG_NAME = re.compile(r"</?([A-Za-z][\w.:-]*)")


def render(
    body: str,
    path: str,
    *,
    title: str,
    first_line: int = 1,
    material: Material = NO_MATERIAL,
) -> Page:
    """Render an article's Markdown.

    ``path`` is relative to the articles' folder; ``first_line`` is the body's first line in its
    file; ``material`` is what other systems' macros print. Notes say what was left out. Hostile
    input takes time without bound: call this where it can be stopped.
    """
    text, notes = translate(body, path, first_line, material)
    outline = Outline(_clean(_html(normalise(text))), path, title)
    found = tuple(_references(outline, body, first_line))
    notes += tuple(_outside(outline, path, body, first_line))
    safe = _with_unique_ids(_clean(outline.html, last=True).strip())
    return Page(safe, tuple(outline.headings), tuple(outline.sections), found, notes)


def _html(text: str) -> str:
    """Python-Markdown's HTML: not safe yet."""
    html = str(_parser().reset().convert(text))
    if _LEAK in html:
        html = str(_parser(strict=True).reset().convert(text))
    return html.replace("<pre><span></span>", "<pre>")


@lru_cache(maxsize=2)
def _parser(strict: bool = False) -> markdown.Markdown:
    """An instance for each process; reset() before each text.

    Core's emphasis knows Chinese, where no space is between words, but loses its way in some
    sequences of stars; ``strict`` is CommonMark's. Never `snippets` or `b64`: they read files.
    """
    parser = markdown.Markdown(
        extensions=[
            "tables",
            "sane_lists",
            "footnotes",
            "def_list",
            "admonition",
            "md_in_html",
            *(["pymdownx.betterem"] if strict else []),
            "pymdownx.details",
            "pymdownx.highlight",
            "pymdownx.magiclink",
            "pymdownx.quotes",
            "pymdownx.saneheaders",
            "pymdownx.superfences",
            "pymdownx.tabbed",
            "pymdownx.tasklist",
            "pymdownx.tilde",
            _Tolerance(),
        ],
        extension_configs={
            "tables": {"use_align_attribute": True},
            "pymdownx.highlight": {"guess_lang": False},
            "pymdownx.quotes": {"callouts": True},
            "pymdownx.tilde": {"subscript": False},
        },
    )
    parser.ESCAPED_CHARS.extend(_ADDED_ESCAPES)
    return parser


class _Attributes(AttrListTreeprocessor):
    """``{#id .class key=value}`` only, so that braces in a sentence stay text.

    An id may follow a heading's last word without a space, as in many help centres.
    """

    BASE_RE = _ATTRIBUTES  # type: ignore[misc]
    HEADER_RE = re.compile(rf"(?:[ ]+|(?<![\s$])(?=\{{:?[ ]*#)){_ATTRIBUTES}[ ]*$")  # type: ignore[misc]
    BLOCK_RE = re.compile(rf"\n[ ]*{_ATTRIBUTES}[ ]*$")  # type: ignore[misc]
    INLINE_RE = re.compile(rf"^{_ATTRIBUTES}")  # type: ignore[misc]


class _Html(HtmlInlineProcessor):
    """``<port>`` in a sentence is a placeholder, not HTML: it stays readable."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[str, int, int]:  # type: ignore[override]  # noqa: N802
        name = _TAG_NAME.match(m[0])
        if name and name[1].islower() and name[1] not in safety.HTML and STX not in m[0]:
            return m[0], m.start(0), m.end(0)
        return super().handleMatch(m, data)  # type: ignore[return-value]


class _Tolerance(Extension):
    """Attribute lists and inline HTML, read with more care than Python-Markdown's own."""

    def extendMarkdown(self, md: markdown.Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        md.treeprocessors.register(_Attributes(md), "attr_list", 8)
        md.inlinePatterns.register(_Html(HTML_RE, md), "html", 90)


def _clean(html: str, last: bool = False) -> str:
    """nh3's canonical, safe HTML; only the last time are there ``kb:`` URIs to keep."""
    return _cleaner(last).clean(html)


@lru_cache(maxsize=2)
def _cleaner(last: bool) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(safety.TAGS),
        clean_content_tags=set(safety.DROPPED),
        attributes=safety.ATTRIBUTES,
        tag_attribute_values=safety.VALUES,
        allowed_classes=safety.CLASSES,
        url_schemes={"http", "https", "mailto", "tel"} | ({"kb"} if last else set()),
        link_rel=None,
    )


def _with_unique_ids(html: str) -> str:
    """Each id where it comes first: a link that begins in another makes the sanitiser copy that."""
    ids = _ID.findall(html)
    if len(ids) == len(set(ids)):
        return html
    seen: set[str] = set()

    def first(attribute: re.Match[str]) -> str:
        name, value = attribute.groups()
        again = name == "id" and value in seen
        seen.update([value] if name == "id" else [])
        return "" if again else attribute[0]

    return TAG.sub(lambda tag: ATTRIBUTE.sub(first, tag[0]), html)


def _references(outline: Outline, body: str, first_line: int) -> Iterator[Reference]:
    """Where each target was written: the first place, then the next one for a repeated target."""
    lines = _lines_of_targets(body) if outline.references else {}
    for target, written, kind in outline.references:
        places = lines.get(written)
        line = (places.popleft() if len(places) > 1 else places[0]) if places else 0
        yield Reference(target, first_line + line, kind)


def _lines_of_targets(body: str) -> dict[str, deque[int]]:
    lines: defaultdict[str, deque[int]] = defaultdict(deque)
    row = position = 0
    for match in _TARGET.finditer(body):
        row += body.count("\n", position, match.start())
        position = match.start()
        lines[next(filter(None, match.groups()), "")].append(row)
    return lines


def _outside(outline: Outline, path: str, body: str, first_line: int) -> Iterator[Finding]:
    lines = _lines_of_targets(body) if outline.outside else {}
    for target in dict.fromkeys(outline.outside):
        line = first_line + (lines[target][0] if lines.get(target) else 0)
        what = f"the link to {target!r} leaves the articles' folder"
        yield Finding(
            path, line, what, "link to a file in the folder, or to a full https:// address"
        )
