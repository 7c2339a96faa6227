"""One server and one browser for all tests here."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lamp_site import publish_lamps
from playwright.sync_api import Browser, Page, sync_playwright

from browser.serving import SITE, running
from browser.watching import OpenPage, Watched
from kb.config import Config
from webapp import create_app

CHROMIUM = os.environ.get("KB_TEST_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"


@pytest.fixture(scope="session")
def lamps(models: Path) -> Path:
    """A data folder with a small help centre; read it only."""
    return publish_lamps(models)


@pytest.fixture(scope="session")
def site(lamps: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running portal."""
    database = f"sqlite:///{tmp_path_factory.mktemp('site')}/kb.db"
    with running(create_app(Config(data=lamps, site=SITE, database_url=database))) as address:
        yield address


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests."""
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[OpenPage]:
    """Open an address in a context of its own; at the end, nothing may have gone wrong."""
    watched, contexts = Watched(), []

    def opened(address: str, **options: Any) -> Page:
        context = chromium.new_context(reduced_motion="reduce", **options)
        contexts.append(context)
        page = context.new_page()
        watched.follow(page)
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert watched.wrong == []
