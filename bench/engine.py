"""Our engine, in process.

python -m bench.engine DATA QUERIES MODE LIMIT
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import cast

from bench.measured import measure_searches, say
from search.engine import Engine
from search.results import Mode, SearchRequest


def main(data: Path, queries: Path, mode: Mode, limit: int) -> None:
    """Ask all queries of the active snapshot."""
    engine = Engine.open(data)
    site_lang = engine.snapshot.manifest.site_lang

    def ranked(query: str) -> list[str]:
        result = engine.search(SearchRequest(query, mode=mode, limit=limit))
        if result.fallback:
            raise SystemExit(f"this would measure keyword search only: {result.fallback}")
        return [hit.article.name(site_lang) for hit in result.hits]

    say(measure_searches(ranked, json.loads(queries.read_text(encoding="utf-8"))))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), cast("Mode", sys.argv[3]), int(sys.argv[4]))
