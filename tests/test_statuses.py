"""Commits are marked through the API of each git host, here a real server that takes notes."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from kb.delivery.sending import SendingError
from kb.delivery.statuses import LONGEST_TEXT, CommitStatus, mark_commit
from kb.git_settings import Git

COMMIT = "1" * 40
FAILED = CommitStatus(COMMIT, good=False, said="a.md:3: not UTF-8", link="https://help.example")


@dataclass
class GitHost:
    """Calls as they came; ``answer`` is the status of every answer."""

    url: str
    answer: int = 201
    calls: list[tuple[str, dict[str, str], dict[str, Any]]] = field(default_factory=list)


@pytest.fixture
def git_host() -> Iterator[GitHost]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            host.calls.append((self.path, dict(self.headers), json.loads(body)))
            self.send_response(host.answer)
            self.end_headers()
            self.wfile.write(b"as you say")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    host = GitHost(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield host
    server.shutdown()
    thread.join()
    server.server_close()


def settings(host: str, api: str, repo: str = "https://git.example/acme/help.git") -> Git:
    return Git.model_validate(
        {"repo": repo, "status": {"host": host, "api": api, "token": "t0ken"}}
    )


@dataclass(frozen=True)
class Told:
    """How a host is told: where, how a failure is called, and how the token is shown."""

    path: str
    state: str
    header: tuple[str, str]


IN_ITS_WAY = {
    "github": Told(
        f"/repos/acme/help/statuses/{COMMIT}", "failure", ("Authorization", "Bearer t0ken")
    ),
    "gitea": Told(
        f"/api/v1/repos/acme/help/statuses/{COMMIT}", "failure", ("Authorization", "token t0ken")
    ),
    "gitlab": Told(
        f"/api/v4/projects/acme%2Fhelp/statuses/{COMMIT}", "failed", ("PRIVATE-TOKEN", "t0ken")
    ),
    "bitbucket": Told(
        f"/repositories/acme/help/commit/{COMMIT}/statuses/build",
        "FAILED",
        ("Authorization", "Bearer t0ken"),
    ),
}
IN_ITS_WAY["forgejo"] = IN_ITS_WAY["gitea"]
ADDRESSES = ["https://git.example/acme/help.git", "git@git.example:acme/help.git"]


@pytest.mark.parametrize("host", IN_ITS_WAY)
@pytest.mark.parametrize("repo", ADDRESSES)
def test_each_host_is_told_in_its_own_way(git_host: GitHost, host: str, repo: str) -> None:
    mark_commit(FAILED, settings(host, git_host.url, repo))
    told, ((called, headers, body),) = IN_ITS_WAY[host], git_host.calls
    assert (called, body["state"], body["description"]) == (told.path, told.state, FAILED.said)
    assert headers[told.header[0]] == told.header[1]
    assert FAILED.link in body.values()


def test_a_long_reason_is_cut_to_what_hosts_take(git_host: GitHost) -> None:
    mark_commit(CommitStatus(COMMIT, True, "x" * 500), settings("github", git_host.url))
    ((_, _, body),) = git_host.calls
    assert len(body["description"]) == LONGEST_TEXT
    assert "target_url" not in body


def test_bitbucket_is_never_told_without_the_address_that_it_demands(git_host: GitHost) -> None:
    mark_commit(CommitStatus(COMMIT, True, "Published"), settings("bitbucket", git_host.url))
    ((_, _, body),) = git_host.calls
    assert body["url"] == "https://bitbucket.org/acme/help"


@pytest.mark.parametrize(
    "repo",
    ["", "/srv/git/help.git", "help", "./a:b", "file:///srv/help.git", "https://a:hunter2@[::1/x"],
)
def test_commits_are_marked_only_in_a_repository_that_is_at_a_host(
    git_host: GitHost, repo: str
) -> None:
    mark_commit(FAILED, settings("github", git_host.url, repo))
    assert git_host.calls == []


@pytest.mark.parametrize("api", ["ftp://x", "git.example/api", "https://", "/api"])
def test_an_api_that_cannot_be_called_is_refused(api: str) -> None:
    with pytest.raises(ValueError, match="https://"):
        settings("github", api)


def test_an_api_may_end_with_a_slash() -> None:
    assert settings("gitea", "https://git.example/x/").status.api == "https://git.example/x"


def test_a_host_that_refuses_is_quoted_without_the_token(git_host: GitHost) -> None:
    git_host.answer = 403
    with pytest.raises(SendingError, match="403 as you say") as error:
        mark_commit(FAILED, settings("github", git_host.url))
    assert "t0ken" not in str(error.value)


def test_nobody_is_told_where_no_host_is_set(git_host: GitHost) -> None:
    address = {"repo": "https://git.example/acme/help.git", "status": {"api": git_host.url}}
    mark_commit(FAILED, Git.model_validate(address))
    assert git_host.calls == []
