"""The demonstration pages: there with ``--demo``, and nowhere without."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import urllib.request
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from lamp_site import publish_lamps

from kb.config import Config, Site
from webapp import create_app
from webapp.demo import PAGES, create_demo
from webapp.widget_files import SOURCES

every_page = pytest.mark.parametrize("name", [one.name for one in PAGES])
WEBHOOK = {"name": "desk", "url": "https://desk.example.com/", "secret": "s" * 16}


@pytest.fixture
def client(shop: Path) -> FlaskClient:
    return create_demo(Config(data=shop)).test_client()


@every_page
def test_a_help_centre_has_no_demonstration_unless_it_was_asked_for(shop: Path, name: str) -> None:
    client = create_app(Config(data=shop)).test_client()
    assert client.get(f"/demo/{name}").status_code == 404


@every_page
def test_every_page_loads_the_widget_and_says_what_it_is(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/demo/{name}")
    assert '<script async src="/widget.js" data-kb' in answer.text
    assert "Demonstration: nothing on this page is for sale" in answer.text
    assert answer.headers["X-Robots-Tag"] == "noindex"


@every_page
def test_every_page_can_be_seen_as_it_was_before_the_widget(client: FlaskClient, name: str) -> None:
    page = client.get(f"/demo/{name}?widget=off").text
    assert "widget.js" not in page
    assert "<kb-search" not in page


def test_the_list_leads_to_every_page_and_has_no_widget_itself(client: FlaskClient) -> None:
    page = client.get("/demo/").text
    assert [one.name for one in PAGES if f'href="/demo/{one.name}"' not in page] == []
    assert "widget.js" not in page


def test_the_list_says_whether_messages_reach_anybody(shop: Path, client: FlaskClient) -> None:
    assert "nobody would get the message" in client.get("/demo/").text
    config = Config.model_validate({"data": shop, "contact": {"webhooks": [WEBHOOK]}})
    assert "reaches the people" in create_demo(config).test_client().get("/demo/").text


def test_under_a_prefix_the_pages_load_the_widget_from_there(shop: Path) -> None:
    config = Config(data=shop, site=Site(base_url="https://example.com/help"))
    page = create_demo(config).test_client().get("/help/demo/shop").text
    assert 'src="/help/widget.js"' in page


def test_the_strict_page_allows_three_things_of_the_help_centre_and_no_more(
    client: FlaskClient,
) -> None:
    headers = client.get("/demo/strict").headers
    lines = headers["Content-Security-Policy"].split("; ")
    assert lines[0] == "default-src 'none'"
    assert [one.split()[0] for one in lines if "http://localhost" in one] == [
        "script-src",
        "connect-src",
        "frame-src",
    ]
    assert "require-trusted-types-for 'script'" in lines
    assert headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_every_command_has_a_line_and_a_button_that_runs_it(client: FlaskClient) -> None:
    page = client.get("/demo/commands").text
    lines = [unescape(one) for one in re.findall(r'onclick="([^"]+)"', page)]
    assert lines == [unescape(one) for one in re.findall(r"<code>(.+?)</code>", page)]
    types = (SOURCES / "widget.d.ts").read_text(encoding="utf-8")
    signatures = re.findall(r"\(command: ([^,)]+)", types)
    commands = {one for names in signatures for one in re.findall(r"\w+", names)}
    assert {re.sub(r'KB\("(\w+)".*', r"\1", one) for one in lines} == commands
    assert not [one for one in lines if '""' in one or "[]" in one], "these need articles"


def test_every_address_of_the_app_is_its_page(client: FlaskClient) -> None:
    assert "history.pushState" in client.get("/demo/app/refunds").text
    assert client.get("/demo/nothing").status_code == 404


def test_the_server_has_them_where_it_is_told_to(models: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(publish_lamps(models), data, symlinks=True)
    program = [sys.executable, "-m", "kb", "serve", "--demo", "--port", "0"]
    environment = os.environ | {"KB_DATA": str(data)}
    with subprocess.Popen(program, env=environment, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr
        address = server.stderr.readline().split()[2]
        with urllib.request.urlopen(f"{address}demo/shop") as answer:
            assert "widget.js" in answer.read().decode()
        server.terminate()
        server.communicate()
