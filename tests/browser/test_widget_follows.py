"""A page that becomes another while its widget is open: it follows, and takes nothing from it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from browser.hosts import Product, loader, page
from browser.watching import comes_true
from browser.widgeting import (
    CARD,
    MODE,
    NARROWED,
    REFUND,
    SPANISH,
    Help,
    ask,
    box,
    every_change,
    holding,
    launcher,
    panel,
    renewed,
    shows_words_for,
)

STEPS = "First steps with your lamp"


@pytest.fixture
def tab(help_centre: Help, product: Product, bare_tab: Page) -> Page:
    own = "<label>Password <input id=own type=password></label>"
    bare_tab.goto(product.shows(page(loader(help_centre.address), body=own)))
    expect(launcher(bare_tab)).to_be_visible()
    return bare_tab


def opened(tab: Page) -> Page:
    launcher(tab).click()
    expect(box(tab)).to_be_focused()
    expect(panel(tab).get_by_role("listitem").get_by_role("button").first).to_be_visible()
    return tab


def changed(tab: Page, change: str) -> None:
    """Make the page another, and wait until the widget is, too."""
    tab.evaluate("KB('on', 'suggest', () => { window.renewed = true })")
    tab.evaluate(change)
    comes_true(tab, "window.renewed")


# The focus


@every_change
def test_what_somebody_types_into_the_page_stays_in_the_page(tab: Page, change: str) -> None:
    asked: list[str] = []
    tab.on("request", lambda one: asked.append(one.url) if "/search?" in one.url else None)
    own = opened(tab).locator("#own")
    own.click()
    tab.keyboard.type("hunter2")
    changed(tab, change)
    tab.keyboard.type("-secret")
    expect(own).to_have_value("hunter2-secret")
    expect(shows_words_for(tab, change)).to_have_value("")
    assert asked == []


@every_change
def test_the_focus_stays_in_the_panel_where_it_was_there(tab: Page, change: str) -> None:
    changed(opened(tab), change)
    expect(shows_words_for(tab, change)).to_be_focused()


def test_words_that_come_late_leave_the_focus_where_it_went(tab: Page) -> None:
    held = holding(tab, "**/api/v1/widget?*")
    launcher(tab).click()
    expect(panel(tab)).to_be_visible()
    tab.locator("#own").click()
    tab.keyboard.type("hunter2")
    held[0].continue_()
    expect(box(tab)).to_be_visible()
    tab.keyboard.type("-secret")
    expect(tab.locator("#own")).to_have_value("hunter2-secret")


def test_thanks_that_come_late_leave_the_focus_where_it_went(tab: Page) -> None:
    ask(tab, "refund late")
    panel(tab).get_by_text(REFUND).first.click()
    held = holding(tab, "**/api/v1/events?*")
    with tab.expect_request(lambda one: '"resolved"' in str(one.post_data)):
        panel(tab).get_by_role("button", name="Yes").click()
    tab.locator("#own").click()
    for one in held:
        one.continue_()
    expect(panel(tab).get_by_text("Thank you, we are glad it helped").first).to_be_visible()
    expect(tab.locator("#own")).to_be_focused()


def test_a_command_takes_the_focus_also_where_it_is_open(tab: Page) -> None:
    opened(tab).locator("#own").click()
    tab.evaluate("KB('search', 'refund late')")
    expect(box(tab)).to_be_focused()
    tab.keyboard.press("Escape")
    expect(tab.locator("#own")).to_be_focused()


# There and back


THERE_AND_BACK = [
    "KB('config', { product: 'Subscription' }); KB('config', { product: '' })",
    f"{SPANISH}; KB('config', {{ lang: 'en' }})",
    f"{MODE}; KB('config', {{ mode: 'self-service' }})",
]


@pytest.mark.parametrize("change", THERE_AND_BACK, ids=["product", "language", "mode"])
def test_there_and_back_again_is_where_it_was(tab: Page, change: str) -> None:
    opened(tab).evaluate(change)
    expect(box(tab)).to_be_focused()
    expect(panel(tab).locator(".waiting")).to_have_count(0)
    expect(panel(tab).get_by_role("listitem").first).to_be_visible()


def test_a_call_that_fails_after_it_was_needed_changes_nothing(tab: Page) -> None:
    opened(tab)
    tab.evaluate("window.failed = 0; KB('on', 'error', () => { failed += 1 })")
    held = holding(tab, "**/api/v1/widget?*")
    tab.evaluate("KB('config', { colour: '#001133' })")
    tab.evaluate(THERE_AND_BACK[0])
    tab.wait_for_timeout(100)  # all of them are asked
    for one in held:
        one.abort()
    tab.evaluate("KB('search', 'refund late')")
    expect(panel(tab).get_by_text(REFUND).first).to_be_visible()
    assert tab.evaluate("[failed, ...hurt]") == [0]


def test_words_that_do_not_come_can_be_asked_for_again(tab: Page) -> None:
    opened(tab)
    tab.route("**/api/v1/widget?*", lambda one: one.abort())
    tab.evaluate(SPANISH)
    again = panel(tab).get_by_role("button", name="Volver a intentarlo")
    expect(again).to_be_visible()
    tab.unroute_all()
    again.click()
    expect(shows_words_for(tab, SPANISH)).to_be_focused()
    assert tab.evaluate("hurt") == []


# Answers that come when the page is another


def test_offers_for_another_language_are_dropped(tab: Page) -> None:
    held: list[Route] = []
    tab.route(
        "**/api/v1/suggest?*",
        lambda one: one.continue_() if held else held.append(one),
    )
    launcher(tab).click()
    expect(box(tab)).to_be_visible()
    changed(tab, SPANISH)
    offers = panel(tab).get_by_role("listitem")
    before = offers.all_inner_texts()
    with tab.expect_response("**/api/v1/suggest?*"):
        held[0].continue_()
    tab.wait_for_timeout(200)  # it would be shown
    assert offers.all_inner_texts() == before


def test_the_form_first_offers_what_suits_the_page_that_it_is_by_now(tab: Page) -> None:
    tab.evaluate("KB('config', { mode: 'ask-first' })")
    with tab.expect_response("**/api/v1/suggest?*"):
        launcher(tab).click()
    expect(panel(tab).get_by_role("button", name="Send")).to_be_visible()
    tab.evaluate("history.pushState(null, '', '/account/payment')")
    panel(tab).get_by_role("button", name="Search for answers").click()
    expect(panel(tab).get_by_role("listitem").first).to_contain_text(CARD)


def test_an_article_is_opened_in_the_language_that_the_page_is_in_by_now(tab: Page) -> None:
    opened(tab)
    held: list[Route] = []
    tab.route(
        "**/api/v1/suggest?*",
        lambda one: one.continue_() if held else held.append(one),
    )
    with tab.expect_request("**/api/v1/suggest?*"):
        tab.evaluate("KB('article', 'refund-times')")
    renewed(tab, SPANISH)
    held[0].continue_()
    heading = tab.frame_locator("kb-widget iframe").get_by_role("heading", level=1)
    expect(heading).to_have_text("Cuánto tarda un reembolso")


def test_the_box_in_the_page_finds_what_is_about_the_product_by_now(
    help_centre: Help, product: Product, bare_tab: Page
) -> None:
    body = "<kb-search></kb-search>"
    bare_tab.goto(product.shows(page(loader(help_centre.address), body=body)))
    field = bare_tab.locator("kb-search").get_by_label("Search for answers")
    field.focus()
    expect(field).to_have_role("combobox")
    bare_tab.evaluate(NARROWED)
    with bare_tab.expect_request("**/api/v1/search?*product=Subscription*"):
        field.fill("card")


# What the page wants to be offered


@pytest.mark.parametrize(
    ("items", "titles"),
    [
        ("'refund-times', 'help/old-start'", [REFUND, STEPS]),
        (
            "'refund-times', { text: 'Ours', url: '/ours' }, 'help/old-start'",
            [REFUND, "Ours", STEPS],
        ),
        ("'help/old-start', 'refund-times', 'first-steps'", [STEPS, REFUND]),
        ("'nothing', 'help/old-start', 5, 'refund-times'", [STEPS, REFUND]),
    ],
)
def test_a_renamed_article_keeps_its_place(tab: Page, items: str, titles: list[str]) -> None:
    tab.evaluate(f"KB('suggest', [{items}])")
    launcher(tab).click()
    expect(panel(tab).locator(".hit b")).to_have_text(titles)
