"""Tickets, their attachments, and the outbox through which they leave."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_WAITING = sa.text("state = 'waiting'")
_AS_SENT = "as sent, but for card numbers"


def upgrade() -> None:
    """Step forward; the way back is a backup."""
    _create_tickets()
    _create_attachments()
    _create_deliveries()


def _create_tickets() -> None:
    op.create_table(
        "tickets",
        sa.Column("id", sa.Text(), nullable=False, comment="reference that people are told"),
        sa.Column(
            "digest", sa.Text(), nullable=False, comment="equal for a message that is sent twice"
        ),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False, comment=_AS_SENT),
        sa.Column("message", sa.Text(), nullable=False, comment=_AS_SENT),
        sa.Column("lang", sa.Text(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), comment="name of the rule that matched"),
        sa.Column("due", sa.BigInteger(), comment="when an answer was promised for"),
        sa.Column(
            "tried", sa.JSON(), nullable=False, comment="what the case says, when it was sent"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_tickets"),
    )
    op.create_index("ux_tickets_digest", "tickets", ["digest"], unique=True)
    op.create_index("ix_tickets_case_id", "tickets", ["case_id"])
    op.create_index("ix_tickets_at", "tickets", ["at"])


def _create_attachments() -> None:
    op.create_table(
        "attachments",
        sa.Column("ticket_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("ticket_id", "position", name="pk_attachments"),
    )


def _create_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Text(), nullable=False, comment="Message-ID or idempotency key"),
        sa.Column("ticket_id", sa.Text(), nullable=False),
        sa.Column("medium", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("next_try", sa.BigInteger(), nullable=False),
        sa.Column("lease", sa.BigInteger(), comment="until then nobody else sends it"),
        sa.Column("claim", sa.Text(), comment="who is sending it"),
        sa.Column("said", sa.Text(), comment="why the last try failed"),
        sa.Column("done", sa.BigInteger(), comment="when it was delivered or parked"),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_ticket_id", "deliveries", ["ticket_id"])
    op.create_index(
        "ix_deliveries_waiting",
        "deliveries",
        ["next_try"],
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )
