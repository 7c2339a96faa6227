"""The writers' dashboard in a real browser: sign in, read, filter, drill down, export, draft."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect
from stores import NOW
from traffic import simulate
from unanswered import GAP, GAPS
from visiting import open_centre

from browser.serving import SITE, proxied, running
from browser.watching import OpenPage, comes_true, violations
from kb import passwords
from kb.store import users
from webapp import dashboard_page
from webapp.dashboard_figures import Figures

GOOD = "three unrelated words"
PAGES = (
    "",
    "/articles?sort=-failed",
    "/articles/{article}?days=7",
    "/searches?only=without_clicks&days=7&page=99",
    "/searches/one?q={query}&days=7",
    "/gaps",
    "/gaps/g1",
    "/gaps/g1/draft",
    "/comments?days=7",
    "/builds",
    "/cases?measure=outcomes.failed&page=99",
    "/cases/{case}",
)
"""Lists of a week, and their last pages, where longer ones have only more rows."""
TABLES = """() => [...document.querySelectorAll(".table table")]
  .filter((one) => getComputedStyle(one).display !== "table").map((one) => one.caption.innerText)"""
"""Those that some style has taken apart, so that heads no longer stand above their columns."""
BESIDE = """() => {
  const list = document.querySelector(".gaps").getBoundingClientRect();
  return [...document.querySelectorAll(".gaps *")]
    .filter((one) => one.getBoundingClientRect().right > list.right + 1)
    .map((one) => one.innerText);
}"""
"""What of the gaps stands outside their list, where nobody sees it without scrolling sideways."""


@pytest.fixture(scope="module", autouse=True)
def _then() -> Iterator[None]:
    """It is the day of the simulated visits, and there is a gap."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dashboard_page, "now", lambda: NOW)
        patch.setattr(Figures, "gaps", lambda *_: GAPS)
        yield


@pytest.fixture(scope="module")
def address(lamps: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The dashboard of a help centre with visitors, into which Ana may go."""
    centre = open_centre(lamps, tmp_path_factory.mktemp("busy"), SITE)
    digest = passwords.hash_password(GOOD)
    recorder = centre.state.recorder
    recorder.work(lambda database: users.add_user(database, "ana", digest, NOW))
    recorder.work(lambda database: simulate(database, 2000))
    with running(centre.app) as address:
        yield f"{address}/dashboard"


def enter(page: Page) -> Page:
    page.get_by_label("Name").fill("ana")
    page.get_by_label("Password").fill(GOOD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()
    return page


@pytest.fixture(scope="module")
def inside(address: str, chromium: Browser) -> Iterator[StorageState]:
    """Ana's browser after she has signed in."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto(address)
    enter(page)
    yield context.storage_state()
    context.close()


def export(page: Page, name: str) -> list[list[str]]:
    """The file behind a table's link."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name=f"Download as CSV ({name})").click()
    with Path(waiting.value.path()).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_a_writer_signs_in_reads_filters_drills_down_and_exports(
    address: str, open_page: OpenPage
) -> None:
    page = open_page(address)
    assert violations(page) == ""
    enter(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("The last 28 days")
    page.locator(".chart canvas").wait_for()
    page.get_by_role("link", name="7 days").click()
    page.get_by_label("Where").select_option("Help centre")
    page.get_by_role("button", name="Apply").click()
    assert page.url == f"{address}?days=7&from=&to=&surface=portal&lang="
    expect(page.get_by_role("heading", level=1)).to_have_text("The last 7 days")
    counted = page.locator(".figure .sample").first.inner_text()
    page.locator(".figure").first.get_by_role("link", name="Helped").click()
    number = counted.split()[0]
    expect(page.locator(".told strong")).to_have_text(f"{number}\u00a0cases")
    rows = export(page, "Cases, newest first")
    assert len(rows) == int(number) + 1
    page.get_by_role("rowheader").first.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Case of")
    expect(page.get_by_role("table")).to_contain_text("Searched")


def test_an_article_is_drafted_from_a_gap(
    address: str, open_page: OpenPage, inside: StorageState
) -> None:
    may = ["clipboard-read", "clipboard-write"]
    page = open_page(address, storage_state=inside, permissions=may)
    page.get_by_role("link", name="works with matter?").click()
    page.get_by_role("link", name="Draft an article").click()
    text = page.get_by_label("Markdown").input_value()
    assert "works with matter?" in text
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == text
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download").click()
    assert waiting.value.suggested_filename == "works-with-matter.md"
    assert Path(waiting.value.path()).read_text(encoding="utf-8") == text


def test_gaps_are_read_at_every_width_without_scrolling_sideways(
    address: str, open_page: OpenPage, inside: StorageState, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = {"title": "Datenschutzgrundverordnung" * 8, "nearest": "bookmarks/passwords" * 8}
    alone = {"people": 1, "cases": 1, "cost": 1, "nearest": None, "missing": "nothing_near"}
    made = (GAP, *(GAP.model_copy(update=one) for one in (long, alone)))
    monkeypatch.setattr(Figures, "gaps", lambda *_: GAPS.model_copy(update={"gaps": made}))
    page = open_page(f"{address}/gaps", storage_state=inside)
    for width in (320, 375, 640, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(BESIDE) == [], width
        assert page.evaluate("document.documentElement.scrollWidth") == width
    first, _, last = page.locator(".gaps > li").all()
    expect(first).to_contain_text("7 people, 9 cases, 2 tickets sent")
    expect(first).to_contain_text("Last asked 4 May 2026")
    expect(first).to_contain_text("Nearest article: First steps with your lamp")
    expect(first).to_contain_text("It was read, but did not help")
    expect(last).to_contain_text("1 person, 1 case, 1 ticket sent")
    expect(last).to_contain_text("No article is near")
    expect(last).not_to_contain_text("Nearest article")
    assert len(export(page, "Questions that nothing answers")) == 1 + len(made)
    first.get_by_role("link", name="works with matter?").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("works with matter?")


def test_a_table_is_sorted_by_its_heads(
    address: str, open_page: OpenPage, inside: StorageState
) -> None:
    page = open_page(f"{address}/articles?days=90", storage_state=inside)
    page.get_by_role("link", name="Contacted").click()
    head = page.get_by_role("columnheader", name="Contacted")
    expect(head).to_have_attribute("aria-sort", "descending")
    page.get_by_role("link", name="Contacted").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    assert "days=90" in page.url


@pytest.mark.parametrize(("scheme", "width"), [("light", 320), ("dark", 1280)])
def test_every_page_is_for_everybody_and_fits(
    address: str, open_page: OpenPage, inside: StorageState, scheme: Any, width: int
) -> None:
    viewport = {"width": width, "height": 800}
    page = open_page(address, storage_state=inside, viewport=viewport, color_scheme=scheme)
    names = {
        "article": page.locator("a[href*='/articles/']").first.inner_text(),
        "query": page.locator("a[href*='q=']").first.inner_text(),
    }
    page.goto(f"{address}/cases")
    link = page.get_by_role("rowheader").first.get_by_role("link").get_attribute("href") or ""
    names["case"] = link.rpartition("/")[2].partition("?")[0]
    for path in PAGES:
        answer = page.goto(address + path.format(**names))
        assert answer
        assert answer.ok, path
        for closed in page.locator("details:not([open]) > summary").all():
            closed.click()
        assert violations(page) == "", path
        assert page.evaluate(TABLES) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") == width, path


def test_the_chart_follows_the_scheme_and_the_width(
    address: str, open_page: OpenPage, inside: StorageState
) -> None:
    viewport = {"width": 1200, "height": 800}
    page = open_page(address, storage_state=inside, viewport=viewport)
    canvas = page.locator(".chart canvas")
    canvas.wait_for()
    light, wide = canvas.evaluate("it => it.toDataURL()"), canvas.bounding_box()
    page.emulate_media(color_scheme="dark")
    comes_true(page, f"document.querySelector('.chart canvas')?.toDataURL() !== '{light}'")
    expect(canvas).to_have_count(1)
    page.set_viewport_size({"width": 500, "height": 800})
    comes_true(page, "document.querySelector('.chart canvas').clientWidth < 500")
    assert wide
    assert wide["width"] > 500


def test_everything_works_without_scripts(
    address: str, open_page: OpenPage, inside: StorageState
) -> None:
    page = open_page(address, storage_state=inside, java_script_enabled=False)
    page.get_by_text("The same as a table").click()
    expect(page.get_by_role("table").first).to_contain_text("22 Apr 2026")
    page.get_by_label("From").fill("2026-04-01")
    page.get_by_label("to", exact=True).fill("2026-04-07")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 Apr 2026 to 7 Apr 2026")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_keys_alone_are_enough(address: str, open_page: OpenPage) -> None:
    page = open_page(address)
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("ana")
    page.keyboard.press("Tab")
    page.keyboard.type(GOOD)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Sign out").wait_for()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="7 days")).to_be_focused()


def test_a_wrong_password_is_said_and_the_name_is_for_typing_again(
    address: str, open_page: OpenPage
) -> None:
    page = open_page(f"{address}/sign-in")
    page.get_by_label("Name").fill("ana")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("Name and password do not fit together.")
    assert violations(page) == ""


def test_a_new_site_looks_good(
    lamps: Path, open_page: OpenPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Figures, "gaps", lambda *_: None)
    centre = open_centre(lamps, tmp_path, SITE)
    with running(centre.app) as address:
        page = open_page(f"{address}/dashboard")
        expect(page.get_by_text("kb user add NAME")).to_be_visible()
        assert violations(page) == ""
        digest = passwords.hash_password(GOOD)
        centre.state.recorder.work(lambda database: users.add_user(database, "ana", digest, NOW))
        enter(page)
        for path in ("", "/articles", "/searches", "/gaps", "/comments"):
            page.goto(f"{address}/dashboard{path}")
            assert violations(page) == "", path


@pytest.mark.parametrize("strips", [True, False])
def test_it_works_under_a_path(
    lamps: Path, open_page: OpenPage, tmp_path: Path, strips: bool
) -> None:
    site = SITE.model_copy(update={"base_url": "http://127.0.0.1/help"})
    centre = open_centre(lamps, tmp_path, site)
    digest = passwords.hash_password(GOOD)
    centre.state.recorder.work(lambda database: users.add_user(database, "ana", digest, NOW))
    with running(centre.app) as upstream, proxied(upstream, "/help", strips) as address:
        page = enter(open_page(f"{address}/dashboard/articles?days=7"))
        assert page.url == f"{address}/dashboard/articles?days=7"
        page.get_by_role("link", name="Gaps").click()
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
