"""Messages to people, from the contact form and from other front ends: ``POST /api/v1/tickets``.

Both go through ``store``, and are on disk, with everything that is to be sent, when it returns.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, request
from spectree import Response as Answers

from kb.addresses import email_address
from kb.contact_settings import Contact
from kb.desk import receive
from kb.events import DEMO, Event, EventType
from kb.tickets import Attachment, Draft, FieldValue, Receipt, Seen
from webapp import contact_form, visits
from webapp.api import read_body, spec
from webapp.api_answers import Problem, TicketAnswer
from webapp.api_requests import TicketRequest
from webapp.contact_form import ATTACHMENTS, Form
from webapp.interface import ENGLISH, speaking
from webapp.links import absolute
from webapp.problems import ProblemError
from webapp.state import state
from webapp.typed_text import printable

TEXT_BYTES = 256 * 1024
"""More than every field of a form may hold; what its files need comes to it."""
LONGEST_PAGE = 2_000
LONGEST_KEY = 200

tickets = Blueprint("tickets", __name__)


@dataclass(frozen=True, slots=True)
class Message:
    """A message without a mistake; ``key`` makes it one ticket however often it is sent."""

    key: str
    form: Form
    values: Mapping[str, str]
    files: tuple[Attachment, ...]
    lang: str
    page: str


def most_bytes(contact: Contact) -> int:
    """How large a request with a message may be."""
    uploads = contact.attachments
    return TEXT_BYTES + (uploads.most * uploads.most_bytes if uploads.enabled else 0)


def store(message: Message) -> Receipt:
    """Keep a message with what its case tried; UnavailableError where it could not be kept."""
    shared = state()
    draft = _draft(message, shared.config.contact)
    shared.recorder.note(Event(draft.visit, draft.at, "form_open"))
    shared.recorder.settle()  # what was tried a moment ago belongs to the ticket too
    receipt = shared.recorder.work(
        lambda database: receive(database, shared.config.contact, draft, _describe)
    )
    if receipt.new:
        shared.metrics.happened("contact", None)
    return receipt


def _draft(message: Message, contact: Contact) -> Draft:
    values = message.values
    kinds = {one.kind: values[one.name] for one in reversed(contact.fields)}
    labels = {one.name: one.label for one in message.form.fields}
    return Draft(
        key=message.key,
        visit=visits.current_or_robot(),
        at=visits.now(),
        email=email_address(values["email"]) or "",
        subject=values["subject"],
        message=values["message"],
        lang=message.lang,
        name=values["name"],
        page=printable(message.page)[:LONGEST_PAGE],
        product=kinds.get("product", ""),
        plan=kinds.get("plan", ""),
        fields=tuple(
            FieldValue(one.name, labels[one.name], values[one.name])
            for one in contact.fields
            if values[one.name] and one.kind not in {"product", "plan"}
        ),
        attachments=message.files,
    )


def _describe(name: str) -> Seen:
    """An article as it is now; by its name alone where it is gone."""
    snapshot = state().live.served().snapshot
    row = snapshot.named(name)
    if row is None:
        return Seen(name)
    return Seen(name, snapshot.articles[row].title, absolute(snapshot.url(row)))


@tickets.post("/api/v1/tickets")
@spec.validate(
    json=TicketRequest,
    resp=Answers(HTTP_201=TicketAnswer, HTTP_404=Problem, HTTP_429=Problem, HTTP_503=Problem),
    tags=["tickets"],
    skip_validation=True,  # its errors would not name the body's fields as such
)
def create() -> tuple[TicketAnswer, int]:
    """Send a message to people. The same one under the same ``Idempotency-Key`` is one ticket."""
    if visits.demo():
        return _pretend(), HTTPStatus.CREATED
    contact = state().config.contact
    if not contact.ready:
        raise ProblemError(
            HTTPStatus.NOT_FOUND,
            "this help centre takes no messages (set [contact.smtp] or [[contact.webhooks]])",
        )
    request.max_content_length = TEXT_BYTES + most_bytes(contact) * 4 // 3  # base64
    if not request.is_json:  # so that no other site's page can send one without being asked
        raise ProblemError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "send the header Content-Type: application/json"
        )
    body = read_body(TicketRequest)
    with speaking(body.lang or ENGLISH):  # mistakes are told to whoever made them
        message = _checked(body, contact)
    receipt = store(message)
    return TicketAnswer(id=receipt.reference, due=receipt.due), HTTPStatus.CREATED


def _pretend() -> TicketAnswer:
    """A demonstration shows that somebody wrote, but nobody is written to."""
    visit, at = visits.current_or_robot(), visits.now()
    kinds: tuple[EventType, ...] = ("form_open", "contact")
    for kind in kinds:
        state().recorder.note(Event(visit, at, kind))
    return TicketAnswer(id=DEMO, due=None)


def _checked(body: TicketRequest, contact: Contact) -> Message:
    """The message; a problem names every field that is not as it should be."""
    served = state().live.served()
    site_lang = served.snapshot.manifest.site_lang
    lang = body.lang or site_lang
    asked = contact_form.form(contact, (lang, site_lang), served.products)
    known = {one.name for one in asked.fields}
    values = asked.tidy({**body.fields, **body.own_fields()})
    mistakes = asked.mistakes(values)
    mistakes |= {one: "no such field" for one in body.fields if one not in known}
    files, wrong = contact_form.read_files(
        ((one.name, one.data) for one in body.attachments), contact.attachments
    )
    if wrong:
        mistakes[ATTACHMENTS] = wrong
    if mistakes:
        raise ProblemError(HTTPStatus.BAD_REQUEST, _said(mistakes.items()), mistakes)
    return Message(_key(), asked, values, files, lang, body.url)


def _said(mistakes: Iterable[tuple[str, str]]) -> str:
    return "; ".join(f"field {name!r}: {said}" for name, said in mistakes)


def _key() -> str:
    key = request.headers.get("Idempotency-Key", "")[:LONGEST_KEY]
    return f"api:{key}" if key else secrets.token_urlsafe(16)
