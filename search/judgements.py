"""Judged queries as writers keep them in two files beside their articles.

A line that cannot be read must hide neither the other lines nor whatever else is looked at; and a
line that names no question or no article would lower every figure without anybody seeing why.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from kb.errors import ContentError, Finding

QUERIES = "queries.jsonl"
QRELS = "qrels.tsv"
HEADER = "query-id"


class JudgedQuery(BaseModel):
    """A line of queries.jsonl; other keys are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    text: str
    text_long: str | None = None
    answerable: bool = True
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class JudgedSet:
    """Queries, and for some of them the score of each article that answers.

    ``lines``: where qrels.tsv says so, by query and article; empty for what is in no file.
    """

    queries: tuple[JudgedQuery, ...]
    judgements: Mapping[str, Mapping[str, float]]
    lines: Mapping[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """A judged set as far as it can be read; ``refused`` are the lines that are no use."""

    judged: JudgedSet
    refused: tuple[Finding, ...]


def read_judged_set(folder: Path) -> JudgedSet:
    """Read ``queries.jsonl`` and ``qrels.tsv``; ContentError names every line that is no use."""
    reading = read_what_is_judged(folder)
    if reading.refused:
        raise ContentError(reading.refused)
    return reading.judged


def read_what_is_judged(folder: Path) -> Reading:
    """Read both files without the lines that are no use."""
    refused: list[Finding] = []
    queries = tuple(_queries(folder / QUERIES, refused))
    judgements: dict[str, dict[str, float]] = {}
    lines = {}
    for number, query, name, score in _judgements(folder / QRELS, refused):
        judgements.setdefault(query, {})[name] = score
        lines[query, name] = number
    return Reading(JudgedSet(queries, judgements, lines), tuple(refused))


def unasked(judged: JudgedSet, folder: str) -> Iterator[Finding]:
    """A note for each line of qrels.tsv whose question there is not."""
    ids = {query.id for query in judged.queries}
    for (query, _), line in judged.lines.items():
        if query not in ids:
            what = f"no question has the id {query!r}"
            yield Finding(f"{folder}/{QRELS}", line, what, f"mend it, or add it to {QUERIES}")


def unanswered(judged: JudgedSet, names: Collection[str], folder: str) -> Iterator[Finding]:
    """A note for each line of qrels.tsv whose article is not among those that customers see."""
    for (_, name), line in judged.lines.items():
        if name not in names:
            what = f"customers see no article with the slug {name!r}"
            remedy = "write what stands after /articles/ in its address"
            yield Finding(f"{folder}/{QRELS}", line, what, remedy)


def _queries(path: Path, refused: list[Finding]) -> Iterator[JudgedQuery]:
    for number, line in _lines(path, refused):
        try:
            yield JudgedQuery.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            what = f"{'.'.join(map(str, first['loc']))} {first['msg']}".strip()
            remedy = 'write {"id": "...", "text": "..."}'
            refused.append(Finding(str(path), number, what, remedy, "error"))


def _judgements(path: Path, refused: list[Finding]) -> Iterator[tuple[int, str, str, float]]:
    """Line, query, article and score."""
    for row, (number, line) in enumerate(_lines(path, refused)):
        cells = line.split("\t")
        if row == 0 and cells[0] == HEADER:
            continue
        try:
            query, name, score = cells
            found = number, query, name, _finite(score)
        except ValueError:
            remedy = "write query-id, article's slug and score, separated by tabs"
            refused.append(
                Finding(str(path), number, f"{cells!r} is no judgement", remedy, "error")
            )
        else:
            yield found


def _finite(score: str) -> float:
    value = float(score)
    if not math.isfinite(value):
        raise ValueError(score)
    return value


def _lines(path: Path, refused: list[Finding]) -> Iterator[tuple[int, str]]:
    """The lines that hold anything, with their numbers."""
    try:
        data = path.read_bytes()
    except OSError as error:
        remedy = f"name a folder with {QUERIES} and {QRELS}"
        refused.append(Finding(str(path), 1, f"cannot be read: {error}", remedy, "error"))
        return
    for number, line in enumerate(data.splitlines(), 1):
        try:
            text = line.decode()
        except UnicodeDecodeError as error:
            what = f"byte 0x{line[error.start]:02x} is not UTF-8"
            refused.append(Finding(str(path), number, what, "save the file as UTF-8", "error"))
            continue
        if text.strip():
            yield number, text
