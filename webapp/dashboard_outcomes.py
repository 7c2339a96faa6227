"""How cases ended, as columns: the same on every page that has them, and the table of a trend."""

from __future__ import annotations

from collections.abc import Iterable

from kb.figures import Outcomes, Point, Share
from webapp.dashboard_tables import Column, Table

HELPED = Column("helped", "Helped", "share", sort="helped")
FAILED = Column("failed", "Failed", "share", sort="failed", more_is_good=False)
CONTACTED = Column("contacted", "Contacted", "share", sort="contacted", more_is_good=False)
OUTCOMES = (
    Column("resolved", "Resolved, by vote", "share"),
    Column("assumed", "Assumed", "share"),
    FAILED,
    CONTACTED,
)
"""What ``shares`` gives the values of."""


def trend_table(points: Iterable[Point], caption: str) -> Table:
    """How cases ended, step by step."""
    columns = (Column("since", "From", "day"), HELPED, *OUTCOMES)
    made = ((one.since, one.helped, *shares(one.outcomes)) for one in points)
    return Table("trend", caption, columns, tuple(made))


def shares(found: Outcomes) -> tuple[Share, Share, Share, Share]:
    """The values of ``OUTCOMES``."""
    return (found.resolved, found.assumed, found.failed, found.contacted)
