"""Liquid, Jekyll's template language, as far as articles use it: values, alerts, lists, figures.

Includes are files we do not have, so only what stands in the tag itself can be kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

from kb import verbatim

_TAGS = (
    "include|include_relative|include_cached|assign|if|elsif|else|endif|unless|endunless|for|endfor"
    "|case|when|endcase|link|post_url|increment|decrement|cycle|break|continue|render|section|seo"
    "|comment|endcomment|capture|endcapture|highlight|endhighlight"
)
_BLOCK = re.compile(
    r"\{%-?\s*(?:(?P<comment>comment)|capture\s+(?P<name>[\w-]+)|highlight\s+(?P<lang>[\w+#-]+)[^%]*?)"
    r"\s*-?%\}(?P<body>(?:[^{]|\{(?!%-?\s*(?:end)?(?:comment|capture|highlight)))*)"
    r"\{%-?\s*end(?:comment|capture|highlight)\s*-?%\}"
)
_TAG = re.compile(
    rf"(?P<margin>^[ \t]*)?\{{%-?\s*(?P<tag>{_TAGS})\b(?P<rest>[^%{{}}]*)-?%\}}"
    r"|\{\{-?[ \t]*(?P<value>[^{}\n]*?)[ \t]*-?\}\}",
    re.MULTILINE,
)
_RAW = re.compile(r"\{%-?\s*(?:end)?raw\s*-?%\}")
_ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*("[^"]*"|'[^']*'|[^\s"']+)""")
_ASSIGN = re.compile(r"""^\s*([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')\s*$""")
_LITERAL = re.compile(r"""^(?:"([^"]*)"|'([^']*)')(?:\s*\|.*)?$""")
_NAME = re.compile(r"^([\w-]+(?:\.[\w-]+)*)(?:\s*\|.*)?$")
_OBJECTS = frozenset({"site", "page", "layout", "include", "content", "jekyll", "paginator"})
_ALERT = re.compile(r"alert|note|callout|admonition|warning|tip|info|banner|hint|important")
_PICTURE = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|avif)$", re.IGNORECASE)

Note = Callable[[str, int], None]
"""Told what kind of markup was left out, and in which line of the body, counted from 0."""


@dataclass(slots=True)
class Liquid:
    """One article's variables; ``page`` is its front matter."""

    page: Mapping[str, Any]
    note: Note
    variables: dict[str, str] = field(default_factory=dict)

    def translate(self, body: str) -> str:
        """The body without Liquid; code keeps its braces."""
        body = verbatim.rewrite(_BLOCK, self._block, body)
        body = verbatim.rewrite(_TAG, self._tag, body)
        return _RAW.sub("", body)

    def _block(self, match: re.Match[str]) -> str:
        """Keep as many lines as there were, so that notes name the right one."""
        if match["lang"]:
            return f"```{match['lang']}\n{match['body'].strip(chr(10))}\n```"
        if match["name"]:
            self.variables[match["name"]] = match["body"].strip()
        return "\n" * match[0].count("\n")

    def _tag(self, match: re.Match[str]) -> str:
        tag, rest = match["tag"], match["rest"]
        line = match.string.count("\n", 0, match.start())
        if tag is None:
            return self._printed(match[0], match["value"], line)
        if tag == "link":
            return "/" + rest.strip().lstrip("/")
        if tag.startswith("include"):
            return self._include(rest, match["margin"], line)
        if tag == "assign" and (assigned := _ASSIGN.match(rest)):
            self.variables[assigned[1]] = assigned[2] or assigned[3] or ""
        else:
            self.note(f"Liquid's {{% {tag.removeprefix('end')} %}}", line)
        return match["margin"] or ""

    def _printed(self, whole: str, value: str, line: int) -> str:
        """A literal or a known variable prints; an object of Jekyll's does not; text stays."""
        if literal := _LITERAL.match(value):
            return literal[1] or literal[2] or ""
        name = _NAME.match(value)
        if not name:
            return whole
        if name[1] in self.variables:
            return self.variables[name[1]]
        root, _, key = name[1].partition(".")
        if root not in _OBJECTS:
            return whole
        known = self.page.get(key) if root == "page" else None
        if not isinstance(known, str | int | float) and name[1] != "site.baseurl":
            self.note(f"Liquid's {{{{ {name[1]} }}}}", line)
        return str(known) if isinstance(known, str | int | float) else ""

    def _include(self, rest: str, margin: str | None, line: int) -> str:
        """What an include says in its own attributes: a list, a figure, an alert or a text."""
        name = (rest.split() or [""])[0]
        values = {key: self._value(value) for key, value in _ATTRIBUTE.findall(rest)}
        inside_html = margin != ""
        items = values.get("items")
        text = _first(values, "content", "text", "body", "message")
        picture = _first(values, "image", "src", "file", "url", "path")
        if isinstance(items, list):
            return _list([str(item) for item in items], inside_html)
        if _PICTURE.search(picture):
            alt = _first(values, "image_alt_text", "alt", "alt_text", "title")
            return _figure(picture, alt, _verdict(name) + _first(values, "caption", "text"))
        if text and _ALERT.search(name):
            return _alert(_first(values, "type", "level", "class"), text, inside_html)
        if not text:
            self.note("Liquid's {% include %}", line)
        return (margin or "") + text

    def _value(self, written: str) -> object:
        if written[0] in "\"'":
            return written[1:-1]
        if written.startswith("page."):
            return self.page.get(written[5:])
        return self.variables.get(written, written)


def _first(values: Mapping[str, object], *names: str) -> str:
    """The first of these attributes that is a text."""
    found = (values.get(name) for name in names)
    return next((value for value in found if isinstance(value, str) and value), "")


def _verdict(include: str) -> str:
    """Pictures of right and wrong ways are told apart by the include's name alone."""
    if "incorrect" in include:
        return "✗ "
    return "✓ " if "correct" in include else ""


def _list(items: list[str], inside_html: bool) -> str:
    if inside_html:
        return "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in items) + "</ul>"
    return "\n\n" + "".join(f"* {item}\n" for item in items) + "\n"


def _figure(picture: str, alt: str, caption: str) -> str:
    """HTML, because such includes stand within HTML as often as within Markdown."""
    shown = f"<figcaption>{escape(caption)}</figcaption>" if caption.strip(" ✓✗") else ""
    return f'<figure><img src="{escape(picture)}" alt="{escape(alt)}">{shown}</figure>'


def _alert(kind: str, text: str, inside_html: bool) -> str:
    """Without a title, because its language is not known."""
    kind = kind if re.fullmatch(r"\w+", kind) else "note"
    if inside_html:
        return f'<div class="admonition {kind}"><p>{text}</p></div>'
    lines = "\n".join("    " + line for line in text.splitlines())
    return f'\n\n!!! {kind} ""\n\n{lines}\n\n'
