"""The run as Markdown tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.figures import HTTP, OURS, TXTAI, Compared, Run, SetFigures
from bench.publishing import Published

NOTHING = "–"


def as_markdown(run: Run) -> str:
    """All tables, ready for a document."""
    parts = (
        run.machine,
        _table(SYSTEMS, [row for one in run.sets for row in _systems(one)]),
        _table(RATIOS, [_ratios(one) for one in run.sets]),
        _table(DIFFERENCES, list(map(_difference, run.compared))),
        _whole_process(run),
    )
    return "\n\n".join(parts) + "\n"


SYSTEMS = (
    "set",
    "system",
    "p50 ms",
    "p95 ms",
    "nDCG@10",
    "passages/s indexed",
    "start s",
    "memory MB",
)
RATIOS = (
    "set",
    "passages",
    "p50: txtai / kb",
    "indexed: kb / txtai",
    "first publish s",
    "one article edited, publish s",
    "second / first",
    "web worker MB",
)
DIFFERENCES = ("nDCG@10: kb minus", "over", "difference", "95 % interval", "p")


def _systems(one: SetFigures) -> Iterator[Sequence[str]]:
    for row in one.rows:
        yield (
            one.name,
            row.system,
            _number(row.p50, 2),
            _number(row.p95, 2),
            _number(row.ndcg_10, 3),
            _number(row.indexed_a_second, 0),
            _number(row.start, 2),
            _number(row.memory, 0),
        )


def _ratios(one: SetFigures) -> Sequence[str]:
    ours, txtai, http = one.row(OURS), one.row(TXTAI), one.row(HTTP)
    publishes = one.publishes
    return (
        one.name,
        f"{publishes.first.passages:,}",
        _ratio(txtai.p50, ours.p50),
        _ratio(ours.indexed_a_second, txtai.indexed_a_second),
        _publish(publishes.first, publishes.first_wall),
        _publish(publishes.second, publishes.second_wall),
        f"{publishes.second_wall / publishes.first_wall:.3f}",
        _number(http.memory, 0),
    )


def _publish(published: Published, wall: float) -> str:
    """The whole process, and its steps."""
    steps = ", ".join(f"{name} {seconds:.1f}" for name, seconds in published.steps.items())
    return f"{wall:.1f} ({steps.lower()}; {published.encoded:,} texts encoded)"


def _difference(compared: Compared) -> Sequence[str]:
    found = compared.difference
    interval = f"{found.low:+.4f} to {found.high:+.4f}"
    return compared.other, compared.over, f"{found.mean:+.4f}", interval, f"{found.p:.4f}"


def _whole_process(run: Run) -> str:
    whole = run.whole_process
    return (
        f'Whole process, median: `kb search "..."` {whole.kb_search:.2f} s, '
        f'`python -c "import sentence_transformers"` {whole.import_sentence_transformers:.2f} s.'
    )


def _number(value: float | None, digits: int) -> str:
    return NOTHING if value is None else f"{value:,.{digits}f}"


def _ratio(first: float | None, second: float | None) -> str:
    return f"{first / second:.1f}" if first and second else NOTHING


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Numbers to the right; the first column is a name."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *rows))
