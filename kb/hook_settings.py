"""Who may say that the repository was pushed to, and who hears how the build ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, SecretStr

from kb.push_hooks import Host
from kb.wording import Settings

SHORTEST_SECRET = 16  # characters


def _long_enough(value: SecretStr) -> SecretStr:
    if 0 < len(value.get_secret_value()) < SHORTEST_SECRET:
        raise ValueError(f"at least {SHORTEST_SECRET} characters expected")
    return value


Secret = Annotated[SecretStr, AfterValidator(_long_enough)]


class Hooks(Settings):
    """The secret that each host signs with; a host without one is refused: ``[git.hooks]``."""

    github: Secret = SecretStr("")
    gitlab: Secret = SecretStr("")
    gitea: Secret = SecretStr("")
    forgejo: Secret = SecretStr("")
    bitbucket: Secret = SecretStr("")

    @property
    def secrets(self) -> Mapping[Host, str]:
        """Secret by host."""
        return {
            "github": self.github.get_secret_value(),
            "gitlab": self.gitlab.get_secret_value(),
            "gitea": self.gitea.get_secret_value(),
            "forgejo": self.forgejo.get_secret_value(),
            "bitbucket": self.bitbucket.get_secret_value(),
        }


class Status(Settings):
    """Where commits are marked as published or failed: ``[git.status]``."""

    host: Host | None = None
    """Whose API it is; None: commits are not marked."""
    api: str = ""
    """The API's address, where it is not the usual one of the repository's host."""
    token: SecretStr = SecretStr("")
