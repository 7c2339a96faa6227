"""A preview in a real browser: what is saved in an editor is there without a hand on the page."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import Silence, write_site
from playwright.sync_api import expect

from browser.serving import running
from browser.watching import PATIENCE_MS, OpenPage, violations
from indexer.preview import own_settings
from indexer.rendering import Limits
from kb.config import Config
from webapp.preview import create_preview
from webapp.preview_following import Follower
from webapp.previewing import Previewing

LONG = "\n\n".join(f"Paragraph {number}." for number in range(80))
DRAFT = "---\ndraft: true\n---\n# Gift cards\n\n![](gone.png)\n\nNot ready.\n"
INVOICES = "# Invoices\n\nEvery month.\n"
ARTICLES = {
    "refunds.md": f"# Refunds\n\nMoney comes back.\n\n{LONG}\n",
    "invoices.md": INVOICES,
    "returns.md": "# Returns\n\nWithin a month.\n",
    "vouchers.md": DRAFT.replace("Gift cards", "Vouchers"),
    "draft.md": DRAFT,
}
"""Enough for each test to change one of its own."""
BROKEN = "---\ntitle: [Invoices\n---\n\nText.\n"


@dataclass(frozen=True)
class Desk:
    """A running preview and the folder that it follows."""

    address: str
    folder: Path
    previewing: Previewing

    def save(self, path: str, text: str) -> None:
        (self.folder / path).write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Iterator[Desk]:
    place = tmp_path_factory.mktemp("preview")
    folder, data = write_site(place / "articles", ARTICLES), place / "data"
    data.mkdir()
    (data / "models").symlink_to(models)
    settings = own_settings(Config(data=data))
    previewing = Previewing(folder, settings)
    follower = Follower(previewing, Limits())
    previewing.build(Silence())
    app = create_preview(settings, previewing, f"sqlite:///{place}/none.db")
    with running(app) as address, follower.following():
        yield Desk(address, folder, previewing)


@pytest.fixture
def broken(desk: Desk) -> Iterator[Desk]:
    """One of the articles cannot be read until the test ends."""
    desk.save("invoices.md", BROKEN)
    yield desk
    version = desk.previewing.version
    desk.save("invoices.md", INVOICES)
    while desk.previewing.errors:
        version = desk.previewing.wait(version, PATIENCE_MS / 1000)


def test_what_is_saved_is_shown_by_itself_at_the_same_place(
    desk: Desk, open_page: OpenPage, capsys: pytest.CaptureFixture[str]
) -> None:
    page = open_page(f"{desk.address}/articles/refunds")
    page.evaluate("scrollTo(0, 600)")
    began = time.monotonic()
    desk.save("refunds.md", ARTICLES["refunds.md"].replace("Paragraph 20", "Saved just now"))
    expect(page.get_by_text("Saved just now")).to_be_visible()
    with capsys.disabled():
        sys.stdout.write(f"\nsaved to shown: {time.monotonic() - began:.2f} s\n")
    expect(page.locator("html")).to_have_js_property("scrollTop", 600)


def test_a_page_that_would_be_the_same_is_left_alone(desk: Desk, open_page: OpenPage) -> None:
    names = ("returns", "vouchers")
    page, other = (open_page(f"{desk.address}/articles/{name}") for name in names)
    page.evaluate("window.before = true")
    desk.save("vouchers.md", "---\ndraft: true\n---\n# Vouchers\n\nReady.\n")
    expect(other.get_by_role("main").get_by_text("Ready.")).to_be_visible()
    assert page.evaluate("window.before")


def test_an_error_comes_and_goes_by_itself(desk: Desk, open_page: OpenPage) -> None:
    page = open_page(f"{desk.address}/articles/invoices")
    panel = page.get_by_role("complementary", name="Errors")
    expect(panel).to_have_count(0)
    desk.save("invoices.md", BROKEN)
    expect(panel).to_contain_text("invoices.md:")
    expect(panel.locator("mark")).to_be_visible()
    expect(panel).to_be_in_viewport()
    assert violations(page) == ""
    desk.save("invoices.md", INVOICES)
    expect(panel).to_have_count(0)


def test_a_new_article_appears_in_the_lists_by_itself(desk: Desk, open_page: OpenPage) -> None:
    page = open_page(f"{desk.address}/categories/")
    desk.save("warranty.md", "# Warranty\n\nTwo years.\n")
    expect(page.get_by_role("link", name="Warranty")).to_be_visible()


def test_findings_stay_folded_out(desk: Desk, open_page: OpenPage) -> None:
    page = open_page(f"{desk.address}/articles/draft")
    bar = page.get_by_role("complementary", name="Preview")
    expect(bar.get_by_text("Draft", exact=True)).to_be_visible()
    bar.get_by_text("to mend in this file").click()
    expect(bar.get_by_text("draft.md:6").first).to_be_visible()
    desk.save("draft.md", DRAFT.replace("Not ready", "Soon"))
    expect(page.get_by_role("main").get_by_text("Soon.")).to_be_visible()
    expect(bar.get_by_text("draft.md:6").first).to_be_visible()


def test_nobody_is_kept_out_and_nothing_scrolls_sideways(broken: Desk, open_page: OpenPage) -> None:
    page = open_page(f"{broken.address}/articles/draft", color_scheme="light")
    expect(page.get_by_role("complementary", name="Errors")).to_be_visible()
    page.get_by_text("to mend in this file").click()
    assert violations(page) == ""
    page.emulate_media(color_scheme="dark")
    assert violations(page) == ""
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
