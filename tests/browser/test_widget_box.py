"""<kb-search>, a search box in the page itself: a combobox whose answers open in the widget."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.hosts import Product, loader, page
from browser.watching import OpenPage, violations
from browser.widgeting import Help, box, helping, panel

REFUND = "How long a refund takes"
BOX = "<kb-search></kb-search>"


@pytest.fixture
def tab(help_centre: Help, product: Product, open_page: OpenPage) -> Page:
    script = loader(help_centre.address, "data-launcher=hidden")
    return open_page(product.shows(page(script, body=BOX)))


@pytest.fixture
def field(tab: Page) -> Locator:
    return tab.locator("kb-search").get_by_label("Search for answers")


def suggestions(tab: Page) -> Locator:
    return tab.locator("kb-search").get_by_role("option")


def test_it_asks_nothing_before_it_is_used(help_centre: Help, tab: Page, field: Locator) -> None:
    expect(field).to_be_visible()
    tab.wait_for_load_state("networkidle")
    loaded = tab.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    assert loaded == [f"{help_centre.address}/widget.js"]
    assert violations(tab) == ""


def test_axe_finds_nothing_while_it_suggests(tab: Page, field: Locator) -> None:
    tab.emulate_media(color_scheme="light")
    field.fill("refund late")
    expect(suggestions(tab).first).to_contain_text(REFUND)
    assert violations(tab) == ""
    tab.emulate_media(color_scheme="dark")
    assert violations(tab) == ""


def test_the_whole_way_by_keyboard(tab: Page, field: Locator) -> None:
    tab.keyboard.press("Tab")
    expect(field).to_be_focused()
    expect(field).to_have_role("combobox")
    tab.keyboard.type("refund late")
    expect(suggestions(tab).last).to_contain_text("refund late")
    expect(suggestions(tab).first).to_contain_text(REFUND)
    expect(field).to_have_attribute("aria-expanded", "true")
    tab.keyboard.press("ArrowDown")
    expect(suggestions(tab).first).to_have_attribute("aria-selected", "true")
    expect(field).to_be_focused()
    tab.keyboard.press("Enter")
    frame = tab.frame_locator("kb-widget iframe")
    expect(frame.get_by_role("heading", level=1)).to_have_text(REFUND)
    panel(tab).get_by_role("button", name="Back").click()
    expect(panel(tab).get_by_role("listitem").first).to_be_visible()
    tab.keyboard.press("Escape")
    expect(panel(tab)).to_have_count(0)
    expect(field).to_be_focused()


def test_escape_closes_and_then_clears(tab: Page, field: Locator) -> None:
    field.fill("refund late")
    expect(suggestions(tab).first).to_be_visible()
    tab.keyboard.press("Escape")
    expect(suggestions(tab)).to_have_count(0)
    expect(field).to_have_value("refund late")
    tab.keyboard.press("Escape")
    expect(field).to_have_value("")


def test_enter_and_the_last_row_show_all_results(tab: Page, field: Locator) -> None:
    field.fill("refund late")
    expect(suggestions(tab).last).to_contain_text("refund late")
    suggestions(tab).last.click()
    expect(box(tab)).to_have_value("refund late")
    expect(panel(tab).get_by_text(REFUND).first).to_be_visible()


def test_a_dead_server_is_told_below_the_box(liar: Help, product: Product, bare_tab: Page) -> None:
    liar.moody.mood = "well"
    bare_tab.goto(product.shows(page(loader(liar.address), body=BOX)))
    field = bare_tab.locator("kb-search").get_by_label("Search for answers")
    field.focus()
    expect(field).to_have_role("combobox")
    liar.moody.mood = "broken"
    field.fill("refund")
    expect(suggestions(bare_tab).first).to_contain_text("Help is not available right now.")
    assert violations(bare_tab) == ""


def test_who_leaves_before_the_answer_is_shown_nothing(tab: Page, field: Locator) -> None:
    tab.route("**/api/v1/search?*", lambda _: None)  # never answered
    with tab.expect_request("**/api/v1/search?*"):
        field.fill("refund late")
    tab.keyboard.press("Tab")
    expect(field).not_to_be_focused()
    tab.wait_for_timeout(100)
    expect(suggestions(tab)).to_have_count(0)


@pytest.fixture
def own(lamps: Path, tmp_path: Path) -> Iterator[Help]:
    """A help centre of which nobody else asks anything."""
    with helping(lamps, tmp_path) as found:
        yield found


def test_what_is_chosen_is_one_case_of_the_widget(
    own: Help, product: Product, open_page: OpenPage
) -> None:
    opened = open_page(product.shows(page(loader(own.address), body=BOX)))
    opened.locator("kb-search").get_by_label("Search for answers").fill("refund late")
    suggestions(opened).first.click()
    panel(opened).get_by_role("button", name="Yes").click()
    expect(panel(opened).get_by_text("Thank you, we are glad it helped").first).to_be_visible()
    done = own.centre.awaited("SELECT type FROM events ORDER BY type", 2)
    assert done == [("open",), ("resolved",)]
    lists = "SELECT query, surface FROM impressions WHERE typing = 0"
    assert own.centre.rows(lists) == [("refund late", "widget")]
    assert own.centre.rows("SELECT count(DISTINCT case_id) FROM impressions") == [(1,)]
