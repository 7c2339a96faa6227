"""Cases, what was shown and done in them, and imported history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_UNSETTLED = sa.text("settled IS NULL")
_COUNTED_VOTE = sa.text(
    "type IN ('resolved', 'not_resolved', 'suggestion_resolved') AND rejected IS NULL"
)


def upgrade() -> None:
    """Step forward; the way back is a backup."""
    _create_cases()
    _create_impressions()
    _create_events()
    _create_history()


def _create_cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("started", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("surface", sa.Text(), nullable=False, comment="where it began"),
        sa.Column("visitor", sa.Text(), comment="keyed digest of the address, another every month"),
        sa.Column("holdout", sa.Boolean(), nullable=False),
        sa.Column("plain", sa.Boolean(), nullable=False, comment="ranked without memory"),
        sa.Column(
            "outcome", sa.Text(), comment="null while it may still change or nothing can be said"
        ),
        sa.Column("outcome_at", sa.BigInteger()),
        sa.Column("taken_back", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column(
            "settled", sa.BigInteger(), comment="the `last` for which the outcome was worked out"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
    )
    op.create_index("ix_cases_started", "cases", ["started"])
    op.create_index("ix_cases_last", "cases", ["last"])
    op.create_index(
        "ix_cases_unsettled",
        "cases",
        ["id"],
        sqlite_where=_UNSETTLED,
        postgresql_where=_UNSETTLED,
    )


def _create_impressions() -> None:
    op.create_table(
        "impressions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("surface", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False, comment="masked"),
        sa.Column("lang", sa.Text(), nullable=False),
        sa.Column("product", sa.Text()),
        sa.Column("articles", sa.JSON(), nullable=False, comment="names by rank"),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("recipe", sa.Text()),
        sa.Column("memory", sa.Text()),
        sa.Column("typing", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_impressions"),
    )
    op.create_index("ix_impressions_case_id_at", "impressions", ["case_id", "at"])
    op.create_index("ix_impressions_at", "impressions", ["at"])


def _create_events() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("visitor", sa.Text(), comment="of that month: a case may see several"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("impression", sa.Text()),
        sa.Column("article", sa.Text()),
        sa.Column("snapshot", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("comment", sa.Text(), comment="masked"),
        sa.Column("rating", sa.Integer()),
        sa.Column("rejected", sa.Text(), comment="why it is kept but does not count"),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_events_case_id_at", "events", ["case_id", "at"])
    op.create_index("ix_events_at", "events", ["at"])
    op.create_index("ix_events_article_type", "events", ["article", "type"])
    op.create_index("ix_events_visitor_at", "events", ["visitor", "at"])
    op.create_index(
        "ux_events_one_vote",
        "events",
        ["case_id", "article", "snapshot"],
        unique=True,
        sqlite_where=_COUNTED_VOTE,
        postgresql_where=_COUNTED_VOTE,
    )


def _create_history() -> None:
    op.create_table(
        "history",
        sa.Column(
            "id",
            sa.Text(),
            nullable=False,
            comment="digest of the row: importing twice adds nothing",
        ),
        sa.Column("query", sa.Text(), nullable=False, comment="masked"),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_history"),
    )
