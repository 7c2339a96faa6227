"""Who has not heard yet that a build failed: the mail server may have been away."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Step forward; the way back is a backup."""
    comment = "addresses that have not heard of the failure yet"
    op.add_column("builds", sa.Column("untold", sa.JSON(), comment=comment))
