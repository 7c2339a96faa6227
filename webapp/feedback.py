"""The forms on an article: "Did this solve your issue?", why not, and how it was.

Plain forms that lead on with 303, so that they work without scripts and nothing is sent twice;
feedback.js shows the same pages in place. The signed ballot and the cookie's SameSite stand for a
CSRF token, which would make every page another one for everybody.
"""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import cast, get_args

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from indexer.snapshot import Snapshot
from kb.events import Event, EventType, Reason, Rejection
from webapp import visits
from webapp.events import comment, save
from webapp.interface import gettext, in_address
from webapp.models import printable
from webapp.portal import Reader
from webapp.state import state
from webapp.tokens import Ballot, TokenError

feedback = Blueprint("feedback", __name__)
in_address(feedback)

VOTE: dict[str, EventType] = {"yes": "resolved", "no": "not_resolved"}
STEPS = frozenset({"yes", "no", "told", "thanks"})
RATINGS = frozenset("12345")
HONEYPOT = "homepage"
"""A field that people do not see, and that programs cannot leave empty."""


@feedback.before_request
def _refuse_foreign_forms() -> None:
    """Another site's page must not vote in its readers' names."""
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site") in {
        "cross-site",
        "same-site",
    }:
        abort(HTTPStatus.FORBIDDEN, gettext("Please answer on the article's own page."))


@feedback.post("/feedback/vote")
@feedback.post("/<language:lang>/feedback/vote")
def vote() -> Response:
    """Yes or no, with one click."""
    answer = request.form.get("answer", "")
    if answer not in VOTE:
        abort(HTTPStatus.BAD_REQUEST, gettext("Please answer with Yes or No."))
    ballot = _ballot(request.form.get("about", ""))
    rejected = save(_event(ballot, VOTE[answer]), None if visits.is_visitor() else "robot")
    return _lead_on("thanks" if answer == "yes" and rejected == "duplicate" else answer)


@feedback.post("/feedback/reason")
@feedback.post("/<language:lang>/feedback/reason")
def reason() -> Response:
    """Why not: completes the vote."""
    ballot = _ballot(request.form.get("about", ""))
    why = request.form.get("reason", "")
    event = replace(
        _event(ballot, "not_resolved"),
        reason=cast("Reason", why) if why in get_args(Reason) else None,
        comment=comment(printable(request.form.get("comment", ""))),
    )
    if event.reason or event.comment:
        save(event, _why_not())
    return _lead_on("told")


@feedback.post("/feedback/rating")
@feedback.post("/<language:lang>/feedback/rating")
def rating() -> Response:
    """How it was, once in a case."""
    ballot = _ballot(request.form.get("about", ""))
    chosen = request.form.get("rating", "")
    if chosen not in RATINGS:
        abort(HTTPStatus.BAD_REQUEST, gettext("Please choose one of the five answers."))
    save(replace(_event(ballot, "rating"), rating=int(chosen)), _why_not())
    return _lead_on("thanks")


@feedback.get("/feedback")
@feedback.get("/<language:lang>/feedback")
def page() -> str:
    """What follows an answer. Changes nothing."""
    step = request.args.get("step", "")
    if step not in STEPS:
        abort(HTTPStatus.NOT_FOUND)
    about = request.args.get("about", "")
    ballot = _ballot(about)
    served = state().live.served()
    snapshot = served.snapshot
    row = _row(snapshot, ballot.article)
    lang = snapshot.articles[row].lang if row is not None else snapshot.manifest.site_lang
    g.lang = None if lang == snapshot.manifest.site_lang else lang
    g.reader = Reader(served, lang)
    return render_template(
        "feedback.html",
        step=step,
        about=about,
        article=snapshot.articles[row] if row is not None else None,
    )


def _ballot(token: str) -> Ballot:
    try:
        return state().tokens.read_vote(token, visits.now().date())
    except TokenError:
        abort(
            HTTPStatus.BAD_REQUEST,
            gettext("This form is too old. Open the article again to answer."),
        )


def _event(ballot: Ballot, kind: EventType) -> Event:
    shown = visits.impression()
    return Event(
        visit=visits.current_or_robot(),
        at=visits.now(),
        type=kind,
        impression=shown.impression if shown and shown.has(ballot.article) else None,
        article=ballot.article,
        snapshot=ballot.snapshot,
    )


def _why_not() -> Rejection | None:
    """Why what follows a vote does not count: a robot's, or not in the case of a vote."""
    if request.form.get(HONEYPOT) or not visits.is_visitor():
        return "robot"
    return None if visits.is_continued() else "duplicate"


def _lead_on(step: str) -> Response:
    about = request.form["about"]
    return redirect(url_for("feedback.page", step=step, about=about), HTTPStatus.SEE_OTHER)


def _row(snapshot: Snapshot, name: str) -> int | None:
    """The row of an article by name, if it is still there."""
    lang, colon, slug = name.partition(":")
    row = snapshot.find(snapshot.manifest.site_lang, name)
    return snapshot.find(lang, slug) if row is None and colon else row
