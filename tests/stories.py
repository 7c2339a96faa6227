"""What simulated visitors do: each case is one of three stories, told by the odds."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from typing import Any

from odds import (
    ASKS_AGAIN,
    HOLDOUT,
    LATER,
    LEAVES_FORM,
    MEMORY_GAIN,
    MEMORY_SINCE,
    OFFERED,
    OPENS,
    PLAIN,
    REASONS,
    REJECTIONS,
    SAYS_NO,
    SAYS_YES,
    SENT_HOLDOUT,
    SENT_SHOWN,
    SENT_UNOFFERED,
    SNAPSHOTS,
    SPANISH,
    SUGGESTION_RESOLVES,
    SURFACES,
    TAKES_BACK,
    TOPICS,
    Topic,
)
from stores import NOW

from kb.events import EventType, Surface
from kb.store.moments import to_ms

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
"""Milliseconds."""


class Case:
    """One case while its story is told; what would come after ``until`` has not happened."""

    def __init__(self, name: str, started: int, until: int, chance: random.Random) -> None:
        self.name, self.at, self.until, self.chance = name, started, until, chance
        self.started = self.last = started
        self.surface: Surface = _one_of(chance, SURFACES)
        self.lang = "es" if chance.random() < SPANISH else "en"
        self.holdout, self.plain = chance.random() < HOLDOUT, chance.random() < PLAIN
        self.visitor = f"v{started // DAY}-{chance.randrange(400)}"
        self.lists: list[dict[str, Any]] = []
        self.acts: list[dict[str, Any]] = []

    @property
    def remembers(self) -> bool:
        """Whether memory ranks."""
        return self.started >= to_ms(MEMORY_SINCE) and not self.plain

    def wait(self, least: int, most: int) -> None:
        """Let time pass: milliseconds."""
        self.at += self.chance.randrange(least, most)

    def show(self, query: str, articles: Iterable[str], **changes: Any) -> str:
        """A list; its id."""
        shown = list(articles)
        row = {
            "id": f"{self.name}-{len(self.lists)}",
            "case_id": self.name,
            "at": self.at,
            "surface": self.surface,
            "query": query,
            "lang": self.lang,
            "product": None,
            "articles": shown,
            "scores": [round(0.9 / (1 + rank), 3) for rank in range(len(shown))],
            "snapshot": _snapshot(self.at),
            "recipe": "r1",
            "memory": "m1" if self.remembers else None,
            "typing": False,
            "hits": len(shown),
            **changes,
        }
        if self.at < self.until:
            self.lists.append(row)
            self.last = max(self.last, self.at)
        return str(row["id"])

    def do(self, type_: EventType, article: str | None = None, **changes: Any) -> None:
        """An event."""
        row = {
            "case_id": self.name,
            "visitor": self.visitor,
            "at": self.at,
            "type": type_,
            "impression": None,
            "article": article,
            "snapshot": _snapshot(self.at) if article else None,
            "reason": None,
            "comment": None,
            "rating": None,
            "rejected": None,
            **changes,
        }
        if self.at < self.until:
            self.acts.append(row)
            self.last = max(self.last, self.at if row["rejected"] is None else 0)

    def row(self) -> dict[str, Any]:
        """Of ``cases``."""
        return {
            "id": self.name,
            "started": self.started,
            "last": self.last,
            "surface": self.surface,
            "visitor": self.visitor,
            "holdout": self.holdout,
            "plain": self.plain,
        }


def tell(case: Case) -> None:
    """Let all of it happen."""
    if case.surface == "suggest":
        _writes(case)
    elif case.surface == "api":
        _program(case)
    else:
        _searches(case)
    if case.chance.random() < 0.03:
        case.wait(SECOND, MINUTE)
        case.do("rating", rating=case.chance.randint(1, 5))
    if case.chance.random() < 0.02:
        _is_refused(case)


def _searches(case: Case) -> None:
    """Somebody asks, may read, and is helped or not."""
    topic = _topic(case)
    if case.surface == "widget" and case.chance.random() < 0.5:
        case.show("", _hits(case, topic)[:3])  # the page's own offer: nothing was asked
        case.wait(SECOND, 10 * SECOND)
    if case.chance.random() < 0.15:
        case.show(topic.name[:4], _hits(case, topic), typing=True)
        case.wait(SECOND, 5 * SECOND)
    if case.chance.random() >= OPENS:
        without_hits = case.chance.random() < 0.3
        case.show(_query(case, topic), () if without_hits else _hits(case, topic))
        return
    is_typing = case.chance.random() < 0.05
    shown = case.show(_query(case, topic), _hits(case, topic), typing=is_typing)
    case.wait(2 * SECOND, MINUTE)
    case.do("open", topic.name, impression=shown)
    case.wait(10 * SECOND, 3 * MINUTE)
    case.do("read", topic.name, impression=shown)
    gain = MEMORY_GAIN if case.remembers else 0.0
    if case.chance.random() < topic.resolves(case.started) + gain:
        _is_helped(case, topic, shown)
    else:
        _is_not_helped(case, topic, shown)


def _is_helped(case: Case, topic: Topic, shown: str) -> None:
    if case.chance.random() < SAYS_YES:
        case.wait(SECOND, MINUTE)
        comment = "that was it" if case.chance.random() < 0.1 else None
        case.do("resolved", topic.name, impression=shown, comment=comment)
    back = case.chance.random()
    if back < TAKES_BACK:
        case.wait(HOUR, 70 * HOUR)
        case.do("contact")
    elif back < TAKES_BACK + LATER:
        case.wait(73 * HOUR, 90 * HOUR)
        case.do("contact")


def _is_not_helped(case: Case, topic: Topic, shown: str) -> None:
    case.wait(SECOND, 5 * MINUTE)
    then = case.chance.random()
    if then < SAYS_NO:
        reason = case.chance.choice((None, *REASONS))
        comment = f"step {case.chance.randint(1, 9)} is wrong" if then < SAYS_NO / 3 else None
        case.do("not_resolved", topic.name, impression=shown, reason=reason, comment=comment)
    elif then < SAYS_NO + ASKS_AGAIN:
        other = _topic(case)
        case.show(f"again {_query(case, other)}", _hits(case, other))
    else:
        case.do("form_open")
        case.wait(MINUTE, 5 * MINUTE)
        case.do("contact")


def _writes(case: Case) -> None:
    """Somebody opens the contact form, may be offered articles, and writes or not."""
    topic = _topic(case)
    case.do("form_open")
    case.wait(SECOND, MINUTE)
    if case.chance.random() < LEAVES_FORM:
        return
    offered = case.chance.random() < OFFERED
    case.show(f"hello, {_query(case, topic)}", _hits(case, topic)[:3] if offered else ())
    case.wait(SECOND, MINUTE)
    is_shown = offered and not case.holdout
    share = SENT_SHOWN if is_shown else SENT_HOLDOUT if offered else SENT_UNOFFERED
    sends = case.chance.random() < share
    if is_shown:
        _looks_at_suggestions(case, topic, sends=sends)
    if sends:
        case.wait(SECOND, 5 * MINUTE)
        case.do("contact")


def _looks_at_suggestions(case: Case, topic: Topic, *, sends: bool) -> None:
    resolves = not sends and case.chance.random() < SUGGESTION_RESOLVES
    if not resolves and case.chance.random() < 0.6:
        return
    case.do("suggestion_open", topic.name)
    case.wait(10 * SECOND, 2 * MINUTE)
    case.do("suggestion_resolved" if resolves else "suggestion_reject", topic.name)


def _program(case: Case) -> None:
    """A program searches; some tell what was read."""
    topic = _topic(case)
    shown = case.show(_query(case, topic), _hits(case, topic))
    if case.chance.random() < 0.2:
        case.wait(SECOND, MINUTE)
        case.do(case.chance.choice(("open", "read")), topic.name, impression=shown)


def _is_refused(case: Case) -> None:
    """Votes that do not count; a robot's belong to no case."""
    rejected = case.chance.choice(REJECTIONS)
    case.wait(SECOND, MINUTE)
    name = f"robot-{case.name}" if rejected == "robot" else case.name
    topic = _topic(case)
    comment = "buy this" if case.chance.random() < 0.3 else None
    vote: EventType = case.chance.choice(("resolved", "not_resolved", "rating"))
    rating = 1 if vote == "rating" else None
    case.do(vote, topic.name, case_id=name, rejected=rejected, comment=comment, rating=rating)


def _topic(case: Case) -> Topic:
    topics = _BY_LANG[case.lang]
    return case.chance.choices(topics, _WEIGHTS[case.lang])[0]


_BY_LANG = {lang: [one for one in TOPICS if one.lang == lang] for lang in ("en", "es")}
_WEIGHTS = {lang: [one.weight for one in found] for lang, found in _BY_LANG.items()}


def _query(case: Case, topic: Topic) -> str:
    """Some wordings of a topic, in capitals or with another space at times."""
    words = f"{topic.name.rpartition('/')[2]} how {case.chance.randrange(8)}"
    return case.chance.choice((words, words, words.title(), f" {words.replace(' ', '  ')}"))


def _hits(case: Case, topic: Topic) -> list[str]:
    others = [one.name for one in case.chance.sample(_BY_LANG[case.lang], 4) if one != topic]
    others.insert(case.chance.randrange(3), topic.name)
    return others


def _snapshot(at: int) -> str:
    """The one that was served."""
    ages = (to_ms(NOW) - at) / DAY
    return SNAPSHOTS[0 if ages > 60 else 1 if ages > 28 else 2 if ages > 10 else 3]


def _one_of(chance: random.Random, shares: Mapping[Surface, float]) -> Surface:
    return chance.choices(list(shares), list(shares.values()))[0]
