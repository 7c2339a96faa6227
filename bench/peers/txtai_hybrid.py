"""txtai's hybrid search as its documentation sets it up, with our model's files.

    python -m bench.peers.txtai_hybrid index MODEL PASSAGES INDEX MOST
    python -m bench.peers.txtai_hybrid search INDEX PASSAGES QUERIES

At most MOST passages are indexed, evenly spaced.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from txtai import Embeddings

from bench.measured import PASSAGES, Indexed, measure_searches, read_passages, say


def index(model: str, passages: Path, folder: Path, most: int) -> None:
    """Index the passages and save the index; loading the model is not counted."""
    texts = read_passages(passages).texts
    step = -(-len(texts) // most)
    chosen = texts[::step]
    embeddings = Embeddings(path=model, hybrid=True)
    embeddings.batchtransform(["warm up"])
    started = time.perf_counter()
    embeddings.index(chosen)
    embeddings.save(str(folder))
    say(Indexed(len(chosen), time.perf_counter() - started))


def search(folder: Path, passages: Path, queries: Path) -> None:
    """Ask all queries of the saved index."""
    embeddings = Embeddings()
    embeddings.load(str(folder))
    known = read_passages(passages)
    say(
        measure_searches(
            lambda query: known.ranked(row for row, _ in embeddings.search(query, PASSAGES)),
            json.loads(queries.read_text(encoding="utf-8")),
        )
    )


if __name__ == "__main__":
    if sys.argv[1] == "index":
        index(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]), int(sys.argv[5]))
    else:
        search(*map(Path, sys.argv[2:5]))
