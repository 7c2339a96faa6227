"""Which hosts' videos play inside an article, and how: only after a click, and without a script.

A closed ``<details>`` holds a lazy frame, so nothing is asked of the host before a reader opens it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from urllib.parse import parse_qs, urlencode, urlsplit

FRAME_ORIGINS = ("https://www.youtube-nocookie.com", "https://player.vimeo.com")
"""What a Content-Security-Policy must name in ``frame-src``."""

_YOUTUBE = re.compile(r"^/(?:embed|shorts|live|v)/([\w-]{11})/?$")
_YOUTUBE_ID = re.compile(r"^[\w-]{11}$")
_YOUTUBE_HOSTS = frozenset({"youtube.com", "m.youtube.com", "youtube-nocookie.com"})
_VIMEO = re.compile(r"^/(?:video/)?(\d+)(?:/([0-9a-f]+))?/?$")
_VIMEO_HOSTS = frozenset({"vimeo.com", "player.vimeo.com"})
_SECONDS = re.compile(r"^(\d{1,6})s?$")


@dataclass(frozen=True, slots=True)
class Video:
    """A video on an allowed host: what a frame shows and what a link opens."""

    frame: str
    page: str
    host: str


def find_video(url: str) -> Video | None:
    """The video that a URL shows; None for any other page, host or scheme."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    if parts.scheme not in ("http", "https", ""):
        return None
    query = parse_qs(parts.query)
    if host in _YOUTUBE_HOSTS or host == "youtu.be":
        return _youtube(host, parts.path, query)
    return _vimeo(parts.path, query) if host in _VIMEO_HOSTS else None


def _youtube(host: str, path: str, query: dict[str, list[str]]) -> Video | None:
    match = _YOUTUBE.match(path)
    found = match[1] if match else path[1:] if host == "youtu.be" else query.get("v", [""])[0]
    if not _YOUTUBE_ID.match(found):
        return None
    start = _SECONDS.match((query.get("t") or query.get("start") or [""])[0])
    suffix = f"?start={start[1]}" if start else ""
    page = f"https://www.youtube.com/watch?v={found}" + (f"&t={start[1]}" if start else "")
    return Video(f"{FRAME_ORIGINS[0]}/embed/{found}{suffix}", page, "YouTube")


def _vimeo(path: str, query: dict[str, list[str]]) -> Video | None:
    """Unlisted videos carry a hash, as ``/<id>/<hash>`` or ``?h=<hash>``; dnt means no cookies."""
    match = _VIMEO.match(path)
    if not match:
        return None
    secret = match[2] or "".join(re.findall(r"^[0-9a-f]+$", query.get("h", [""])[0]))
    options = {"dnt": "1"} | ({"h": secret} if secret else {})
    page = f"https://vimeo.com/{match[1]}" + (f"/{secret}" if secret else "")
    return Video(f"{FRAME_ORIGINS[1]}/video/{match[1]}?{urlencode(options)}", page, "Vimeo")


def video_html(video: Video, title: str) -> str:
    """A closed box named after the video, with its frame and, where frames fail, a link."""
    name, page, frame = escape(title or video.host), escape(video.page), escape(video.frame)
    return (
        f'<details class="video"><summary>{name}</summary>'
        f'<iframe src="{frame}" title="{name}" loading="lazy" allowfullscreen="" '
        'referrerpolicy="strict-origin-when-cross-origin"></iframe>'
        f'<p><a href="{page}" rel="noopener noreferrer">{escape(video.host)}: {name}</a></p>'
        "</details>"
    )
