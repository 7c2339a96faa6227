"""What the dashboard says about one article, one question, one case, and what is missing.

Like kb.figures: a share never stands without its sample and its interval; names are a contract.
"""

from __future__ import annotations

import datetime as dt
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from kb.events import EventType, Outcome, Reason, Rejection, Surface
from kb.figures import Comment, Difference, Outcomes, Point, Share

Item = TypeVar("Item")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Page(_Part, Generic[Item]):
    """Some rows of a longer list; ``number`` counts from 1."""

    items: tuple[Item, ...]
    total: int
    number: int
    pages: int


class Helpfulness(_Part):
    """How likely an article resolves an issue by its votes; see kb.statistics.helpfulness."""

    yes: int
    no: int
    value: float
    low: float
    high: float


class ArticleRow(_Part):
    """What became of the cases in which an article was read, and how that compares.

    The total of ``outcomes`` are ended cases in which it was read: ``resolved`` and ``assumed``
    count where the case is put down to this article; ``elsewhere`` are those put down to another.
    ``helped`` is resolved or assumed; ``before`` is the same in the window before.
    """

    article: str
    outcomes: Outcomes
    elsewhere: Share
    helped: Share
    before: Share
    change: Difference
    helpfulness: Helpfulness
    comments: int


class ArticleRows(_Part):
    """Every article of which something is known, most cases first."""

    rows: tuple[ArticleRow, ...]


class Revision(_Part):
    """One text of an article, from its first snapshot until the next one's."""

    revision: str = Field(description="short digest of what was written")
    commit: str | None
    since: dt.datetime
    until: dt.datetime | None = Field(description="null for the text that is served")
    outcomes: Outcomes
    helped: Share
    change: Difference = Field(description="in helped, from the revision before")
    yes: int
    no: int


class QueryRow(_Part):
    """What people who typed the same words did; case and spacing do not matter.

    ``searches`` are lists, ``cases`` are people; ``without_clicks`` is of lists with hits.
    """

    query: str
    searches: int
    cases: int
    without_hits: Share
    without_clicks: Share
    outcomes: Outcomes


class Choice(_Part):
    """An article that was opened from a list, or words that were typed next, and how often."""

    name: str
    cases: Share


class ArticleInsight(_Part):
    """Everything about one article."""

    row: ArticleRow
    trend: tuple[Point, ...]
    revisions: tuple[Revision, ...] = Field(description="newest first")
    reasons: dict[Reason, int]
    comments: tuple[Comment, ...]
    queries: tuple[Choice, ...] = Field(description="what was typed before it was opened")


class QueryInsight(_Part):
    """Everything about one question."""

    row: QueryRow
    opened: tuple[Choice, ...]
    next_queries: tuple[Choice, ...]
    trend: tuple[Point, ...]


class CaseRow(_Part):
    """One case in a list; ``queries`` are masked, oldest first."""

    id: str
    started: dt.datetime
    surface: Surface
    outcome: Outcome | None
    taken_back: bool
    article: str | None = Field(description="the one its outcome is put down to")
    queries: tuple[str, ...]
    demo: bool


class Step(_Part):
    """One thing that happened in a case: a list that was shown, or an event."""

    at: dt.datetime
    kind: Literal["list"] | EventType
    query: str | None = None
    articles: tuple[str, ...] = Field(default=(), description="of a list, by rank")
    article: str | None = None
    reason: Reason | None = None
    comment: str | None = None
    rating: int | None = None
    rejected: Rejection | None = None


class CaseInsight(_Part):
    """Everything that is kept about one case, but for the ticket itself.

    ``holdout`` and ``plain`` are what chance decided about it; ``offered``: there were suggestions
    for what was written on the contact form, which the holdout is not shown; ``remembered``: a list
    was ranked with memory.
    """

    row: CaseRow
    holdout: bool
    plain: bool
    offered: bool
    remembered: bool
    ticket: str | None = Field(description="its reference")
    steps: tuple[Step, ...]


Missing = Literal["nothing_near", "not_opened", "did_not_help", "ranked_low"]
"""Why the nearest article did not do: there is none near; it was shown and not opened; it was read
and did not resolve the issue; it came too low in the list."""


class Wording(_Part):
    """Words that people asked in, masked, and how many cases did."""

    query: str
    cases: int


class Gap(_Part):
    """Something that customers ask and nothing answers.

    ``title`` is the most typical wording; ``cost`` is tickets sent; ``nearest`` is the article
    that fits best as it is now, by name, ``fit`` how well, from 0 to 1.
    """

    id: str
    title: str
    cases: int
    people: int
    cost: int
    failed: int
    first: dt.datetime
    last: dt.datetime
    wordings: tuple[Wording, ...] = Field(description="most typical first")
    nearest: str | None
    fit: float
    missing: Missing
    case_ids: tuple[str, ...] = Field(description="newest first, for drilling down")


class Gaps(_Part):
    """All gaps of a window, the largest first."""

    since: dt.datetime
    until: dt.datetime
    as_of: dt.datetime
    unresolved: int = Field(description="cases that were looked at")
    clustered: int = Field(description="of these, those that are in a gap")
    gaps: tuple[Gap, ...]
