"""What a case came to, finished figures, texts of articles, and who may see them."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_CLICK = (
    "impression IS NOT NULL AND rejected IS NULL"
    " AND type IN ('open', 'read', 'resolved', 'not_resolved')"
)
_VOTE = "type IN ('resolved', 'not_resolved', 'suggestion_resolved')"
_FACTS = ("searched", "opened", "read", "form", "suggestion_opened", "suggestion_resolved")


def upgrade() -> None:
    """Step forward; the way back is a backup."""
    _extend_cases()
    _count_hits()
    _index_events()
    _create_readings()
    _create_kept()
    _create_revisions()
    _create_users()
    _create_sign_in_failures()


def _extend_cases() -> None:
    """Every case is settled again, which fills the new columns."""
    with op.batch_alter_table("cases", recreate=_recreate()) as batch:
        for column in _case_columns():
            batch.add_column(column)
    op.execute("UPDATE cases SET settled = NULL")
    op.create_index("ix_cases_article_started", "cases", ["article", "started"])
    op.create_index("ix_cases_demo", "cases", ["started"], **_where("substr(id, 1, 5) = 'demo-'"))


def _case_columns() -> list[sa.Column[Any]]:
    facts: dict[str, sa.Column[Any]] = {
        name: sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.text("false"))
        for name in _FACTS
    }
    first_offer = "when suggestions first were, or would have been, shown"
    return [
        sa.Column("lang", sa.Text(), comment="of its first list"),
        sa.Column("article", sa.Text(), comment="the one that its outcome is put down to"),
        facts["searched"],
        facts["opened"],
        facts["read"],
        facts["form"],
        sa.Column("offered", sa.BigInteger(), comment=first_offer),
        facts["suggestion_opened"],
        facts["suggestion_resolved"],
        sa.Column("sent", sa.BigInteger(), comment="when the last ticket was"),
    ]


def _count_hits() -> None:
    with op.batch_alter_table("impressions", recreate="never") as batch:
        batch.add_column(sa.Column("hits", sa.Integer(), comment="how many articles"))
    op.execute("UPDATE impressions SET hits = json_array_length(articles)")
    with op.batch_alter_table("impressions", recreate=_recreate()) as batch:
        batch.alter_column("hits", nullable=False)
    op.create_index("ix_impressions_memory", "impressions", ["at"], **_where("memory IS NOT NULL"))
    no_draft = _where("surface <> 'suggest'")
    op.create_index("ix_impressions_query", "impressions", ["query", "at"], **no_draft)


def _index_events() -> None:
    op.drop_index("ix_events_article_type", "events")
    op.create_index("ix_events_article_at", "events", ["article", "at"])
    clicked = ["impression", "case_id"]
    op.create_index("ix_events_clicks", "events", clicked, **_where(_CLICK))
    op.create_index("ix_events_votes", "events", ["at"], **_where(_VOTE))
    rated, commented = _where("rating IS NOT NULL"), _where("comment IS NOT NULL")
    op.create_index("ix_events_ratings", "events", ["at", "rating"], **rated)
    op.create_index("ix_events_comments", "events", ["at"], **commented)


def _create_readings() -> None:
    newest = "newest in which it was read, if any is known"
    own = "the outcome is put down to this article"
    op.create_table(
        "readings",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("snapshot", sa.Text(), comment=newest),
        sa.Column("started", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("surface", sa.Text(), nullable=False),
        sa.Column("lang", sa.Text()),
        sa.Column("outcome", sa.Text()),
        sa.Column("taken_back", sa.Boolean(), nullable=False),
        sa.Column("own", sa.Boolean(), nullable=False, comment=own),
        sa.PrimaryKeyConstraint("case_id", "article", name="pk_readings"),
    )
    op.create_index("ix_readings_article_started", "readings", ["article", "started"])
    ended = ["started", "article", "outcome", "own", "taken_back", "last"]
    op.create_index("ix_readings_ended", "readings", ended)


def _create_kept() -> None:
    what, asked = "what was counted, and over which period", "when somebody last wanted it, roughly"
    masked = "masked queries and comments may be in it"
    op.create_table(
        "kept",
        sa.Column("key", sa.Text(), nullable=False, comment=what),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False, comment="that counting took"),
        sa.Column("asked", sa.BigInteger(), nullable=False, comment=asked),
        sa.Column("data", sa.JSON(), nullable=False, comment=masked),
        sa.PrimaryKeyConstraint("key", name="pk_kept"),
    )


def _create_revisions() -> None:
    op.create_table(
        "revisions",
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("revision", sa.Text(), nullable=False, comment="digest of what was written"),
        sa.Column("commit", sa.Text()),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("article", "snapshot", name="pk_revisions"),
    )


def _create_users() -> None:
    op.create_table(
        "users",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=False, comment="argon2"),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False, comment="the password"),
        sa.PrimaryKeyConstraint("name", name="pk_users"),
    )


def _create_sign_in_failures() -> None:
    digest = "keyed digest: it may be a mistyped password"
    op.create_table(
        "sign_in_failures",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment=digest),
        sa.Column("visitor", sa.Text(), nullable=False, comment="keyed digest of the address"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_failures"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sign_in_failures_name_at", "sign_in_failures", ["name", "at"])
    op.create_index("ix_sign_in_failures_visitor_at", "sign_in_failures", ["visitor", "at"])
    op.create_index("ix_sign_in_failures_at", "sign_in_failures", ["at"])


def _recreate() -> Literal["always", "never"]:
    """SQLite copies a table to change it; PostgreSQL changes it where it is."""
    return "always" if op.get_bind().dialect.name == "sqlite" else "never"


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
