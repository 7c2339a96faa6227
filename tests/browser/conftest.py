"""One server and one browser for all tests here."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lamp_site import publish_lamps
from playwright.sync_api import Browser, Page, expect, sync_playwright
from visiting import Centre, open_centre

from browser.attacking import Trap, Visit
from browser.hosts import Product, loader, page, product_site
from browser.serving import SITE, running
from browser.watching import PATIENCE_MS, OpenPage, Watched
from browser.widgeting import Help, helping
from kb.config import Config
from webapp import create_app
from webapp.demo import create_demo

LEAN = shutil.which("chromium-headless-shell")  # the same engine in half the processor time
CHROMIUM = os.environ.get("KB_TEST_CHROMIUM") or LEAN or "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-partial-raster"]  # a corner painted in parts is a shade off


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


@pytest.fixture
def centre(lamps: Path, tmp_path: Path) -> Centre:
    """A help centre of the test's own, which keeps what its visitors do."""
    return open_centre(lamps, tmp_path, SITE)


@pytest.fixture
def address(centre: Centre) -> Iterator[str]:
    """Where it answers."""
    with running(centre.app) as address:
        yield address


@pytest.fixture(scope="session")
def demo(lamps: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running portal with its demonstration pages."""
    database = f"sqlite:///{tmp_path_factory.mktemp('demo')}/kb.db"
    with running(create_demo(Config(data=lamps, site=SITE, database_url=database))) as address:
        yield address


@pytest.fixture(scope="session")
def help_centre(lamps: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Help]:
    """A help centre whose widget stands on the product's pages; in a good mood."""
    with helping(lamps, tmp_path_factory.mktemp("help")) as found:
        yield found


@pytest.fixture(scope="session")
def product() -> Iterator[Product]:
    """A product, on another origin than any help centre."""
    with product_site() as site:
        yield site


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


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


HURT = """
window.hurt = [];
addEventListener("error", (event) => hurt.push(event.message));
addEventListener("unhandledrejection", (event) => hurt.push(String(event.reason)));
"""


@pytest.fixture
def bare_tab(chromium: Browser) -> Iterator[Page]:
    """A page that may be refused things; what its scripts throw is in ``hurt``."""
    context = chromium.new_context(reduced_motion="reduce")
    context.add_init_script(HURT)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def liar(lamps: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Help]:
    """A help centre that answers whatever a test wants it to."""
    with helping(lamps, tmp_path_factory.mktemp("liar")) as found:
        yield found


@pytest.fixture
def trap(chromium: Browser) -> Iterator[Trap]:
    """A browser that notices what should not run."""
    found = Trap.set(chromium)
    yield found
    found.context.close()


@pytest.fixture
def visit(liar: Help, product: Product, trap: Trap) -> Visit:
    """Open a page with the widget of the help centre that lies."""

    def visited(policy: str = "", attributes: str = "", body: str = "") -> Page:
        liar.moody.mood = "well"
        tab = trap.context.new_page()
        html = page(loader(liar.address, attributes), body=body)
        tab.goto(product.shows(html, policy.format(liar.address)))
        expect(tab.locator("kb-widget")).to_be_attached()
        return tab

    return visited
