"""Builds that a push or a schedule asks for, and the calls that were taken already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    """Step forward; the way back is a backup."""
    op.create_table(
        "builds",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, comment="what asked for it"),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started", sa.BigInteger()),
        sa.Column("ended", sa.BigInteger()),
        sa.Column("commit", sa.Text()),
        sa.Column("snapshot", sa.Text()),
        sa.Column("log", sa.Text(), nullable=False, comment="the end of what it printed"),
        sa.Column("lease", sa.BigInteger(), comment="until then nobody else builds"),
        sa.Column("claim", sa.Text(), comment="who is building"),
        sa.PrimaryKeyConstraint("id", name="pk_builds"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ux_builds_one_waiting",
        "builds",
        ["state"],
        unique=True,
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )
    op.create_table(
        "hook_calls",
        sa.Column("id", sa.Text(), nullable=False, comment="as the git host named it"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_hook_calls"),
    )
    op.create_index("ix_hook_calls_at", "hook_calls", ["at"])
