"""What the contact form asks for and what may be written there: one truth for page and API.

The settings name what a site asks beside name, address, subject and message. Pure but for the
language in which mistakes are told.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from kb.addresses import LONGEST as LONGEST_ADDRESS
from kb.addresses import email_address
from kb.attachments import extension, media_type, safe_name
from kb.contact_settings import Contact, FieldKind, FormField, Uploads
from kb.tickets import Attachment
from kb.wording import worded
from webapp.interface import gettext, ngettext
from webapp.patterns import browser_pattern
from webapp.typed_text import printable

LONGEST_LINE = 200
LONGEST_MESSAGE = 20_000
ATTACHMENTS = "attachments"
UNSEEN = frozenset({"Cc", "Cf", "Mn", "Zl", "Zp", "Zs"})
BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols by their category, and still nothing is seen of them."""

Control = Literal["line", "email", "tel", "area", "choice"]
_CONTROLS: Mapping[FieldKind, Control] = {"textarea": "area", "phone": "tel"}

Mistakes = dict[str, str]
"""What is wrong with which field, by its name."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field as it is shown. ``offered`` are values that may be picked, but need not."""

    name: str
    label: str
    control: Control = "line"
    required: bool = False
    longest: int = LONGEST_LINE
    hint: str = ""
    autocomplete: str = ""
    choices: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    pattern: str = ""

    @property
    def browser_pattern(self) -> str:
        """What a browser can check before it sends; empty where only the server can."""
        return browser_pattern(self.pattern) if self.control in {"line", "tel"} else ""

    @property
    def misfit(self) -> str:
        """What is said of a value that the pattern does not allow: the hint says what it does."""
        if self.hint:
            return gettext("This does not look right. %(hint)s", hint=self.hint)
        return gettext("This does not look right. Please check it.")


@dataclass(frozen=True, slots=True)
class Form:
    """All fields of a site's form, in a language, in their order."""

    fields: tuple[Field, ...]
    uploads: Uploads

    def tidy(self, written: Mapping[str, str]) -> dict[str, str]:
        """What was written into each field, as it can be stored; a line stays one."""
        return {one.name: _tidy(written.get(one.name, ""), one) for one in self.fields}

    def mistakes(self, values: Mapping[str, str]) -> Mistakes:
        """What is wrong with tidy values, in the order of the fields."""
        found = ((one.name, _mistake(values[one.name], one)) for one in self.fields)
        return {name: said for name, said in found if said}


def form(contact: Contact, langs: Sequence[str], products: tuple[str, ...]) -> Form:
    """The form of a site: its wording is in the first of ``langs`` that the settings have."""
    more = (_configured(one, langs, products) for one in contact.fields)
    own = (
        Field("name", gettext("Your name"), autocomplete="name"),
        Field(
            "email",
            gettext("Your e-mail address"),
            "email",
            required=True,
            longest=LONGEST_ADDRESS,
            hint=gettext("We answer to this address."),
            autocomplete="email",
        ),
        Field("subject", gettext("Subject"), required=True),
        Field(
            "message",
            gettext("How can we help?"),
            "area",
            required=True,
            longest=LONGEST_MESSAGE,
            hint=gettext("What did you want to do, and what happened instead?"),
        ),
    )
    return Form((*own, *more), contact.attachments)


def _configured(one: FormField, langs: Sequence[str], products: tuple[str, ...]) -> Field:
    return Field(
        one.name,
        worded(one.label, *langs) or _usual_label(one),
        "choice" if one.has_choices else _CONTROLS.get(one.kind, "line"),
        one.required,
        one.longest,
        worded(one.hint, *langs),
        "tel" if one.kind == "phone" else "",
        one.choices,
        products if one.kind == "product" and not one.has_choices else (),
        one.pattern,
    )


def _usual_label(one: FormField) -> str:
    usual = {
        "product": gettext("Product"),
        "plan": gettext("Plan"),
        "version": gettext("Version"),
        "order_number": gettext("Order number"),
        "phone": gettext("Phone number"),
    }
    return usual.get(one.kind) or one.name.replace("_", " ").capitalize()


def _tidy(text: str, field: Field) -> str:
    plain = printable(re.sub(r"\r\n?", "\n", text))
    return plain if field.control == "area" else " ".join(plain.split())


def _mistake(value: str, field: Field) -> str | None:
    """What is wrong with a value; None where it is fine."""
    if not value or (field.required and not any(map(_is_seen, value))):
        return missing(field) if field.required else None
    if len(value) > field.longest:
        return gettext(
            "This is too long: %(length)s characters, and there is room for %(most)s.",
            length=len(value),
            most=field.longest,
        )
    if field.control == "email" and email_address(value) is None:
        return gettext("This does not look like an e-mail address, such as name@example.com.")
    if field.choices and value not in field.choices:
        return gettext("Please choose one of the answers.")
    if field.pattern and not re.fullmatch(field.pattern, value):
        return field.misfit
    return None


def _is_seen(character: str) -> bool:
    """Whether it leaves a mark; joiners and the like do so only between others."""
    return character not in BLANKS and unicodedata.category(character) not in UNSEEN


def missing(field: Field) -> str:
    """What is said where a field that is needed was left empty."""
    if field.control == "choice":
        return gettext("Please choose one of the answers.")
    if field.name == "email":
        return gettext("Please tell us the e-mail address to which we can answer.")
    return gettext("Please fill this in.")


def read_files(
    files: Iterable[tuple[str, bytes]], uploads: Uploads
) -> tuple[tuple[Attachment, ...], str | None]:
    """The files that came along, by name and content, and what is wrong with them."""
    found = [(name, data) for name, data in files if name or data]
    if not found:
        return (), None
    if not uploads.enabled:
        return (), gettext("Files cannot be sent here.")
    if len(found) > uploads.most:
        most = uploads.most
        said = ngettext(
            "Please send %(num)s file only.", "Please send %(num)s files at most.", most
        )
        return (), str(said)
    wrong = next(filter(None, (_wrong_file(*one, uploads) for one in found)), None)
    if wrong:
        return (), wrong
    return tuple(_attachment(*one) for one in found), None


def _wrong_file(name: str, data: bytes, uploads: Uploads) -> str | None:
    shown = safe_name(name)
    if len(data) > uploads.most_bytes:
        return gettext(
            "“%(name)s” is too large: a file may have %(most)s.",
            name=shown,
            most=readable_size(uploads.most_bytes),
        )
    if extension(shown) not in uploads.types or media_type(shown, data) is None:
        return gettext(
            "“%(name)s” is none of the files that can be sent: %(types)s.",
            name=shown,
            types=", ".join(uploads.types),
        )
    return None


def _attachment(name: str, data: bytes) -> Attachment:
    shown = safe_name(name)
    return Attachment(shown, media_type(shown, data) or "", data)


def readable_size(size: int) -> str:
    """``10 MB``, as people know it from their files."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= factor:
            return f"{size / factor:.3g} {unit}"
    return f"{size} B"
