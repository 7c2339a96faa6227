"""Imported history, row by row: what can be used, and why the rest cannot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

from kb.errors import Finding
from kb.events import PastOutcome

REMEDY = 'write {"query": "...", "article": "slug", "at": "2026-01-31", "outcome": "resolved"}'
LONGEST = 8_000
CLOCKS_DIFFER = dt.timedelta(days=1)

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def _with_zone(moment: dt.datetime) -> dt.datetime:
    """In UTC; a time to come would make all others old, as age counts from the newest."""
    try:
        known = moment.replace(tzinfo=moment.tzinfo or dt.UTC).astimezone(dt.UTC)
    except OverflowError:
        raise ValueError("is beyond the calendar") from None
    if known > dt.datetime.now(dt.UTC) + CLOCKS_DIFFER:
        raise ValueError("lies in the future")
    return known


class HistoryRow(BaseModel):
    """One past case; other keys are ignored. A time without a zone is UTC."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    query: Text
    article: Text
    at: Annotated[dt.datetime, AfterValidator(_with_zone)]
    outcome: PastOutcome


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A line with what it says, or what is wrong with it."""

    line: int
    row: HistoryRow | None
    finding: Finding | None


def read_history(lines: Iterable[str], path: str) -> Iterator[ReadRow]:
    """Read JSON lines; a blank one is passed over."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = HistoryRow.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            what = f"{'.'.join(map(str, first['loc']))} {first['msg']}".strip()
            yield ReadRow(number, None, Finding(path, number, what, REMEDY, "error"))
        else:
            yield ReadRow(number, row.model_copy(update={"query": row.query[:LONGEST]}), None)
