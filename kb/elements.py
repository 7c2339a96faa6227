"""What becomes of single HTML elements: links, pictures, videos, tables, code, boxes to tick.

Each handler gets the walk, the tag's match and its attributes, and writes what stands in its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape, unescape
from typing import TYPE_CHECKING
from urllib.parse import unquote

from kb.links import SCHEME, OutsideError, internal
from kb.page import ReferenceKind
from kb.videos import find_video, video_html

if TYPE_CHECKING:
    from kb.outline import Outline

ATTRIBUTE = re.compile(r' ([^\s=<>]+)="([^"]*)"')
_LONE_LINK = re.compile(r'<p><a href="([^"]*)"[^<>]*>([^<]*)</a></p>')
_LONE_FRAME = re.compile(r"<p>\s*<iframe((?: [^<>]*)?)>[^<]*</iframe>\s*</p>")
_EMPTY_LINK = re.compile(r"\s*(?:<img (?![^<>]*alt=\"[^\"]+\")[^<>]*>)?\s*</a>")
_SOURCE = re.compile(r'<(?:video|source) [^<>]*?src="([^"]*)"')
_TAB = re.compile(r"__tabbed_\d+(?:_\d+)?$")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_EXTERNAL = ' rel="noopener noreferrer"'

Attributes = dict[str, str]


def _target(walk: Outline, written: str, kind: ReferenceKind) -> str | None:
    """Where a link or picture points; None where that must not be followed."""
    target = written.strip()
    if not target:
        return None
    if target.startswith("//"):
        return "https:" + target
    if target.startswith("#") or _SCHEME.match(target):
        return target
    try:
        uri = internal(target, walk.path)
    except OutsideError:
        walk.outside.append(target)
        return None
    walk.references.append((uri.removeprefix(SCHEME), target, kind))
    return uri


def _a(walk: Outline, match: re.Match[str], attributes: Attributes) -> None:
    written = unescape(attributes.pop("href", ""))
    walk.mute = "footnote" in attributes.get("class", "")
    if not written and walk.heading and walk.source.startswith("</a>", match.end()):
        walk.heading.ids += [unescape(v) for k, v in attributes.items() if k in ("id", "name")]
        walk.resume = match.end() + len("</a>")
        return
    target = _target(walk, written, "link")
    if target:
        attributes["href"] = escape(target)
    if target and target.startswith(("http:", "https:")):
        attributes["rel"] = "noopener noreferrer"
    walk.open("a", attributes)
    empty = _EMPTY_LINK.match(walk.source, match.end())
    if empty and target:
        walk.alt = _named(written)
        if "<img" not in empty[0]:
            walk.text(escape(walk.alt))


def _img(walk: Outline, _match: re.Match[str], attributes: Attributes) -> None:
    alt = attributes.pop("alt", "").strip() or escape(walk.alt)
    walk.alt = ""
    target = _target(walk, unescape(attributes.pop("src", "")), "image")
    if walk.heading:
        walk.heading.alts.append(alt)
    elif alt:
        walk.blocks.text(f" {alt} ")
    if not target:
        walk.write(f'<span class="missing-image">{alt}</span>' if alt else "")
        return
    attributes |= {"src": escape(target), "alt": alt, "loading": "lazy", "decoding": "async"}
    walk.open("img", attributes)


def _p(walk: Outline, match: re.Match[str], attributes: Attributes) -> None:
    """A paragraph that is nothing but a link to a video, or a frame, becomes that video."""
    link = _LONE_LINK.match(walk.source, match.start())
    if link and _play(walk, unescape(link[1]), unescape(link[2])):
        walk.resume = link.end()
    elif frame := _LONE_FRAME.match(walk.source, match.start()):
        _frame(walk, dict(ATTRIBUTE.findall(frame[1])))
        walk.resume = frame.end()
    else:
        walk.paragraph = True
        walk.open("p", attributes)


def _iframe(walk: Outline, match: re.Match[str], attributes: Attributes) -> None:
    _frame(walk, attributes)
    end = walk.source.find("</iframe>", match.end())
    walk.resume = end + len("</iframe>") if end >= 0 else len(walk.source)


def _frame(walk: Outline, attributes: Attributes) -> None:
    """A frame of an allowed host stays one; any other becomes a link to what it shows."""
    target = _target(walk, unescape(attributes.get("src", "")), "link")
    title = unescape(attributes.get("title", ""))
    if not target or _play(walk, target, title):
        return
    text = escape(title or _named(target))
    rel = _EXTERNAL if _SCHEME.match(target) and not target.startswith(SCHEME) else ""
    link = f'<a href="{escape(target)}"{rel}>{text}</a>'
    walk.write(link if walk.paragraph or walk.heading else f"<p>{link}</p>")


def _play(walk: Outline, url: str, title: str) -> bool:
    video = None if walk.paragraph or walk.heading else find_video(url)
    if video:
        name = title if title and "://" not in title else video.host
        walk.write(video_html(video, name))
        walk.blocks.open("p")
        walk.blocks.text(escape(name))
        walk.blocks.close("p")
    return video is not None


def _video(walk: Outline, match: re.Match[str], _attributes: Attributes) -> None:
    """A video file of the help centre's own plays here; another host's is a link."""
    end = walk.source.find("</video>", match.end())
    end = end + len("</video>") if end >= 0 else len(walk.source)
    source = _SOURCE.search(walk.source, match.start(), end)
    walk.resume = end
    target = _target(walk, unescape(source[1]) if source else "", "image")
    if not target:
        return
    name = escape(_named(target))
    if target.startswith(SCHEME):
        shown = f'src="{escape(target)}" title="{name}" preload="metadata" controls=""'
        walk.write(f"<video {shown}></video>")
    else:
        walk.write(f'<a href="{escape(target)}"{_EXTERNAL}>{name}</a>')


def _table(walk: Outline, _match: re.Match[str], attributes: Attributes) -> None:
    """Wide tables scroll in a box that the keyboard reaches, named after its heading."""
    name = walk.headings[-1].text if walk.headings else walk.title
    walk.tables[name] += 1
    label = name if walk.tables[name] == 1 else f"{name} ({walk.tables[name]})"
    walk.write(
        f'<div class="table-scroll" tabindex="0" role="region" aria-label="{escape(label)}">'
    )
    walk.open("table", attributes)


def _th(walk: Outline, match: re.Match[str], attributes: Attributes) -> None:
    """An empty header cell heads nothing: it is a cell."""
    if walk.source.startswith("</th>", match.end()):
        walk.write("<td></td>")
        walk.resume = match.end() + len("</th>")
    else:
        walk.open("th", attributes)


def _pre(walk: Outline, _match: re.Match[str], attributes: Attributes) -> None:
    walk.open("pre", attributes | {"tabindex": "0"})


def _input(walk: Outline, _match: re.Match[str], attributes: Attributes) -> None:
    """Only what extensions wrote: a task's box, labelled by its text, and a tab's button."""
    kind = attributes.get("type")
    checked = ' checked=""' if "checked" in attributes else ""
    if kind == "checkbox" and not walk.label:
        walk.label = True
        walk.write(f'<label><input type="checkbox" disabled=""{checked}>')
    name, wanted = attributes.get("name", ""), attributes.get("id", "")
    if kind == "radio" and _TAB.match(name) and _TAB.match(wanted) and walk.anchors.claim(wanted):
        walk.write(f'<input type="radio" id="{wanted}" name="{name}"{checked}>')


def _named(url: str) -> str:
    """What an address says about itself: the words of its last part."""
    place = re.split(r"[?#]", url)[0].rstrip("/")
    words = re.sub(r"^\d+[-_]|\.\w{1,5}$", "", unquote(place.rpartition("/")[2]))
    return " ".join(re.split(r"[-_\s]+", words)).strip() or url


Handler = Callable[["Outline", re.Match[str], Attributes], None]
HANDLERS: Mapping[str, Handler] = {
    "a": _a,
    "img": _img,
    "p": _p,
    "iframe": _iframe,
    "video": _video,
    "table": _table,
    "th": _th,
    "pre": _pre,
    "input": _input,
}
