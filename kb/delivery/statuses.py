"""Commits are marked as published or failed where writers look: at their git host.

Each host has an API of its own for this; what is said is the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from kb.delivery.sending import SendingError
from kb.delivery.webhooks import post_json
from kb.git_settings import Git
from kb.hook_settings import host_and_name
from kb.push_hooks import Host

CONTEXT = "help centre"
LONGEST_TEXT = 140
"""GitHub's limit; the others take more."""
TIMEOUT_SECONDS = 20.0
_USUAL_API = {
    "github.com": "https://api.github.com",
    "bitbucket.org": "https://api.bitbucket.org/2.0",
}


@dataclass(frozen=True, slots=True)
class CommitStatus:
    """How a build of a commit ended, in a sentence, and where to read more."""

    commit: str
    good: bool
    said: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class _Request:
    """A call of an API: path below its address, what is posted, and how the token is shown."""

    path: str
    body: Mapping[str, str]
    header: tuple[str, str]


def mark_commit(status: CommitStatus, settings: Git) -> None:
    """Tell the host of the repository, if it is at one.

    SendingError with its answer where it would not hear it.
    """
    address, name = host_and_name(settings.repo)
    if settings.status.host is None or not (address and name):
        return
    token = settings.status.token.get_secret_value()
    request = _REQUESTS[settings.status.host](status, name, token)
    url = (settings.status.api or _USUAL_API.get(address) or f"https://{address}") + request.path
    body = {key: value for key, value in request.body.items() if value}
    answer, said = post_json(
        url, json.dumps(body).encode(), dict([request.header]), TIMEOUT_SECONDS
    )
    if not 200 <= answer < 300:
        raise SendingError(f"{url}: {answer} {said}".rstrip())


def _github(status: CommitStatus, name: str, token: str) -> _Request:
    path = f"/repos/{quote(name)}/statuses/{status.commit}"
    body = _said(status) | {"state": "success" if status.good else "failure", "context": CONTEXT}
    return _Request(path, body, ("Authorization", f"Bearer {token}"))


def _gitea(status: CommitStatus, name: str, token: str) -> _Request:
    github = _github(status, name, token)
    return _Request(f"/api/v1{github.path}", github.body, ("Authorization", f"token {token}"))


def _gitlab(status: CommitStatus, name: str, token: str) -> _Request:
    path = f"/api/v4/projects/{quote(name, safe='')}/statuses/{status.commit}"
    body = _said(status) | {"state": "success" if status.good else "failed", "name": CONTEXT}
    return _Request(path, body, ("PRIVATE-TOKEN", token))


def _bitbucket(status: CommitStatus, name: str, token: str) -> _Request:
    path = f"/repositories/{quote(name)}/commit/{status.commit}/statuses/build"
    body = {
        "key": "help-centre",
        "name": CONTEXT,
        "state": "SUCCESSFUL" if status.good else "FAILED",
        "description": _short(status.said),
        "url": status.link or f"https://bitbucket.org/{quote(name)}",  # it takes none without
    }
    return _Request(path, body, ("Authorization", f"Bearer {token}"))


_REQUESTS: Mapping[Host, Callable[[CommitStatus, str, str], _Request]] = {
    "github": _github,
    "gitea": _gitea,
    "forgejo": _gitea,
    "gitlab": _gitlab,
    "bitbucket": _bitbucket,
}


def _said(status: CommitStatus) -> dict[str, str]:
    return {"description": _short(status.said), "target_url": status.link}


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"
