"""What the API takes: OpenAPI is generated from these models, and from the answers."""

from __future__ import annotations

import base64
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
from webapp.typed_text import cut_query, printable

LONGEST_COMMENT = 2_000
AS_HEADER = "The same as the header {}, for pages of other sites: a header costs them a request"
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


class Request(BaseModel):
    """A misspelt parameter is an error, not a silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def asked(text: str) -> str:
    """The query, cut; ValueError where nothing was asked."""
    query = cut_query(text)
    if not query:
        raise ValueError("must not be empty")
    return query


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


class NoticesQuery(Request):
    """Parameters of notices."""

    lang: Annotated[str | None, Field(description="The site's own language if left out")] = None
    product: Annotated[str | None, Field(description="Leave out those of other products")] = None


class ArticleQuery(Request):
    """Parameters of an article."""

    lang: Annotated[str | None, Field(description="The site's own language if left out")] = None
