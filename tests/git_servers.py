"""Real ways to a repository: git's own HTTP server on this machine, and a stand-in for ssh."""

from __future__ import annotations

import base64
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from repositories import CLEAN

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PASSED = ("REQUEST_METHOD", "QUERY_STRING", "CONTENT_TYPE", "CONTENT_LENGTH", "HTTP_GIT_PROTOCOL")
UNLIMITED = ["sh", "-c", "ulimit -S -d unlimited && exec git http-backend"]
"""A server is another machine: what its clients allow themselves is not its limit."""
SSH = """#!/bin/sh
printf '%s\\n' "$@" > {log}
for last in "$@"; do :; done
exec sh -c "$last"
"""


@dataclass
class GitServer:
    """``git http-backend`` behind WSGI; with a token, only for those who have it."""

    root: Path
    token: str = ""
    url: str = ""
    requests: list[str] = field(default_factory=list)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        self.requests.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
        if self.token and not self._known(environ.get("HTTP_AUTHORIZATION", "")):
            start_response("401 Unauthorized", [("WWW-Authenticate", 'Basic realm="git"')])
            return [b""]
        size = int(environ.get("CONTENT_LENGTH") or 0)
        ran = subprocess.run(
            UNLIMITED,
            input=environ["wsgi.input"].read(size),
            capture_output=True,
            env=self._environment(environ),
            check=True,
        )
        head, _, body = ran.stdout.partition(b"\r\n\r\n")
        pairs = (line.partition(": ")[::2] for line in head.decode().split("\r\n"))
        headers = dict(pairs)
        start_response(headers.pop("Status", "200 OK"), list(headers.items()))
        return [body]

    def _known(self, header: str) -> bool:
        return base64.b64decode(header.removeprefix("Basic ")).decode().endswith(f":{self.token}")

    def _environment(self, environ: WSGIEnvironment) -> dict[str, str]:
        return {
            **os.environ,
            **CLEAN,
            **{name: environ[name] for name in PASSED if environ.get(name)},
            "PATH_INFO": environ["PATH_INFO"],
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REMOTE_ADDR": "127.0.0.1",
        }


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def git_server(root: Path, token: str = "") -> Iterator[GitServer]:
    """Serve the repositories below a folder."""
    application = GitServer(root, token)
    with served(application) as application.url:
        yield application


@contextmanager
def served(application: WSGIApplication) -> Iterator[str]:
    """The address at which an application answers."""
    server: WSGIServer = make_server("127.0.0.1", 0, application, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def web_page() -> Iterator[str]:
    """The address of a server that answers everything with a page, as before one signs in."""

    def page(_: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [b"<!doctype html><title>Sign in</title>"]

    with served(page) as url:
        yield url


def write_ssh(folder: Path) -> Path:
    """A program called ssh that runs the command here; gives the file in which its words are."""
    folder.mkdir()
    log, program = folder / "said", folder / "ssh"
    program.write_text(SSH.format(log=log))
    program.chmod(0o755)
    return log
