"""bm25s with its own tokenizer, English stop words and the Snowball stemmer, as it recommends.

python -m bench.peers.bm25 index PASSAGES INDEX
python -m bench.peers.bm25 search INDEX PASSAGES QUERIES
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import bm25s
import Stemmer  # type: ignore[import-not-found]  # installed in .venv-peers only

from bench.measured import PASSAGES, Indexed, measure_searches, read_passages, say


def index(passages: Path, folder: Path) -> None:
    """Tokenize and index the passages, and save the index."""
    texts = read_passages(passages).texts
    started = time.perf_counter()
    retriever = bm25s.BM25()
    retriever.index(_tokens(texts, Stemmer.Stemmer("english")), show_progress=False)
    retriever.save(folder)
    say(Indexed(len(texts), time.perf_counter() - started))


def search(folder: Path, passages: Path, queries: Path) -> None:
    """Ask all queries of the saved index."""
    retriever, stemmer = bm25s.BM25.load(folder), Stemmer.Stemmer("english")
    known = read_passages(passages)
    most = min(PASSAGES, len(known.texts))

    def ranked(query: str) -> list[str]:
        rows, scores = retriever.retrieve(_tokens([query], stemmer), k=most, show_progress=False)
        found = zip(rows[0], scores[0], strict=True)
        return known.ranked(int(row) for row, score in found if score > 0)

    say(measure_searches(ranked, json.loads(queries.read_text(encoding="utf-8"))))


def _tokens(texts: list[str], stemmer: Any) -> Any:
    return bm25s.tokenize(texts, stopwords="en", stemmer=stemmer, show_progress=False)


if __name__ == "__main__":
    if sys.argv[1] == "index":
        index(*map(Path, sys.argv[2:4]))
    else:
        search(*map(Path, sys.argv[2:5]))
