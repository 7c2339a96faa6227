"""What the dashboard calls things, and where each has its page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from webapp.dashboard_tables import Link

URL = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Places:
    """What articles are called, and where everything has its page."""

    titles: Mapping[str, str]
    url: URL

    def title(self, name: str) -> str:
        """An article's title; its name where it is no longer there."""
        return self.titles.get(name, name)

    def has(self, name: str, wanted: str) -> bool:
        """Whether an article's name or title has all of the words, or parts of words."""
        text = f"{name} {self.title(name)}".casefold()
        return all(word in text for word in wanted.casefold().split())

    def article(self, name: str | None, note: str = "") -> Link:
        """An article."""
        if name is None:
            return Link("")
        return Link(self.title(name), self.url("dashboard.article", name=name), note, name)

    def query(self, text: str) -> Link:
        """What somebody typed."""
        return Link(text, self.url("dashboard.query", q=text))

    def case(self, id_: str, text: str, note: str = "") -> Link:
        """One case."""
        return Link(text, self.url("dashboard.case", id_=id_), note, id_)
