"""What the e-mails say: everything to the team, nothing that advertises to the customer."""

from __future__ import annotations

import datetime as dt
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stores import NOW
from ticketing import described, settings

from kb.delivery.letters import MOST_SUBJECT, confirmation, moment, one_line, team_letter
from kb.delivery.phrases import PHRASES
from kb.tickets import Attachment, FieldValue, Routing, Searched, Seen, Ticket, Tried

TRIED = Tried(
    searches=(Searched(NOW, "portal", "dark lamp", 3), Searched(NOW, "portal", "bulb", 0)),
    read=(described("lamps"),),
    suggested=(described("bulbs"), Seen("old")),
    opened=(described("bulbs"),),
    rejected=(Seen("old"),),
    unhelpful=(described("lamps"),),
)
HOURS = {"time_zone": "Europe/Berlin", "open": [{}], "answer_hours": 8}


def ticket(**changes: Any) -> Ticket:
    usual: dict[str, Any] = {
        "id": "KB-7F3K-92QD",
        "case": "case-1",
        "at": NOW,
        "email": "ana@example.org",
        "name": "Ana",
        "subject": "Lamp does not light",
        "message": "I changed the bulb.\nStill dark.",
        "lang": "en",
        "page": "https://shop.example.com/lamps",
        "product": "lamps",
        "plan": "pro",
        "fields": (FieldValue("order", "Order number", "A123"),),
        "routing": Routing("high", "support", "dark things"),
        "due": dt.datetime(2026, 5, 5, 9, tzinfo=dt.UTC),
        "tried": TRIED,
    }
    return Ticket(**{**usual, **changes})


CONFIG = settings("", hours=HOURS)


class Tags(HTMLParser):
    """The tags, links and text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_team_reads_everything_the_customer_tried() -> None:
    letter = team_letter(ticket(attachments=(Attachment("a.png", "image/png", b""),)), CONFIG)
    assert letter.subject == "[high] [KB-7F3K-92QD] Lamp does not light"
    for said in (letter.text, Tags(letter.html).text):
        for words in (
            "I changed the bulb.\nStill dark.",
            "Ana <ana@example.org>",
            "high (Rule: dark things)",
            "Tuesday 5 May 2026, 11:00 (Europe/Berlin)",
            "Order number",
            "A123",
            "lamps",
            "dark lamp",
            "bulb (nothing found)",
            "About bulbs",
            "old",
            "a.png",
        ):
            assert words in said
    assert "* About bulbs <https://help.example.com/articles/bulbs>\n" in letter.text
    assert "https://help.example.com/articles/bulbs" in Tags(letter.html).links


def test_a_case_without_anything_says_so() -> None:
    letter = team_letter(ticket(tried=Tried(), routing=Routing("normal", "support")), CONFIG)
    assert "Nothing that we know of." in letter.text
    assert "Nothing that we know of." in letter.html
    assert letter.subject == "[KB-7F3K-92QD] Lamp does not light"


def test_the_customer_reads_reference_what_happens_next_and_when() -> None:
    letter = confirmation(ticket(), CONFIG)
    assert letter.subject == "We have your message [KB-7F3K-92QD]"
    for said in (letter.text, Tags(letter.html).text):
        assert "Hello Ana," in said
        assert "KB-7F3K-92QD" in said
        assert "We answer by Tuesday 5 May 2026, 11:00 (Europe/Berlin) at the latest." in said
        assert "About: Lamp does not light" in said
        assert "away" not in said


def test_the_customer_reads_their_own_language() -> None:
    letter = confirmation(ticket(lang="es-mx"), CONFIG)
    assert letter.subject == "Hemos recibido su mensaje [KB-7F3K-92QD]"
    assert "a más tardar el martes 5 de mayo de 2026, 11:00 (Europe/Berlin)." in letter.text
    assert '<html lang="es-mx">' in letter.html
    assert "We have your message" in confirmation(ticket(lang="xx"), CONFIG).subject


def test_who_writes_at_night_reads_when_people_are_back() -> None:
    night = NOW.replace(hour=22)
    assert "back on Tuesday 5 May 2026, 09:00" in confirmation(ticket(at=night), CONFIG).text
    open_end = confirmation(ticket(at=night, due=None), settings("")).text
    assert "We answer as soon as we can." in open_end
    assert "away" not in open_end


@pytest.mark.parametrize(
    "advertisement",
    ["win at http://spam.example", "spam.example", "WWW spam", "<b>win</b>", "a@b.example"],
)
def test_a_receipt_repeats_nothing_that_leads_anywhere(advertisement: str) -> None:
    letter = confirmation(
        ticket(name=advertisement, subject=advertisement, message=advertisement), CONFIG
    )
    for said in (letter.subject, letter.text, letter.html):
        assert "spam" not in said
        assert "win" not in said.replace("window", "")
    assert "Hello," in letter.text
    assert "About" not in letter.text


def test_a_receipt_repeats_what_people_usually_write() -> None:
    letter = confirmation(ticket(subject="Version 2.0: on/off fails (E-4711)"), CONFIG)
    assert "About: Version 2.0: on/off fails (E-4711)" in letter.text


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_text_becomes_markup_or_a_second_line_of_the_subject(first: str, second: str) -> None:
    hostile = ticket(
        subject=first,
        message=second,
        name=second,
        product=first,
        page=second,
        fields=(FieldValue("f", first, second),),
        tried=Tried(searches=(Searched(NOW, "portal", first, 1),), read=(Seen(second, first),)),
    )
    usual = Tags(team_letter(ticket(tried=hostile.tried), CONFIG).html)
    for letter in (team_letter(hostile, CONFIG), confirmation(hostile, CONFIG)):
        assert set(Tags(letter.html).tags) <= {*usual.tags, "strong", "br", "span"}
        assert letter.subject.isprintable()
        assert len(letter.subject) <= MOST_SUBJECT + 60


def test_a_link_of_a_visitor_shows_where_it_leads_and_does_nothing_else() -> None:
    page = 'https://x.example/"onclick="alert(1)'
    html = team_letter(ticket(page=page), CONFIG).html
    assert page not in html
    html = team_letter(ticket(page="javascript:alert(1)"), CONFIG).html
    assert "javascript:alert(1)" not in Tags(html).links
    assert "https://shop.example.com/lamps" in Tags(team_letter(ticket(), CONFIG).html).links


def test_every_language_has_a_word_for_every_priority() -> None:
    for one in PHRASES.values():
        assert set(one.priorities) == {"low", "normal", "high", "urgent"}
        assert "{name}" in one.hello_name
        assert "{due}" in one.answer_by
        assert "{opening}" in one.now_closed


def test_a_moment_of_a_language_nobody_knows_is_told_in_english() -> None:
    hours = CONFIG.contact.hours
    assert moment(NOW, hours, "xx") == "Monday 4 May 2026, 14:00 (Europe/Berlin)"
    assert moment(NOW, hours, "de") == "Montag 4 Mai 2026, 14:00 (Europe/Berlin)"
    assert moment(NOW, hours, "not a tag") == moment(NOW, hours, "en")


def test_a_line_is_one_line() -> None:
    assert one_line("a\r\nBcc: b\0\u2028c", 99) == "a Bcc: b c"
    assert one_line("x" * 100, 10) == "xxxxxxxxx…"
