"""Whoosh's own searcher on the very index that our postings are compiled from.

    python -m bench.whoosh_searcher INDEX PASSAGES QUERIES

The same analysis, boosts and parameters: our postings give the same scores. Our keyword search also
corrects spelling and knows operators.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from whoosh import index, scoring
from whoosh.query import Or, Term

from bench.measured import PASSAGES, measure_searches, read_passages, say
from indexer.analysis import analyse
from indexer.postings import BM25F, FIELDS

LANGUAGE = "en"


def main(folder: Path, passages: Path, queries: Path) -> None:
    """Ask all queries of the index."""
    known, parameters = read_passages(passages), BM25F()
    weighting = scoring.BM25F(B=parameters.b, K1=parameters.k1)
    with index.open_dir(str(folder), readonly=True).searcher(weighting=weighting) as searcher:

        def ranked(query: str) -> list[str]:
            terms = dict.fromkeys(analyse(query, LANGUAGE))
            parts = [Term(f, term, boost=parameters.boost(f)) for f in FIELDS for term in terms]
            return known.ranked(hit.docnum for hit in searcher.search(Or(parts), limit=PASSAGES))

        say(measure_searches(ranked, json.loads(queries.read_text(encoding="utf-8"))))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
