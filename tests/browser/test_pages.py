"""Every kind of page in a real browser: accessible, in both themes, at every width."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from browser.serving import SITE, proxied, running
from browser.watching import OpenPage, comes_true, violations
from kb.config import Config
from webapp import create_app

PAGES = {
    "home": "/",
    "home in another language": "/es/",
    "article": "/articles/first-steps",
    "short article": "/articles/shortcuts",
    "article in another language": "/es/articles/refund-times",
    "category": "/categories/billing",
    "all articles": "/categories/",
    "results": "/search?q=refund+late",
    "corrected results": "/search?q=invioce",
    "no results": "/search?q=%22no+such+phrase%22&product=Lamp",
    "empty search": "/search",
    "not found": "/articles/how-long-refund",
}


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_nobody_is_kept_out_and_nothing_scrolls_sideways(
    site: str, open_page: OpenPage, path: str
) -> None:
    page = open_page(site + path, color_scheme="light")
    assert violations(page) == ""
    page.emulate_media(color_scheme="dark")
    assert violations(page) == ""
    for width in (320, 375, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.fixture(scope="module")
def unpublished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    empty = tmp_path_factory.mktemp("empty")
    with running(create_app(Config(data=empty, site=SITE))) as address:
        yield address


def test_the_page_before_the_first_publish_is_a_page_too(
    unpublished: str, open_page: OpenPage
) -> None:
    page = open_page(unpublished)
    assert page.get_by_role("heading", name="Nothing has been published yet").is_visible()
    assert violations(page) == ""


def test_everything_works_without_scripts(site: str, open_page: OpenPage) -> None:
    page = open_page(site, java_script_enabled=False)
    page.get_by_role("searchbox").fill("refund late")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="How long a refund takes").click()
    expect(page).to_have_url(f"{site}/articles/refund-times#late")
    page.get_by_role("link", name="Billing").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Billing")


def test_a_page_is_painted_before_any_script_arrives(site: str, open_page: OpenPage) -> None:
    page = open_page("about:blank")
    page.route("**/*.js*", lambda _: None)  # never answered
    page.goto(f"{site}/articles/first-steps", wait_until="commit")
    page.get_by_role("heading", name="First steps with your lamp").wait_for()
    comes_true(page, "performance.getEntriesByName('first-contentful-paint').length > 0")


def test_the_skip_link_comes_first(site: str, open_page: OpenPage) -> None:
    page = open_page(f"{site}/articles/first-steps")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_the_language_menu_leads_to_the_same_article(site: str, open_page: OpenPage) -> None:
    page = open_page(f"{site}/articles/refund-times")
    page.get_by_role("button", name="English").focus()
    page.keyboard.press("Enter")
    assert violations(page) == ""
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Español")).to_be_hidden()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Español").click()
    expect(page).to_have_url(f"{site}/es/articles/refund-times")


def test_what_scrolls_can_be_reached_by_keyboard(site: str, open_page: OpenPage) -> None:
    page = open_page(f"{site}/articles/first-steps", viewport={"width": 320, "height": 640})
    assert page.locator(".prose pre").first.get_attribute("tabindex") == "0"
    assert page.locator(".table-scroll").get_attribute("tabindex") == "0"
    page.locator(".table-scroll").focus()
    expect(page.locator(".table-scroll")).to_be_focused()


def test_tabs_are_switched_by_keyboard(site: str, open_page: OpenPage) -> None:
    page = open_page(f"{site}/articles/first-steps")
    linux, windows = page.get_by_text("from lamp import"), page.get_by_text("> lamp discover")
    expect(linux).to_be_visible()
    expect(windows).to_be_hidden()
    page.get_by_role("radio").first.focus()
    page.keyboard.press("ArrowRight")
    expect(windows).to_be_visible()
    expect(linux).to_be_hidden()


def test_code_is_copied_with_one_click(site: str, open_page: OpenPage) -> None:
    page = open_page(
        f"{site}/articles/first-steps", permissions=["clipboard-read", "clipboard-write"]
    )
    page.get_by_role("button", name="Copy").first.click()
    page.get_by_role("button", name="Copied").wait_for()
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.startswith("from lamp import")
    assert not text.endswith("\n")


def test_the_table_of_contents_follows_the_reader(site: str, open_page: OpenPage) -> None:
    page = open_page(f"{site}/articles/first-steps#terminal")
    current = page.locator(".contents [aria-current]")
    expect(current).to_have_text("Control it from a terminal")


def test_on_paper_there_is_the_article_and_nothing_else(site: str, open_page: OpenPage) -> None:
    page = open_page(f"{site}/articles/first-steps")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("> lamp discover")).to_be_visible()
    for chrome in (".bar", ".foot", ".contents", ".after"):
        expect(page.locator(chrome)).to_be_hidden()
    expect(page.locator("body")).to_have_css("color", "rgb(0, 0, 0)")


@pytest.mark.parametrize("strips", [True, False], ids=["stripping", "passing on"])
def test_the_portal_works_under_a_prefix(lamps: Path, open_page: OpenPage, strips: bool) -> None:
    prefixed = SITE.model_copy(update={"base_url": "https://example.com/help", "home_url": ""})
    with (
        running(create_app(Config(data=lamps, site=prefixed))) as upstream,
        proxied(upstream, "/help", strips) as address,
    ):
        page = open_page(f"{address}/")
        page.get_by_role("link", name="First steps with your lamp").first.click()
        page.get_by_role("link", name="how refunds work").click()
        expect(page).to_have_url(f"{address}/articles/refund-times")
        page.get_by_role("combobox").fill("reset")
        page.get_by_role("option", name="Reset the lamp").click()
        page.wait_for_url(f"{address}/articles/reset-the-lamp*")
        page.get_by_role("button", name="Yes").click()
        page.get_by_role("heading", name="Thank you").wait_for()
        page.goto(f"{address}/old-start")
        assert page.url == f"{address}/articles/first-steps"
        comes_true(page, "document.querySelector('.prose img').naturalWidth > 0")
        page.close()


def test_scripts_and_styles_stay_within_their_budget() -> None:
    static = Path(__file__).parents[2] / "webapp" / "static"

    def size(pattern: str) -> int:
        """Of what the portal's pages load; the widget has a budget of its own, writers none."""
        files = [path for path in static.glob(pattern) if path.stem != "dashboard"]
        return sum(len(gzip.compress(path.read_bytes())) for path in files)

    assert size("*.js") <= 15_000
    assert size("*.css") <= 14_000
