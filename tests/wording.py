"""Words of the interface on a page: told from the articles' own by the marks of a made-up language.

In that language every message stands between ⟦ and ⟧, and articles are in Greek letters: whatever
Latin letters stand elsewhere are words that nobody can translate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path

import jinja2
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo

from webapp import locales

WEBAPP = Path(__file__).parents[1] / "webapp"
SPOKEN = frozenset({"alt", "aria-label", "aria-description", "label", "placeholder", "title"})
"""Attributes that people read or hear."""
FOR_SCRIPTS = re.compile(
    r"data-(?:suggest|lang|slug|impression|events|trail|drafts|kept|sent|url)$"
)
"""Attributes that no script shows to anybody."""
NOT_OURS = frozenset({"script", "style", "time", "kbd", "th"})
LETTER = re.compile(r"[A-Za-z]")
PIECE_OF_TAG = re.compile(r'(?:[a-z-]+="[a-z -]*"|required|hidden|checked|selected|disabled)\s*')
"""What a macro writes into a tag, without the tag."""
NAMES = sorted(map(re.escape, locales.NAMES.values()), key=len, reverse=True)
SAME_FOR_ALL = re.compile("|".join((r"KB(?:-[A-Z0-9]{4}){2}", *NAMES)))
"""A ticket's reference, and languages as their readers call them."""


def messages() -> dict[str | tuple[str, str], frozenset[str]]:
    """Every message that code and templates mark, with the files that say it."""
    config = WEBAPP / "translations" / "babel.cfg"
    with config.open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    keywords = dict(DEFAULT_KEYWORDS) | {"lazy_gettext": None}
    found: dict[str | tuple[str, str], set[str]] = {}
    for file_name, _, message, _, _ in extract_from_dir(WEBAPP, methods, options, keywords):
        key = message if isinstance(message, str) else (str(message[0]), str(message[1]))
        found.setdefault(key, set()).add(file_name)
    return {key: frozenset(files) for key, files in found.items()}


def write_marked(folder: Path, lang: str) -> None:
    """A catalogue of ``lang`` that puts marks around every message."""
    catalog = Catalog(locale=lang)
    for message in messages():
        marked = f"⟦{message}⟧" if isinstance(message, str) else tuple(f"⟦{m}⟧" for m in message)
        catalog.add(message, marked)
    file = folder / lang / "LC_MESSAGES" / "messages.mo"
    file.parent.mkdir(parents=True)
    with file.open("wb") as opened:
        write_mo(opened, catalog)


class Reading(HTMLParser):
    """What people read of a page that is outside the marks."""

    def __init__(self) -> None:
        super().__init__()
        self.unmarked: list[str] = []
        self._depth = 0
        self._skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._skipped += tag in NOT_OURS
        known = {name: value or "" for name, value in attrs}
        for name, value in known.items():
            if _is_spoken(tag, name, known) and _outside(value, 0)[0]:
                self.unmarked.append(f"<{tag} {name}={value!r}>")

    def handle_endtag(self, tag: str) -> None:
        self._skipped -= tag in NOT_OURS

    def handle_data(self, data: str) -> None:
        found, self._depth = _outside(data, self._depth)
        if found and not self._skipped and PIECE_OF_TAG.sub("", data).strip():
            self.unmarked.append(data.strip())


def _is_spoken(tag: str, name: str, known: Mapping[str, str]) -> bool:
    if name == "content":
        return tag == "meta" and known.get("name") == "description"
    if name == "value":
        return tag == "input" and known.get("type") in {"submit", "button", "reset"}
    return name in SPOKEN or (name.startswith("data-") and not FOR_SCRIPTS.match(name))


def _outside(text: str, depth: int) -> tuple[bool, int]:
    """Whether letters stand outside the marks, and how many marks are open at the end."""
    outside = ""
    for piece in re.split("([⟦⟧])", text):
        depth += (piece == "⟦") - (piece == "⟧")
        outside += piece if depth == 0 else ""
    return bool(LETTER.search(SAME_FOR_ALL.sub("", outside))), depth


def unmarked(page: str) -> list[str]:
    """Texts and attributes of a page that no catalogue can translate."""
    reading = Reading()
    reading.feed(page)
    reading.close()
    return reading.unmarked


ENGLISH_ONLY = ("dashboard", "demo", "preview")
"""Folders of pages that no customer sees."""


def bare_templates() -> Iterator[tuple[str, str]]:
    """Every template of customers' pages by name, without expressions and statements of Jinja."""
    environment = jinja2.Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    for path in sorted((WEBAPP / "templates").glob("**/*.html")):
        if path.parent.name not in ENGLISH_ONLY:
            yield path.name, "".join(_bare(environment, path.read_text(encoding="utf-8")))


def _bare(environment: jinja2.Environment, source: str) -> Iterator[str]:
    translated = False
    for _, kind, text in environment.lex(source):
        if kind == "name" and text in {"trans", "endtrans"}:
            translated = text == "trans"
        elif kind == "data" and not translated:
            yield text


def placeholders(text: str) -> set[str]:
    """``%(num)s`` and HTML: what a translation must have as well."""
    return set(re.findall(r"%\(\w+\)[a-z]|</?\w+[^>]*>", text))


def forms(message: Message) -> Iterator[tuple[str, str]]:
    """A message's English forms, each with every translation that stands for it."""
    if isinstance(message.id, str):
        yield message.id, str(message.string)
        return
    for index, string in enumerate(message.string or ()):
        yield message.id[min(index, 1)], str(string)
