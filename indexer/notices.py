"""Notices on their way into a snapshot: rendered in the same safety as articles, links resolved."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from pydantic import TypeAdapter

from indexer.manifest import read_part
from indexer.rendering import Job, Limits, render_all
from kb.errors import Finding
from kb.links import Links, resolve
from kb.notices import Notice, ParsedNotice
from kb.page import Page

FILE = "notices.json"
NOTICES = TypeAdapter(tuple[Notice, ...])
_REMEDY = "mend the link; its text is shown without it"


def render_notices(
    parsed: Sequence[ParsedNotice], links: Links, limits: Limits
) -> tuple[tuple[Notice, ...], tuple[Finding, ...]]:
    """The notices as they are served, and what their writers should know."""
    if not parsed:
        return (), ()
    jobs = [Job(one.path, one.body, one.notice.title, one.first_line) for one in parsed]
    done = [_resolved(*pair, links) for pair in zip(parsed, render_all(jobs, limits), strict=True)]
    return tuple(notice for notice, _ in done), tuple(one for _, found in done for one in found)


def _resolved(one: ParsedNotice, page: Page, links: Links) -> tuple[Notice, list[Finding]]:
    html, missing = resolve(page.html, links)
    nowhere = [
        Finding(one.path, place.line, f"{place.kind} to {place.target!r} leads nowhere", _REMEDY)
        for place in page.references
        if place.target in missing
    ]
    return dataclasses.replace(one.notice, html=html), [*page.notes, *nowhere]


def write_notices(folder: Path, notices: Sequence[Notice]) -> None:
    """Write the file of a snapshot that holds them."""
    (folder / FILE).write_bytes(NOTICES.dump_json(tuple(notices), indent=1))


def read_notices(folder: Path) -> tuple[Notice, ...]:
    """The notices of a snapshot; none where it was made before there were any."""
    path = folder / FILE
    if not path.exists():
        return ()
    return read_part(path, lambda file: NOTICES.validate_json(file.read_bytes()))
