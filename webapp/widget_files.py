"""The widget's files: put together once, named by their content, with what pins them.

The sources in ``static/widget`` are served as they are written: one after the other, around them
what a page needs before it may ask anything: words, colours, and where the rest is. Nothing is
compiled, and nothing is minified; they are small because there is little in them.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from flask import Flask

from kb.config import Config
from webapp import caching
from webapp.brand import accents
from webapp.colours import Accent
from webapp.compression import LEVEL
from webapp.interface import ENGLISH, LOCALES, gettext, speaking, translate

SOURCES = Path(__file__).parent / "static" / "widget"
PARTS = ("dom", "calls", "panel", "lists", "article", "contact", "box", "start")
"""Of ``widget.js``, in their order: each uses only what stands before it when it is loaded."""
JAVASCRIPT = "text/javascript"
NO_PROTOTYPE: dict[str, object] = {"__proto__": None}
"""As JavaScript reads it in a literal: what a page put on all objects is not on this one."""
MOST_LOADER_BYTES = 3 * 1024
MOST_BYTES = 20 * 1024
"""Of loader, and of everything that a page loads for the widget, as gzip."""


@dataclass(frozen=True)
class File:
    """One file as it is served; ``script`` where a page's browser runs it."""

    name: str
    text: str
    mimetype: str = JAVASCRIPT

    @cached_property
    def data(self) -> bytes:
        """What travels, without compression."""
        return self.text.encode()

    @cached_property
    def gzip_bytes(self) -> int:
        """How much travels where it is compressed as we do it."""
        return len(gzip.compress(self.data, LEVEL, mtime=0))

    @cached_property
    def integrity(self) -> str:
        """The value of ``integrity`` that pins it (Subresource Integrity)."""
        digest = hashlib.sha256(self.data).digest()
        return f"sha256-{base64.b64encode(digest).decode()}"


@dataclass(frozen=True)
class Files:
    """Everything at ``/widget/<version>/``, and the loader in both of its forms."""

    version: str
    loader: File
    module: File
    rest: tuple[File, ...]

    @cached_property
    def by_name(self) -> dict[str, File]:
        """All of them."""
        return {one.name: one for one in (self.loader, self.module, *self.rest)}


def compose(config: Config) -> Files:
    """The widget of these settings; needs an application's context for its words."""
    rest = (
        File("widget.js", _script()),
        File("article.css", _read("article.css"), "text/css"),
        File("widget.d.ts", _read("widget.d.ts"), "application/typescript"),
    )
    site, loader = _site(config), _read("loader.js")
    version = caching.digest(*(one.text for one in rest), _written(site), loader)
    site |= {"version": version, "integrity": rest[0].integrity}
    body = f'"use strict";\n{{\n{loader}start('
    return Files(
        version,
        File("loader.js", f"{body}document.currentScript, {_written(site)});\n}}\n"),
        File(
            "loader.mjs",
            f"{body}{{ __proto__: null, src: import.meta.url }}, {_written(site)});\n}}\n"
            "export const KB = window.KB;\nexport default KB;\n",
        ),
        rest,
    )


def compose_alone(config: Config) -> Files:
    """The same without an application around it: for the command line."""
    app = Flask(__package__)
    translate(app)
    with app.app_context():
        return compose(config)


def _script() -> str:
    """``widget.js``: its look, its first words, and its parts."""
    words = {lang: _words(lang) for lang in LOCALES}
    given = {
        "STYLE": _read("widget.css"),
        "WORDS": NO_PROTOTYPE | {"": words.pop(ENGLISH)} | words,
    }
    head = "".join(f"const {name} = {_written(value)};\n" for name, value in given.items())
    return head + "".join(_read(f"{part}.js") for part in PARTS)


def _site(config: Config) -> dict[str, object]:
    """What the loader knows without asking."""
    widget = config.widget
    words = {lang: _first_words(lang) for lang in LOCALES}
    light, dark = accents_of(config)
    return {
        "options": {"mode": widget.mode, "position": widget.position},
        "hint": NO_PROTOTYPE | dict(widget.hint),
        "light": light.text,
        "dark": dark.text,
        "words": NO_PROTOTYPE | {"": words.pop(ENGLISH)} | words,
        "css": _read("loader.css"),
    }


def accents_of(config: Config, colour: str | None = None) -> tuple[Accent, Accent]:
    """The accents of light and dark, from the colour of a page, of the widget or of the site."""
    site, chosen = config.site, colour or config.widget.colour
    if chosen:
        site = site.model_copy(update={"colour": chosen, "colour_dark": None})
    return accents(site)


def _first_words(lang: str) -> dict[str, str]:
    """What the loader says."""
    with speaking(lang):
        return {
            "help": gettext("Help"),
            "search": gettext("Search for answers"),
            "wait": gettext("One moment, please…"),
            "dead": gettext("Help is not available right now."),
            "portal": gettext("Open the help centre"),
        }


def _words(lang: str) -> dict[str, str]:
    """What more must be said before the server answers, or where it never does."""
    with speaking(lang):
        return {"close": gettext("Close"), "again": gettext("Try again")}


def _read(name: str) -> str:
    return (SOURCES / name).read_text(encoding="utf-8")


def _written(value: object) -> str:
    """A value as JavaScript that is read as what it is, wherever it stands."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def total_gzip_bytes(files: Iterable[File]) -> int:
    """How much travels for several files."""
    return sum(one.gzip_bytes for one in files)
