"""A contact form on its way: handed out with a signed token, and read when it comes back.

The token says to whom and when, so that neither another site's page nor a program that is quicker
than people can send in somebody's name; no session and no cookie are needed for that.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from flask import g, request
from werkzeug.wsgi import get_input_stream

from kb.tickets import Attachment
from webapp import contact_body, contact_form, visits
from webapp.contact_form import ATTACHMENTS, Mistakes
from webapp.feedback import HONEYPOT
from webapp.interface import gettext
from webapp.portal import reader
from webapp.state import state
from webapp.tokens import Form, TokenError

URLENCODED = "application/x-www-form-urlencoded"
LEAST_SECONDS = 3
"""Nobody fills in the form faster than this."""
MOST_BYTES = 2**20
"""Of what was typed: more of it is not held, nor sent back, though it is far too long for us."""


@dataclass(frozen=True, slots=True)
class Written:
    """A form as it goes out or came back.

    ``token`` is as it was sent, ``form`` what it says, if it is ours; ``page`` is where somebody
    decided to write; ``offered`` is set where suggestions were shown, or could have been.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    files: tuple[Attachment, ...] = ()
    mistakes: Mistakes = field(default_factory=dict)
    token: str = ""
    form: Form | None = None
    page: str = ""
    offered: str = ""


def langs() -> tuple[str, ...]:
    """Languages for wording from the settings, best first."""
    here = reader()
    return (page_lang(), here.lang, here.served.snapshot.manifest.site_lang)


def page_lang() -> str:
    """The language of the form, which need not be one that articles are in."""
    return g.lang or reader().lang


def site_form() -> contact_form.Form:
    """The form of this site, in the language of the page."""
    return contact_form.form(state().config.contact, langs(), reader().served.products)


def read() -> Written:
    """What came, tidied, with everything that is wrong with it."""
    request.max_form_memory_size = MOST_BYTES
    if request.mimetype == URLENCODED:  # for which werkzeug knows no such limit
        request.max_content_length = min(request.max_content_length or MOST_BYTES, MOST_BYTES)
    form, sent_files = site_form(), request.files.getlist(ATTACHMENTS)
    values = form.tidy(request.form)
    mistakes = form.mistakes(values)
    files, wrong = contact_form.read_files(
        ((one.filename or "", one.read()) for one in sent_files), form.uploads
    )
    if wrong:
        mistakes[ATTACHMENTS] = wrong
    return replace(_written(request.form, values), files=files, mistakes=mistakes)


def read_words() -> Written:
    """What was typed into a form that is too large, of which nothing was read so far.

    Nothing is known of one that was, until its words alone were too many. What is missing is no
    mistake: it may be in the rest.
    """
    most, size = request.max_content_length, request.content_length
    if most is None or size is None or size <= most:
        return Written()
    fields = _fields()
    if not fields:
        return Written()
    form = site_form()
    values = form.tidy(fields)
    mistakes = {name: said for name, said in form.mistakes(values).items() if values[name]}
    return replace(_written(fields, values), mistakes=mistakes)


def _fields() -> Mapping[str, str]:
    body = get_input_stream(request.environ)
    if request.mimetype == URLENCODED:
        return contact_body.words_without_files(body, MOST_BYTES)
    return contact_body.words(body, request.mimetype_params.get("boundary", ""), MOST_BYTES)


def _written(fields: Mapping[str, str], values: Mapping[str, str]) -> Written:
    token, found = fields.get("form", ""), None
    with suppress(TokenError):
        found = state().tokens.read_form(token, visits.now())
    page, offered = (fields.get(name, "") for name in ("page", "offered"))
    return Written(values, token=token, form=found, page=page, offered=offered)


def why_again(written: Written) -> str | None:
    """Why Send must be pressed once more; None where it need not."""
    form = written.form
    if form is None or not _is_theirs(form):
        return gettext("This form was open for very long. Please press Send once more.")
    if request.form.get(HONEYPOT) or _age(form) < LEAST_SECONDS:
        return gettext(
            "That was as quick as only programs are. If you are a person, please press Send once"
            " more: nothing was lost."
        )
    return None


def _age(form: Form) -> float:
    return (visits.now() - form.at).total_seconds()


def _is_theirs(form: Form) -> bool:
    """Whether it was handed out to this visitor: in this case, or at this address."""
    if form.case and visits.is_continued():
        visit = visits.current()
        if visit and visit.case == form.case:
            return True
    return form.visitor == (visits.visitor() or "")


def token_for(written: Written) -> str:
    """The form's own, as long as it is good; a new one needs no waiting if words came with it."""
    if written.form and _is_theirs(written.form):
        return written.token
    age = dt.timedelta(seconds=LEAST_SECONDS if written.values else 0)
    visit = visits.current() if visits.is_continued() else None
    form = Form(
        key=written.form.key if written.form else secrets.token_urlsafe(16),
        at=visits.now() - age,
        case=visit.case if visit else "",
        visitor=visits.visitor() or "",
    )
    return state().tokens.sign_form(form)
