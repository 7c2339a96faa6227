"""How a case ended: the rules behind every figure about resolved issues, and what memory learns.

They are pure, so that the same journal gives the same outcome on every machine and in every test.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from kb.events import EventType, Outcome, Rejection, Surface

IDLE = dt.timedelta(minutes=30)
"""Without anything done for so long, the visitor has left."""
TAKES_BACK = dt.timedelta(hours=72)
"""A contact within this time of a good outcome takes it back."""

_READS = frozenset({"read", "suggestion_open"})
_RESOLVES = frozenset({"resolved", "suggestion_resolved"})
_GOOD = frozenset({"resolved", "assumed"})
_ORDER = {"not_resolved": 1, "contact": 2}
"""Of two things in one millisecond, the worse one counts as the later."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A list that was shown, or in the holdout would have been, and what was asked for it.

    ``query`` is empty where a page offered it and nothing was asked. For the other fields, of which
    a verdict asks nothing, see kb.events.Impression.
    """

    at: dt.datetime
    surface: Surface
    query: str
    id: str = ""
    lang: str = ""
    hits: int = 0
    typing: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """An event; see kb.events.Event."""

    at: dt.datetime
    type: EventType
    article: str | None = None
    rejected: Rejection | None = None
    impression: str | None = None


@dataclass(frozen=True, slots=True)
class Journal:
    """All of one case, in any order."""

    lists: tuple[Listed, ...]
    events: tuple[Done, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a case ended: ``at`` is when that became so.

    ``outcome`` is None while nothing can be said, or for good where there is nothing to say.
    ``article`` is the one that resolved it, was read last, or did not resolve it; of an outcome
    that was ``taken_back`` by a contact, the article it had been put down to.
    """

    outcome: Outcome | None
    at: dt.datetime | None = None
    article: str | None = None
    taken_back: bool = False


NOTHING = Verdict(None)


def verdict(journal: Journal, now: dt.datetime) -> Verdict:
    """How the case stands; the first rule that fits decides.

    ============  ==================================================================================
    contacted     A ticket was sent. Where the case had been resolved or assumed, at most 72 hours
                  before, that is taken back, also if more was asked in between. Later, a ticket is
                  another matter where the case still stands so.
    resolved      The last vote says so, on an article or a suggestion, whatever was asked after it.
    failed        The last vote says ``not_resolved``; what was read after it does not undo that.
    assumed       An article or suggestion was read, and 30 minutes passed in which nothing was done
                  since; a list of a question that was asked before (the way back) asks nothing.
    failed        Something was asked, or a hit opened, and 30 minutes passed, without reading, or
                  with another question after it. A draft on the contact form is a question, in the
                  holdout too.
    None          None of these yet; or for good: a program asked through the API and told nothing
                  more, or the contact form was opened and left.
    ============  ==================================================================================

    Rejected events do not count. Of things in the same millisecond the worse one is taken for the
    later: of clocks that differ among machines nothing better can be said. A moment in the future
    is one in which the visitor is still there.
    """
    case, good = _Case(), NOTHING
    for entry in _in_order(journal):
        stood = case.verdict(entry.at)
        if stood.outcome is not None:
            good = stood if stood.outcome in _GOOD else NOTHING
        if isinstance(entry, Done) and entry.type == "contact":
            if good.at is not None and entry.at - good.at <= TAKES_BACK:
                return Verdict("contacted", entry.at, good.article, taken_back=True)
            if stood.outcome not in _GOOD:
                return Verdict("contacted", entry.at)
        case.take(entry)
    return case.verdict(now)


def _in_order(journal: Journal) -> list[Listed | Done]:
    """What counts, by time: a list before what was done with it, of events the worse last."""
    done = sorted(
        (one for one in journal.events if one.rejected is None),
        key=lambda one: (_ORDER.get(one.type, 0), one.type, one.article or ""),
    )
    shown = sorted(journal.lists, key=lambda one: one.query)
    return sorted([*shown, *done], key=lambda one: one.at)


class _Case:
    """A case so far, without contacts."""

    def __init__(self) -> None:
        self._asked: set[str] = set()
        self._vote: Verdict | None = None
        self._read: Done | None = None
        self._asked_since = False
        self._is_somebody = False
        self._last: dt.datetime | None = None

    def take(self, entry: Listed | Done) -> None:
        """Add what came next."""
        self._last = entry.at
        if isinstance(entry, Done):
            self._is_somebody |= entry.type != "form_open"
            self._take_event(entry)
        elif entry.query:
            self._is_somebody |= entry.surface != "api"
            self._asked_since |= entry.query not in self._asked
            self._asked.add(entry.query)

    def _take_event(self, event: Done) -> None:
        if event.type in _RESOLVES:
            self._vote = Verdict("resolved", event.at, event.article)
        elif event.type == "not_resolved":
            self._vote = Verdict("failed", event.at, event.article)
        elif event.type in _READS:
            self._read, self._asked_since = event, False

    def verdict(self, now: dt.datetime) -> Verdict:
        """How it stands: by the last vote, else by what was done before the visitor left."""
        if self._vote:
            return self._vote
        if self._last is None or now - self._last < IDLE or not self._is_somebody:
            return NOTHING
        if self._read and not self._asked_since:
            return Verdict("assumed", self._last + IDLE, self._read.article)
        return Verdict("failed", self._last + IDLE)
