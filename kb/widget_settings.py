"""Help on product pages: ``[widget]`` in kb.toml. Which pages may have it, and how it looks there.

What is said here holds for all pages; a page's own ``data-*`` attributes come before it, but for
``origins``, which are nobody's to choose but the help centre's.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from kb.wording import Settings, Wording

Mode = Literal["self-service", "neutral", "ask-first"]
Position = Literal["right", "left"]
COLOUR = r"^#[0-9a-fA-F]{6}$"

_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_HOST = rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})*"
_NEAR = rf"(?:{_LABEL}\.)*localhost|127\.0\.0\.1|\[::1\]"
_APP = r"[a-z][a-z0-9+.-]*://localhost"
"""As the pages inside an app call themselves: ``capacitor://localhost``."""
_ORIGIN = re.compile(rf"(?:https://{_HOST}|http://(?:{_NEAR}))(?::(?:\d{{1,5}}|\*))?|{_APP}")
_WILDCARDS = {r"//\*\.": rf"//(?:{_LABEL}\.)+", r":\*": r"(?::\d{1,5})?"}


def _origin(value: str) -> str:
    origin = value.lower().rstrip("/")
    if not _ORIGIN.fullmatch(origin):
        raise ValueError("an origin such as 'https://shop.example.com' expected, without a path")
    return origin


def pattern(origin: str) -> re.Pattern[str]:
    """What an ``Origin`` header must match from end to end to be meant by an entry.

    ``*.`` stands for one or more labels and ``:*`` for any port, as in a Content-Security-Policy.
    """
    expression = re.escape(origin)
    for wildcard, meant in _WILDCARDS.items():
        expression = expression.replace(wildcard, meant)
    return re.compile(rf"\A{expression}\Z", re.IGNORECASE)


class Widget(Settings):
    """Everything about the widget."""

    origins: tuple[Annotated[str, AfterValidator(_origin)], ...] = ()
    """Pages on these may show it; the help centre's own always may."""
    mode: Mode = "self-service"
    position: Position = "right"
    colour: Annotated[str, Field(pattern=COLOUR)] | None = None
    """Of the button; the site's where it is not set."""
    hint: Wording = Field(default_factory=dict)
    """What stands beside the button until it is first pressed; nothing where it is not set."""
