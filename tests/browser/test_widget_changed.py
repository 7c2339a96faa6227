"""A page that thinks again: new settings, or another language, after the widget was opened."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.hosts import Product, loader, page
from browser.watching import OpenPage
from browser.widgeting import QUESTION, Help, ask, box, launcher, panel

REFUND = "How long a refund takes"
CARD = "Change the card you pay with"


@pytest.fixture
def used(help_centre: Help, product: Product, open_page: OpenPage) -> Page:
    """It was opened, and closed again."""
    opened = open_page(product.shows(page(loader(help_centre.address))))
    launcher(opened).click()
    expect(box(opened)).to_be_focused()
    opened.keyboard.press("Escape")
    expect(panel(opened)).to_have_count(0)
    return opened


def opening(tab: Page) -> Locator:
    """The button on the page, whatever language it speaks."""
    return tab.locator("kb-widget .launcher")


@pytest.mark.parametrize(
    "change", ["KB('config', { lang: 'es' })", "document.documentElement.lang = 'es-MX'"]
)
def test_another_language_is_spoken_from_the_next_opening_on(used: Page, change: str) -> None:
    used.evaluate(change)
    opening(used).click()
    expect(panel(used).get_by_role("searchbox", name="Busque una respuesta")).to_be_focused()
    expect(panel(used).get_by_role("button", name="Cerrar")).to_be_visible()
    used.keyboard.type("reembolso")
    expect(panel(used).get_by_role("listitem").first).to_contain_text("reembolso")


def test_what_is_open_is_said_in_the_new_language_at_once(used: Page) -> None:
    ask(used, "refund")
    expect(panel(used).get_by_text(REFUND).first).to_be_visible()
    used.evaluate("KB('config', { lang: 'es' })")
    expect(panel(used).get_by_role("searchbox", name="Busque una respuesta")).to_have_value("")
    expect(panel(used).get_by_text("¿Qué le gustaría saber?")).to_be_visible()


@pytest.mark.parametrize("stores", [True, False])
def test_what_somebody_writes_stays(
    help_centre: Help, product: Product, open_page: OpenPage, stores: bool
) -> None:
    opened = open_page("about:blank")
    if not stores:
        opened.add_init_script(
            "Object.defineProperty(window, 'sessionStorage', { get() { throw new Error('no') } })"
        )
    opened.goto(product.shows(page(loader(help_centre.address))))
    expect(launcher(opened)).to_be_visible()
    opened.evaluate("KB('contact')")
    panel(opened).get_by_label("How can we help?").fill(QUESTION)
    opened.evaluate("KB('config', { lang: 'es' })")
    panel(opened).get_by_role("button", name="Atrás").click()
    opened.evaluate("KB('contact')")
    expect(panel(opened).get_by_label("¿En qué podemos ayudarle?")).to_have_value(QUESTION)


def test_a_new_colour_is_that_of_everything_and_what_is_open_stays(used: Page) -> None:
    used.evaluate("KB('contact')")
    send = panel(used).get_by_role("button", name="Send")
    expect(send).not_to_have_css("background-color", "rgb(0, 17, 51)")
    used.evaluate("KB('config', { colour: '#001133', theme: 'light' })")
    expect(send).to_have_css("background-color", "rgb(0, 17, 51)")
    expect(send).to_be_visible()


def test_a_new_mode_begins_with_what_it_is_for(used: Page) -> None:
    used.evaluate("KB('contact')")
    expect(panel(used).get_by_role("button", name="Send")).to_be_visible()
    expect(panel(used).get_by_role("button", name="Search for answers")).to_have_count(0)
    used.evaluate("KB('close'); KB('config', { mode: 'ask-first' })")
    launcher(used).click()
    expect(panel(used).get_by_role("button", name="Send")).to_be_visible()
    expect(panel(used).get_by_role("button", name="Search for answers")).to_be_visible()


def test_a_new_product_narrows_what_is_found(used: Page) -> None:
    used.evaluate("KB('config', { product: 'Subscription' })")
    launcher(used).click()
    expect(box(used)).to_be_focused()
    with used.expect_request("**/api/v1/search?*product=Subscription*"):
        used.keyboard.type("card")
    expect(panel(used).get_by_text(CARD)).to_be_visible()


def test_a_language_that_is_no_text_is_no_error(used: Page) -> None:
    used.evaluate("KB('config', { lang: 5 }); KB('init', { position: 'left' })")
    launcher(used).click()
    expect(box(used)).to_be_focused()
