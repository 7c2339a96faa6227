"""The questions a help centre is judged by: its writers' own, and those of resolved cases."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kb.events import Resolution
from search.judgements import QUERIES, JudgedQuery, JudgedSet, Reading, read_what_is_judged
from search.learning import MOST_TRIED, NEWEST
from search.query import clean


@dataclass(frozen=True, slots=True)
class Judged:
    """Questions with their answers; ``asked`` is how often an article, by name, was an answer.

    ``own`` are those that the writers themselves keep, where they do.
    """

    sets: tuple[JudgedSet, ...]
    asked: Mapping[str, int]
    own: Reading | None = None

    @property
    def queries(self) -> list[tuple[JudgedQuery, Mapping[str, float]]]:
        """Each question that has an answer, and its answers."""
        return [
            (query, judged.judgements[query.id])
            for judged in self.sets
            for query in judged.queries
            if query.id in judged.judgements and clean(query.text)
        ]


def collect(own: Path | None, resolutions: Sequence[Resolution]) -> Judged:
    """Both kinds; ``own`` is a folder with queries.jsonl and qrels.tsv, where there is one.

    Of the cases the newest fifth asks, as where a memory is tried; all of them count for how much
    an article is asked.
    """
    written = _written(own)
    sets = [written.judged] if written else []
    good = sorted((one for one in resolutions if one.weight > 0), key=lambda one: one.at)
    asked = Counter(name for one in sets for names in one.judgements.values() for name in names)
    asked.update(name for name, _ in {(one.article, one.source) for one in good})
    newest = _newest(good)
    return Judged((*sets, newest) if newest.queries else tuple(sets), asked, written)


def _written(folder: Path | None) -> Reading | None:
    """What the writers themselves ask, where they ask anything."""
    if folder is None or not (folder / QUERIES).is_file():
        return None
    return read_what_is_judged(folder)


def _newest(good: Sequence[Resolution]) -> JudgedSet:
    """Each wording of the newest cases with the articles that resolved it."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for one in good[len(good) - int(NEWEST * len(good)) :]:
        found[one.query][one.article] = 1.0
    texts = list(found)[-MOST_TRIED:]
    return JudgedSet(tuple(JudgedQuery(id=text, text=text) for text in texts), found)
