"""The production server as a process of its own: it starts, says where, answers and stops."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from lamp_site import publish_lamps

ROOT = Path(__file__).parents[1]
START = """
from kb.config import Config, Site
from webapp.server import serve

serve(Config(site=Site(base_url="https://example.com/help")), "127.0.0.1", 0, workers=2, threads=4)
"""


@pytest.fixture
def server(models: Path) -> Iterator[subprocess.Popen[str]]:
    environment = os.environ | {"KB_DATA": str(publish_lamps(models)), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", START], env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.kill()


def test_the_server_says_where_it_is_answers_and_stops_when_told(
    server: subprocess.Popen[str],
) -> None:
    assert server.stderr
    said = server.stderr.readline()
    assert said.startswith("Serving on http://127.0.0.1:")
    address = said.split()[2]
    assert address.endswith("/help/")
    with urllib.request.urlopen(f"{address}search?q=refund") as answer:
        assert "/help/articles/refund-times" in answer.read().decode()
    server.send_signal(signal.SIGTERM)
    assert server.wait() == 0
    assert server.stderr.read() == "", "a worker must end as quietly as it served"
