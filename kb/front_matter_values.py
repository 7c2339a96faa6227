"""What writers may give a key of the front matter, and what is made of it.

YAML guesses types, and other systems have their own habits: a number may be meant as a text, one
value as a list of one.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal
from urllib.parse import unquote

from pydantic import BeforeValidator, Field

Visibility = Literal["public", "internal"]

_LANGUAGE = re.compile(r"^[a-z]{2,3}(-[a-z0-9]{2,8})*$")
_WHOLE_ADDRESS = re.compile(r"https?://[^/?#]*(?P<path>[^?#]*)", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_NO_MOMENT = "a day, or a day and a time such as 2027-01-11 09:00, expected"


def _as_tuple(value: Any) -> tuple[str, ...]:
    """Accept one value, a comma-separated text or a list."""
    if value is None:
        return ()
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, (list, tuple)):
        items = [items]
    return tuple(str(item).strip() for item in items if str(item).strip())


def _as_whole(value: Any) -> tuple[str, ...]:
    """Accept one value or a list; commas belong to the text (queries, globs, addresses)."""
    return _as_tuple([value] if isinstance(value, str) else value)


def _as_text(value: Any) -> str | None:
    """Accept numbers and dates where text is expected, as YAML guesses types."""
    if isinstance(value, (dict, list)):
        raise ValueError("text expected")
    return None if value is None else " ".join(str(value).split())


def _as_address(value: Any) -> str | None:
    """Refuse what a browser would resolve away."""
    text = _as_text(value)
    if text and {".", ".."} & set(text.split("/")):
        raise ValueError("a path without '.' and '..' expected")
    return text


def _as_language(value: Any) -> str | None:
    """A language tag in lower case; a bare ``no`` is Norwegian, although YAML says false."""
    text = "no" if value is False else _as_text(value)
    tag = text.lower().replace("_", "-") if text else None
    if tag and not _LANGUAGE.match(tag):
        raise ValueError("a language such as 'en' or 'pt-BR' expected")
    return tag


def _as_visibility(value: Any) -> Any:
    """Accept any case."""
    return value.strip().lower() if isinstance(value, str) else value


def _as_date(value: Any) -> Any:
    """Keep the day of a date with a time."""
    if isinstance(value, str):
        return value.strip()[:10]
    return value.date() if isinstance(value, dt.datetime) else value


def _as_moment(value: Any) -> dt.datetime | None:
    """A moment without a time zone is UTC; a day alone is its first second; a number is neither."""
    if isinstance(value, str):
        value = _from_text(value)
    if isinstance(value, dt.datetime):
        return value if value.tzinfo else value.replace(tzinfo=dt.UTC)
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day, tzinfo=dt.UTC)
    if value is not None:
        raise ValueError(_NO_MOMENT)
    return None


def _from_text(value: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(value.strip())
    except ValueError:
        raise ValueError(_NO_MOMENT) from None


def _as_published(value: Any) -> dt.datetime | None:
    """A moment; of ``May 2020``, as other systems write it, the year's end at the latest."""
    years = set(_YEAR.findall(str(value)))
    try:
        return _as_moment(value)
    except ValueError:
        if len(years) != 1 or isinstance(value, (dict, list)):
            raise
        return dt.datetime(int(years.pop()) + 1, 1, 1, tzinfo=dt.UTC)


def redirected(address: str) -> str:
    """What is redirected of an old address: of one with its site the path, if it has any."""
    whole = _WHOLE_ADDRESS.match(address)
    path = unquote(whole["path"]) if whole else address
    return "" if whole and not path.strip("/") else f"/{path.strip('/')}"


Text = Annotated[str | None, BeforeValidator(_as_text)]
Words = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]
Lines = Annotated[tuple[str, ...], BeforeValidator(_as_whole)]
Day = Annotated[dt.date | None, BeforeValidator(_as_date)]
Moment = Annotated[dt.datetime | None, BeforeValidator(_as_moment)]
_Publishing = Annotated[dt.datetime | None, BeforeValidator(_as_published)]
Published = Annotated[bool | _Publishing, Field(union_mode="left_to_right")]
Address = Annotated[str | None, BeforeValidator(_as_address)]
Language = Annotated[str | None, BeforeValidator(_as_language)]
Visible = Annotated[Visibility, BeforeValidator(_as_visibility)]
