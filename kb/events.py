"""What visitors do, in the words that store, web app, memory and reports share.

Times are UTC. Texts are masked before they come here: see kb.masking.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal, get_args

Surface = Literal["portal", "api", "suggest", "widget"]
"""Where a result list was shown; ``suggest`` is the contact form's."""
EventType = Literal[
    "open",
    "read",
    "resolved",
    "not_resolved",
    "suggestion_open",
    "suggestion_reject",
    "suggestion_resolved",
    "rating",
    "form_open",
    "contact",
]
"""``form_open`` and ``contact`` come from the contact form alone, never from a visitor's script."""
Vote = Literal["resolved", "not_resolved", "suggestion_resolved"]
VOTES: frozenset[str] = frozenset(get_args(Vote))
Reason = Literal["not_related", "did_not_answer", "out_of_date", "hard_to_follow"]
Outcome = Literal["resolved", "assumed", "failed", "contacted"]
PastOutcome = Literal["resolved", "assumed", "failed", "contacted", "not_resolved"]
"""What imported history may say of a case; ``not_resolved`` of the article alone."""
Rejection = Literal["duplicate", "rate", "robot", "not_shown"]
"""Why an event is kept but does not count."""

DEMO = "demo-"
"""A case whose id begins so is demonstration traffic: it can be told apart, and removed."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Which attempt to solve something an impression or event belongs to.

    ``visitor`` is a keyed digest of the address that changes every month, None where it is not
    known; ``holdout``: no suggestions on the contact form; ``plain``: ranked without memory.
    """

    case: str
    visitor: str | None
    holdout: bool
    plain: bool


@dataclass(frozen=True, slots=True)
class Impression:
    """A result list that was shown, or in the holdout would have been.

    ``articles`` are names (``slug``, or ``lang:slug`` in other languages than the site's) by rank,
    ``scores`` theirs; ``typing``: the query was not finished.
    """

    id: str
    visit: Visit
    at: dt.datetime
    surface: Surface
    query: str
    lang: str
    product: str | None
    articles: tuple[str, ...]
    scores: tuple[float, ...]
    snapshot: str
    recipe: str | None
    memory: str | None
    typing: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """One thing done. ``article`` is a name; ``snapshot`` the revision it was read in.

    ``rejected`` says why it does not count. ``rating``, 1 to 5, is the answer to "how was it?".
    """

    visit: Visit
    at: dt.datetime
    type: EventType
    impression: str | None = None
    article: str | None = None
    snapshot: str | None = None
    reason: Reason | None = None
    comment: str | None = None
    rating: int | None = None
    rejected: Rejection | None = None


@dataclass(frozen=True, slots=True)
class Resolution:
    """What one case says about a query and an article: what memory learns from.

    ``weight`` is above 0 where the article resolved the issue, below where it did not; ``source``
    names the case (``case:...``) or the imported row (``import:...``); ``visitor`` is None for
    imported history, whose every row counts as a visitor of its own.
    """

    query: str
    article: str
    at: dt.datetime
    weight: float
    source: str
    visitor: str | None = None
