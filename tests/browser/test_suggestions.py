"""Suggestions below the search box, by keyboard and as a screen reader meets them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.watching import OpenPage, violations


@pytest.fixture
def page(site: str, open_page: OpenPage) -> Page:
    return open_page(site)


@pytest.fixture
def box(page: Page) -> Locator:
    return page.get_by_role("combobox")


def type_and_wait(page: Page, text: str, name: str = "Suggestions") -> None:
    page.get_by_role("combobox").wait_for()  # the script has arrived
    page.keyboard.press("/")
    page.keyboard.type(text)
    page.get_by_role("listbox", name=name).wait_for()
    expect(page.get_by_role("option").last).to_contain_text(text)  # not of its first letters


@pytest.mark.parametrize("keys", ["/", "Control+k", "Meta+k"])
def test_a_key_leads_to_the_search_box(page: Page, box: Locator, keys: str) -> None:
    box.wait_for()
    page.keyboard.press(keys)
    expect(box).to_be_focused()
    expect(box).to_have_value("")


def test_a_slash_can_be_typed(page: Page, box: Locator) -> None:
    box.wait_for()
    page.keyboard.press("/")
    page.keyboard.type("and/or")
    expect(box).to_have_value("and/or")


def test_the_box_tells_a_screen_reader_what_it_is(page: Page, box: Locator) -> None:
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_attribute("aria-autocomplete", "list")
    type_and_wait(page, "refund")
    expect(box).to_have_attribute("aria-expanded", "true")
    listbox = page.get_by_role("listbox")
    assert box.get_attribute("aria-controls") == listbox.get_attribute("id")
    assert violations(page) == ""
    page.keyboard.press("ArrowDown")
    first = page.get_by_role("option").first
    expect(first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", str(first.get_attribute("id")))
    expect(box).to_be_focused()
    page.emulate_media(color_scheme="dark")
    assert violations(page) == ""


def test_arrows_go_round_and_pass_the_box_itself(page: Page, box: Locator) -> None:
    type_and_wait(page, "refund")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("option").last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(box).not_to_have_attribute("aria-activedescendant", re.compile(""))
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")


def test_enter_opens_the_chosen_article(site: str, page: Page) -> None:
    type_and_wait(page, "invo")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/articles/invoices*")


def test_enter_searches_where_nothing_is_chosen(site: str, page: Page) -> None:
    type_and_wait(page, "invoice")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/search?q=invoice")


def test_the_last_row_searches_for_what_was_typed(site: str, page: Page) -> None:
    type_and_wait(page, "blue & red")
    last = page.get_by_role("option").last
    expect(last).to_have_text("Search for “blue & red”")
    last.click()
    page.wait_for_url(f"{site}/search?q=blue+%26+red")


def test_escape_closes_and_then_clears(page: Page, box: Locator) -> None:
    type_and_wait(page, "refund")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box).to_have_value("refund")
    expect(box).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Escape")
    expect(box).to_have_value("")
    expect(box).to_be_focused()


def test_an_arrow_brings_a_closed_list_back(page: Page) -> None:
    type_and_wait(page, "refund")
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("listbox")).to_be_visible()


def test_how_many_there_are_is_said_once_and_politely(page: Page) -> None:
    type_and_wait(page, "refund")
    status = page.get_by_role("search").get_by_role("status")
    count = page.get_by_role("option").count() - 1
    expect(status).to_have_text("1 suggestion" if count == 1 else f"{count} suggestions")


def test_nothing_happens_while_characters_are_composed(page: Page, box: Locator) -> None:
    """Enter and arrows belong to the input method: they choose characters."""
    type_and_wait(page, "refund")
    for key in ("ArrowDown", "Enter", "Escape"):
        box.dispatch_event("keydown", {"key": key, "isComposing": True, "bubbles": True})
    assert box.get_attribute("aria-activedescendant") is None
    expect(page.get_by_role("listbox")).to_be_visible()


def test_the_keys_of_the_page_are_left_alone_in_other_fields(page: Page) -> None:
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<textarea>')")
    page.locator("textarea").focus()
    page.keyboard.type("/")
    expect(page.locator("textarea")).to_have_value("/")


def test_a_title_is_text_even_if_it_looks_like_a_tag(page: Page) -> None:
    type_and_wait(page, "gestures")
    expect(page.get_by_role("option").first).to_contain_text("Shortcuts & <gestures>")


def test_suggestions_are_in_the_language_of_the_page(site: str, open_page: OpenPage) -> None:
    page = open_page(f"{site}/es/")
    type_and_wait(page, "reembolso", "Sugerencias")
    page.get_by_role("option").first.click()
    page.wait_for_url(f"{site}/es/articles/refund-times*")


def test_leaving_the_box_closes_the_list(page: Page) -> None:
    type_and_wait(page, "refund")
    page.keyboard.press("Tab")
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_coming_back_finds_no_stale_list(site: str, page: Page) -> None:
    type_and_wait(page, "invo")
    page.get_by_role("option").first.click()
    page.wait_for_url(f"{site}/articles/invoices*")
    page.go_back()
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_without_the_server_the_form_still_stands(page: Page, box: Locator) -> None:
    page.route("**/api/**", lambda route: route.fulfill(json={"hits": []}))
    type_and_wait(page, "anything")
    expect(page.get_by_role("option")).to_have_text(["Search for “anything”"])
