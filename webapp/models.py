"""What the API takes and gives. The OpenAPI document is generated from these models."""

from __future__ import annotations

import base64
import datetime as dt
import re
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    Base64Encoder,
    BaseModel,
    ConfigDict,
    EncodedBytes,
    Field,
    model_validator,
)

from kb.events import Reason
from kb.wording import LANGUAGE
from search.results import Mode

LONGEST_QUERY = 512
LONGEST_COMMENT = 2_000
AS_HEADER = "The same as the header {}, for pages of other sites: a header costs them a request"
CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f]+")
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def cut_query(text: str) -> str:
    """A query as people can type it: no control characters, at most 512 characters."""
    return CONTROL_CHARACTERS.sub(" ", text).strip()[:LONGEST_QUERY]


def printable(text: str) -> str:
    """A text of several lines without what no database takes: NUL, other controls, halves."""
    return UNPRINTABLE.sub("", text).strip()


def asked(text: str) -> str:
    """The query, cut; ValueError where nothing was asked."""
    query = cut_query(text)
    if not query:
        raise ValueError("must not be empty")
    return query


class Request(BaseModel):
    """A misspelt parameter is an error, not a silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Answer(BaseModel):
    """Answers are read only."""

    model_config = ConfigDict(frozen=True)


class SearchQuery(Request):
    """Parameters of a search."""

    q: Annotated[
        str, AfterValidator(asked), Field(description="The question; cut to 512 characters")
    ]
    lang: Annotated[str | None, Field(description="Only articles in this language")] = None
    limit: Annotated[int, Field(ge=1, le=50)] = 10
    product: Annotated[str | None, Field(description="Only articles about this product")] = None
    typing: Annotated[bool, Field(description="The last word is unfinished")] = False
    impression: Annotated[str | None, Field(description=AS_HEADER.format("KB-Impression"))] = None
    widget: Annotated[str | None, Field(description=AS_HEADER.format("KB-Widget"))] = None


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


ReportedType = Literal[
    "open",
    "read",
    "resolved",
    "not_resolved",
    "suggestion_open",
    "suggestion_reject",
    "suggestion_resolved",
    "rating",
]
WITHOUT_ARTICLE = frozenset({"suggestion_reject", "rating"})


class SuggestRequest(Request):
    """The draft of a message to a person; without one, the page on which somebody asks for help."""

    subject: str = ""
    body: str = ""
    url: Annotated[str, Field(description="The page the form stands on")] = ""
    title: Annotated[str, Field(description="Of the page; asks for what suits it")] = ""
    headings: Annotated[
        tuple[str, ...], Field(description="Those that can be seen on the page", max_length=20)
    ] = ()
    articles: Annotated[
        tuple[str, ...],
        Field(description="Slugs: these are offered, whatever the page says", max_length=20),
    ] = ()
    product: Annotated[str | None, Field(description="Of the page: only what is about it")] = None
    lang: Annotated[str | None, Field(description="Only articles in this language")] = None
    typing: Annotated[bool, Field(description="The draft is unfinished")] = False
    first: Annotated[
        bool, Field(description="The first draft in a form that was opened: counts as opening it")
    ] = False
    rejected: Annotated[
        tuple[str, ...],
        Field(description="Slugs to which this visitor said no; not offered again", max_length=100),
    ] = ()
    agent: Annotated[
        bool, Field(description="Somebody who answers asks: not counted, and a reply is written")
    ] = False

    @property
    def is_for_page(self) -> bool:
        """Whether nothing was written, and what suits the page is asked for."""
        written = self.subject.strip() or self.body.strip()
        return not written and bool(self.url or self.title or self.headings or self.articles)


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


class EventRequest(Request):
    """Something a visitor did with a list of hits or suggestions."""

    impression: Annotated[str, Field(description="As it came with the list")]
    type: ReportedType
    slug: Annotated[str | None, Field(description="Of an article in the list")] = None
    reason: Annotated[Reason | None, Field(description="Why it did not solve the issue")] = None
    comment: Annotated[
        str | None, AfterValidator(printable), Field(description="Cut to 2,000 characters")
    ] = None
    rating: Annotated[int | None, Field(ge=1, le=5, description="5 is best")] = None

    @model_validator(mode="after")
    def _complete(self) -> EventRequest:
        if self.slug is None and self.type not in WITHOUT_ARTICLE:
            raise ValueError(f"'slug' is missing: which article is {self.type!r} about?")
        if (self.rating is None) == (self.type == "rating"):
            raise ValueError("'rating' goes with type 'rating', and only with it")
        return self


class StrictBase64(Base64Encoder):
    """Base64 as the standard has it, in lines or not: pydantic's own skips what is none."""

    @classmethod
    def decode(cls, data: bytes) -> bytes:
        """The content; ValueError where a character is not of the alphabet."""
        return base64.b64decode(b"".join(data.split()), validate=True)


class UploadedFile(Request):
    """A file that goes with a message."""

    name: str
    data: Annotated[bytes, EncodedBytes(StrictBase64), Field(description="Base64")]


class TicketRequest(Request):
    """A message to people. What a field may hold is told where it does not."""

    email: Annotated[str, Field(description="Where the answer goes; required")] = ""
    subject: Annotated[str, Field(description="Required")] = ""
    message: Annotated[str, Field(description="Required")] = ""
    name: str = ""
    lang: Annotated[str | None, Field(pattern=LANGUAGE, description="Of the message")] = None
    url: Annotated[str, Field(description="The page the customer came from")] = ""
    fields: Annotated[dict[str, str], Field(description="The site's own fields, by name")] = {}
    attachments: tuple[UploadedFile, ...] = ()

    def own_fields(self) -> dict[str, str]:
        """What every form asks for, by the names of its fields."""
        return self.model_dump(include={"email", "subject", "message", "name"})


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


class NoticesQuery(Request):
    """Parameters of notices."""

    lang: Annotated[str | None, Field(description="The site's own language if left out")] = None
    product: Annotated[str | None, Field(description="Leave out those of other products")] = None


class NoticesAnswer(Answer):
    """What is announced now, gravest first."""

    notices: tuple[NoticeAnswer, ...]


class ArticleQuery(Request):
    """Parameters of an article."""

    lang: Annotated[str | None, Field(description="The site's own language if left out")] = None


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
