"""What an article is, and how one is read from a Markdown file."""

from __future__ import annotations

import datetime as dt
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import quote

from kb.errors import ContentError, Finding
from kb.front_matter import open_text
from kb.front_matter_keys import FrontMatter
from kb.front_matter_values import Visibility, redirected
from kb.languages import language_of_path, without_language
from kb.verbatim import spans

FIRST_HEADING = re.compile(
    r"^(?:[ ]{0,3}#[ \t]+(?P<atx>\S.*)|(?P<setext>\S.*)\n=+[ \t]*)$", re.MULTILINE
)
HEADING_ATTRIBUTES = re.compile(r" ?\{:? ?[#.][^{}]*\}$")
CLOSING_MARKS = re.compile(r"(?:^| )#+$")
LINK = re.compile(r"!?\[([^][]*)\]\([^()]*\)")
INLINE_MARKS = re.compile(r"`([^`]*)`|<[^<>]*>|\*+(?=\S)|(?<=\S)\*+|\\([^\w\s])")
URL_SAFE = "/:@!$&'()*+,;=~"
NO_TITLE = "a fragment: no title (add `title:` or a first `# heading`)"
FRAGMENT_FOLDERS = frozenset({"include", "includes", "partials", "snippets"})
PARSER_VERSION = 3
"""Part of a cache's keys; raise it when the same file is read as another article."""


@dataclass(frozen=True, slots=True)
class Article:
    """One help article without its body; (lang, slug) is its key."""

    path: str
    slug: str
    lang: str
    title: str
    summary: str = ""
    tags: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    category: str = ""
    order: float | None = None
    products: tuple[str, ...] = ()
    audience: str = ""
    visibility: Visibility = "public"
    updated: dt.date | None = None
    redirect_from: tuple[str, ...] = ()
    contexts: tuple[str, ...] = ()
    pin: tuple[str, ...] = ()
    publish_at: dt.datetime | None = None
    owner: str = ""
    review_by: dt.date | None = None
    draft: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        """What must be unique in a help centre."""
        return (self.lang, self.slug)

    def name(self, site_lang: str) -> str:
        """The slug, with the language in front where it is not the site's: ``es:refunds``."""
        return self.slug if self.lang == site_lang else f"{self.lang}:{self.slug}"

    def url(self, site_lang: str) -> str:
        """Path on the portal; other languages than the site's carry theirs in front."""
        prefix = "" if self.lang == site_lang else f"/{self.lang}"
        return f"{prefix}/articles/{quote(self.slug, safe=URL_SAFE)}"


@dataclass(frozen=True, slots=True)
class ParsedArticle:
    """An article with its Markdown body, which starts at ``first_line`` of its file."""

    article: Article
    body: str
    first_line: int
    notes: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Fragment:
    """A file that other articles include, or that names no title: left out, with the reason."""

    path: str
    reason: str
    text: str = ""


def parse_article(
    data: bytes, path: str, site_lang: str, languages: frozenset[str] = frozenset()
) -> ParsedArticle | Fragment:
    """Read one Markdown file.

    ``path`` is POSIX and relative to the articles' folder; ``languages`` are the site's own,
    which decide where a file name's ending could also be a word (``fix_it.md``).
    Raises ContentError where the file is not UTF-8 or its front matter is no mapping.
    """
    text = decoded(data, path)
    reason = _fragment_reason(path)
    if reason:
        return Fragment(path, reason, text)
    opened = open_text(text, path)
    title = opened.matter.title or _first_heading(opened.body)
    if not title:
        return Fragment(path, NO_TITLE, text)
    lang = (opened.matter.lang or language_of_path(path, languages) or site_lang).lower()
    neutral = without_language(path, languages)
    article = _article(opened.matter, path, neutral, title, lang)
    return ParsedArticle(article, opened.body, opened.first_line, opened.notes)


def decoded(data: bytes, path: str) -> str:
    """A file's text with plain line ends; ContentError where it is not UTF-8."""
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = f"byte 0x{data[error.start]:02x} is not UTF-8"
        raise ContentError([Finding(path, line, what, "save the file as UTF-8", "error")]) from None


def _fragment_reason(path: str) -> str:
    """Folders and files with a leading underscore hold pieces, not pages, in every generator."""
    *folders, name = path.split("/")
    for folder in folders:
        if folder.lower() in FRAGMENT_FOLDERS or folder.startswith("_"):
            return f"a fragment: the folder {folder!r} holds pieces that articles include"
    return "a fragment: its name starts with '_'" if name.startswith("_") else ""


def _first_heading(body: str) -> str:
    """The first `# heading` outside code, without its attributes and marks."""
    code = spans(body)
    end = 0
    for match in FIRST_HEADING.finditer(body):
        start = 0
        while end <= match.start():
            start, end = next(code, (len(body), len(body) + 1))
        if match.start() <= start:
            return _plain(match["atx"] or match["setext"])
    return ""


def _plain(heading: str) -> str:
    """A heading's text as a reader sees it."""
    line = CLOSING_MARKS.sub("", HEADING_ATTRIBUTES.sub("", " ".join(heading.split())))
    return " ".join(unescape(INLINE_MARKS.sub(r"\1\2", LINK.sub(r"\1", line))).split())


def _article(matter: FrontMatter, path: str, neutral: str, title: str, lang: str) -> Article:
    """The article of a file; ``neutral`` is its path without ending and language mark."""
    folder = posixpath.dirname(neutral)
    return Article(
        path=path,
        slug=_slug(matter, neutral, lang),
        lang=lang,
        title=title,
        summary=matter.summary or "",
        tags=matter.tags,
        keywords=matter.keywords,
        category=(matter.category or folder).strip("/"),
        order=matter.order,
        products=matter.products,
        audience=matter.audience or "",
        visibility=matter.visibility,
        updated=matter.updated,
        redirect_from=_redirects(matter),
        contexts=matter.contexts,
        pin=matter.pin,
        publish_at=matter.publish_at,
        owner=matter.owner or "",
        review_by=matter.review_by,
        draft=matter.draft,
        extra=matter.model_extra or {},
    )


def _slug(matter: FrontMatter, neutral: str, lang: str) -> str:
    """As written; a permalink's own language mark is left out, so that translations share one."""
    slug = (matter.slug or "").strip("/")
    if slug:
        return slug
    if matter.permalink:
        address = matter.permalink.strip("/").removesuffix(".html")
        return address.removeprefix(f"{lang}/") or "index"
    return neutral


def _redirects(matter: FrontMatter) -> tuple[str, ...]:
    """Old addresses; a permalink is one too, as links in other articles still use it."""
    addresses = (*matter.redirect_from, *((matter.permalink,) if matter.permalink else ()))
    return tuple(filter(None, map(redirected, addresses)))
