"""Every error a user can meet, so that one place decides wording, exit code and HTTP status.

::

    KBError                     exit 1
     +-- ContentError           exit 1   articles that cannot be published, all findings at once
     +-- ConfigError            exit 2   a setting that makes no sense
     +-- UnavailableError       exit 3   something needed is not there (now)
          +-- BusyError                  another publisher holds the lock
          +-- NoSnapshotError            nothing has been published yet
          +-- DamagedSnapshotError       a file is not what its manifest says
          +-- ModelError                 the embedding model cannot be had
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

Level = Literal["error", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a writer should know about one place in one file."""

    path: str
    line: int
    what: str
    remedy: str
    level: Level = "note"

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what} ({self.remedy})"


class KBError(Exception):
    """Anything the user can mend; its text says what, where and how."""

    exit_code: ClassVar[int] = 1


class ContentError(KBError):
    """Articles that cannot be published: every finding, not only the first."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


class ConfigError(KBError):
    """A setting that makes no sense."""

    exit_code = 2


class UnavailableError(KBError):
    """Something that is needed is not there, or not now."""

    exit_code = 3


class BusyError(UnavailableError):
    """Another publisher holds the lock."""


class NoSnapshotError(UnavailableError):
    """Nothing has been published yet."""


class DamagedSnapshotError(UnavailableError):
    """A file of a snapshot is not what its manifest says."""


class ModelError(UnavailableError):
    """The embedding model cannot be had, or is not the one that was expected."""
