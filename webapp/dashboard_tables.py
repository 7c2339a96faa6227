"""Every table of the dashboard, as a page shows it and as a spreadsheet gets it.

One description serves both, so an export never says anything else than the page it came from. In a
spreadsheet a share is five columns, because its sample and its interval must not get lost there.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from kb.figures import Difference, Share

Kind = Literal[
    "text", "words", "number", "share", "change", "estimate", "day", "moment", "instant", "when"
]
"""``instant`` is a moment with its seconds, ``when`` a link that is called by a moment."""
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Without it Excel takes UTF-8 for the alphabet of the country it was bought in."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How a cell begins that a spreadsheet would work out, and send what it read to anybody
(https://owasp.org/www-community/attacks/CSV_Injection)."""
_INNER_FORMULA = re.compile(r"([;|\t\r\n][\s\"]*+)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")
"""The same where a spreadsheet of another country, which splits at semicolons, begins a cell."""


@dataclass(frozen=True, slots=True)
class Link:
    """Text that leads somewhere on the page, and a ``note`` after it.

    In a spreadsheet it is text: ``exported``, where that says more.
    """

    text: str
    href: str = ""
    note: str = ""
    exported: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value from 0 to 1 with its interval, and the sample behind it in words."""

    value: float
    low: float
    high: float
    sample: str


Value = str | int | float | Link | Share | Difference | Estimate | dt.datetime | None


@dataclass(frozen=True, slots=True)
class Column:
    """``sort`` is what an address calls the order by it; ``more_is_good`` colours changes.

    ``is_shown``: not only in a spreadsheet.
    """

    name: str
    title: str
    kind: Kind = "text"
    sort: str = ""
    more_is_good: bool = True
    is_shown: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """``name`` is the export's; the first column heads its row; ``empty`` says what will appear."""

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    empty: str = ""
    sorted_by: str = ""


def as_csv(table: Table) -> str:
    """The table for a spreadsheet: RFC 4180, with a byte order mark, times in UTC."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([name for column in table.columns for name in _names(column)])
    for row in table.rows:
        writer.writerow(_cells(table.columns, row))
    return BOM + out.getvalue()


def defused(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    inner = _INNER_FORMULA.sub(r"\1'", text)
    return f"'{inner}" if text.lstrip(" ").startswith(_FORMULA) else inner


def _names(column: Column) -> tuple[str, ...]:
    parts: tuple[str, ...]
    if column.kind == "share":
        parts = ("count", "total", "share", "low", "high")
    elif column.kind in {"change", "estimate"}:
        parts = ("value", "low", "high")
    else:
        return (column.name,)
    return tuple(f"{column.name}_{part}" for part in parts)


def _cells(columns: Iterable[Column], row: Iterable[Value]) -> Iterator[object]:
    for column, value in zip(columns, row, strict=True):
        cells = tuple(_plain(value))
        yield from cells if len(cells) == len(_names(column)) else ("",) * len(_names(column))


def _plain(value: Value) -> Iterator[object]:
    if isinstance(value, Share):
        yield from (value.count, value.total, value.share, value.low, value.high)
    elif isinstance(value, Difference | Estimate):
        yield from (value.value, value.low, value.high)
    elif isinstance(value, Link):
        yield defused(value.exported or value.text)
    elif isinstance(value, dt.datetime):
        yield f"{value:%Y-%m-%d %H:%M:%S}"
    elif isinstance(value, str):
        yield defused(value)
    else:
        yield value
