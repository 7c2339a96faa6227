"""What the two e-mails say: a ticket for the people who answer, its receipt for the customer.

Whatever a visitor wrote is shown as text. The receipt goes to an address that nobody has checked,
so it repeats nothing that could advertise in our name: no message, no web address.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from kb.config import Config, Site
from kb.contact_settings import Hours
from kb.delivery.phrases import Phrases, phrases
from kb.hours import is_open, next_opening
from kb.tickets import Seen, Ticket, Tried

MOST_SUBJECT = 120
_MOMENT = {"en": "EEEE d MMMM y, HH:mm", "es": "EEEE d 'de' MMMM 'de' y, HH:mm"}
_URL = re.compile(r"https?://[^\s<>\"']+")


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail without its headers."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Item:
    """One line of what was tried."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """What was tried in one way."""

    label: str
    items: tuple[Item, ...]


def team_letter(ticket: Ticket, config: Config) -> Letter:
    """Everything the people who answer need to know, in the site's language."""
    say = phrases(config.site.language)
    urgent = f"[{say.priorities[ticket.routing.priority]}] "
    mark = urgent if ticket.routing.priority in {"high", "urgent"} else ""
    subject = f"{mark}{_subject(ticket)}"
    return _letter(
        "team",
        config.site,
        subject=subject,
        lang=config.site.language,
        say=say,
        ticket=ticket,
        facts=tuple(_facts(ticket, config, say)),
        groups=tuple(_groups(ticket.tried, say)),
    )


def confirmation(ticket: Ticket, config: Config) -> Letter:
    """The customer's receipt, in the language of the form."""
    say = phrases(ticket.lang)
    name = one_line(ticket.name, 60)
    return _letter(
        "confirmation",
        config.site,
        subject=f"{say.confirmation_subject} [{ticket.id}]",
        lang=ticket.lang,
        say=say,
        reference=ticket.id,
        about=one_line(ticket.subject, MOST_SUBJECT) if _is_harmless(ticket.subject) else "",
        greeting=say.hello_name.format(name=name) if _is_harmless(name) else say.hello,
        next_steps=tuple(_next_steps(ticket, config.contact.hours, say)),
    )


def one_line(text: str, most: int) -> str:
    """Text for a header: no control characters, no line breaks, not too long."""
    plain = "".join(char if char.isprintable() else " " for char in text)
    line = " ".join(plain.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def _subject(ticket: Ticket) -> str:
    return f"[{ticket.id}] {one_line(ticket.subject, MOST_SUBJECT)}"


def _is_harmless(text: str) -> bool:
    """Whether there is something, and nothing in it leads anywhere."""
    return bool(text) and not re.search(r"[@<>\[\]]|://|www|\w\.[^\W\d]", text, re.IGNORECASE)


def _next_steps(ticket: Ticket, hours: Hours, say: Phrases) -> Iterator[str]:
    opening = next_opening(ticket.at, hours)
    if opening and not is_open(ticket.at, hours):
        yield say.now_closed.format(opening=moment(opening, hours, ticket.lang))
    if ticket.due:
        yield say.answer_by.format(due=moment(ticket.due, hours, ticket.lang))
    else:
        yield say.answer_soon
    yield say.add_more


def _facts(ticket: Ticket, config: Config, say: Phrases) -> Iterator[tuple[str, str]]:
    routing, hours, lang = ticket.routing, config.contact.hours, config.site.language
    rule = f" ({say.rule}: {routing.rule})" if routing.rule else ""
    person = f"{ticket.name} <{ticket.email}>" if ticket.name else ticket.email
    facts = [
        (say.customer, person),
        (say.priority, f"{say.priorities[routing.priority]}{rule}"),
        (say.queue, routing.queue),
        (say.due, moment(ticket.due, hours, lang) if ticket.due else ""),
        (say.sent, moment(ticket.at, hours, lang)),
        (say.language, ticket.lang),
        (say.product, ticket.product),
        (say.plan, ticket.plan),
        *((one.label or one.name, one.value) for one in ticket.fields),
        (say.page, ticket.page),
        (say.attachments, ", ".join(one.name for one in ticket.attachments)),
    ]
    return ((label, value) for label, value in facts if value)


def _groups(tried: Tried, say: Phrases) -> Iterator[Group]:
    searched = [
        Item(one.query if one.hits else f"{one.query} ({say.no_hits})")
        for one in tried.searches
        if one.query
    ]
    groups = [
        (say.searched, searched),
        (say.read, _items(tried.read)),
        (say.suggested, _items(tried.suggested)),
        (say.opened, _items(tried.opened)),
        (say.rejected, _items(tried.rejected)),
        (say.unhelpful, _items(tried.unhelpful)),
    ]
    return (Group(label, tuple(items)) for label, items in groups if items)


def _items(seen: Sequence[Seen]) -> list[Item]:
    return [Item(one.title or one.name, one.url) for one in seen]


def moment(at: dt.datetime, hours: Hours, lang: str) -> str:
    """A moment for people, with its time zone: ``Monday 4 May 2026, 15:00 (Europe/Berlin)``."""
    try:
        locale = Locale.parse(lang, sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    pattern = _MOMENT.get(locale.language, "EEEE d MMMM y, HH:mm")
    zone = ZoneInfo(hours.time_zone)
    said = format_datetime(at, pattern, tzinfo=zone, locale=locale)
    return f"{said} ({hours.time_zone})"


def _letter(name: str, site: Site, subject: str, **content: object) -> Letter:
    shared = {"site": site.name, "colour": site.colour, "subject": subject, **content}
    return Letter(
        subject=subject,
        text=_templates().get_template(f"{name}.txt").render(shared).strip() + "\n",
        html=_templates().get_template(f"{name}.html").render(shared),
    )


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("kb.delivery"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["linked"] = _linked
    environment.filters["lines"] = _lines
    return environment


def _lines(text: str) -> Markup:
    """Line breaks as every mail program shows them."""
    return Markup("<br>\n").join(text.splitlines())  # join escapes the lines


def _linked(text: str) -> Markup:
    """A web address alone becomes a link that shows where it leads."""
    safe = escape(text)
    if _URL.fullmatch(text):
        return Markup(f'<a href="{safe}">{safe}</a>')  # noqa: S704 - escaped above
    return Markup(safe)  # noqa: S704 - escaped above
