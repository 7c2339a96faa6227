"""What the widget says of itself: that nothing fits, and to developers why it does not work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Page, expect

from browser.hosts import Product, loader, page
from browser.watching import OpenPage, comes_true, violations
from browser.widgeting import Help, ask, box, helping, launcher, panel

UNANSWERED = "zebra crossing fine"


def test_where_nothing_fits_a_person_comes_before_the_three_nearest(
    help_centre: Help, product: Product, open_page: OpenPage
) -> None:
    tab = open_page(product.shows(page(loader(help_centre.address))))
    tab.evaluate("KB('on', 'search', (found) => (window.found = found))")
    ask(tab, UNANSWERED)
    tab.keyboard.press("Enter")
    heading = panel(tab).get_by_role("heading", name="No close match")
    expect(heading).to_be_visible()
    assert tab.evaluate("[found.count, found.weak]") == [3, True]
    assert_in_order(tab, "No close match", "Contact us", hits(tab)[0])
    assert len(hits(tab)) == 3
    assert violations(tab) == ""
    box(tab).fill("refund late")
    tab.keyboard.press("Enter")
    comes_true(tab, "found.weak === false")
    expect(heading).to_have_count(0)
    assert_in_order(tab, hits(tab)[-1], "Contact us")


def hits(tab: Page) -> list[str]:
    return panel(tab).locator(".hit b").all_inner_texts()


def assert_in_order(tab: Page, *said: str) -> None:
    shown = panel(tab).inner_text()
    places = [shown.index(one) for one in said]
    assert places == sorted(places), shown


def test_a_page_that_may_not_ask_is_told_which_line_is_missing(
    lamps: Path, tmp_path: Path, product: Product, bare_tab: Page
) -> None:
    with helping(lamps, tmp_path, origins=()) as closed:
        bare_tab.goto(product.shows(page(loader(closed.address))))
        with bare_tab.expect_console_message(is_ours) as said:
            launcher(bare_tab).click()
    assert said.value.type == "error"
    assert f'add "{product.origin}" to origins under [widget]' in said.value.text
    assert closed.address in said.value.text


def test_what_is_misspelt_in_the_tag_is_told_once(
    help_centre: Help, product: Product, bare_tab: Page
) -> None:
    told: list[str] = []
    bare_tab.on("console", lambda one: told.append(one.text) if is_ours(one) else None)
    tag = loader(help_centre.address, "data-mode=foo data-colour=red data-theme=dark")
    bare_tab.goto(product.shows(page(tag)))
    launcher(bare_tab).click()
    expect(box(bare_tab)).to_be_visible()
    bare_tab.evaluate("KB('config', { theme: 'light' })")
    assert told == ['KB: mode cannot be "foo"', 'KB: colour cannot be "red"']


def test_a_product_that_no_article_names_is_told_and_left_out(
    help_centre: Help, product: Product, bare_tab: Page
) -> None:
    told: list[str] = []
    bare_tab.on("console", lambda one: told.append(one.text) if is_ours(one) else None)
    bare_tab.goto(product.shows(page(loader(help_centre.address, "data-product=lamp"))))
    with bare_tab.expect_request("**/api/v1/suggest?*") as offered:
        launcher(bare_tab).click()
    about: Any = offered.value.post_data_json
    assert not about["product"]
    box(bare_tab).fill("reset the lamp")
    expect(panel(bare_tab).get_by_text("Reset the lamp").first).to_be_visible()
    bare_tab.evaluate("KB('contact')")
    with bare_tab.expect_request("**/api/v1/suggest?*") as drafted:
        panel(bare_tab).get_by_label("Subject").fill("How can I reset my lamp?")
    draft: Any = drafted.value.post_data_json
    assert "product" not in draft
    expect(panel(bare_tab).get_by_label("Product")).to_have_value("")
    assert told == ['KB: product cannot be "lamp"']


def is_ours(said: ConsoleMessage) -> bool:
    return said.text.startswith("KB:")
