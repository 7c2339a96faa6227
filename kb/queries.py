"""When two queries are the same question: case and spacing do not matter.

Databases fold letters each in their own way, so it is done here.
"""

from __future__ import annotations

from collections import Counter


def same(query: str) -> str:
    """What is equal for queries that differ in nothing else."""
    return " ".join(query.casefold().split())


class Spellings:
    """How the same questions were typed, and how often each way."""

    def __init__(self) -> None:
        self._times: dict[str, Counter[str]] = {}
        self._keys: dict[str, str] = {}

    def add(self, query: str) -> str:
        """Count a spelling; what it has in common with the others of its question."""
        key = self._keys.get(query)
        if key is None:
            key = self._keys[query] = same(query)
            self._times.setdefault(key, Counter())
        self._times[key][query] += 1
        return key

    def usual(self, key: str) -> str:
        """The spelling that was typed most often, spacing aside."""
        times: Counter[str] = Counter()
        for query, number in self._times[key].items():
            times[" ".join(query.split())] += number
        return min(times, key=lambda one: (-times[one], one))
