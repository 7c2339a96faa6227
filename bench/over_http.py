"""Our search as a browser meets it: ``kb serve`` with one worker, over one open connection.

    python -m bench.over_http DATA QUERIES

``memory`` is the worker's, not this client's.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from bench.measured import ARTICLES, measure_searches, resident, say

KB = Path(sys.executable).with_name("kb")
ADDRESS = re.compile(r"http://([\d.]+):(\d+)")


@contextmanager
def serving(data: Path) -> Iterator[tuple[HTTPConnection, int]]:
    """A connection to a fresh server on a free port, and its worker's process id."""
    command = [str(KB), "serve", "--port", "0"]
    environment = {**os.environ, "KB_DATA": str(data)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            found = next(filter(None, map(ADDRESS.search, server.stderr)), None)
            if found is None:
                raise SystemExit("kb serve did not say its address (see its message above)")
            connection = HTTPConnection(found[1], int(found[2]), timeout=60)
            _get(connection, "/healthz")  # the worker is there once it has answered
            yield connection, _only_child(server.pid)
        finally:
            server.terminate()


def main(data: Path, queries: Path) -> None:
    """Ask all queries of the API."""
    with serving(data) as (connection, worker):

        def ranked(query: str) -> list[str]:
            parameters = urlencode({"q": query, "limit": ARTICLES})
            answer = json.loads(_get(connection, f"/api/v1/search?{parameters}"))
            if answer["fallback"]:
                raise SystemExit(f"this would measure keyword search only: {answer['fallback']}")
            return [hit["slug"] for hit in answer["hits"]]

        measured = measure_searches(ranked, json.loads(queries.read_text(encoding="utf-8")))
        say(replace(measured, memory=resident(worker)))


def _get(connection: HTTPConnection, path: str) -> bytes:
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise SystemExit(f"GET {path}: {answer.status} {body.decode(errors='replace')[:200]}")
    return body


def _only_child(process: int) -> int:
    children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii")
    (child,) = map(int, children.split())
    return child


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
