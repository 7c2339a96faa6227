"""What the API answers: OpenAPI is generated from these models, and from the requests."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from search.results import Mode


class Answer(BaseModel):
    """Answers are read only."""

    model_config = ConfigDict(frozen=True)


class SearchHit(Answer):
    """One article with its best passage."""

    slug: str
    title: str
    url: Annotated[str, Field(description="Path on this host, with the passage's anchor")]
    anchor: str
    heading: Annotated[str, Field(description="The passage's heading path, joined by ' › '")]
    snippet: Annotated[str, Field(description="Safe HTML: escaped text with <mark>")]
    score: float
    matched: tuple[str, ...]


class SearchAnswer(Answer):
    """Hits, best first, and everything needed to replay them."""

    query: str
    mode: Mode
    fallback: Annotated[str | None, Field(description="Why the mode is not hybrid")]
    corrected: Annotated[str | None, Field(description="The query searched for, if not yours")]
    weak: Annotated[
        bool, Field(description="None of the hits is likely to answer; they only come nearest")
    ]
    snapshot: str
    recipe: str | None
    memory: str | None
    impression: Annotated[
        str | None, Field(description="Signed; send it with events. Null for robots")
    ]
    hits: tuple[SearchHit, ...]


class Reply(Answer):
    """A message that answers with articles, ready to be sent."""

    markdown: str
    html: Annotated[str, Field(description="Safe HTML")]


class SuggestAnswer(Answer):
    """Articles that may make the message unnecessary; mostly few or none."""

    impression: Annotated[
        str | None, Field(description="Signed; send it with events. Null where nothing was asked")
    ]
    holdout: Annotated[
        bool, Field(description="This case is shown none, so that their effect can be measured")
    ]
    suggestions: tuple[SearchHit, ...]
    reply: Annotated[
        Reply | None, Field(description="For agents, where there is something to suggest")
    ] = None


class TicketAnswer(Answer):
    """A message was stored, and will be delivered."""

    id: Annotated[str, Field(description="The reference that the customer is told")]
    due: Annotated[dt.datetime | None, Field(description="When the answer is promised for")]


class NoticeAnswer(Answer):
    """Something everybody should know just now."""

    id: str
    title: str
    html: Annotated[str, Field(description="Safe HTML")]
    severity: Literal["info", "warning", "outage"]
    start: dt.datetime | None
    end: dt.datetime | None


class NoticesAnswer(Answer):
    """What is announced now, gravest first."""

    notices: tuple[NoticeAnswer, ...]


class HeadingAnswer(Answer):
    """One heading of an article."""

    level: int
    text: str
    anchor: str


class ArticleLink(Answer):
    """Another article, or this one in another language."""

    slug: str
    lang: str
    title: str
    url: str


class ArticleAnswer(Answer):
    """One article, ready to be shown."""

    slug: str
    lang: str
    title: str
    summary: str
    category: str
    tags: tuple[str, ...]
    products: tuple[str, ...]
    updated: dt.date | None
    url: str
    html: Annotated[str, Field(description="Safe HTML, without the title")]
    headings: tuple[HeadingAnswer, ...]
    related: tuple[ArticleLink, ...]
    translations: tuple[ArticleLink, ...]
    snapshot: str


class Health(Answer):
    """Whether the process lives, or serves."""

    status: Literal["ok"] = "ok"
    snapshot: str | None = None


class Problem(Answer):
    """RFC 9457."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: Annotated[
        dict[str, str] | None, Field(description="What is wrong with a message, by field")
    ] = None
