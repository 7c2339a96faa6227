"""What became of the old content's articles: redirected, moved, unchanged, or gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cached_property

from indexer.snapshot import Snapshot
from kb.articles import Article

KNOWN = 0.5
"""Share of the old articles that must be there still: else it is another help centre."""


class Fates:
    """The old content's articles in the new one; all names are those of the side they speak of."""

    def __init__(self, old: Snapshot, new: Snapshot) -> None:
        self._old, self._new = old, new
        self._paths = {article.path: name for name, article in _named(new).items()}
        counts = Counter(new.texts.values())
        self._texts = {text: name for name, text in new.texts.items() if counts[text] == 1}

    @cached_property
    def names(self) -> Mapping[str, str]:
        """New name by old name of every article that is there still, whatever its address."""
        found = {name: self._name_now(name, article) for name, article in _named(self._old).items()}
        return {name: now for name, now in found.items() if now is not None}

    @property
    def same_site(self) -> bool:
        """Whether both sides are versions of one help centre."""
        return len(self.names) >= KNOWN * len(self._old.articles)

    def gone(self) -> list[tuple[Article, str | None]]:
        """Articles whose old address leads nowhere, and the new name of what it was."""
        return [
            (article, self._moved(name, article))
            for name, article in _named(self._old).items()
            if self._new.named(name) is None
        ]

    def known(self, name: str) -> str:
        """The new name of an article, from any that a judgement may use."""
        row = self._old.named(name)
        if row is not None:
            name = _name(self._old, row)
            return self.names.get(name, name)
        row = self._new.named(name)
        return name if row is None else _name(self._new, row)

    def _name_now(self, name: str, article: Article) -> str | None:
        row = self._new.named(name)
        return self._moved(name, article) if row is None else _name(self._new, row)

    def _moved(self, name: str, article: Article) -> str | None:
        """The article of the same file, or else the only one of the same text."""
        return self._paths.get(article.path) or self._texts.get(self._old.texts.get(name, ""))


def _named(snapshot: Snapshot) -> dict[str, Article]:
    return {article.name(snapshot.manifest.site_lang): article for article in snapshot.articles}


def _name(snapshot: Snapshot, row: int) -> str:
    return snapshot.articles[row].name(snapshot.manifest.site_lang)
