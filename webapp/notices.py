"""Notices of the moment: above every page and the contact form, and for programs.

They come and go by the clock, so what a page says now is part of its ETag.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Flask, g, request
from markupsafe import Markup
from spectree import Response as Answers

from kb.links import ROOT
from kb.notices import Notice, Place, Severity
from webapp import caching, visits
from webapp.api import spec
from webapp.api_answers import NoticeAnswer, NoticesAnswer, Problem
from webapp.api_requests import NoticesQuery
from webapp.state import state

notices = Blueprint("notices", __name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """A notice on a page; ``lang`` is None where it is in the language of the page, or unknown."""

    title: str
    html: Markup
    severity: Severity
    lang: str | None
    digest: str


def for_templates(app: Flask) -> None:
    """Let every page show what concerns it."""
    app.add_template_global(lambda: shown_notices(_place()), "notices")


def shown_notices(place: Place) -> tuple[Shown, ...]:
    """What the page of this request says above everything else; nothing where none is read."""
    reader = g.get("reader")
    if reader is None:
        return ()
    lang = g.lang or reader.lang  # the form speaks languages that no article is in
    standing = reader.served.snapshot.notices(visits.now(), lang, place)
    return tuple(map(_shown, standing))


def _place() -> Place:
    return "contact" if request.blueprint == "contact" else "portal"


def _shown(one: Notice) -> Shown:
    html = _html(one)
    safe = Markup(html)  # noqa: S704 - made safe when it was published
    return Shown(one.title, safe, one.severity, one.lang, caching.digest(one.title, html))


def _html(one: Notice) -> str:
    return one.html.replace(f'"{ROOT}', f'"{request.script_root}')


@notices.get("/api/v1/notices")
@spec.validate(resp=Answers(HTTP_200=NoticesAnswer, HTTP_503=Problem), tags=["articles"])
def standing(query: NoticesQuery) -> NoticesAnswer:
    """What is announced now, gravest first."""
    snapshot = state().live.served().snapshot
    lang = query.lang or snapshot.manifest.site_lang
    found = snapshot.notices(visits.now(), lang, "api", query.product)
    return NoticesAnswer(notices=tuple(map(_answer, found)))


def _answer(one: Notice) -> NoticeAnswer:
    return NoticeAnswer(
        id=one.id,
        title=one.title,
        html=_html(one),
        severity=one.severity,
        start=one.start,
        end=one.end,
    )
