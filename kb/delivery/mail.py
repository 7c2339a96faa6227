"""E-mail through the company's server: headers that hold a thread together and nothing else.

A header's text loses its line breaks before it gets here and EmailMessage refuses what is left of
them, so nothing a visitor writes becomes a header.
"""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from kb.addresses import sender_address
from kb.builds import Build
from kb.config import Config
from kb.delivery.letters import Letter, confirmation, one_line, team_letter
from kb.delivery.sending import SendingError
from kb.delivery_settings import Smtp
from kb.desk import message_domain
from kb.tickets import Attachment, Delivery, Ticket

_POLICY = SMTP.clone(cte_type="7bit")  # whatever stands between us and the reader
_PRIORITIES = {"urgent": "1 (Highest)", "high": "2 (High)", "low": "5 (Lowest)"}
"""X-Priority, as mail programs show it."""
_OF_THE_MAIL = (smtplib.SMTPSenderRefused, smtplib.SMTPDataError)
"""Answers to a mail; others are about signing in, or about the server itself."""
_REFUSED = 500
"""SMTP codes from here on mean that the same mail will be refused again (RFC 5321, 4.2.1)."""
_LEAVES = 421
"""The server ends the connection, to whomever the mail is (RFC 5321, 3.8)."""


def team_mail(ticket: Ticket, delivery: Delivery, receipt: str | None, config: Config) -> bytes:
    """The ticket for the people who answer; a reply goes to the customer.

    ``receipt`` is the Message-ID of the customer's receipt: their answer joins its thread.
    """
    letter = team_letter(ticket, config)
    message = _message(letter, ticket, delivery, config.contact.smtp, "auto-generated")
    message["Reply-To"] = _address(ticket.name, ticket.email)
    if receipt:
        message["References"] = f"<{receipt}>"
    if ticket.routing.priority in _PRIORITIES:
        message["X-Priority"] = _PRIORITIES[ticket.routing.priority]
    for one in ticket.attachments:
        _attach(message, one)
    return message.as_bytes()


def confirmation_mail(ticket: Ticket, delivery: Delivery, config: Config) -> bytes:
    """The customer's receipt; a reply goes to the queue."""
    letter = confirmation(ticket, config)
    message = _message(letter, ticket, delivery, config.contact.smtp, "auto-replied")
    team = config.contact.address(ticket.routing.queue)
    if team:
        message["Reply-To"] = team
    message["X-Auto-Response-Suppress"] = "All"  # no "out of office" in answer, from Exchange
    return message.as_bytes()


def build_mail(build: Build, to: str, config: Config) -> bytes:
    """To a writer: the build failed, and which line to mend; the same mail, however often."""
    message = EmailMessage(policy=_POLICY)
    message["From"] = _address(*_sender(config.contact.smtp))
    message["To"] = to
    message["Subject"] = one_line(f"Not published: {config.site.name}", 200)
    message["Date"] = format_datetime(build.asked)
    message["Message-ID"] = f"<{_build_id(build, to)}@{message_domain(config.contact)}>"
    message["Auto-Submitted"] = "auto-generated"
    commit = f"Commit: {build.commit}\n" if build.commit else ""
    message.set_content(
        "The articles could not be published. The help centre stays as it was.\n\n"
        f"{commit}{build.log}\n"
    )
    return message.as_bytes()


def _build_id(build: Build, to: str) -> str:
    """As unique as the moment: another database counts its builds from 1 again."""
    named = f"{build.id} {build.asked.isoformat()} {to}"
    return f"build-{build.id}.{hashlib.sha256(named.encode()).hexdigest()[:16]}"


def _message(
    letter: Letter, ticket: Ticket, delivery: Delivery, smtp: Smtp, automatic: str
) -> EmailMessage:
    message = EmailMessage(policy=_POLICY)
    message["From"] = _address(*_sender(smtp))
    message["To"] = delivery.target
    message["Subject"] = one_line(letter.subject, 200)
    message["Date"] = format_datetime(ticket.at)
    message["Message-ID"] = f"<{delivery.id}>"
    message["Auto-Submitted"] = automatic  # RFC 3834: no robot answers it
    message["X-KB-Ticket"] = ticket.id
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    return message


def _sender(smtp: Smtp) -> tuple[str, str]:
    found = sender_address(smtp.sender)
    if found is None:
        raise SendingError("no sender is set (set contact.smtp.sender)")
    return found


def _address(name: str, address: str) -> Address:
    return Address(one_line(name, 60), addr_spec=address)


def _attach(message: EmailMessage, one: Attachment) -> None:
    main, _, sub = one.media_type.partition("/")
    message.add_attachment(one.data, maintype=main, subtype=sub, filename=one_line(one.name, 120))


def send_mail(data: bytes, to: str, smtp: Smtp) -> None:
    """Hand a mail to the server, which has it for good when this returns; SendingError if not."""
    with _explained(smtp), _session(smtp) as server:
        try:
            server.sendmail(_sender(smtp)[1], [to], data)
        except smtplib.SMTPRecipientsRefused as error:
            code, words = error.recipients[to]
            what = f"{to} was refused: {_words(code, words)}"
            refused, theirs = code >= _REFUSED, code != _LEAVES
            raise SendingError(what, final=refused, refused=refused, theirs=theirs) from None


def greet(smtp: Smtp) -> None:
    """Connect and sign in as if there were mail to send; SendingError where that fails."""
    with _explained(smtp), _session(smtp):
        _sender(smtp)


@contextmanager
def _explained(smtp: Smtp) -> Iterator[None]:
    """Whatever the server says or does instead of listening, as one error."""
    if not smtp.host:
        raise SendingError("no mail server is set (set contact.smtp.host)")
    try:
        yield
    except smtplib.SMTPResponseException as error:
        said = _words(error.smtp_code, error.smtp_error)
        is_no = isinstance(error, _OF_THE_MAIL) and error.smtp_code >= _REFUSED
        raise SendingError(f"{smtp.host}:{smtp.port}: {said}", refused=is_no) from None
    except (smtplib.SMTPException, OSError) as error:  # OSError: TLS, time-outs, no such host
        raise SendingError(f"{smtp.host}:{smtp.port}: {error or type(error).__name__}") from None


@contextmanager
def _session(smtp: Smtp) -> Iterator[smtplib.SMTP]:
    """A server that listens; what it says to the farewell changes nothing: it may have the mail."""
    with closing(_connect(smtp)) as server:
        yield server
        with suppress(smtplib.SMTPException, OSError):
            server.quit()


def _connect(smtp: Smtp) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if smtp.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            smtp.host, smtp.port, timeout=smtp.timeout, context=context
        )
    else:
        server = smtplib.SMTP(smtp.host, smtp.port, timeout=smtp.timeout)
    try:
        if smtp.security == "starttls":
            server.starttls(context=context)
        if smtp.user:
            server.login(smtp.user, smtp.password.get_secret_value())
    except BaseException:
        server.close()
        raise
    return server


def _words(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return f"{code} {one_line(text, 300)}"
