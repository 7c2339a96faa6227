"""The dashboard's table of builds: whether what was pushed is live."""

from __future__ import annotations

from collections.abc import Iterable

from kb.builds import Build
from webapp.dashboard_tables import Column, Table


def builds_table(found: Iterable[Build]) -> Table:
    """Builds that a push or a schedule asked for."""
    columns = (
        Column("asked", "Asked for", "moment"),
        Column("reason", "By"),
        Column("state", "State"),
        Column("seconds", "Seconds", "number"),
        Column("commit", "Commit"),
        Column("snapshot", "Snapshot"),
    )
    made = (
        (
            one.asked,
            one.reason,
            one.state,
            round((one.ended - one.started).total_seconds()) if one.ended and one.started else None,
            (one.commit or "")[:12],
            one.snapshot or "",
        )
        for one in found
    )
    empty = (
        "Builds appear here once a git host calls, or `kb watch` looks: see `[git]` in `kb.toml`."
        " What is published with `kb publish` is live at once and needs none."
    )
    return Table("builds", "The last builds", columns, tuple(made), empty)
