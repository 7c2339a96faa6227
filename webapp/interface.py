"""Which language we speak ourselves, in buttons, labels and messages; Babel has the words.

The address decides (``/es/...``), so a page is one page to every cache. A language that nothing
here is translated to leaves the choice to the browser, and so does a visitor who arrives at an
address that is good for all languages. What programs read is English.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import flask_babel  # type: ignore[import-untyped]
from babel import dates
from flask import Blueprint, Flask, Response, current_app, g, request

from webapp.problems import FOR_PROGRAMS
from webapp.referrer import comes_from_here
from webapp.state import state

ENGLISH = "en"
LOCALES = {ENGLISH: "en_GB", "es": "es"}
"""Languages of the interface, and whose way to write dates and numbers goes with each."""
FOLDER = Path(__file__).parent / "translations"

gettext: Callable[..., str] = flask_babel.gettext
ngettext: Callable[..., str] = flask_babel.ngettext
lazy_gettext: Callable[..., str] = flask_babel.lazy_gettext


def translate(app: Flask) -> None:
    """Give templates their words in the language of the answer."""
    flask_babel.Babel(
        app,
        default_locale=LOCALES[ENGLISH],
        default_translation_directories=str(FOLDER),
        locale_selector=lambda: LOCALES[language()],
    )
    app.after_request(_tell_caches)


def language() -> str:
    """The language of this answer's interface: the address's, else the browser's."""
    if request.path.startswith(FOR_PROGRAMS):
        return ENGLISH
    return _spoken(request.path.split("/")[1]) or _spoken(_of_page()) or _by_browser()


def long_date(day: dt.date) -> str:
    """``22 November 2026``, in the language of the interface."""
    return cast("str", flask_babel.format_date(day, "long", rebase=False))


def long_moment(moment: dt.datetime) -> str:
    """``Monday 23 November 2026, 10:00``, on the clock that ``moment`` names."""
    # The parts of a date: https://www.unicode.org/reports/tr35/tr35-dates.html#Date_Field_Symbol_Table
    pattern = gettext("EEEE d MMMM y, HH:mm")
    return dates.format_datetime(moment, pattern, moment.tzinfo, flask_babel.get_locale())


def clock(time: dt.time) -> str:
    """``09:00``."""
    return dates.format_time(time, "HH:mm", locale=flask_babel.get_locale())


def weekday(number: int) -> str:
    """The name of a day as it stands alone; 0 is Monday."""
    return str(dates.get_day_names("wide", "stand-alone", flask_babel.get_locale())[number])


def spoken(lang: str) -> str:
    """The language of ours that suits a reader of ``lang`` best; English where none does."""
    return _spoken(lang) or ENGLISH


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Speak another language for a while: that of a message to be answered, say."""
    with flask_babel.force_locale(LOCALES[spoken(lang)]):
        yield


def in_address(blueprint: Blueprint) -> None:
    """Let addresses begin with a language, ``<language:lang>``, which their links keep."""
    blueprint.url_value_preprocessor(_take_language)
    blueprint.url_defaults(_keep_language)


def better(offered: Collection[str], menu: Collection[str]) -> str | None:
    """Which of the languages ``offered`` the browser prefers to the site's own; None for none.

    Nothing is better than what an address names, or what somebody who is here already left as it
    was though another language stands on the ``menu``.
    """
    own = state().config.site.language
    if g.get("lang") or set(offered) <= {own}:
        return None
    g.by_browser = True
    best = _best(own, offered)
    return None if best == own or (best in menu and comes_from_here()) else best


def _take_language(_endpoint: str | None, values: dict[str, str] | None) -> None:
    g.lang = values.pop("lang", None) if values else None


def _keep_language(endpoint: str, values: dict[str, str | None]) -> None:
    """Links lead to pages in the language of the page; the site's own is not named."""
    if current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
        values.setdefault("lang", _of_links(endpoint))
        if values["lang"] == state().config.site.language:
            values["lang"] = None


def _of_links(endpoint: str) -> str | None:
    """A page that speaks a language which no article is in leads to the articles there are."""
    reader = g.get("reader")
    lang: str | None = g.get("lang")
    return reader.lang if reader and endpoint.startswith("portal.") else lang


def _of_page() -> str:
    reader = g.get("reader")
    return reader.lang if reader else g.get("lang") or state().config.site.language


def _spoken(lang: str) -> str | None:
    """The language, or the one that it is a region of, where the interface speaks it."""
    return next((one for one in (lang, lang.partition("-")[0]) if one in LOCALES), None)


def _by_browser() -> str:
    g.by_browser = True
    return _best(ENGLISH, LOCALES)


def _best(otherwise: str, offered: Iterable[str]) -> str:
    """What the browser likes most; ``otherwise`` where it likes none, or says nothing."""
    return request.accept_languages.best_match((otherwise, *offered), otherwise)


def _tell_caches(response: Response) -> Response:
    if g.get("by_browser"):
        response.vary.add("Accept-Language")
    return response
