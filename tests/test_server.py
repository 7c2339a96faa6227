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
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from lamp_site import publish_lamps

ROOT = Path(__file__).parents[1]
START = """
from kb.config import Config, Site
from kb.cli.listening import listening
from webapp.server import Answering, serve

config = Config(site=Site(base_url="https://example.com/help"))
with listening("127.0.0.1", 0) as listener:
    serve(config, Answering(listener, workers=2, threads=4))
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
