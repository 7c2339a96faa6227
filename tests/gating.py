"""A small shop before and after an edit, and the questions that its customers ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from checking import TODAY
from conftest import SHOP, Silence, write_site

from indexer.source import Content, read_folder
from kb.config import Config, Site
from search.inspection import Inspected, Wanted, inspect
from search.judged import Judged
from search.judgements import JudgedQuery, JudgedSet

SITE = Site(languages=("es", "zh"))
QUESTIONS = {
    "print the label for a return": "orders/returns",
    "when is the money paid back after a return": "orders/returns",
    "how do I get a label for the parcel": "orders/returns",
    "parcel rests at customs": "orders/tracking",
    "follow my parcel": "orders/tracking",
    "error E-4711": "account/password",
    "forgotten password": "account/password",
    "delete my account": "account/close",
}


def judged(questions: Mapping[str, str] = QUESTIONS, asked: int = 5) -> Judged:
    """Questions with one answer each; ``asked`` is how often each article is asked for."""
    queries = tuple(JudgedQuery(id=text, text=text) for text in questions)
    judgements = {text: {slug: 1.0} for text, slug in questions.items()}
    return Judged((JudgedSet(queries, judgements),), dict.fromkeys(questions.values(), asked))


@dataclass(frozen=True, slots=True)
class Edit:
    """The shop in two versions, in folders of their own."""

    folder: Path
    data: Path

    def content(self, name: str, files: Mapping[str, str | None]) -> Content:
        """The shop with some files replaced, or removed where None stands."""
        kept = {path: text for path, text in {**SHOP, **files}.items() if text is not None}
        return read_folder(write_site(self.folder / name, kept), SITE, self.config.limits)

    @property
    def config(self) -> Config:
        return Config(data=self.data, site=SITE)

    def inspected(
        self, files: Mapping[str, str | None], asked: Judged, tolerance: float = 0.01
    ) -> Inspected:
        """What is said of an edit."""
        old, new = self.content("old", {}), self.content("new", files)
        return inspect(new, self.config, Wanted(asked, tolerance, TODAY, against=old), Silence())
