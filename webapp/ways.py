"""How to reach people, as the settings say: channels, hours, languages, and how long it takes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from zoneinfo import ZoneInfo

from kb.contact_settings import DAYS, Channel, Day, Hours, Opening
from kb.hours import is_open, next_opening
from kb.wording import worded
from webapp import interface
from webapp.interface import clock, gettext, ngettext
from webapp.locales import name
from webapp.state import state


@dataclass(frozen=True, slots=True)
class Way:
    """One channel; ``url`` is empty where nothing can be clicked."""

    name: str
    address: str
    url: str
    hours: str
    languages: str


@dataclass(frozen=True, slots=True)
class Line:
    """Opening hours of some days."""

    days: str
    hours: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ways:
    """Everything a visitor should know before writing; empty texts where nothing is promised."""

    channels: tuple[Way, ...]
    lines: tuple[Line, ...]
    zone: str
    now: str
    answer: str

    def __bool__(self) -> bool:
        return bool(self.channels or self.lines or self.answer)


def ways(langs: Sequence[str], now: dt.datetime) -> Ways:
    """The ways of this site, worded in the first of ``langs`` that the settings have."""
    config = state().config
    hours = config.contact.hours
    channels = tuple(_way(one, langs) for one in config.contact.channels if one.kind != "form")
    if config.site.contact_url and not config.contact.channels:
        channels = (_elsewhere(config.site.contact_url),)
    return Ways(
        channels=channels,
        lines=tuple(_lines(hours.open)),
        zone=hours.time_zone.replace("_", " "),
        now=presence(now, hours),
        answer=_answer(hours),
    )


def long_moment(moment: dt.datetime, hours: Hours) -> str:
    """``Monday 23 November 2026, 10:00 (Europe/Berlin)``: on the clock of those who answer."""
    said = interface.long_moment(moment.astimezone(ZoneInfo(hours.time_zone)))
    return f"{said} ({hours.time_zone.replace('_', ' ')})"


def _way(one: Channel, langs: Sequence[str]) -> Way:
    return Way(
        worded(one.name, *langs),
        one.address,
        one.url,
        worded(one.hours, *langs),
        ", ".join(map(name, one.languages)),
    )


def _elsewhere(url: str) -> Way:
    mail = url.removeprefix("mailto:")
    return Way(gettext("Contact us"), mail, url, "", "")


def presence(now: dt.datetime, hours: Hours) -> str:
    """Whether somebody is there, or when again; empty where no hours are set."""
    if not hours.open:
        return ""
    if is_open(now, hours):
        return gettext("We are here now.")
    opening = next_opening(now, hours)
    if opening is None:
        return ""
    return gettext("We are back on %(moment)s.", moment=long_moment(opening, hours))


def _answer(hours: Hours) -> str:
    if hours.answer_hours is None:
        return ""
    count = max(1, round(hours.answer_hours))
    return str(
        ngettext(
            "We usually answer within %(num)s hour in which we are here.",
            "We usually answer within %(num)s hours in which we are here.",
            count,
        )
    )


def _lines(openings: Sequence[Opening]) -> Iterator[Line]:
    """Days with equal hours that follow each other, together."""
    by_day = [(day, tuple(_hours(day, openings))) for day in DAYS]
    for hours, group in groupby(by_day, key=lambda pair: pair[1]):
        days = [day for day, _ in group]
        if hours:
            yield Line(_days(days[0], days[-1]), hours)


def _hours(day: Day, openings: Sequence[Opening]) -> Iterator[str]:
    for one in sorted(openings, key=lambda one: one.opens):
        if day in one.days:
            yield f"{clock(one.opens)}–{clock(one.closes) if one.closes != dt.time() else '24:00'}"


def _days(first: Day, last: Day) -> str:
    one, other = (interface.weekday(DAYS.index(day)) for day in (first, last))
    shown = one if one == other else f"{one} – {other}"
    return shown[:1].upper() + shown[1:]
