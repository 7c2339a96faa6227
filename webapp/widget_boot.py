"""What the widget asks for when it is first opened: everything it says and shows, in one answer."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from urllib.parse import urljoin

from flask import request
from markupsafe import Markup
from pydantic import Field

from kb.contact_settings import Uploads
from kb.links import ROOT
from kb.notices import Notice
from kb.widget_settings import COLOUR
from webapp import contact_form, interface, locales, visits
from webapp.contact import contact_href
from webapp.contact_form import Control, readable_size
from webapp.interface import gettext, ngettext
from webapp.live import Served
from webapp.models import Answer, Request
from webapp.state import state
from webapp.ways import ways
from webapp.widget_files import accents_of

LINK = re.compile(r'<a [^<>]*?href="([^"]+)"')


class WidgetQuery(Request):
    """Parameters of the widget's first call."""

    lang: Annotated[str, Field(max_length=35, description="Of the page")] = ""
    colour: Annotated[str | None, Field(pattern=COLOUR, description="Of the page's brand")] = None
    product: Annotated[str | None, Field(description="Leave out notices of others")] = None


class FieldAnswer(Answer):
    """One field of the contact form; ``missing`` is said where it was left empty and may not be."""

    name: str
    label: str
    hint: str
    control: Control
    required: bool
    longest: int
    autocomplete: str
    choices: tuple[str, ...]
    offered: tuple[str, ...]
    missing: str


class UploadsAnswer(Answer):
    """Which files may go with a message."""

    most: int
    bytes: int
    types: tuple[str, ...]
    hint: str
    many: str
    large: str


class WayAnswer(Answer):
    """One more way to reach people; ``url`` is empty where nothing can be clicked."""

    name: str
    address: str
    url: str
    hours: str


class ContactAnswer(Answer):
    """How to reach people. Without ``fields`` no message can be sent from here."""

    fields: tuple[FieldAnswer, ...]
    uploads: UploadsAnswer | None
    ways: tuple[WayAnswer, ...]
    answer: Annotated[str, Field(description="When people answer; empty: nothing is promised")]


class WidgetNotice(Answer):
    """A notice as plain text; ``url`` is where its first link leads."""

    title: str
    text: str
    url: str
    severity: Literal["info", "warning", "outage"]


class WidgetAnswer(Answer):
    """Words, colours, notices and the contact form, in the language of the page if we speak it."""

    lang: Annotated[str, Field(description="Of the words")]
    dir: Literal["ltr", "rtl"]
    product: Annotated[str | None, Field(description="The page's, where an article names it")]
    search_lang: Annotated[str | None, Field(description="To search in; null: there is only one")]
    name: str
    light: Annotated[list[str], Field(description="Accent, what stands on it, its tint")]
    dark: list[str]
    words: dict[str, str]
    notices: tuple[WidgetNotice, ...]
    contact: ContactAnswer | None


def boot(served: Served, query: WidgetQuery) -> WidgetAnswer:
    """The answer for a page."""
    spoken = interface.spoken(query.lang.lower())
    articles = served.nearest(query.lang)
    with interface.speaking(spoken):
        light, dark = accents_of(state().config, query.colour)
        return WidgetAnswer(
            lang=spoken,
            dir="rtl" if locales.direction(spoken) == "rtl" else "ltr",
            product=query.product if query.product in served.products else None,
            search_lang=articles if len(served.languages) > 1 else None,
            name=_name(),
            light=light.values,
            dark=dark.values,
            words=_words(),
            notices=tuple(map(_notice, _standing(served, articles, query.product))),
            contact=_contact(served, (spoken, articles)),
        )


def _name() -> str:
    site = state().config.site
    return site.name if "name" in site.model_fields_set else gettext("Help centre")


def _standing(served: Served, lang: str, product: str | None) -> tuple[Notice, ...]:
    return served.snapshot.notices(visits.now(), lang, "api", product)


def _notice(one: Notice) -> WidgetNotice:
    html = one.html.replace(f'"{ROOT}', f'"{request.script_root}')
    link = LINK.search(html)
    url = urljoin(request.host_url, Markup(link[1]).unescape()) if link else ""  # noqa: S704
    text = Markup(html).striptags()  # noqa: S704 - only text is left
    return WidgetNotice(
        title=one.title,
        text=text,
        url=url if url.startswith(("http://", "https://", "mailto:")) else "",
        severity=one.severity,
    )


def _contact(served: Served, langs: tuple[str, ...]) -> ContactAnswer | None:
    """None where nobody can be reached at all."""
    settings = state().config.contact
    if not contact_href():
        return None
    langs = (*langs, served.snapshot.manifest.site_lang)
    known = ways(langs, visits.now())
    form = contact_form.form(settings, langs, served.products)
    return ContactAnswer(
        fields=tuple(map(_field, form.fields)) if settings.ready else (),
        uploads=_uploads(form.uploads) if settings.ready and form.uploads.enabled else None,
        ways=tuple(
            WayAnswer(name=one.name, address=one.address, url=one.url, hours=one.hours)
            for one in known.channels
        ),
        answer=" ".join(filter(None, (known.answer, known.now))),
    )


def _field(one: contact_form.Field) -> FieldAnswer:
    return FieldAnswer(
        name=one.name,
        label=one.label,
        hint=one.hint,
        control=one.control,
        required=one.required,
        longest=one.longest,
        autocomplete=one.autocomplete,
        choices=one.choices,
        offered=one.offered,
        missing=contact_form.missing(one) if one.required else "",
    )


def _uploads(uploads: Uploads) -> UploadsAnswer:
    most, size = uploads.most, readable_size(uploads.most_bytes)
    return UploadsAnswer(
        most=most,
        bytes=uploads.most_bytes,
        types=uploads.types,
        hint=ngettext(
            "%(num)s file, %(most)s at most: %(types)s",
            "Up to %(num)s files, %(most)s each: %(types)s",
            most,
            most=size,
            types=", ".join(uploads.types),
        ),
        many=ngettext("Please send %(num)s file only.", "Please send %(num)s files at most.", most),
        large=gettext("A file may have %(most)s.", most=size),
    )


def _words() -> dict[str, str]:
    """Everything that is said in the widget; ``%s`` is filled in there."""
    return _words_of_lists() | _words_of_articles() | _words_of_contact()


def _words_of_lists() -> dict[str, str]:
    return {
        "close": gettext("Close"),
        "back": gettext("Back"),
        "offered": gettext("For this page"),
        "empty": gettext("What would you like to know?"),
        "all": gettext("All articles"),
        "one": ngettext("%(count)s result", "%(count)s results", 1, count=1),
        "many": ngettext("%(count)s result", "%(count)s results", 2, count="%s"),
        "weak": gettext("No close match"),
        "none": gettext("Nothing found for “%(query)s”", query="%s"),
        "fewer": gettext("Try fewer or more general words, or say it in another way."),
        "last": gettext("Search for “%(query)s”", query="%s"),
        "notices": gettext("Notices"),
        "suggestions": gettext("Suggestions"),
    }


def _words_of_articles() -> dict[str, str]:
    return {
        "whole": gettext("Open the article in a new tab"),
        "ask": gettext("Did this solve your issue?"),
        "yes": gettext("Yes"),
        "no": gettext("No"),
        "glad": gettext("Thank you, we are glad it helped"),
        "sorry": gettext("Sorry that it did not help"),
        "why": gettext("What was wrong?"),
        "not_related": gettext("It is about something else"),
        "did_not_answer": gettext("It is related, but does not answer my question"),
        "out_of_date": gettext("It is out of date"),
        "hard_to_follow": gettext("It is hard to follow"),
        "told": gettext("Thank you, that helps us to improve the article"),
        "unshown": gettext("The article cannot be shown here."),
        "unsaid": gettext("Your answer could not be sent. Please try again in a moment."),
    }


def _words_of_contact() -> dict[str, str]:
    return {
        "contact": gettext("Contact us"),
        "still": gettext("Still need help?"),
        "optional": gettext("(optional)"),
        "choose": gettext("Please choose"),
        "files": gettext("Files"),
        "offers": gettext("This may answer it"),
        "send": gettext("Send"),
        "sending": gettext("Sending…"),
        "unsent": gettext(
            "Your message could not be sent. Nothing was lost: please press Send again in a moment."
        ),
        "reach": gettext("How to reach us"),
        "arrived": gettext("Your message has arrived"),
        "read": gettext("Thank you for writing to us. A person will read it."),
        "reference": gettext("Your reference"),
        "due": gettext("We answer by %(moment)s at the latest.", moment="%s"),
    }
