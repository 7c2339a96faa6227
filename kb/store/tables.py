"""The tables. A change here needs a migration beside it.

Times are whole milliseconds since 1970, UTC: both databases compare and bucket them alike. Nothing
points at ``impressions`` by a foreign key: an impression is written in batches, and a vote that
comes before it must not wait.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    text,
)

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMES)

IS_DEMO = "substr(id, 1, 5) = 'demo-'"
"""Of a case: see kb.events.DEMO."""
IS_VOTE = "type IN ('resolved', 'not_resolved', 'suggestion_resolved')"
IS_CLICK = (
    "impression IS NOT NULL AND rejected IS NULL"
    " AND type IN ('open', 'read', 'resolved', 'not_resolved')"
)
"""Of an event: a hit of a list was opened."""


class Words(TypeDecorator[str]):
    """Text as a visitor may send it: what a database cannot store is left out or replaced.

    PostgreSQL takes no NUL, and neither takes half a surrogate pair, which JSON may bring: one
    such character must not cost a batch of events.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """The text without them."""
        if value is None or (value.isascii() and "\0" not in value):
            return value
        return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _fact(name: str) -> Column[bool]:
    """Whether something was done in a case; kb.store.cases settles it with the outcome."""
    return Column(name, Boolean, nullable=False, server_default=text("false"))


def _where(condition: str) -> dict[str, Any]:
    """What makes an index a partial one: a query uses it where it says the same, word for word."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


cases = Table(
    "cases",
    metadata,
    Column("id", Words, primary_key=True),
    Column("started", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("surface", Words, nullable=False, comment="where it began"),
    Column("visitor", Words, comment="keyed digest of the address, another every month"),
    Column("holdout", Boolean, nullable=False),
    Column("plain", Boolean, nullable=False, comment="ranked without memory"),
    Column("outcome", Words, comment="null while it may still change or nothing can be said"),
    Column("outcome_at", BigInteger),
    Column("taken_back", Boolean, nullable=False, server_default=text("false")),
    Column("settled", BigInteger, comment="the `last` for which the outcome was worked out"),
    Column("lang", Words, comment="of its first list"),
    Column("article", Words, comment="the one that its outcome is put down to"),
    _fact("searched"),
    _fact("opened"),
    _fact("read"),
    _fact("form"),
    Column("offered", BigInteger, comment="when suggestions first were, or would have been, shown"),
    _fact("suggestion_opened"),
    _fact("suggestion_resolved"),
    Column("sent", BigInteger, comment="when the last ticket was"),
    Index(None, "started"),
    Index(None, "last"),
    Index(None, "article", "started"),
    Index("ix_cases_demo", "started", **_where(IS_DEMO)),
    Index("ix_cases_unsettled", "id", **_where("settled IS NULL")),
)

impressions = Table(
    "impressions",
    metadata,
    Column("id", Words, primary_key=True),
    Column("case_id", Words, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("surface", Words, nullable=False),
    Column("query", Words, nullable=False, comment="masked"),
    Column("lang", Words, nullable=False),
    Column("product", Words),
    Column("articles", JSON, nullable=False, comment="names by rank"),
    Column("scores", JSON, nullable=False),
    Column("snapshot", Words, nullable=False),
    Column("recipe", Words),
    Column("memory", Words),
    Column("typing", Boolean, nullable=False),
    Column("hits", Integer, nullable=False, comment="how many articles"),
    Index(None, "case_id", "at"),
    Index(None, "at"),
    Index("ix_impressions_memory", "at", **_where("memory IS NOT NULL")),
    # Drafts are longer than what PostgreSQL puts into an index.
    Index("ix_impressions_query", "query", "at", **_where("surface <> 'suggest'")),
)

events = Table(
    "events",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("case_id", Words, nullable=False),
    Column("visitor", Words, comment="of that month: a case may see several"),
    Column("at", BigInteger, nullable=False),
    Column("type", Words, nullable=False),
    Column("impression", Words),
    Column("article", Words),
    Column("snapshot", Words),
    Column("reason", Words),
    Column("comment", Words, comment="masked"),
    Column("rating", Integer),
    Column("rejected", Words, comment="why it is kept but does not count"),
    Index(None, "case_id", "at"),
    Index(None, "at"),
    Index(None, "article", "at"),
    Index(None, "visitor", "at"),
    Index("ix_events_clicks", "impression", "case_id", **_where(IS_CLICK)),
    Index("ix_events_votes", "at", **_where(IS_VOTE)),
    Index("ix_events_ratings", "at", "rating", **_where("rating IS NOT NULL")),
    Index("ix_events_comments", "at", **_where("comment IS NOT NULL")),
    sqlite_autoincrement=True,
)

ONE_VOTE = Index(
    "ux_events_one_vote",
    events.c.case_id,
    events.c.article,
    events.c.snapshot,
    unique=True,
    **_where(f"{IS_VOTE} AND rejected IS NULL"),
)
"""One vote per case, article and revision, whoever writes it."""

readings = Table(
    "readings",
    metadata,
    Column("case_id", Words, primary_key=True),
    Column("article", Words, primary_key=True),
    Column("snapshot", Words, comment="newest in which it was read, if any is known"),
    Column("started", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("surface", Words, nullable=False),
    Column("lang", Words),
    Column("outcome", Words),
    Column("taken_back", Boolean, nullable=False),
    Column("own", Boolean, nullable=False, comment="the outcome is put down to this article"),
    Index(None, "article", "started"),
    Index("ix_readings_ended", "started", "article", "outcome", "own", "taken_back", "last"),
)
"""Which articles were read in a case, and how it ended: settled with the case, from its events."""

history = Table(
    "history",
    metadata,
    Column(
        "id", Words, primary_key=True, comment="digest of the row: importing twice adds nothing"
    ),
    Column("query", Words, nullable=False, comment="masked"),
    Column("article", Words, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("outcome", Words, nullable=False),
)

tickets = Table(
    "tickets",
    metadata,
    Column("id", Words, primary_key=True, comment="reference that people are told"),
    Column("digest", Words, nullable=False, comment="equal for a message that is sent twice"),
    Column("case_id", Words, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("email", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("subject", Words, nullable=False, comment="as sent, but for card numbers"),
    Column("message", Words, nullable=False, comment="as sent, but for card numbers"),
    Column("lang", Words, nullable=False),
    Column("page", Words, nullable=False),
    Column("product", Words, nullable=False),
    Column("plan", Words, nullable=False),
    Column("fields", JSON, nullable=False),
    Column("priority", Words, nullable=False),
    Column("queue", Words, nullable=False),
    Column("rule", Words, comment="name of the rule that matched"),
    Column("due", BigInteger, comment="when an answer was promised for"),
    Column("tried", JSON, nullable=False, comment="what the case says, when it was sent"),
    Index("ux_tickets_digest", "digest", unique=True),
    Index(None, "case_id"),
    Index(None, "at"),
)

attachments = Table(
    "attachments",
    metadata,
    Column("ticket_id", Words, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("name", Words, nullable=False),
    Column("media_type", Words, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Words, primary_key=True, comment="Message-ID or idempotency key"),
    Column("ticket_id", Words, nullable=False),
    Column("medium", Words, nullable=False),
    Column("target", Words, nullable=False),
    Column("state", Words, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("next_try", BigInteger, nullable=False),
    Column("lease", BigInteger, comment="until then nobody else sends it"),
    Column("claim", Words, comment="who is sending it"),
    Column("said", Words, comment="why the last try failed"),
    Column("done", BigInteger, comment="when it was delivered or parked"),
    Index(None, "ticket_id"),
    Index("ix_deliveries_waiting", "next_try", **_where("state = 'waiting'")),
)
"""The outbox: written with its ticket, in one transaction."""

kept = Table(
    "kept",
    metadata,
    Column("key", Words, primary_key=True, comment="what was counted, and over which period"),
    Column("made", BigInteger, nullable=False),
    Column("seconds", Float, nullable=False, comment="that counting took"),
    Column("asked", BigInteger, nullable=False, comment="when somebody last wanted it, roughly"),
    Column("data", JSON, nullable=False, comment="masked queries and comments may be in it"),
)
"""Finished figures, so that pages need not count; every purge empties it."""

revisions = Table(
    "revisions",
    metadata,
    Column("article", Words, primary_key=True),
    Column("snapshot", Words, primary_key=True),
    Column("revision", Words, nullable=False, comment="digest of what was written"),
    Column("commit", Words),
    Column("at", BigInteger, nullable=False),
)
"""A row where an article's text differs from the one in the snapshot before."""

users = Table(
    "users",
    metadata,
    Column("name", Words, primary_key=True),
    Column("password", Words, nullable=False, comment="argon2"),
    Column("created", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False, comment="the password"),
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("name", Words, nullable=False, comment="keyed digest: it may be a mistyped password"),
    Column("visitor", Words, nullable=False, comment="keyed digest of the address"),
    Column("at", BigInteger, nullable=False),
    Index(None, "name", "at"),
    Index(None, "visitor", "at"),
    Index(None, "at"),
    sqlite_autoincrement=True,
)

builds = Table(
    "builds",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("reason", Words, nullable=False, comment="what asked for it"),
    Column("asked", BigInteger, nullable=False),
    Column("state", Words, nullable=False),
    Column("started", BigInteger),
    Column("ended", BigInteger),
    Column("commit", Words),
    Column("snapshot", Words),
    Column("log", Words, nullable=False, comment="the end of what it printed"),
    Column("lease", BigInteger, comment="until then nobody else builds"),
    Column("claim", Words, comment="who is building"),
    Column("untold", JSON, comment="addresses that have not heard of the failure yet"),
    Index("ux_builds_one_waiting", "state", unique=True, **_where("state = 'waiting'")),
    sqlite_autoincrement=True,
)
"""One builds, and at most one waits: whoever asks meanwhile gets that one."""

hook_calls = Table(
    "hook_calls",
    metadata,
    Column("id", Words, primary_key=True, comment="as the git host named it"),
    Column("at", BigInteger, nullable=False),
    Index(None, "at"),
)
"""Calls that were taken: a host may send one again, and so may somebody who listened."""
