"""The forms on an article: "Did this solve your issue?", why not, and how it was.

Plain forms that lead on with 303, so that they work without scripts and nothing is sent twice;
feedback.js shows the same pages in place. The signed ballot and the cookie's SameSite stand for a
CSRF token, which would make every page another one for everybody. Where no cookie is kept, what is
asked after a vote brings the vote's own token.
"""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import cast, get_args

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from indexer.snapshot import Snapshot
from kb.events import Event, EventType, Reason, Rejection, Visit
from webapp import visits
from webapp.events import comment, save
from webapp.interface import gettext, in_address
from webapp.portal import Reader
from webapp.state import state
from webapp.tokens import Ballot, TokenError
from webapp.typed_text import printable

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
    is_new = visits.is_visitor() and not visits.is_continued()
    event = _event(ballot, VOTE[answer], visits.current_or_robot())
    rejected = save(event, None if visits.is_visitor() else "robot")
    step = "thanks" if answer == "yes" and rejected == "duplicate" else answer
    return _lead_on(step, _signed(ballot, event.visit) if is_new else "")


@feedback.post("/feedback/reason")
@feedback.post("/<language:lang>/feedback/reason")
def reason() -> Response:
    """Why not: completes the vote."""
    ballot = _ballot(request.form.get("about", ""))
    why = request.form.get("reason", "")
    visit, rejected = _voter(ballot)
    event = replace(
        _event(ballot, "not_resolved", visit),
        reason=cast("Reason", why) if why in get_args(Reason) else None,
        comment=comment(printable(request.form.get("comment", ""))),
    )
    if event.reason or event.comment:
        save(event, rejected)
    return _lead_on("told")


@feedback.post("/feedback/rating")
@feedback.post("/<language:lang>/feedback/rating")
def rating() -> Response:
    """How it was, once in a case."""
    ballot = _ballot(request.form.get("about", ""))
    chosen = request.form.get("rating", "")
    if chosen not in RATINGS:
        abort(HTTPStatus.BAD_REQUEST, gettext("Please choose one of the five answers."))
    visit, rejected = _voter(ballot)
    save(replace(_event(ballot, "rating", visit), rating=int(chosen)), rejected)
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
        voted=request.args.get("voted", ""),
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


def _event(ballot: Ballot, kind: EventType, visit: Visit) -> Event:
    shown = visits.impression()
    return Event(
        visit=visit,
        at=visits.now(),
        type=kind,
        impression=shown.impression if shown and shown.has(ballot.article) else None,
        article=ballot.article,
        snapshot=ballot.snapshot,
    )


def _voter(ballot: Ballot) -> tuple[Visit, Rejection | None]:
    """Whose answer it is that follows a vote, and why it does not count.

    That is a robot's, and one that belongs to no vote: without a cookie it would count twice.
    """
    if request.form.get(HONEYPOT) or not visits.is_visitor():
        return visits.current_or_robot(), "robot"
    if visits.is_continued():
        return visits.current_or_robot(), None
    case = _case_of_vote(ballot)
    return (visits.of_case(case), None) if case else (visits.current_or_robot(), "duplicate")


def _case_of_vote(ballot: Ballot) -> str | None:
    """As the vote's own token says; None without one that is good for this article."""
    try:
        return state().tokens.read_voted(request.form.get("voted", ""), ballot, visits.now())
    except TokenError:
        return None


def _signed(ballot: Ballot, visit: Visit) -> str:
    """What says in a browser without cookies that the next answer belongs to this vote."""
    return state().tokens.sign_voted(visit.case, ballot, visits.now())


def _lead_on(step: str, voted: str = "") -> Response:
    address = url_for("feedback.page", step=step, about=request.form["about"], voted=voted or None)
    return redirect(address, HTTPStatus.SEE_OTHER)


def _row(snapshot: Snapshot, name: str) -> int | None:
    """The row of an article by name, if it is still there."""
    lang, colon, slug = name.partition(":")
    row = snapshot.find(snapshot.manifest.site_lang, name)
    return snapshot.find(lang, slug) if row is None and colon else row
