"""Where findings are, for who reads them: paths from the repository's root, not the articles'.

Code hosts show a finding beside its line only where its path is the repository's own.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from kb.check_rules import Flaw


def prefix_of(folder: Path, here: Path) -> str:
    """The articles' folder as its repository names it; outside git, as seen from ``here``."""
    place = folder.resolve()
    root = next((one for one in (place, *place.parents) if (one / ".git").exists()), here)
    path = Path(os.path.relpath(place, root.resolve())).as_posix()
    return folder.as_posix() if path.startswith("../") or path == ".." else path


def placed(flaws: Sequence[Flaw], prefix: str) -> tuple[Flaw, ...]:
    """The same findings with paths that begin at the repository's root."""

    def path(written: str) -> str:
        return posixpath.normpath(posixpath.join(prefix, written))

    return tuple(
        replace(
            flaw,
            path=path(flaw.path),
            quotes=tuple(replace(one, path=path(one.path)) for one in flaw.quotes),
        )
        for flaw in flaws
    )
