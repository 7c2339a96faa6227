"""How likely each thing is that a simulated visitor may do, and what follows from that.

The share that a figure estimates is so known, and not only counted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from stores import NOW

from kb.events import Reason, Rejection, Surface
from kb.store.moments import to_ms

DAYS = 84
MEMORY_SINCE = NOW - dt.timedelta(days=56)
REVISED = NOW - dt.timedelta(days=28)
OVER = NOW - dt.timedelta(days=4)
"""Of cases that began before, everything has happened."""

SURFACES: Mapping[Surface, float] = {"portal": 0.60, "suggest": 0.22, "widget": 0.12, "api": 0.06}
HOLDOUT, PLAIN, IS_DEMO, SPANISH = 0.10, 0.10, 0.02, 0.3

OPENS = 0.8
"""Of those that search, open and read what they look for."""
MEMORY_GAIN = 0.12
"""Of those that read: resolved the more where memory ranks."""
SAYS_YES, SAYS_NO, ASKS_AGAIN = 0.4, 0.3, 0.4
"""Of those whose issue is resolved; of the others, of whom the rest writes to a person."""
TAKES_BACK, LATER = 0.04, 0.02
"""Of those whose issue is resolved, write within 72 hours, or after them."""

LEAVES_FORM, OFFERED = 0.1, 0.8
SENT_SHOWN, SENT_HOLDOUT, SENT_UNOFFERED = 0.45, 0.60, 0.55
"""Of those with a draft, write to a person: after suggestions, with them held out, without any."""
SUGGESTION_RESOLVES = 0.5
"""Of those that were shown suggestions and did not write."""
REASONS: tuple[Reason, ...] = (
    "not_related",
    "did_not_answer",
    "out_of_date",
    "hard_to_follow",
)
REJECTIONS: tuple[Rejection, ...] = ("duplicate", "rate", "robot", "not_shown")


class Topic(NamedTuple):
    """An article: how often it is looked for, and resolves, before and since it was revised."""

    name: str
    lang: str
    weight: int
    before: float
    since: float

    def resolves(self, at: int) -> float:
        """Of those that read it, without memory."""
        return self.before if at < to_ms(REVISED) else self.since


def _topics() -> Iterator[Topic]:
    for number in range(12):
        chance = 0.15 + 0.05 * number
        improved = chance + 0.15 if number % 3 == 0 else chance
        name = f"topic/number-{number:02}"
        yield Topic(name, "en", 1 + number % 4, chance, improved)
        yield Topic(f"es:{name}", "es", 1 + number % 3, 0.75 - chance / 2, 0.75 - chance / 2)


TOPICS = tuple(_topics())
SNAPSHOTS = tuple(
    f"{NOW - dt.timedelta(days=days):%Y%m%dT%H%M%S}000-{days:08x}" for days in (90, 60, 28, 10)
)
"""Published so many days before NOW; in the third a third of the English articles changed."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What holds of the cases that began from ``since``; nothing happened after ``until``."""

    since: dt.datetime
    until: dt.datetime
    cases: int

    @staticmethod
    def helped(topic: Topic, *, revised: bool, memory: bool) -> float:
        """Of the searching cases that read an article, those that are resolved or assumed."""
        chance = (topic.since if revised else topic.before) + MEMORY_GAIN * memory
        return chance * (1 - TAKES_BACK)

    @classmethod
    def searchers_helped(cls, lang: str, *, revised: bool, memory: bool) -> float:
        """Of all searching cases in a language."""
        asked = [one for one in TOPICS if one.lang == lang]
        found = [one.weight * cls.helped(one, revised=revised, memory=memory) for one in asked]
        return OPENS * sum(found) / sum(one.weight for one in asked)
