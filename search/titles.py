"""The check before a snapshot is served: that each article is found by its own title."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from indexer.encoder import Encoder
from indexer.snapshot import Snapshot
from kb.errors import Finding
from search.engine import Engine
from search.results import SearchRequest


def check_titles(
    snapshot: Snapshot, encoder: Encoder | None, on_done: Callable[[], None]
) -> list[Finding]:
    """A note for each article that its own title does not find among the first ten.

    Another article of the same title will do.
    """
    engine = Engine(snapshot, encoder)

    def check(row: int) -> bool:
        found = _is_found(engine, row)
        on_done()
        return found

    with ThreadPoolExecutor(os.cpu_count()) as threads:
        found = list(threads.map(check, range(len(snapshot.articles))))
    return [_note(snapshot, row) for row, good in enumerate(found) if not good]


def _is_found(engine: Engine, row: int) -> bool:
    articles = engine.snapshot.articles
    title = articles[row].title
    request = SearchRequest(title, lang=articles[row].lang, correct=False)
    try:
        ranked = engine.rank(request, engine.title_vector(row))
    except ValueError:  # a title of nothing but invisible characters
        return False
    return any(articles[other].title == title for other in ranked.rows)


def _note(snapshot: Snapshot, row: int) -> Finding:
    article = snapshot.articles[row]
    what = f"searching for the title {article.title!r} does not find the article"
    return Finding(article.path, 1, what, "say in the text what the title says")
