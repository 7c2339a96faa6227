"""E-mail through a real server: threads hold, headers cannot be injected, refusals are told."""

from __future__ import annotations

import ssl
import subprocess
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from hypothesis import given
from hypothesis import strategies as st
from stores import NOW
from test_letters import ticket
from ticketing import HERE, free_port, mail_server, settings, smtp

from kb.config import Config
from kb.delivery.mail import confirmation_mail, send_mail, team_mail
from kb.delivery.sending import SendingError
from kb.delivery_settings import Smtp
from kb.tickets import Attachment, Delivery, Medium, Routing

HEADERS = {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "X-KB-Ticket",
    "MIME-Version",
    "Content-Type",
    "Reply-To",
    "References",
    "X-Priority",
    "X-Auto-Response-Suppress",
}


def config(port: int = 25, **changes: Any) -> Config:
    return settings("", smtp=smtp(port, **changes))


def delivery(medium: Medium = "team", target: str = "team@example.com") -> Delivery:
    id_ = f"KB-7F3K-92QD.{medium}.0a1b2c3d@example.com"
    return Delivery(id_, "KB-7F3K-92QD", medium, target, "waiting", 1, NOW, NOW)


def parsed(data: bytes) -> EmailMessage:
    mail = message_from_bytes(data, policy=default)
    assert isinstance(mail, EmailMessage)
    return mail


def test_a_reply_of_the_team_goes_to_the_customer_and_into_the_thread_of_the_receipt() -> None:
    receipt = parsed(confirmation_mail(ticket(), delivery("customer", "ana@example.org"), config()))
    mail = parsed(
        team_mail(ticket(), delivery(), "KB-7F3K-92QD.customer.0a1b2c3d@example.com", config())
    )
    assert mail["From"] == "Lamps <help@example.com>"
    assert mail["Reply-To"] == "Ana <ana@example.org>"
    assert mail["References"] == receipt["Message-ID"]
    assert mail["Message-ID"] == "<KB-7F3K-92QD.team.0a1b2c3d@example.com>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Priority"] == "2 (High)"
    assert receipt["Reply-To"] == "team@example.com"
    assert receipt["Auto-Submitted"] == "auto-replied"
    assert "[KB-7F3K-92QD]" in mail["Subject"]
    assert "[KB-7F3K-92QD]" in receipt["Subject"]


def test_a_mail_has_plain_text_html_and_the_attachments() -> None:
    files = (
        Attachment("lámpara.png", "image/png", b"\x89PNG\r\n\x1a\n\0\xff"),
        Attachment("log.txt", "text/plain", "línea\n".encode()),
    )
    mail = parsed(team_mail(ticket(attachments=files), delivery(), None, config()))
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain
    assert html
    assert "Still dark." in plain.get_content()
    assert "<h1" in html.get_content()
    assert [
        (one.get_filename(), one.get_content_type(), one.get_payload(decode=True))
        for one in mail.iter_attachments()
    ] == [(one.name, one.media_type, one.data) for one in files]
    assert "References" not in mail


@given(st.text(max_size=120), st.text(max_size=120), st.text(max_size=60))
def test_nothing_a_visitor_writes_becomes_a_header(subject: str, name: str, file: str) -> None:
    hostile = ticket(
        subject=f"{subject}\r\nBcc: victim@example.net\r\n\r\n{name}",
        name=f"{name}\nBcc: victim@example.net",
        attachments=(Attachment(f"{file}\r\nBcc: victim@example.net", "text/plain", b"x"),),
        routing=Routing("urgent", "support", subject),
    )
    for data in (
        team_mail(hostile, delivery(), None, config()),
        confirmation_mail(hostile, delivery("customer", "ana@example.org"), config()),
    ):
        data.decode("ascii")
        mail = parsed(data)
        assert set(mail.keys()) <= HEADERS
        assert len(mail.keys()) == len(set(mail.keys()))
        assert mail["To"] in {"team@example.com", "ana@example.org"}
        if mail["Reply-To"] != "team@example.com":
            assert [one.addr_spec for one in mail["Reply-To"].addresses] == ["ana@example.org"]
        assert max(map(len, data.split(b"\r\n"))) <= 998  # RFC 5322, 2.1.1


def test_the_same_ticket_is_the_same_mail_again() -> None:
    first, second = (parsed(team_mail(ticket(), delivery(), None, config())) for _ in range(2))
    for name in ("Message-ID", "Date", "Subject"):
        assert first[name] == second[name]


def test_a_server_takes_a_mail() -> None:
    with mail_server() as (mailbox, port):
        send_mail(
            team_mail(ticket(), delivery(), None, config()),
            "team@example.com",
            config(port).contact.smtp,
        )
        (mail,) = mailbox.to("team@example.com")
        body = mail.get_body(("plain",))
        assert body
        assert "Still dark." in body.get_content()


def test_what_a_server_says_to_the_farewell_is_no_reason_to_send_again() -> None:
    with mail_server() as (mailbox, port):
        mailbox.farewell = "451 Not now"
        mail = team_mail(ticket(), delivery(), None, config())
        send_mail(mail, "team@example.com", config(port).contact.smtp)
        assert len(mailbox.mails) == 1


def said(port: int, to: str = "team@example.com", **changes: Any) -> SendingError:
    with pytest.raises(SendingError) as caught:
        send_mail(b"Subject: x\r\n\r\nx\r\n", to, config(port, **changes).contact.smtp)
    return caught.value


def test_a_recipient_who_is_refused_for_good_is_not_tried_again() -> None:
    with mail_server() as (mailbox, port):
        mailbox.refuses = {"a@b.example": "550 No such user", "c@b.example": "451 Busy"}
        error = said(port, "a@b.example")
        assert (str(error), error.final) == ("a@b.example was refused: 550 No such user", True)
        error = said(port, "c@b.example")
        assert (str(error), error.final) == ("c@b.example was refused: 451 Busy", False)


@pytest.mark.parametrize("answer", ["to_sender", "says"])
def test_a_mail_that_is_refused_for_good_is_told_apart_from_one_that_is_refused_now(
    answer: str,
) -> None:
    with mail_server() as (mailbox, port):
        for words, refused in (("554 No", True), ("451 Busy", False)):
            setattr(mailbox, answer, words)
            error = said(port)
            assert str(error) == f"{HERE}:{port}: {words}"
            assert (error.refused, error.theirs) == (refused, False)
            assert not error.final, "a ticket waits until somebody has mended the server"


def test_a_server_that_is_not_there_is_told() -> None:
    port = free_port()
    error = said(port)
    assert str(error).startswith(f"{HERE}:{port}: ")
    assert "refused" in str(error)
    assert not error.final


def test_a_server_that_cannot_encrypt_gets_no_password_and_no_mail() -> None:
    with mail_server() as (mailbox, port):
        assert "STARTTLS" in str(said(port, security="starttls", user="a", password="b"))
        assert not mailbox.mails


def test_without_a_server_it_is_told_what_to_set() -> None:
    with pytest.raises(SendingError, match=r"set contact\.smtp\.host"):
        send_mail(b"", "a@b.example", Smtp())


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate and its key for this machine, in one file."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    names = ["-addext", f"subjectAltName=IP:{HERE},DNS:localhost"]
    out = ["-keyout", str(path), "-out", str(path.with_suffix(".crt"))]
    subprocess.run([*command.split(), *names, *out], check=True, capture_output=True)
    with path.open("a") as file:
        file.write(path.with_suffix(".crt").read_text())
    return path


def test_over_tls_with_a_password(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def authenticate(*words: Any) -> AuthResult:
        given = words[-1]
        assert isinstance(given, LoginPassword)
        return AuthResult(success=given.password == b"hunter2", handled=False)

    options: dict[str, Any] = {
        "tls_context": context,
        "authenticator": authenticate,
        "require_starttls": True,
    }
    with mail_server(**options) as (mailbox, port):
        login = {"security": "starttls", "user": "kb", "password": "hunter2"}
        assert "certificate" in str(said(port, **login))
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_suffix(".crt")))
        wrong = said(port, **{**login, "password": "guess"})
        assert "535" in str(wrong)
        assert "guess" not in str(wrong)
        send_mail(
            b"To: a@b.example\r\n\r\nx\r\n", "a@b.example", config(port, **login).contact.smtp
        )
        assert len(mailbox.mails) == 1
