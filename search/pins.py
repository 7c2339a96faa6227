"""Queries for which a writer has said which article comes first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from indexer.analysis import analyse
from kb.articles import Article


@dataclass(frozen=True, slots=True)
class Pins:
    """Articles by the terms of their queries: word order and inflection do not count."""

    rows: Mapping[frozenset[str], tuple[int, ...]]

    @classmethod
    def of(cls, articles: Sequence[Article]) -> Pins:
        """The pins of all articles, whose position is their row."""
        rows: dict[frozenset[str], tuple[int, ...]] = {}
        for row, article in enumerate(articles):
            for query in article.pin:
                terms = frozenset(analyse(query, article.lang))
                rows[terms] = (*rows.get(terms, ()), row)
        return cls(rows)

    def find(self, text: str, languages: Sequence[str]) -> tuple[int, ...]:
        """Rows pinned to a query, read in any of the languages."""
        if not self.rows:
            return ()
        found = [self.rows.get(frozenset(analyse(text, lang)), ()) for lang in languages]
        return tuple(dict.fromkeys(row for rows in found for row in rows))
