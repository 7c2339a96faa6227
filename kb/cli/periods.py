"""The first day that a command's figures are about, refused where it can be none."""

from __future__ import annotations

import datetime as dt

import click

from kb.store.windows import EARLIEST


def first_moment(since: dt.datetime | None, usual_days: int, now: dt.datetime) -> dt.datetime:
    """Where the day that was asked for begins (UTC), or the usual days ago.

    UsageError where there is no case since then, or none before it to compare with.
    """
    if since is None:
        return now - dt.timedelta(days=usual_days)
    first = since.replace(tzinfo=dt.UTC)
    if first >= now:
        raise click.UsageError(f"--since {first:%Y-%m-%d} is in the future (name a day before now)")
    if first.date() < EARLIEST:
        raise click.UsageError(
            f"--since {first.date()} is before any case (name a day from {EARLIEST} on)"
        )
    return first
