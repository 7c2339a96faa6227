"""Notices: what everybody must know just now, above every page, form and answer.

A notice is a Markdown file in ``_notices`` beside the articles. Unlike an article's, its front
matter is read strictly: an outage that is announced a day late is worse than a publish that stops.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from kb.articles import decoded
from kb.errors import ContentError, Finding
from kb.front_matter import open_keys
from kb.front_matter_values import Moment, Text, Words
from kb.languages import language_of_path, without_language

FOLDER = "_notices/"
Severity = Literal["info", "warning", "outage"]
Place = Literal["portal", "contact", "api"]
PLACES: tuple[Place, ...] = get_args(Place)
_GRAVEST = {"outage": 0, "warning": 1, "info": 2}
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Notice:
    """One announcement. ``id`` is the same in all its translations; no ``lang``: for all others.

    ``html`` is safe; its portal URLs start with ``kb.links.ROOT``. ``end`` is the first moment at
    which it no longer stands. Without ``languages`` or ``products`` it is for all of them.
    """

    id: str
    title: str
    html: str
    severity: Severity
    places: tuple[Place, ...]
    lang: str | None = None
    start: dt.datetime | None = None
    end: dt.datetime | None = None
    products: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedNotice:
    """A notice with its Markdown body, which starts at ``first_line`` of the file at ``path``."""

    path: str
    notice: Notice
    body: str
    first_line: int


def standing(
    notices: Iterable[Notice],
    now: dt.datetime,
    lang: str,
    place: Place | None = None,
    product: str | None = None,
) -> tuple[Notice, ...]:
    """The notices that stand now, in a language: gravest first, then the newest.

    In ``place`` alone, where one is given; those of other products are left out where one is known.
    """
    stand = [one for one in notices if _stands(one, now, lang) and _concerns(one, place, product)]
    # A translation takes the place of the one for all others.
    found = {one.id: one for one in sorted(stand, key=lambda one: one.lang is not None)}
    always = dt.datetime.min.replace(tzinfo=dt.UTC)
    newest = sorted(found.values(), key=lambda one: one.start or always, reverse=True)
    return tuple(sorted(newest, key=lambda one: _GRAVEST[one.severity]))


def _stands(one: Notice, now: dt.datetime, lang: str) -> bool:
    begun = one.start is None or one.start <= now
    gone = one.end is not None and one.end <= now
    spoken = not one.languages or lang in one.languages
    return begun and not gone and spoken and one.lang in {None, lang}


def _concerns(one: Notice, place: Place | None, product: str | None) -> bool:
    here = place is None or place in one.places
    mine = product is None or product.casefold() in (name.casefold() for name in one.products)
    return here and (mine or not one.products)


def _as_places(value: Any) -> Any:
    """``all``, one place, or several with commas or as a list."""
    names = value.split(",") if isinstance(value, str) else value
    if not isinstance(names, list):
        return value
    names = [str(name).strip() for name in names]
    return PLACES if "all" in names else tuple(names)


def _as_end(value: Any) -> Any:
    """A day alone is the whole of it."""
    if isinstance(value, str) and len(value.strip()) == len("2026-01-31"):
        value = dt.date.fromisoformat(value.strip())
    is_day = isinstance(value, dt.date) and not isinstance(value, dt.datetime)
    return value + _DAY if is_day and value < dt.date.max else value


def _in_lower_case(value: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one.lower() for one in value)


class _Matter(BaseModel):
    """The keys of a notice."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Text = None
    severity: Severity = "info"
    scope: Annotated[tuple[Place, ...], BeforeValidator(_as_places)] = PLACES
    start: Moment = None
    end: Annotated[Moment, BeforeValidator(_as_end)] = None
    products: Words = ()
    languages: Annotated[Words, AfterValidator(_in_lower_case)] = ()


def is_notice(path: str) -> bool:
    """Whether a path below the articles' folder is a notice's."""
    return path.startswith(FOLDER)


def parse_notice(data: bytes, path: str, languages: frozenset[str]) -> ParsedNotice:
    """Read one file; ContentError lists everything in its front matter that makes no sense.

    ``path`` is POSIX and relative to the articles' folder; ``languages`` are the site's own.
    """
    keys = open_keys(decoded(data, path), path)
    try:
        matter = _Matter.model_validate(keys.values)
    except ValidationError as error:
        raise ContentError(
            [_wrong(path, keys.line_of(str(one["loc"][0])), dict(one)) for one in error.errors()]
        ) from None
    _check(matter, path, keys.line_of("end"))
    inside = path.removeprefix(FOLDER)
    notice = Notice(
        id=without_language(inside, languages),
        title=matter.title or "",
        html="",
        severity=matter.severity,
        places=matter.scope,
        lang=language_of_path(inside, languages),
        start=matter.start,
        end=matter.end,
        products=matter.products,
        languages=matter.languages,
    )
    return ParsedNotice(path, notice, keys.body, keys.first_line)


def _check(matter: _Matter, path: str, line: int) -> None:
    if not matter.title:
        raise _error(path, 1, "a notice without a title", "add `title:`")
    if matter.start and matter.end and matter.end <= matter.start:
        raise _error(path, line, "the notice ends before it starts", "mend `start:` or `end:`")


def _wrong(path: str, line: int, part: dict[str, Any]) -> Finding:
    key = str(part["loc"][0])
    if part["type"] == "extra_forbidden":
        return Finding(path, line, f"unknown key {key!r}", _did_you_mean(key), "error")
    said = str(part["msg"]).removeprefix("Value error, ")
    what = f"{key!r} cannot be used: {said[0].lower()}{said[1:]}"
    return Finding(path, line, what, "mend the line", "error")


def _did_you_mean(key: str) -> str:
    known: Sequence[str] = list(_Matter.model_fields)
    close = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else f"a notice knows {', '.join(known)}"


def _error(path: str, line: int, what: str, remedy: str) -> ContentError:
    return ContentError([Finding(path, line, what, remedy, "error")])
