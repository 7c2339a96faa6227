"""A page that becomes another while its widget is in use: what is read or written stays."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from browser.hosts import Product, loader, page
from browser.widgeting import (
    CARD,
    NARROWED,
    QUESTION,
    REFUND,
    SPANISH,
    Help,
    box,
    every_change,
    holding,
    launcher,
    panel,
    renewed,
    shows_words_for,
)


@pytest.fixture
def tab(help_centre: Help, product: Product, bare_tab: Page) -> Page:
    bare_tab.goto(product.shows(page(loader(help_centre.address))))
    expect(launcher(bare_tab)).to_be_visible()
    return bare_tab


def form(tab: Page) -> Locator:
    """The form, with a question and a file in it."""
    tab.evaluate("KB('contact')")
    panel(tab).get_by_label("How can we help?").fill(QUESTION)
    file: FilePayload = {"name": "a.txt", "mimeType": "text/plain", "buffer": b"hello"}
    panel(tab).get_by_label("Files").set_input_files([file])
    return panel(tab)


def files(tab: Page) -> int:
    count: int = panel(tab).locator("[type=file]").evaluate("one => one.files.length")
    return count


# What is read


@every_change
def test_the_article_that_is_read_stays_and_the_list_below_is_new(tab: Page, change: str) -> None:
    tab.evaluate("KB('article', 'refund-times')")
    frame = panel(tab).locator("iframe")
    expect(frame.content_frame.get_by_role("heading", level=1)).to_have_text(REFUND)
    frame.evaluate("one => { one.isTheSame = true }")
    renewed(tab, change)
    expect(panel(tab).get_by_role("heading", name=REFUND)).to_be_visible()
    assert frame.evaluate("one => one.isTheSame")
    back = panel(tab).locator("button.back")
    back.click()
    expect(shows_words_for(tab, change)).to_be_focused()
    expect(panel(tab).get_by_role("listitem").first).to_be_visible()


def test_after_the_article_what_is_offered_is_for_the_page_that_it_is_by_now(tab: Page) -> None:
    tab.evaluate("KB('article', 'refund-times')")
    expect(panel(tab).locator("iframe")).to_be_visible()
    tab.evaluate("history.pushState(null, '', '/account/payment')")
    panel(tab).get_by_role("button", name="Back").click()
    expect(panel(tab).get_by_role("listitem").first).to_contain_text(CARD)


def test_what_was_searched_for_is_searched_for_again_in_the_new_product(tab: Page) -> None:
    launcher(tab).click()
    expect(box(tab)).to_be_focused()
    tab.keyboard.type("card")
    expect(panel(tab).get_by_text(CARD)).to_be_visible()
    with tab.expect_request("**/api/v1/search?*q=card&*product=Subscription*"):
        tab.evaluate(NARROWED)
    expect(box(tab)).to_have_value("card")
    expect(panel(tab).get_by_text(CARD)).to_be_visible()


# What is written


@every_change
def test_the_form_that_is_written_in_stays_with_its_files(tab: Page, change: str) -> None:
    writing = form(tab)
    writing.get_by_label("How can we help?").focus()
    renewed(tab, change)
    expect(writing.get_by_label("How can we help?")).to_have_value(QUESTION)
    expect(writing.get_by_label("How can we help?")).to_be_focused()
    assert files(tab) == 1


def test_it_speaks_another_language_when_it_was_left_and_nothing_is_lost(tab: Page) -> None:
    form(tab)
    renewed(tab, SPANISH)
    panel(tab).get_by_role("button", name="Atrás").click()
    expect(shows_words_for(tab, SPANISH)).to_be_focused()
    tab.evaluate("KB('contact')")
    expect(panel(tab).get_by_label("¿En qué podemos ayudarle?")).to_have_value(QUESTION)
    assert files(tab) == 1
    renewed(tab, "KB('config', { lang: 'en' })")
    assert files(tab) == 1


@every_change
def test_a_form_in_which_nothing_is_written_is_of_the_new_page(tab: Page, change: str) -> None:
    tab.evaluate("KB('contact')")
    expect(panel(tab).get_by_label("Your name")).to_be_focused()
    renewed(tab, change)
    name = "Su nombre" if change == SPANISH else "Your name"
    expect(panel(tab).get_by_label(name)).to_be_focused()


@pytest.mark.parametrize("left", [False, True], ids=["there", "left"])
def test_that_sending_failed_is_said_whatever_the_page_became(tab: Page, left: bool) -> None:
    writing = form(tab)
    writing.get_by_label("Your e-mail address").fill("ana@example.org")
    writing.get_by_label("Subject").fill("Refund")
    held = holding(tab, "**/api/v1/tickets?*")
    with tab.expect_request("**/api/v1/tickets?*"):
        writing.get_by_role("button", name="Send").click()
    renewed(tab, SPANISH)
    if left:
        panel(tab).get_by_role("button", name="Atrás").click()
    held[0].abort()
    if left:
        tab.evaluate("KB('contact')")
    expect(writing.get_by_role("alert")).to_contain_text("could not be sent")
    expect(writing.get_by_label("How can we help?")).to_have_value(QUESTION)
    assert files(tab) == 1
    tab.unroute_all()
    writing.get_by_role("button", name="Send").click()
    expect(panel(tab).get_by_role("heading", name="Hemos recibido su mensaje")).to_be_focused()


def test_what_is_offered_below_it_is_about_the_new_product(tab: Page) -> None:
    form(tab)
    expect(panel(tab).get_by_text(REFUND)).to_be_visible()
    with tab.expect_request("**/api/v1/suggest?*") as asked:
        tab.evaluate(NARROWED)
    draft: Any = asked.value.post_data_json
    assert draft["product"] == "Subscription"
