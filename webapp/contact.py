"""The contact form: articles beside it while people write, and never in their way.

Whatever is wrong, what was typed comes back: a message that is lost is a customer who is. Programs
are told from people by a field that people do not see and by a signed time, and are asked to press
Send once more, because now and then they are people after all.
"""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, TooManyRequests
from werkzeug.wrappers import Response

from kb.errors import UnavailableError
from kb.events import Event
from webapp import contact_form, impressions, interface, visits
from webapp import tickets as desk
from webapp.contact_form import ATTACHMENTS
from webapp.contact_offers import offer
from webapp.events import save
from webapp.interface import gettext
from webapp.limits import retry_after
from webapp.portal import enter, reader
from webapp.referrer import page_before
from webapp.state import state
from webapp.tickets import Message
from webapp.tokens import Ballot, TokenError
from webapp.ways import long_moment, presence, ways
from webapp.written import (
    Written,
    langs,
    page_lang,
    read,
    read_words,
    site_form,
    token_for,
    why_again,
)

RETRY_AFTER_SECONDS = 10

contact = Blueprint("contact", __name__)
interface.in_address(contact)

Answer = Response | str | tuple[str, int] | tuple[str, int, dict[str, str]]


@contact.before_request
def _enter() -> Response | None:
    """Pages of the form are made for one visitor, and no browser keeps them."""
    return enter(interface.LOCALES)


@contact.before_request
def _refuse_foreign_forms() -> None:
    """Another site's page must not write in its readers' names."""
    foreign = request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}
    if request.method == "POST" and foreign:
        abort(HTTPStatus.FORBIDDEN, gettext("Please write to us on our own page."))


@contact.get("/contact")
@contact.get("/<language:lang>/contact")
def show() -> Answer:
    """The form, where messages reach somebody, and every other way to reach people."""
    menu = reader().served.languages
    better = interface.better({*menu, *interface.LOCALES}, menu)
    if better:
        return redirect(url_for("contact.show", lang=better, page=request.args.get("page")))
    if _is_ready() and visits.is_visitor() and visits.is_continued():
        impressions.note_opening()
    return _page(Written(page=request.args.get("page") or page_before()))


@contact.post("/contact")
@contact.post("/<language:lang>/contact")
def send() -> Answer:
    """Take a message, or show what stands in its way with everything that was typed."""
    if not _is_ready():
        abort(HTTPStatus.NOT_FOUND)
    request.max_content_length = desk.most_bytes(state().config.contact)
    written = read()
    if request.form.get("step") == "edit":
        return _page(written)
    if written.mistakes:
        return _page(written), HTTPStatus.UNPROCESSABLE_ENTITY
    said = why_again(written)
    if said:
        return _page(written, said), HTTPStatus.UNPROCESSABLE_ENTITY
    return offer(written) or _store(written)


@contact.get("/contact/sent")
@contact.get("/<language:lang>/contact/sent")
def sent() -> Answer:
    """The reference, and what happens next. Changes nothing."""
    try:
        reference, due = state().tokens.read_receipt(request.args.get("receipt", ""))
    except TokenError:
        abort(HTTPStatus.NOT_FOUND)
    settings = state().config.contact
    return render_template(
        "contact_sent.html",
        reference=reference,
        promise=long_moment(due, settings.hours) if due else "",
        now=presence(visits.now(), settings.hours),
        confirmed=settings.confirm and bool(settings.smtp.host),
    )


@contact.post("/contact/solved")
@contact.post("/<language:lang>/contact/solved")
def solve() -> Answer:
    """A suggestion solved it, said without scripts."""
    try:
        shown = state().tokens.read_impression(request.form.get("impression", ""), visits.now())
    except TokenError:
        abort(HTTPStatus.BAD_REQUEST, gettext("This page is too old. Please go back and reload."))
    article = request.form.get("article", "")
    if not shown.has(article):
        abort(HTTPStatus.BAD_REQUEST)
    event = Event(
        visit=visits.of_case(shown.case),
        at=visits.now(),
        type="suggestion_resolved",
        impression=shown.impression,
        article=article,
        snapshot=shown.snapshot,
    )
    save(event, None if visits.is_visitor() else "robot")
    ballot = Ballot(article, shown.snapshot, visits.now().date())
    tokens = state().tokens
    voted = tokens.sign_voted(shown.case, ballot, visits.now())  # where no cookie follows
    address = url_for("contact.solved", about=tokens.sign_vote(ballot), voted=voted)
    return redirect(address, HTTPStatus.SEE_OTHER)


@contact.get("/contact/solved")
@contact.get("/<language:lang>/contact/solved")
def solved() -> str:
    """Thanks, and how it was: webapp.feedback takes the answer. Changes nothing."""
    about = request.args.get("about", "")
    try:
        state().tokens.read_vote(about, visits.now().date())
    except TokenError:
        about = ""
    return render_template("contact_solved.html", about=about, voted=request.args.get("voted", ""))


@contact.errorhandler(RequestEntityTooLarge)
def _too_large(_error: HTTPException) -> Answer:
    """The words come back; files have to be chosen again."""
    written, uploads = read_words(), state().config.contact.attachments
    most, said = contact_form.readable_size(uploads.most_bytes), None
    if uploads.enabled and written.values and not written.mistakes:
        files = gettext("Your files are too large together. A file may have %(most)s.", most=most)
        written = replace(written, mistakes={ATTACHMENTS: files})
    elif not written.mistakes:
        said = gettext("Your message is too long.")
    return _page(written, said), HTTPStatus.REQUEST_ENTITY_TOO_LARGE


@contact.errorhandler(TooManyRequests)
def _too_often(_error: HTTPException) -> Answer:
    """The words stay; a minute later they can be sent."""
    entered = enter(interface.LOCALES)
    if entered is not None:
        return entered
    headers = {"Retry-After": str(retry_after())}
    request.max_content_length = desk.most_bytes(state().config.contact)
    said = gettext("Too many messages came from your address. Please press Send again in a minute.")
    try:
        written = read()
    except RequestEntityTooLarge:
        written = read_words()
    return _page(written, said), HTTPStatus.TOO_MANY_REQUESTS, headers


@contact.app_template_global("contact_href")
def contact_href() -> str:
    """Where "Contact us" leads; empty where nobody can be reached."""
    settings = state().config
    if settings.contact.ready or settings.contact.channels:
        return url_for("contact.show")
    return settings.site.contact_url


def _is_ready() -> bool:
    return state().config.contact.ready


def _store(written: Written) -> Answer:
    assert written.form
    message = Message(
        key=written.form.key,
        form=site_form(),
        values=written.values,
        files=written.files,
        lang=page_lang(),
        page=written.page,
    )
    try:
        receipt = desk.store(message)
    except UnavailableError:
        said = gettext(
            "Your message could not be saved just now. Nothing was lost: please press Send again"
            " in a moment."
        )
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
        return _page(written, said), HTTPStatus.SERVICE_UNAVAILABLE, headers
    token = state().tokens.sign_receipt(receipt.reference, receipt.due)
    return redirect(url_for("contact.sent", receipt=token), HTTPStatus.SEE_OTHER)


def _page(written: Written, said: str | None = None) -> str:
    """The form; ``said`` is what stands in the way of a message without mistakes."""
    form, mistakes = site_form(), written.mistakes
    if written.files:
        said_of_files = gettext("Please choose your files again: only words are kept.")
        mistakes = {**mistakes, ATTACHMENTS: said_of_files}
    return render_template(
        "contact.html",
        ready=_is_ready(),
        form=form,
        written=written,
        mistakes=mistakes,
        said=said,
        token=token_for(written),
        most=contact_form.readable_size(form.uploads.most_bytes),
        ways=ways(langs(), visits.now()),
        alternates={one: url_for("contact.show", lang=one) for one in reader().served.languages},
    )
