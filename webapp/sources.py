"""From an article's page to its file in git, for readers who write; and who wrote it."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.snapshot import Snapshot
from kb.git_settings import Git, filled


@dataclass(frozen=True, slots=True)
class Source:
    """Where an article's file can be edited and how it came to be; empty where it is not said."""

    edit: str
    history: str
    authors: tuple[str, ...]

    def __bool__(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.edit or self.history or self.authors)


def source_of(snapshot: Snapshot, row: int, settings: Git) -> Source:
    """What the page of an article says of its file."""
    about, path = snapshot.manifest, snapshot.articles[row].path
    whole = f"{about.folder}/{path}" if about.folder else path
    edit, history = (
        filled(template, whole, about.commit, about.ref or settings.ref)
        for template in (settings.edit_url, settings.history_url)
    )
    return Source(edit, history, snapshot.past(row).authors if settings.authors else ())
