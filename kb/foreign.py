"""Markup of other systems (Jekyll, kramdown, Zulip, Docusaurus) said in our Markdown or left out.

Help centres are published as they are; what is left out is noted once a kind, and code keeps
every brace, because an article may be about just that markup.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kb import verbatim
from kb.errors import Finding
from kb.liquid import Liquid, Note

KINDS = {
    "warn": "warning",
    "error": "danger",
    "success": "tip",
    "keyboard_tip": "tip",
    "alert": "warning",
    "primary": "info",
    "secondary": "note",
}
"""Other systems' names for kinds of admonition that the portal knows by another."""

_INCLUDE = re.compile(r"(?P<margin>^[ \t]*)?\{!(?P<name>[\w./ -]+)!\}", re.MULTILINE)
_MAX_DEPTH = 3
_ICON = re.compile(
    r"(?P<aside>[ \t]*\([ \t]*)?<i class=\"(?P<names>[^\"<>]*)\"[^<>]*>\s*</i>(?(aside)[ \t]*\))"
)
_ATTRIBUTE_LINE = re.compile(r"^[ \t]*\{(?::[^{}]*|[.#][\w-][^{}]*)\}[ \t]*$")
_APART = re.compile(r"\)[ ]+(\{:?[ ]*\.[\w-]+[^{}\n]*\})")
_SPACED_STRONG = re.compile(r"^([ ]*)\*\* +(\S.{0,200}?) +\*\*(?=\s|$)")
_IDENTIFIER = re.compile(r"#([^\s{}#.]+)")
_CONTENTS = re.compile(r"^[ \t]*(?:\[\[?toc\]?\]|\{:\s*toc\b[^{}]*\})[ \t]*$", re.IGNORECASE)
_CONTENTS_ITEM = re.compile(r"^[ \t]*(?:[-*+]|1\.)[ \t]+[^\n]{1,80}$")
_HEADING = re.compile(r"^#{1,6}[ \t]")
_ZULIP = re.compile(
    r"^[ \t]*\{(start_tabs|end_tabs|(?:tab|settings_tab|relative)\|[^{}]+)\}[ \t]*$"
)
_DIRECTIVE = re.compile(
    r"^[ \t]*(?P<colons>:{3,})[ \t]*"
    r"(?:(?P<kind>[A-Za-z_]+)(?:\[(?P<box>[^\]]*)\]|[ \t]+(?P<title>.*))?)?$"
)
_ADMONITION = re.compile(r"^([ \t]*(?:!!!|\?\?\?\+?)[ \t]+)(\w+)")
_KNOWN = frozenset("note tip info warning danger caution important".split())
_FENCE = re.compile(r"^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(`{3,}|~{3,})")
_TAB_NAMES = {"desktop-web": "Desktop/Web", "ios": "iOS", "mac": "macOS"}


@dataclass(frozen=True, slots=True)
class Material:
    """What macros may print beside the article's own text; part of its cache key."""

    front_matter: Mapping[str, Any] = field(default_factory=dict)
    """Jekyll's includes take lists from it, as ``page.<name>``."""
    fragments: Mapping[str, str] = field(default_factory=dict)
    """Texts of files that ``{!name!}`` stands for, by path: see needed()."""


NO_MATERIAL = Material()


def translate(
    body: str, path: str, first_line: int = 1, material: Material = NO_MATERIAL
) -> tuple[str, tuple[Finding, ...]]:
    """Markdown without other systems' markup, and a note for each kind that was left out."""
    notes: dict[str, Finding] = {}

    def note(kind: str, line: int) -> None:
        what = f"{kind} is other software's markup and was left out"
        remedy = "say it in Markdown, or in code if it is meant to be read"
        notes.setdefault(kind, Finding(path, first_line + line, what, remedy))

    if "{!" in body:
        body = _included(body, material.fragments, note)
    if "{%" in body or "{{" in body:
        body = Liquid(material.front_matter, note).translate(body)
    if "<i " in body:
        body = verbatim.rewrite(_ICON, _icon, body)
    return "\n".join(_Lines().translate(body.split("\n"))), tuple(notes.values())


def needed(body: str, fragments: Mapping[str, str]) -> dict[str, str]:
    """The fragments, by path, that an article includes, and those that they include."""
    found: dict[str, str] = {}
    texts = [body]
    while texts:
        for match in _INCLUDE.finditer(texts.pop()):
            path = _fragment(match["name"], fragments)
            if path and path not in found:
                found[path] = fragments[path]
                texts.append(found[path])
    return found


def _fragment(name: str, fragments: Mapping[str, str]) -> str | None:
    """Zulip names a fragment without its folder."""
    if name in fragments:
        return name
    return next((path for path in fragments if path.endswith("/" + name)), None)


def _included(body: str, fragments: Mapping[str, str], note: Note, depth: int = 0) -> str:
    """Put fragments in the place of their names; steps in them keep the place's indentation."""

    def text(match: re.Match[str]) -> str:
        path = _fragment(match["name"], fragments)
        if path is None or depth == _MAX_DEPTH:
            note("{!an include!}", body.count("\n", 0, match.start()))
            return match["margin"] or ""
        margin = match["margin"] or ""
        inner = _included(fragments[path].strip("\n"), fragments, note, depth + 1)
        return "\n".join(margin + line if line else "" for line in inner.split("\n"))

    return verbatim.rewrite(_INCLUDE, text, body)


def _icon(match: re.Match[str]) -> str:
    """An icon font is not loaded: the icon's name stands for it, or nothing beside its name."""
    classes = match["names"].split()
    named = [name for name in classes if re.match(r"(?:fa|bi|icon|zulip-icon)-", name)]
    if not named:
        return match[0]
    name = re.sub(r"^(?:fa|bi|icon|zulip-icon)-", "", named[-1]).replace("-", " ")
    return "" if match["aside"] else f"*{name}*"


def _name(macro: str) -> str:
    """What a macro's argument is called on screen: ``linkifier-settings`` is Linkifier settings."""
    return _TAB_NAMES.get(macro, macro.replace("-", " ").replace("_", " ").strip().capitalize())


class _Lines:
    """One pass over lines: what is a whole line in other systems, with its indented contents."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.fence = ""
        self.boxes: list[int] = []
        self.tabs = 0
        """0 outside, 1 before the first tab, 3 in a tab."""
        self.ends = 0

    def translate(self, lines: list[str]) -> list[str]:
        self.ends = sum(line.strip() == "{end_tabs}" for line in lines)
        for line in lines:
            if self.fence or _FENCE.match(line):
                self._code(line)
            elif not self._macro(line):
                self._text(line)
        return self.out

    def _add(self, *lines: str) -> None:
        """Contents of open boxes and tabs are indented, as Python-Markdown wants them."""
        margin = "    " * (len(self.boxes) + (self.tabs > 1))
        self.out.extend(margin + line if line else "" for line in lines)

    def _code(self, line: str) -> None:
        mark = line.strip(" \t>")
        if not self.fence:
            opened = _FENCE.match(line)
            self.fence = opened[1] if opened else ""
        elif mark.startswith(self.fence) and not mark.strip(self.fence[0]):
            self.fence = ""
        self._add(line)

    def _text(self, line: str) -> None:
        if _HEADING.match(line) and not self.ends:
            self.tabs = 0
        if "**" in line:
            line = _SPACED_STRONG.sub(r"\1**\2**", line)
        if "{" in line:
            line = _APART.sub(r")\1", line)
        self._add(_ADMONITION.sub(lambda m: m[1] + KINDS.get(m[2].lower(), m[2].lower()), line))

    def _macro(self, line: str) -> bool:
        """Whether the line was another system's; then what it means has been added."""
        mark = line.lstrip()[:3]
        if mark.startswith(":::"):
            return self._directive(line)
        if mark.startswith(("{:", "{.", "{#", "[t", "[T", "[[")) and self._attributes(line):
            return True
        match = _ZULIP.match(line) if mark.startswith("{") else None
        if match:
            self._zulip(match[1], line[: len(line) - len(line.lstrip())])
        return match is not None

    def _attributes(self, line: str) -> bool:
        """A table of contents, which the portal has, or kramdown's attributes of a block."""
        if _CONTENTS.match(line):
            if "{" in line and self.out and _CONTENTS_ITEM.match(self.out[-1]):
                self.out.pop()
            self._add("")
            return True
        if not _ATTRIBUTE_LINE.match(line):
            return False
        identifier = _IDENTIFIER.search(line)
        if identifier and self.out and _HEADING.match(self.out[-1].lstrip()):
            self.out[-1] += f" {{#{identifier[1]}}}"
        else:
            self._add(f'<a id="{identifier[1]}"></a>' if identifier else "")
        return True

    def _directive(self, line: str) -> bool:
        """``:::note`` opens a box, as many colons or more close it."""
        match = _DIRECTIVE.match(line)
        if not match:
            return False
        if not match["kind"]:
            return self._close_box(len(match["colons"]))
        kind = KINDS.get(match["kind"].lower(), match["kind"].lower())
        if kind not in _KNOWN and kind != "details":
            return False
        title = (match["box"] or match["title"] or "").strip().replace('"', "'")
        mark = "??? note" if kind == "details" else f"!!! {kind}"
        self._add("", f'{mark} "{title}"' if title else mark, "")
        self.boxes.append(len(match["colons"]))
        return True

    def _close_box(self, colons: int) -> bool:
        if not self.boxes or colons < self.boxes[-1]:
            return False
        self.boxes.pop()
        self._add("")
        return True

    def _zulip(self, macro: str, margin: str) -> None:
        """Tabs end at ``{end_tabs}``, or at the next heading where that was forgotten."""
        kind, *names = macro.split("|")
        if kind in ("start_tabs", "end_tabs"):
            self.tabs = int(kind == "start_tabs")
            self.ends -= kind == "end_tabs"
            self._add("")
        elif kind == "tab":
            new, self.tabs = "===!" if self.tabs < 2 else "===", 0
            self._add("", f'{new} "{_name(names[0])}"', "")
            self.tabs = 3
        else:
            steps = " › ".join(f"**{_name(name)}**" for name in names)
            self._add("", f"{margin}1. {steps}", "")
