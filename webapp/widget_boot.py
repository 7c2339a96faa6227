"""What the widget asks for when it is first opened: everything it says and shows, in one answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Literal
from urllib.parse import urljoin

from flask import request
from markupsafe import Markup
from pydantic import Field

from kb.contact_settings import FormField, Uploads
from kb.links import ROOT
from kb.notices import Notice, Severity
from kb.widget_settings import COLOUR
from webapp import contact_form, interface, locales, visits
from webapp.api_answers import Answer
from webapp.api_requests import Request
from webapp.contact import contact_href
from webapp.contact_form import Control, readable_size
from webapp.interface import gettext, ngettext
from webapp.live import Served
from webapp.state import state
from webapp.ways import ways
from webapp.widget_files import accents_of
from webapp.widget_words import ratings, words

HERE = frozenset(("api", "contact"))
"""Places of notices that are the widget's: its lists, and the form in it."""
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
    value: Annotated[str, Field(description="What stands there at first: the page's product")]


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
    severity: Severity
    contact_only: Annotated[bool, Field(description="For those who write to people, no others")]


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
    ratings: Annotated[tuple[str, ...], Field(description="Answers to words.how, from 1 to 5")]
    notices: tuple[WidgetNotice, ...]
    contact: ContactAnswer | None


def boot(served: Served, query: WidgetQuery) -> WidgetAnswer:
    """The answer for a page."""
    spoken = interface.spoken(query.lang.lower())
    articles = served.nearest(query.lang)
    product = query.product if query.product in served.products else None
    with interface.speaking(spoken):
        light, dark = accents_of(state().config, query.colour)
        return WidgetAnswer(
            lang=spoken,
            dir="rtl" if locales.direction(spoken) == "rtl" else "ltr",
            product=product,
            search_lang=articles if len(served.languages) > 1 else None,
            name=_name(),
            light=light.values,
            dark=dark.values,
            words=words(),
            ratings=ratings(),
            notices=tuple(map(_notice, _standing(served, query, spoken))),
            contact=_contact(served, (spoken, articles), product),
        )


def _name() -> str:
    site = state().config.site
    return site.name if "name" in site.model_fields_set else gettext("Help centre")


def _standing(served: Served, query: WidgetQuery, spoken: str) -> tuple[Notice, ...]:
    """In the page's language where articles have it, else in that of the words."""
    articles = served.nearest(query.lang)
    base = re.split("[-_]", query.lang.lower())[0]
    lang = articles if base in {"", articles.partition("-")[0]} else spoken
    stand = served.snapshot.notices(visits.now(), lang, product=query.product)
    return tuple(one for one in stand if HERE & set(one.places))


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
        contact_only="api" not in one.places,
    )


def _contact(served: Served, langs: tuple[str, ...], product: str | None) -> ContactAnswer | None:
    """None where nobody can be reached at all."""
    settings = state().config.contact
    if not contact_href():
        return None
    langs = (*langs, served.snapshot.manifest.site_lang)
    known = ways(langs, visits.now())
    form = contact_form.form(settings, langs, served.products)
    shown = form.fields if settings.ready else ()
    values = _values(settings.fields, product)
    return ContactAnswer(
        fields=tuple(_field(one, values.get(one.name, "")) for one in shown),
        uploads=_uploads(form.uploads) if settings.ready and form.uploads.enabled else None,
        ways=tuple(
            WayAnswer(name=one.name, address=one.address, url=one.url, hours=one.hours)
            for one in known.channels
        ),
        answer=" ".join(filter(None, (known.answer, known.now))),
    )


def _values(fields: Iterable[FormField], product: str | None) -> Mapping[str, str]:
    """What stands in fields at first: the page's product, where it can be written or chosen."""
    about = (one for one in fields if one.kind == "product")
    return {one.name: product for one in about if product and product in (one.choices or [product])}


def _field(one: contact_form.Field, value: str) -> FieldAnswer:
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
        value=value,
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
