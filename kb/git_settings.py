"""Where the articles live in git, and where a reader may edit them: ``[git]`` in kb.toml."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import quote

from pydantic import AfterValidator, SecretStr

from kb.delivery_settings import Email
from kb.hook_settings import Hooks, Status
from kb.wording import Settings

FIELDS = ("path", "commit", "ref")
FIELD = re.compile(r"\{([^{}]*)\}")


def _template(value: str) -> str:
    if value and not value.startswith(("https://", "http://")):
        raise ValueError("an address that starts with https:// expected")
    unknown = [field for field in FIELD.findall(value) if field not in FIELDS]
    if unknown:
        raise ValueError(f"{{{unknown[0]}}} stands for nothing; {{path}}, {{commit}}, {{ref}} do")
    return value


Template = Annotated[str, AfterValidator(_template)]
"""An address in which ``{path}``, ``{commit}`` and ``{ref}`` stand for an article's."""


class Git(Settings):
    """The repository to publish from; without ``repo`` a folder is published."""

    repo: str = ""
    """An address (https, ssh) or a path; without secrets."""
    ref: str = ""
    """Branch, tag or full commit id; empty for the repository's main branch."""
    path: str = ""
    """The articles' folder inside the repository; empty for the whole of it."""
    token: SecretStr = SecretStr("")
    edit_url: Template = ""
    history_url: Template = ""
    authors: bool = False
    """Whether an article's page names those who wrote it."""
    hooks: Hooks = Hooks()
    status: Status = Status()
    notify: tuple[Email, ...] = ()
    """Who is told by e-mail when a build fails."""


def filled(template: str, path: str, commit: str | None, ref: str | None) -> str:
    """The address of one article's file; empty where the template asks for what is not known."""
    known = {"path": path, "commit": commit or "", "ref": ref or ""}
    if not all(known[field] for field in FIELD.findall(template)):
        return ""
    return FIELD.sub(lambda field: quote(known[field[1]]), template)
