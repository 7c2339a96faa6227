"""The words of the articles as people write them, for prefixes while typing and for spelling.

Terms of the index are stems (``instal``); a reader types words (``installing``), so each word
is kept with its terms and with the number of passages that hold it.
"""

from __future__ import annotations

import heapq
import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

FILE = "vocabulary.json"


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """Words, sorted, and in how many passages each occurs."""

    words: tuple[str, ...]
    passages: tuple[int, ...]

    @classmethod
    def of(cls, passages: Iterable[Iterable[str]]) -> Vocabulary:
        """Count the words of passages, each passage once."""
        counts = Counter(word for words in passages for word in set(words))
        ordered = sorted(counts)
        return cls(tuple(ordered), tuple(counts[word] for word in ordered))

    @classmethod
    def open(cls, folder: Path) -> Vocabulary:
        """Read what ``save`` wrote."""
        stored = json.loads((folder / FILE).read_bytes())
        return cls(tuple(stored["words"]), tuple(stored["passages"]))

    def save(self, folder: Path) -> None:
        """Write the words to a folder."""
        stored = {"words": self.words, "passages": self.passages}
        (folder / FILE).write_text(json.dumps(stored, ensure_ascii=False), encoding="utf-8")

    def frequency(self, word: str) -> int:
        """Passages that hold the word; 0 for an unknown one."""
        row = bisect_left(self.words, word)
        known = row < len(self.words) and self.words[row] == word
        return self.passages[row] if known else 0

    def __contains__(self, word: str) -> bool:
        return self.frequency(word) > 0

    def starting_with(self, prefix: str) -> Sequence[str]:
        """All words that start with prefix, sorted."""
        start, end = self._range(prefix)
        return self.words[start:end]

    def commonest(self, prefix: str, most: int) -> Sequence[str]:
        """The commonest words that start with prefix, at most ``most``, commonest first."""
        start, end = self._range(prefix)
        rows = heapq.nsmallest(most, range(start, end), key=lambda row: -self.passages[row])
        return [self.words[row] for row in rows]

    def _range(self, prefix: str) -> tuple[int, int]:
        start = bisect_left(self.words, prefix)
        return start, bisect_left(self.words, prefix + "\U0010ffff", start)
