"""Who may say that the repository was pushed to, and who hears how the build ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlsplit

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


def _api(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise ValueError("an address that starts with https:// expected")
    return value.rstrip("/")


class Status(Settings):
    """Where commits are marked as published or failed: ``[git.status]``."""

    host: Host | None = None
    """Whose API it is; None: commits are not marked."""
    api: Annotated[str, AfterValidator(_api)] = ""
    """The API's address, where it is not the usual one of the repository's host."""
    token: SecretStr = SecretStr("")


def host_and_name(repo: str) -> tuple[str, str]:
    """Host and name (``acme/help``) of a repository's address, as https or ssh write it.

    A path of this machine has no host.
    """
    try:
        parts = urlsplit(repo if "://" in repo else _as_url(repo))
    except ValueError:  # whose words quote what may be a password
        return "", ""
    return parts.hostname or "", parts.path.strip("/").removesuffix(".git")


def _as_url(repo: str) -> str:
    """``git@example.com:acme/help.git`` in full; a path has no host, and stays."""
    host, colon, path = repo.partition(":")
    return f"ssh://{host}/{path}" if colon and "/" not in host else repo
