"""Whether what answered a question is still said, where the article's title still matches it.

An article whose steps were cut out is still found by its title, so ranks alone do not show the
loss. Here the changed articles' texts are compared without titles and headings: the passage that
fitted the question best, and everything that is said in its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from indexer.encoder import FloatArray
from indexer.snapshot import Snapshot
from search.sides import Sides

SAME = 0.8
"""Cosine from which on a new passage says what the old one said: above it is an edit of it."""
UNREST = 0.02
"""Fall of the best fit that an edit of other sentences stays below: 95 % of those on firefox."""

Texts = Mapping[str, tuple[str, ...]]


class Answers:
    """The articles whose text changed, by their new name, before and after."""

    def __init__(self, sides: Sides, names: Mapping[str, str]) -> None:
        self._encoder = sides.new.encoder
        was, after = _texts(sides.old.snapshot), _texts(sides.new.snapshot)
        before = {names[name]: texts for name, texts in was.items() if name in names}
        changed = {name for name, texts in after.items() if before.get(name) != texts}
        self._before: Texts = {name: t for name, t in before.items() if name in changed}
        self._after: Texts = {name: after[name] for name in changed}
        self._vectors: dict[tuple[str, ...], FloatArray] = {}

    def unsaid(self, query: str, answer: str, shown: Sequence[str]) -> str | None:
        """The passage that answered, where neither the article nor a shown one says it any more.

        None also where another passage fits the question as well.
        """
        if self._encoder is None or answer not in self._before:
            return None
        asked, was = self._encoder.encode_query(query), self._of(self._before[answer])
        best = int((was @ asked).argmax())
        places = [name for name in dict.fromkeys((answer, *shown)) if name in self._after]
        now = np.concatenate([self._of(self._after[name]) for name in places])
        still_said = float((now @ was[best]).max()) >= SAME
        fell = float(was[best] @ asked) - float((now @ asked).max())
        return None if still_said or fell <= UNREST else self._before[answer][best]

    def _of(self, passages: tuple[str, ...]) -> FloatArray:
        """Vectors of an article's passages without title and headings, worked out once."""
        if passages not in self._vectors:
            assert self._encoder
            texts = [text or " " for text in passages]
            self._vectors[passages] = self._encoder.encode_passages(texts, lambda: None)
        return self._vectors[passages]


def _texts(snapshot: Snapshot) -> Texts:
    """The texts of each article's passages, by its name."""
    lang = snapshot.manifest.site_lang
    names = [article.name(lang) for article in snapshot.articles]
    ends = [*snapshot.first_passages[1:], snapshot.passage_count]
    return {
        name: tuple(snapshot.passage(row).text for row in range(int(first), int(end)))
        for name, first, end in zip(names, snapshot.first_passages, ends, strict=True)
    }
