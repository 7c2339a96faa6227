"""The tables. A change here needs a migration beside it.

Times are whole milliseconds since 1970, UTC: both databases compare and bucket them alike. Nothing
points at ``impressions`` by a foreign key: an impression is written in batches, and a vote that
comes before it must not wait.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Dialect,
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


cases = Table(
    "cases",
    metadata,
    Column("id", Words, primary_key=True),
    Column("started", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("surface", Words, nullable=False, comment="where it began"),
    Column("visitor", Words, comment="keyed digest of the address, another every day"),
    Column("holdout", Boolean, nullable=False),
    Column("plain", Boolean, nullable=False, comment="ranked without memory"),
    Column("outcome", Words, comment="null while it may still change or nothing can be said"),
    Column("outcome_at", BigInteger),
    Column("taken_back", Boolean, nullable=False, server_default=text("false")),
    Column("settled", BigInteger, comment="the `last` for which the outcome was worked out"),
    Index(None, "started"),
    Index(None, "last"),
    Index(
        "ix_cases_unsettled",
        "id",
        sqlite_where=text("settled IS NULL"),
        postgresql_where=text("settled IS NULL"),
    ),
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
    Index(None, "case_id", "at"),
    Index(None, "at"),
)

events = Table(
    "events",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("case_id", Words, nullable=False),
    Column("visitor", Words, comment="of that day: a case may see several"),
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
    Index(None, "article", "type"),
    Index(None, "visitor", "at"),
    sqlite_autoincrement=True,
)

ONE_VOTE = Index(
    "ux_events_one_vote",
    events.c.case_id,
    events.c.article,
    events.c.snapshot,
    unique=True,
    sqlite_where=text(
        "type IN ('resolved', 'not_resolved', 'suggestion_resolved') AND rejected IS NULL"
    ),
    postgresql_where=text(
        "type IN ('resolved', 'not_resolved', 'suggestion_resolved') AND rejected IS NULL"
    ),
)
"""One vote per case, article and revision, whoever writes it."""

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
    Index(
        "ix_deliveries_waiting",
        "next_try",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
)
"""The outbox: written with its ticket, in one transaction."""
