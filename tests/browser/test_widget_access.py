"""Nobody is kept out: every state of the widget, in both themes, on a phone, in other languages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from browser.hosts import Product, loader, page
from browser.watching import OpenPage, violations
from browser.widgeting import QUESTION, Help, box, focused, launcher, panel, to_the_form

State = Callable[[Page], None]


def closed(_: Page) -> None:
    """Only the button."""


def opened(tab: Page) -> None:
    launcher(tab).click()
    expect(box(tab)).to_be_visible()


def results(tab: Page) -> None:
    opened(tab)
    box(tab).fill("refund late")
    expect(panel(tab).get_by_text("How long a refund takes").first).to_be_visible()


def nothing(tab: Page) -> None:
    opened(tab)
    box(tab).fill('"no such phrase anywhere"')
    expect(panel(tab).get_by_text("Nothing found for")).to_be_visible()


def article(tab: Page) -> None:
    results(tab)
    panel(tab).get_by_text("How long a refund takes").first.click()
    frame = tab.frame_locator("kb-widget iframe")
    expect(frame.get_by_role("heading", level=1)).to_be_visible()


def voted(tab: Page) -> None:
    article(tab)
    panel(tab).get_by_role("button", name="Yes").click()
    expect(panel(tab).get_by_text("Thank you, we are glad it helped").first).to_be_visible()


def doubted(tab: Page) -> None:
    article(tab)
    panel(tab).get_by_role("button", name="No", exact=True).click()
    expect(panel(tab).get_by_text("It is out of date")).to_be_visible()


def form(tab: Page) -> None:
    opened(tab)
    to_the_form(tab)
    expect(panel(tab).get_by_role("button", name="Send")).to_be_visible()


def drafted(tab: Page) -> None:
    form(tab)
    panel(tab).get_by_label("How can we help?").fill(QUESTION)
    expect(panel(tab).get_by_text("How long a refund takes").first).to_be_visible()


def mistaken(tab: Page) -> None:
    form(tab)
    panel(tab).get_by_role("button", name="Send").click()
    expect(panel(tab).locator("[aria-invalid=true]").first).to_be_visible()


STATES = (closed, opened, results, nothing, article, voted, doubted, form, drafted, mistaken)


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_axe_finds_nothing_in_light_and_dark(
    help_centre: Help, product: Product, open_page: OpenPage, state: State
) -> None:
    tab = open_page(product.shows(page(loader(help_centre.address))), color_scheme="light")
    state(tab)
    assert violations(tab) == ""
    tab.emulate_media(color_scheme="dark")
    assert violations(tab) == ""


@pytest.mark.parametrize("state", [opened, results, article, form], ids=lambda one: one.__name__)
def test_on_a_phone_it_fills_the_screen_and_nothing_scrolls_sideways(
    help_centre: Help, product: Product, open_page: OpenPage, state: State
) -> None:
    size: Any = {"width": 360, "height": 640}
    tab = open_page(product.shows(page(loader(help_centre.address))), viewport=size)
    state(tab)
    assert panel(tab).bounding_box() == {"x": 0, "y": 0, **size}
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360
    too_wide = panel(tab).evaluate(
        "panel => [...panel.querySelectorAll('*')].filter((one) => one.scrollWidth > 360).length"
    )
    assert too_wide == 0


@pytest.mark.parametrize(("lang", "name"), [("es", "Ayuda"), ("es-MX", "Ayuda"), ("fr", "Help")])
def test_it_speaks_the_language_of_the_page(
    help_centre: Help, product: Product, open_page: OpenPage, lang: str, name: str
) -> None:
    tab = open_page(product.shows(page(loader(help_centre.address), lang=lang)))
    tab.locator("kb-widget").get_by_role("button", name=name).click()
    expect(panel(tab)).to_be_visible()
    box(tab).fill("reembolso" if name == "Ayuda" else "refund")
    title = "Cuánto tarda un reembolso" if name == "Ayuda" else "How long a refund takes"
    expect(panel(tab).get_by_text(title).first).to_be_visible()


def test_from_right_to_left_it_is_a_mirror_and_nothing_scrolls_sideways(
    liar: Help, product: Product, open_page: OpenPage
) -> None:
    liar.moody.mood = "well"
    words = liar.centre.app.test_client().get("/api/v1/widget?lang=en").get_json()
    liar.moody.mood, liar.moody.lies = "lying", {"widget": words | {"dir": "rtl"}}
    tab = open_page(product.shows(page(loader(liar.address))))
    article(tab)
    back = panel(tab).get_by_role("button", name="Back").bounding_box()
    close = panel(tab).get_by_role("button", name="Close").bounding_box()
    assert back
    assert close
    assert back["x"] > close["x"]
    assert panel(tab).evaluate("one => one.scrollWidth <= one.offsetWidth")


def test_escape_closes_and_the_focus_goes_back_to_where_it_was(
    help_centre: Help, product: Product, open_page: OpenPage
) -> None:
    button = "<button id=own onclick=\"KB('open')\">Ask us</button>"
    tab = open_page(product.shows(page(loader(help_centre.address), body=button)))
    expect(launcher(tab)).to_be_visible()
    tab.locator("#own").focus()
    tab.keyboard.press("Enter")
    expect(box(tab)).to_be_focused()
    tab.keyboard.press("Escape")
    expect(panel(tab)).to_have_count(0)
    assert "Ask us" in focused(tab)


def test_how_many_were_found_is_said_to_those_who_do_not_see(
    help_centre: Help, product: Product, open_page: OpenPage
) -> None:
    tab = open_page(product.shows(page(loader(help_centre.address))))
    results(tab)
    status = panel(tab).get_by_role("status")
    expect(status.filter(has_text="result").first).to_be_attached()


def test_a_theme_of_the_page_comes_before_the_browsers(
    help_centre: Help, product: Product, open_page: OpenPage
) -> None:
    script = loader(help_centre.address, "data-theme=dark")
    tab = open_page(product.shows(page(script)), color_scheme="light")
    article(tab)
    background = "one => getComputedStyle(one).backgroundColor.match(/\\d+/g).map(Number)"
    assert max(panel(tab).evaluate(background)[:3]) < 80
    frame = tab.frame_locator("kb-widget iframe").locator("body")
    assert max(frame.evaluate(background)[:3]) < 80
