"""Settings of the contact form: every mistake is named, secrets are never shown."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from kb.config import load_config
from kb.contact_settings import Channel, Contact
from kb.delivery_settings import Retry, Smtp
from kb.errors import ConfigError
from kb.wording import worded

WHOLE = """
[contact]
queue = "support"
keep_days = 365
[[contact.fields]]
name = "order"
kind = "order_number"
label = { en = "Order number", es = "Número de pedido" }
pattern = "A[0-9]{6}"
[[contact.fields]]
name = "plan"
kind = "plan"
label = "Plan"
choices = ["free", "pro"]
required = true
[contact.attachments]
most = 2
types = [".PNG", "pdf"]
[contact.queues.support]
to = "team@example.com"
[contact.queues.billing]
to = "billing@Bücher.example"
[[contact.rules]]
name = "money"
words = ["refund*"]
queue = "billing"
priority = "high"
[[contact.channels]]
kind = "phone"
name = { en = "Call us" }
address = "+49 (30) 123 456"
languages = ["de", "en"]
[contact.hours]
time_zone = "Europe/Berlin"
holidays = [2026-12-25]
answer_hours = 8
[[contact.hours.open]]
days = ["mon", "tue"]
opens = 09:00:00
closes = "17:30"
[contact.smtp]
host = "mail.example.com"
sender = "Lamps <help@example.com>"
password = "hunter2"
[[contact.webhooks]]
name = "desk"
url = "https://desk.example.com/kb"
secret = "0123456789abcdef"
queues = ["billing"]
"""


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without settings, in which we are."""
    monkeypatch.chdir(tmp_path)


def wrong(toml: str) -> str:
    Path("kb.toml").write_text(toml, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config()
    return str(caught.value)


def test_without_settings_nobody_can_be_written_to() -> None:
    assert load_config().contact == Contact()
    assert not Contact().ready


def test_everything_can_be_said_in_kb_toml(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("kb.toml").write_text(WHOLE, encoding="utf-8")
    monkeypatch.setenv("KB_CONTACT__SMTP__PASSWORD", "from outside")
    contact = load_config().contact
    assert contact.ready
    assert contact.attachments.types == ("png", "pdf")
    assert contact.hours.open[0].closes == dt.time(17, 30)
    assert contact.hours.holidays == (dt.date(2026, 12, 25),)
    assert contact.smtp.password.get_secret_value() == "from outside"
    assert contact.address("billing") == "billing@xn--bcher-kva.example"
    assert contact.address("other") == "team@example.com"
    assert contact.channels[0].url == "tel:+4930123456"
    assert worded(contact.fields[0].label, "es-mx", "en") == "Número de pedido"
    assert worded(contact.fields[0].label, "fr", "en") == "Order number"
    assert worded(contact.fields[1].label, "fr", "en") == "Plan"


RULE = "[[contact.rules]]\nname = 'r'\n"


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("[contact]\nquue = 1", "unknown setting 'contact.quue'"),
        ("[[contact.fields]]\nname = 'Order'", "setting 'contact.fields.0.name': 'Order': "),
        ("[[contact.fields]]\nname = 'email'", "the form has a field 'email' already"),
        ("[[contact.fields]]\nname = 'a'\n" * 2, "two fields are called 'a'"),
        ("[[contact.fields]]\nname = 'a'\nkind = 'choice'", "'a' is a choice without choices"),
        ("[[contact.fields]]\nname = 'a'\npattern = '('", "a regular expression expected"),
        ("[[contact.fields]]\nname = 'a'\nlabel = { english = 'A' }", "'english' is no language"),
        ("[contact.attachments]\ntypes = ['exe']", "'exe' cannot be checked; known: png "),
        ("[contact.queues.a]\nto = 'nobody'", "an address such as help@example.com expected"),
        (f"{RULE}queue = 'b'", "rule 'r' names the queue 'b': add [contact.queues.b]"),
        (RULE, "the rule 'r' gives neither priority nor queue"),
        (f"{RULE}priority = 'high'\nwords = ['*']", "setting 'contact.rules.0.words.0': '*': "),
        ("[contact.hours]\ntime_zone = 'Berlin'", "a time zone such as 'Europe/Berlin' expected"),
        ("[contact.hours]\nanswer_hours = 4", "add one"),
        ("[[contact.hours.open]]\nopens = 10:00:00\ncloses = 09:00:00", "it closes at 09:00"),
        ("[contact.smtp]\nhost = 'mail'", "set contact.smtp.sender"),
        ("[contact.smtp]\nsender = 'me'", "'Name <help@example.com>'"),
        (
            "[[contact.webhooks]]\nname = 'a'\nurl = 'ftp://x'\nsecret = '0123456789abcdef'",
            "setting 'contact.webhooks.0.url': Value error, an address that starts with https://",
        ),
    ],
)
def test_a_mistake_is_named_with_place_and_remedy(toml: str, said: str) -> None:
    assert said in wrong(toml)
    assert "mend it in kb.toml" in wrong(toml) or "see the article" in wrong(toml)


@pytest.mark.parametrize(
    "toml",
    [
        "[[contact.webhooks]]\nname = 'a'\nurl = 'https://x.y'\nsecret = 'hunter2'",
        "[contact.smtp]\nhost = 'mail'\npassword = 'hunter2'",
        "[contact.smtp]\npassword = ['hunter2']",
        "secret_key = ['hunter2']",
    ],
)
def test_no_mistake_shows_a_secret(toml: str) -> None:
    assert "hunter2" not in wrong(toml)


def test_a_channel_that_cannot_be_clicked_has_no_url() -> None:
    assert Channel(kind="post", name={"": "Mail"}, address="12 High Street").url == ""
    assert (
        Channel(kind="email", name={"": "Mail"}, address="a@b.example").url == "mailto:a@b.example"
    )
    assert Channel(kind="chat", name={"": "Chat"}, address="https://b.example").url


def test_pauses_double_up_to_the_longest_and_last_for_days() -> None:
    retry = Retry()
    pauses = [retry.pause(tries).total_seconds() for tries in range(1, retry.tries)]
    assert pauses[:3] == [30, 60, 120]
    assert max(pauses) == retry.longest_seconds
    assert 4 < sum(pauses) / 86_400 < 6
    assert Retry(first_seconds=10, longest_seconds=5).pause(3).total_seconds() == 5
    assert retry.pause(10**9).total_seconds() == retry.longest_seconds


def test_a_password_is_not_in_what_python_shows() -> None:
    assert "hunter2" not in repr(Smtp(password="hunter2"))
