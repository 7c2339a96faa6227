"""``POST /api/v1/events``: what visitors did with a list, from our own scripts, widgets, programs.

The signed impression says which list, case and revision; an article that was not in the list is
refused. ``navigator.sendBeacon`` sends text/plain, so the body is JSON whatever its type says.
"""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

from flask import Blueprint, Response
from spectree import Response as Answers

from kb.events import VOTES, Event, Rejection, Visit
from kb.masking import mask_within
from webapp import visits
from webapp.api import read_body, spec
from webapp.api_answers import Problem
from webapp.api_requests import LONGEST_COMMENT, EventRequest
from webapp.live import Served
from webapp.problems import ProblemError
from webapp.state import state
from webapp.tokens import Shown, TokenError

events = Blueprint("events", __name__)

ANSWERED = VOTES | {"rating"}
"""Types that are on disk before they are answered."""


@events.post("/api/v1/events")
@spec.validate(
    json=EventRequest,
    resp=Answers(HTTP_204=None, HTTP_429=Problem, HTTP_503=Problem),
    tags=["feedback"],
    skip_validation=True,  # it would read only application/json
)
def report() -> Response:
    """Report an open, a read, a vote or a rating."""
    body = read_body(EventRequest)
    shown = _shown(body)
    article = _article(body, shown, state().live.served())
    robot = not visits.is_visitor()
    event = _event(body, visits.of_case(shown.case), shown, article)
    if article is not None and not shown.has(article):
        save(event, "not_shown")
        raise ProblemError(
            HTTPStatus.BAD_REQUEST,
            f"article {body.slug!r} was not in this list (send the slug of one of its hits)",
        )
    save(event, "robot" if robot else None)
    return Response(status=HTTPStatus.NO_CONTENT)


def save(event: Event, rejected: Rejection | None) -> Rejection | None:
    """Keep an event, rejected or not; why it does not count, or None.

    Votes and ratings are on disk when this returns, or it raises UnavailableError. Rejected ones
    of other types say nothing, and are only counted.
    """
    event = replace(event, rejected=rejected)
    if event.type in ANSWERED:
        rejected = state().recorder.cast(event, state().config.feedback.votes_per_hour)
    elif rejected is None:
        state().recorder.note(event)
    if rejected is None and event.type in VOTES:
        visits.prolong(event.visit.case)
    state().metrics.happened(event.type, rejected)
    return rejected


def comment(text: str | None) -> str | None:
    """A comment as it may be kept: masked and cut, so that no half of a number stays."""
    return mask_within(text, LONGEST_COMMENT) or None if text else None


def _shown(body: EventRequest) -> Shown:
    try:
        return state().tokens.read_impression(body.impression, visits.now())
    except TokenError as error:
        raise ProblemError(HTTPStatus.BAD_REQUEST, f"field 'impression': {error}") from None


def _article(body: EventRequest, shown: Shown, served: Served) -> str | None:
    """The name of the article that is meant; first where the list has it, in whatever language."""
    if body.slug is None:
        return None
    names = [body.slug, *(f"{lang}:{body.slug}" for lang in served.catalogues)]
    known = next((name for name in names if shown.has(name)), None)
    if known is not None:
        return known
    site_lang = served.snapshot.manifest.site_lang
    lang, colon, slug = body.slug.partition(":")
    if served.snapshot.find(site_lang, body.slug) is None and not (
        colon and served.snapshot.find(lang, slug) is not None
    ):
        raise ProblemError(
            HTTPStatus.BAD_REQUEST, "field 'slug': no such article (send the slug of a hit)"
        )
    return body.slug


def _event(body: EventRequest, visit: Visit, shown: Shown, article: str | None) -> Event:
    return Event(
        visit=visit,
        at=visits.now(),
        type=body.type,
        impression=shown.impression,
        article=article,
        snapshot=shown.snapshot if article is not None else None,
        reason=body.reason,
        comment=comment(body.comment),
        rating=body.rating,
    )
