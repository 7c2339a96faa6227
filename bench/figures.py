"""What a run finds out, as it is printed and written to ``--json``."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from bench.bootstrap import Difference
from bench.publishing import Published

OURS = "kb, in process"
HTTP = "kb, over HTTP"
RRF = "kb's two signals, RRF"
WHOOSH = "Whoosh's searcher"
BM25S = "bm25s"
TXTAI = "txtai hybrid"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Row(_Frozen):
    """One system on one set; None where a figure does not apply or was not measured."""

    system: str
    p50: float | None = None
    """Milliseconds of a whole search, as is p95."""
    p95: float | None = None
    ndcg_10: float | None = None
    indexed_a_second: float | None = None
    """Passages, from text to an index on disk."""
    start: float | None = None
    """Seconds from the start of the process to its first answer."""
    memory: float | None = None
    """MB resident after the last query."""


class Publishes(_Frozen):
    """The first publish of a set, and the one after an edit of one article."""

    first: Published
    second: Published
    first_wall: float
    """Seconds of the whole process, as is ``second_wall``; the model was exported before."""
    second_wall: float


class SetFigures(_Frozen):
    """All systems on one set."""

    name: str
    queries: int
    judged: int
    publishes: Publishes
    rows: tuple[Row, ...]
    ndcg: Mapping[str, list[float]]
    """nDCG@10 of each judged query, by system; queries in the same order."""

    def row(self, system: str) -> Row:
        """The row of a system, without figures if it did not run."""
        return next((row for row in self.rows if row.system == system), Row(system=system))


class Compared(_Frozen):
    """Ours against another system: nDCG@10 over the queries of ``sets``."""

    other: str
    over: str
    difference: Difference


class WholeProcess(_Frozen):
    """Median wall seconds."""

    kb_search: float
    import_sentence_transformers: float


class Run(_Frozen):
    """Everything."""

    machine: str
    sets: tuple[SetFigures, ...]
    compared: tuple[Compared, ...]
    whole_process: WholeProcess
