"""What a report says, as command line, dashboard and scripts get it: each figure with its sample.

A share never stands without its total and its interval; the fields' names are a contract.
"""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel, ConfigDict, Field

from kb.events import Reason, Rejection, Surface


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Share(_Part):
    """``count`` of ``total``; ``low`` to ``high`` is the 95 % interval of what is behind it."""

    count: int
    total: int
    share: float | None = Field(description="null where the total is 0")
    low: float | None
    high: float | None


class Difference(_Part):
    """How much larger one share is than another, with its 95 % interval; null without cases."""

    value: float | None
    low: float | None
    high: float | None


class Outcomes(_Part):
    """How cases ended. The shares are of those of which something can be said, the total.

    ``taken_back``: of the contacted, those that had been resolved or assumed before; ``busy``: the
    visitor may still be there; ``silent``: a program that only searched, or a form that was opened
    and left.
    """

    resolved: Share
    assumed: Share
    failed: Share
    contacted: Share
    taken_back: Share
    busy: int
    silent: int


class Searches(_Part):
    """Lists that were shown; ``without_clicks`` is of those that had hits."""

    searches: int
    without_hits: Share
    without_clicks: Share


class SearchFunnel(_Part):
    """Cases with a search: a hit opened, an article read, resolved by vote, assumed."""

    cases: int
    opened: Share
    read: Share
    resolved: Share
    assumed: Share


class FormFunnel(_Part):
    """Cases that opened the contact form and are not in the holdout; nobody may still be busy.

    ``suggested`` and ``sent`` are shares of the opened forms, ``opened`` and ``resolved`` of those
    with suggestions.
    """

    forms: int
    suggested: Share
    opened: Share
    resolved: Share
    sent: Share


class Deflection(_Part):
    """What suggestions on the contact form caused: tickets with them and without, the holdout.

    Cases in which suggestions were shown, or in the holdout would have been; ``avoided`` is the
    share of tickets that suggestions made unnecessary.
    """

    shown: Share
    holdout: Share
    avoided: Difference


class MemoryEffect(_Part):
    """Searching cases ranked with memory beside those without, since there was a memory.

    ``helped`` are resolved or assumed; ``gained`` is what memory adds to their share.
    """

    helped: Share
    helped_without: Share
    gained: Difference
    resolved: Share
    resolved_without: Share
    gained_resolved: Difference


class Votes(_Part):
    """Votes that count, why not for those that say no, and the rejected ones by their reason."""

    yes: Share
    reasons: dict[Reason, int]
    without_reason: int
    rejected: dict[Rejection, int]


class Ratings(_Part):
    """Points from 1 to 5 that visitors gave, and how often."""

    mean: float | None
    times: dict[int, int]


class Article(_Part):
    """An article's votes, and how likely it resolves an issue by them and by what is usual."""

    article: str
    yes: int
    no: int
    helpfulness: float
    low: float
    high: float


class Comment(_Part):
    """What somebody wrote beside a vote, masked; ``case`` is for ``kb case``."""

    at: dt.datetime
    article: str | None
    reason: Reason | None
    comment: str
    case: str


class Report(_Part):
    """Everything ``kb report`` prints; cases that began, and what happened, in the window."""

    since: dt.datetime
    until: dt.datetime
    cases: int
    newest_case: dt.datetime | None = Field(description="of all times")
    outcomes: Outcomes
    by_surface: dict[Surface, Outcomes]
    searches: Searches
    searches_by_surface: dict[Surface, Searches]
    search_funnel: SearchFunnel
    form_funnel: FormFunnel
    deflection: Deflection
    memory: MemoryEffect
    votes: Votes
    ratings: Ratings
    least_helpful: tuple[Article, ...]
    comments: tuple[Comment, ...] = Field(description="the newest ones, newest first")


class Point(_Part):
    """One step of a trend: how the cases that began in it ended."""

    since: dt.datetime
    until: dt.datetime
    outcomes: Outcomes
    helped: Share = Field(description="resolved or assumed")


class Overview(Report):
    """A report, the window of the same length before it, and what changed.

    ``changes`` are now less before, by the dotted name of a share: ``outcomes.resolved``.
    """

    helped: Share = Field(description="resolved or assumed, of all that can be said something of")
    before: Report
    changes: dict[str, Difference]
    trend: tuple[Point, ...]
    demo: int = Field(description="cases of the window that are demonstration traffic")
