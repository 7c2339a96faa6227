"""The production server as a process of its own: it starts, says where, answers and stops."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote, urlsplit

import pytest
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]
from lamp_site import publish_lamps

from webapp.server import Worker

ROOT = Path(__file__).parents[1]
PATIENCE = 120.0
"""Seconds: the slowest machine is quicker, and who waits for ever fails."""
START = """
from kb.config import Config, Site
from kb.cli.listening import listening
from webapp.server import Answering, serve

config = Config(site=Site(base_url="https://example.com/help"))
with listening("127.0.0.1", 0) as listener:
    serve(config, Answering(listener, workers=2, threads=2, patience=3))
"""


@pytest.fixture
def data(models: Path, tmp_path: Path) -> Path:
    """A data folder of its own with something published."""
    folder = tmp_path / "data"
    shutil.copytree(publish_lamps(models), folder, symlinks=True)
    for name in folder.glob("kb.db*"):
        name.unlink()
    return folder


@pytest.fixture
def server(data: Path) -> Iterator[subprocess.Popen[str]]:
    environment = os.environ | {"KB_DATA": str(data), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", START], env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.kill()


def address_of(server: subprocess.Popen[str]) -> str:
    """Where it listens, once it does."""
    assert server.stderr
    said = server.stderr.readline()
    assert said.startswith("Serving on http://127.0.0.1:")
    return said.split()[2]


def stopped(server: subprocess.Popen[str]) -> str:
    """What it wrote until it stopped when told."""
    assert server.stderr
    server.send_signal(signal.SIGTERM)
    assert server.wait() == 0
    return server.stderr.read()


def test_the_server_says_where_it_is_answers_and_stops_when_told(
    server: subprocess.Popen[str],
) -> None:
    address = address_of(server)
    assert address.endswith("/help/")
    with urllib.request.urlopen(f"{address}search?q=refund") as answer:
        assert "/help/articles/refund-times" in answer.read().decode()
    assert stopped(server) == "", "a worker must end as quietly as it served"


def test_a_logo_that_is_missing_is_one_line_before_an_address_is_told(data: Path) -> None:
    settings = {"KB_DATA": str(data), "KB_SITE__LOGO": "nope.svg", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "kb", "serve", "--port", "0"]
    ended = subprocess.run(
        command, env=os.environ | settings, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    (line,) = ended.stderr.splitlines()
    assert line.startswith("Error: setting 'site.logo': nope.svg: no such file (")


def test_workers_count_together_and_write_down_what_they_noted_before_they_stop(
    server: subprocess.Popen[str], data: Path
) -> None:
    address = address_of(server)
    for number in range(40):
        headers = {"User-Agent": "Firefox/150"}
        asked = urllib.request.Request(f"{address}search?q=refund+{number}", headers=headers)
        with urllib.request.urlopen(asked) as answer:
            assert "data-impression" in answer.read().decode()
    with urllib.request.urlopen(f"{address}metrics") as answer:
        figures = answer.read().decode()
    assert 'kb_searches_total{hits="some",mode="hybrid",surface="portal"} 40.0' in figures
    assert len(list(data.glob("metrics.*"))) == 1
    assert stopped(server) == ""
    assert list(data.glob("metrics.*")) == []
    connection = sqlite3.connect(data / "kb.db")
    assert connection.execute("SELECT count(*) FROM impressions").fetchone() == (40,)
    connection.close()


def test_no_log_names_what_was_searched_or_who_asked(server: subprocess.Popen[str]) -> None:
    address = urlsplit(address_of(server))
    secret = "jane.doe@example.com 4111 1111 1111 1111"
    assert address.port
    path = f"/help/search?q={quote(secret)}"
    for line in (
        f"GET {path} HTTP/7.7",
        f"G\tT {path} HTTP/1.1",
        f"GET {path}{'x' * 9000} HTTP/1.1",
    ):
        with socket.create_connection(("127.0.0.1", address.port)) as raw:
            raw.sendall(f"{line}\r\nHost: a\r\n\r\n".encode())
            raw.recv(1000)
    connection = http.client.HTTPConnection("127.0.0.1", address.port)
    connection.request("POST", path, headers={"Referer": path, "X-Forwarded-For": "8.8.8.8"})
    assert connection.getresponse().status == 405
    connection.close()
    logged = stopped(server)
    for told in ("jane", "4111", "127.0.0.1", "8.8.8.8", "q="):
        assert told not in logged


def test_clients_that_fall_silent_keep_nobody_waiting_and_slow_ones_are_heard_out(
    server: subprocess.Popen[str],
) -> None:
    address = urlsplit(address_of(server))
    assert address.port
    here = ("127.0.0.1", address.port)
    begun = b"POST /help/api/v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n"
    silent = [socket.create_connection(here) for _ in range(6)]
    for number, one in enumerate(silent):
        one.sendall(begun if number % 2 else begun + b"\r\n{")
    with urllib.request.urlopen(f"{address.geturl()}healthz", timeout=PATIENCE) as answer:
        assert answer.status == 200
    for one in silent:
        one.settimeout(PATIENCE)
        assert b"200 OK" not in one.recv(1000), "nothing was asked"
        one.close()
    body = b'{"type": "no such event"}'
    answers = [posted(here, body, pause) for pause in (0, 0.5)]
    assert answers[0] == answers[1], "half a second between two bytes is no silence"
    assert stopped(server) == "", "no traceback for each of them"


def test_who_does_not_hang_up_has_the_answer_and_is_not_waited_for_any_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours, client = socket.socketpair()

    def answered(*_: object) -> bool:
        ours.sendall(b"the answer")
        return False

    monkeypatch.setattr(ThreadWorker, "handle", answered)
    with ours, client:
        assert Worker.handle(Worker.__new__(Worker), SimpleNamespace(sock=ours)) is False
        assert client.recv(100) == b"the answer"
        assert client.recv(100) == b""
        ours.setblocking(False)
        assert ours.recv(100) == b"", "the thread that accepts would wait for this"


def posted(here: tuple[str, int], body: bytes, pause: float) -> int:
    """Status of the answer to a body that comes in pieces, seconds apart."""
    connection = http.client.HTTPConnection(*here)
    pieces = [body[start : start + 2] for start in range(0, len(body), 2)]

    def sent() -> Iterator[bytes]:
        for piece in pieces:
            time.sleep(pause)
            yield piece

    headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    connection.request("POST", "/help/api/v1/events", sent(), headers)
    status = connection.getresponse().status
    connection.close()
    return status
