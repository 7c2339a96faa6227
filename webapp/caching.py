"""When a browser may use again what it has.

A page is a function of snapshot, settings, code and address. Their digest is its ETag, so a page
that did not change is answered without being rendered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

from flask import Response, g, request

IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATE = "no-cache"
VENDOR = "vendor/"


def digest(*parts: bytes | str) -> str:
    """A short name for content; equal content, equal name."""
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        whole.update(len(data).to_bytes(8, "big") + data)
    return whole.hexdigest()[:16]


def versions(folder: Path) -> dict[str, str]:
    """The digest of every file below ``folder``, by its POSIX path."""
    return {name: digest(path.read_bytes()) for name, path in _files(folder)}


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.parent.name != "__pycache__":
            yield path.relative_to(folder).as_posix(), path


def unchanged(*state: str) -> Response | None:
    """304 where the browser has this page already; else remember its ETag for ``tag``."""
    g.etag = digest(*state, request.script_root, request.full_path)
    if request.if_none_match.contains_weak(g.etag):
        return tag(Response(status=304))
    return None


def tag(response: Response) -> Response:
    """Say how long an answer is good for; a bad or degraded one is never kept."""
    etag = g.get("etag")
    if _has_version() and response.status_code == HTTPStatus.OK:
        response.headers["Cache-Control"] = IMMUTABLE
    elif etag and response.status_code in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}:
        response.set_etag(etag, weak=True)
        kept = f"private, {REVALIDATE}" if g.get("personal") else REVALIDATE
        response.headers.setdefault("Cache-Control", kept)
    elif response.status_code == HTTPStatus.MOVED_PERMANENTLY:  # until it moves back
        response.headers.setdefault("Cache-Control", REVALIDATE)
    else:
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def personal(*whose: str) -> tuple[str, ...]:
    """Parts of the state that make an answer one visitor's: no shared cache may keep it."""
    g.personal = True
    return whose


def _has_version() -> bool:
    """Whether the address changes with the content: by ``?v=``, or by a vendored folder's name."""
    endpoint, values = request.endpoint or "", request.view_args or {}
    vendored = endpoint == "static" and values["filename"].startswith(VENDOR)
    versioned = endpoint == "static" or endpoint.startswith("brand.")
    return vendored or (versioned and "v" in request.args)


def forget_tag() -> None:
    """This answer depends on more than its ETag says: it comes from a fallback, say."""
    g.etag = None
