"""Visitors who are made up from history, so that the dashboard can be tried before it is needed.

They do what visitors do, one request at a time, through the calls that every front end uses; how a
request gets to the server is said in webapp.demo_ways. What they stand for is in a signed header:
their cases are marked, teach memory nothing, and can be removed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, get_args

from kb.events import DEMO, Reason
from kb.history_file import HistoryRow
from webapp.tokens import Demo

SEARCH, SUGGEST = "/api/v1/search", "/api/v1/suggest"
EVENTS, TICKETS = "/api/v1/events", "/api/v1/tickets"
SAYS_SO, REMARKS = 0.6, 0.3
"""Of those whose issue is resolved, or not, who say so; and of these who give words to it."""
OPENS_SUGGESTION, STAYS = 0.5, 0.5
"""Of those who are offered something on the contact form; of these who need not write then."""
LOOKS_ELSEWHERE, WRITES = 0.5, 0.3
"""Where the article is not in the list: read another one, or write at once. The others leave."""
COMMENTS = ("The pictures are of an older version.", "Step 2 fails here.", "I could not find it.")

Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """A request to the API; without ``body`` it is a GET."""

    path: str
    query: Mapping[str, str]
    body: Mapping[str, Any] | None
    demo: Demo


class Send(Protocol):
    """How a request gets to the server; what is not answered with 2xx raises."""

    def __call__(self, call: Call) -> Answer:
        """What it answers; empty where it has nothing to say."""


@dataclass(frozen=True, slots=True)
class Part:
    """One visitor: what history says, and when it is to happen now."""

    row: HistoryRow
    at: dt.datetime
    name: str


def parts(
    rows: Sequence[HistoryRow], seed: int, since: dt.datetime | None, until: dt.datetime
) -> tuple[Part, ...]:
    """Visitors by time: from ``since`` to ``until`` as history is spread, else when it happened."""
    rows = sorted(rows, key=lambda one: one.at)
    first, last = (rows[0].at, rows[-1].at) if rows else (until, until)
    long = max(last - first, dt.timedelta(seconds=1))
    return tuple(
        Part(
            row,
            row.at if since is None else since + (until - since) * ((row.at - first) / long),
            hashlib.blake2b(f"{seed} {number}".encode(), digest_size=8).hexdigest(),
        )
        for number, row in enumerate(rows)
    )


def replay(visitors: Iterable[Part], send: Send) -> Iterator[Counter[str]]:
    """Let one visitor after the other do what they came for; what each did."""
    for one in visitors:
        visitor = _Visitor(one, send)
        visitor.come()
        yield visitor.did


class _Visitor:
    """Somebody with a question, whose time passes while they read."""

    def __init__(self, part: Part, send: Send) -> None:
        self.did: Counter[str] = Counter()
        self._row, self._at, self._send = part.row, part.at, send
        self._case, self._name = f"{DEMO}{part.name}", part.name
        self._chance = random.Random(part.name)  # noqa: S311 - the same visitor does the same

    def come(self) -> None:
        """Search, and go on as history says; who does not find the article finds another way."""
        found = self._call(SEARCH, query={"q": self._row.query[:500], "limit": "10"})
        self.did["searches"] += 1
        hit = next((one for one in found["hits"] if self._is_wanted(one)), None)
        if hit:
            self._read(found["impression"], hit["slug"])
            self._end(found["impression"], hit["slug"])
        elif found["hits"] and self._happens(LOOKS_ELSEWHERE):
            slug = found["hits"][0]["slug"]
            self._read(found["impression"], slug)
            self._says_no(found["impression"], slug)
        elif self._happens(WRITES):
            self._write()

    def _is_wanted(self, hit: Answer) -> bool:
        lang, _, slug = self._row.article.rpartition(":")
        wanted: str = slug if lang else self._row.article
        return bool(hit["slug"] == wanted)

    def _end(self, impression: str, slug: str) -> None:
        outcome = self._row.outcome
        if outcome == "resolved" and self._happens(SAYS_SO):
            self._tell(impression, slug, "resolved")
        elif outcome == "contacted":
            self._write()
        elif outcome in {"failed", "not_resolved"}:
            self._says_no(impression, slug)

    def _read(self, impression: str, slug: str) -> None:
        self._wait(3, 30)
        self._tell(impression, slug, "open")
        self._wait(15, 120)
        self._tell(impression, slug, "read")

    def _says_no(self, impression: str, slug: str) -> None:
        self._wait(2, 60)
        if self._happens(SAYS_SO):
            words = self._chance.choice(COMMENTS) if self._happens(REMARKS) else None
            reason = self._chance.choice([None, *get_args(Reason)])
            self._tell(impression, slug, "not_resolved", reason=reason, comment=words)
        else:
            self._write()

    def _write(self) -> None:
        """On the contact form, where something may make the message unnecessary."""
        self._wait(10, 90)
        draft = {"subject": self._row.query[:200], "body": self._row.query[:2000], "first": True}
        offered = self._call(SUGGEST, body=draft)
        self.did["forms"] += 1
        shown = offered["suggestions"]
        if shown and self._happens(OPENS_SUGGESTION):
            self._wait(3, 30)
            slug = shown[0]["slug"]
            self._tell(offered["impression"], slug, "suggestion_open")
            self._wait(15, 120)
            if self._happens(STAYS):
                self._tell(offered["impression"], slug, "suggestion_resolved")
                return
        self._wait(30, 300)
        message = {"email": "demo@example.com", "message": self._row.query[:2000]}
        self._call(TICKETS, body={**message, "subject": self._row.query[:200]})
        self.did["tickets"] += 1

    def _tell(self, impression: str, slug: str, type_: str, **more: Any) -> None:
        known = {name: value for name, value in more.items() if value is not None}
        self._call(EVENTS, body={"impression": impression, "slug": slug, "type": type_, **known})
        self.did["votes" if type_.endswith("resolved") else "reads"] += type_ != "open"

    def _call(
        self, path: str, query: Mapping[str, str] | None = None, body: Answer | None = None
    ) -> Answer:
        demo = Demo(self._case, self._at, self._name)
        return self._send(Call(path, query or {}, body, demo))

    def _wait(self, least: int, most: int) -> None:
        self._at += dt.timedelta(seconds=self._chance.uniform(least, most))

    def _happens(self, share: float) -> bool:
        return self._chance.random() < share
