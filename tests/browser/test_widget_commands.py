"""What a page may tell the widget, by script and by attribute, and what it is told back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from browser.hosts import Product, loader, page
from browser.watching import OpenPage, comes_true
from browser.widgeting import Help, ask, box, helping, launcher, panel

REFUND = "How long a refund takes"
CARD = "Change the card you pay with"
"""Meant for /account/payment by its contexts."""


@pytest.fixture
def tab(help_centre: Help, product: Product, open_page: OpenPage) -> Page:
    opened = open_page(product.shows(page(loader(help_centre.address))))
    expect(launcher(opened)).to_be_visible()
    return opened


def test_open_toggle_and_close_do_what_they_say(tab: Page) -> None:
    tab.evaluate("KB('open')")
    expect(panel(tab)).to_be_visible()
    tab.evaluate("KB('close')")
    expect(panel(tab)).to_have_count(0)
    tab.evaluate("KB('toggle')")
    expect(panel(tab)).to_be_visible()
    tab.evaluate("KB('toggle')")
    expect(panel(tab)).to_have_count(0)


def test_search_shows_what_is_found(tab: Page) -> None:
    tab.evaluate("KB('search', 'refund late')")
    expect(box(tab)).to_have_value("refund late")
    expect(panel(tab).get_by_text(REFUND).first).to_be_visible()


def test_article_opens_it_and_back_leads_to_the_search(tab: Page) -> None:
    tab.evaluate("KB('article', 'refund-times')")
    frame = tab.frame_locator("kb-widget iframe")
    expect(frame.get_by_role("heading", level=1)).to_have_text(REFUND)
    panel(tab).get_by_role("button", name="Back").click()
    expect(box(tab)).to_be_focused()


def test_an_article_that_is_not_there_leads_to_the_search_and_is_named(
    help_centre: Help, product: Product, bare_tab: Page
) -> None:
    bare_tab.goto(product.shows(page(loader(help_centre.address))))
    expect(launcher(bare_tab)).to_be_visible()
    with bare_tab.expect_console_message(lambda one: one.text.startswith("KB:")) as said:
        bare_tab.evaluate("KB('article', 'no-such-article')")
    assert said.value.text == "KB: there is no article no-such-article"
    expect(box(bare_tab)).to_be_visible()


def test_links_in_an_article_stay_in_the_frame_and_others_leave_it(tab: Page) -> None:
    tab.evaluate("KB('article', 'first-steps')")
    frame = tab.frame_locator("kb-widget iframe")
    frame.get_by_role("link", name="how refunds work").click()
    expect(frame.get_by_role("heading", level=1)).to_have_text(REFUND)
    assert tab.evaluate("window.name === '' && top === window")


def test_suggest_comes_before_what_the_page_says(tab: Page) -> None:
    tab.evaluate("KB('suggest', ['invoices', 'change-card'])")
    launcher(tab).click()
    offers = panel(tab).get_by_role("listitem")
    expect(offers).to_have_count(2)
    expect(offers.first).to_contain_text("Download an invoice")
    tab.evaluate("KB('suggest')")
    expect(offers.first).not_to_contain_text("Download an invoice")


def test_suggest_takes_links_of_the_page_too_and_keeps_the_order(tab: Page) -> None:
    tab.evaluate(
        """KB("suggest", [{ text: "Our status", url: "/status" }, "invoices", "no-such-article",
          { text: "Our news", url: "/news" }, "change-card"])"""
    )
    launcher(tab).click()
    titles = ["Our status", "Download an invoice", "Our news", CARD]
    expect(panel(tab).get_by_role("listitem").locator("b")).to_have_text(titles)
    link = panel(tab).get_by_role("link", name="Our status")
    expect(link).to_have_attribute("href", f"{tab.evaluate('location.origin')}/status")


def test_the_form_knows_whom_the_page_knows(tab: Page) -> None:
    tab.evaluate("KB('identify', { email: 'ana@example.org', name: 'Ana' }); KB('contact')")
    expect(panel(tab).get_by_label("Your e-mail address")).to_have_value("ana@example.org")
    expect(panel(tab).get_by_label("Your name")).to_have_value("Ana")


def test_the_page_is_told_what_happens_until_it_no_longer_listens(tab: Page) -> None:
    tab.evaluate(
        """() => {
          window.told = [];
          for (const name of ["open", "close", "search", "article", "vote"])
            KB("on", name, (detail) => told.push([name, detail?.slug ?? detail?.query ?? null]));
        }"""
    )
    ask(tab, "refund late")
    panel(tab).get_by_text(REFUND).first.click()
    panel(tab).get_by_role("button", name="Yes").click()
    expect(panel(tab).get_by_text("Thank you, we are glad it helped").first).to_be_visible()
    tab.keyboard.press("Escape")
    expect(panel(tab)).to_have_count(0)
    told = tab.evaluate("told.map(String)")
    assert told[0] == "open,"
    assert told[-3:] == ["article,refund-times", "vote,refund-times", "close,"]
    tab.evaluate("for (const name of ['open', 'close']) KB('off', name); told.length = 0")
    launcher(tab).click()
    tab.keyboard.press("Escape")
    expect(panel(tab)).to_have_count(0)
    assert tab.evaluate("told") == []


def test_destroy_leaves_nothing_behind_and_init_begins_again(tab: Page) -> None:
    tab.evaluate("KB('search', 'refund late')")
    expect(panel(tab).get_by_text(REFUND).first).to_be_visible()
    tab.evaluate("KB('destroy')")
    expect(tab.locator("kb-widget")).to_have_count(0)
    left = "[...document.querySelectorAll('body *')].map((one) => one.localName).join()"
    comes_true(tab, f"{left} === 'main,h1,p'")
    tab.evaluate("KB('init'); KB('open')")
    expect(box(tab)).to_have_value("")


def test_an_unknown_command_is_no_error(tab: Page) -> None:
    tab.evaluate("KB('dance'); KB('__proto__'); KB('constructor'); KB()")
    expect(launcher(tab)).to_be_visible()


def test_what_is_offered_follows_an_app_from_view_to_view(tab: Page, help_centre: Help) -> None:
    launcher(tab).click()
    expect(panel(tab).get_by_role("listitem").first).to_be_visible()
    expect(panel(tab).get_by_text(CARD)).to_have_count(0)
    tab.evaluate("history.pushState(null, '', '/account/payment')")
    expect(panel(tab).get_by_text(CARD)).to_be_visible()
    expect(panel(tab).get_by_role("listitem").first).to_contain_text(CARD)
    tab.go_back()
    expect(panel(tab).get_by_text(CARD)).to_have_count(0)


def test_the_shop_of_the_demonstration_is_offered_what_was_written_for_it(
    demo: str, open_page: OpenPage
) -> None:
    shop = open_page(f"{demo}/demo/shop")
    launcher(shop).click()
    expect(panel(shop).get_by_role("listitem").first).to_contain_text("Reset the lamp")


def test_the_app_of_the_demonstration_is_offered_what_its_views_are_about(
    demo: str, open_page: OpenPage
) -> None:
    app = open_page(f"{demo}/demo/app")
    launcher(app).click()
    expect(panel(app)).to_be_visible()
    app.get_by_role("link", name="Refunds").click()
    expect(panel(app).get_by_role("listitem").first).to_contain_text(REFUND)


def test_each_line_of_the_demonstration_does_what_it_says(demo: str, open_page: OpenPage) -> None:
    tab = open_page(f"{demo}/demo/commands", viewport={"width": 1200, "height": 900})
    runs(tab, "open")
    expect(panel(tab)).to_be_visible()
    runs(tab, "close")
    expect(panel(tab)).to_have_count(0)
    runs(tab, "on")
    runs(tab, "search")
    expect(tab.locator("#told")).to_have_text(re.compile(r"change my card: \d+ found"))
    runs(tab, "suggest")
    box(tab).fill("")
    expect(panel(tab).get_by_role("listitem")).to_have_count(2)
    runs(tab, "article")
    expect(tab.locator("kb-widget iframe")).to_be_visible()
    runs(tab, "config")
    place: Any = panel(tab).bounding_box()
    assert place["x"] < 600
    runs(tab, "toggle")
    expect(panel(tab)).to_have_count(0)
    runs(tab, "destroy")
    expect(tab.locator("kb-widget")).to_have_count(0)
    runs(tab, "init")
    expect(launcher(tab)).to_be_visible()


def runs(tab: Page, command: str) -> None:
    """Press the button beside the first line with this command."""
    tab.locator(f"""button[onclick^='KB("{command}"']""").first.click()


@pytest.mark.parametrize(
    ("attributes", "side"), [("", "right"), ("data-position=left", "left")], ids=["right", "left"]
)
def test_it_stands_where_the_page_wants_it(
    help_centre: Help, product: Product, open_page: OpenPage, attributes: str, side: str
) -> None:
    script = loader(help_centre.address, attributes)
    opened = open_page(product.shows(page(script)), viewport={"width": 1200, "height": 900})
    expect(launcher(opened)).to_be_visible()
    place: Any = launcher(opened).bounding_box()
    assert (place["x"] > 600) == (side == "right")
    launcher(opened).click()
    place = panel(opened).bounding_box()
    assert (place["x"] > 600) == (side == "right")


def test_a_hidden_launcher_is_the_pages_own_button(
    help_centre: Help, product: Product, open_page: OpenPage
) -> None:
    opened = open_page(product.shows(page(loader(help_centre.address, "data-launcher=hidden"))))
    expect(opened.locator("kb-widget")).to_be_attached()
    expect(launcher(opened)).to_have_count(0)
    opened.evaluate("KB('open')")
    expect(panel(opened)).to_be_visible()


def test_its_colour_is_the_pages_and_can_be_read(
    help_centre: Help, product: Product, open_page: OpenPage
) -> None:
    for colour, text in (("#ffe066", "rgb(0, 0, 0)"), ("#003366", "rgb(255, 255, 255)")):
        script = loader(help_centre.address, f'data-colour="{colour}"')
        opened = open_page(product.shows(page(script)))
        style = launcher(opened).evaluate("one => getComputedStyle(one).color")
        assert opened.evaluate(PAINTED, style) == opened.evaluate(PAINTED, text)


PAINTED = """(colour) => {
  const brush = new OffscreenCanvas(1, 1).getContext("2d");
  brush.fillStyle = colour;
  brush.fillRect(0, 0, 1, 1);
  return [...brush.getImageData(0, 0, 1, 1).data];
}"""


def test_a_product_narrows_what_is_found(
    help_centre: Help, product: Product, open_page: OpenPage
) -> None:
    opened = open_page(
        product.shows(page(loader(help_centre.address, "data-product=Subscription")))
    )
    ask(opened, "card")
    expect(panel(opened).get_by_text(CARD)).to_be_visible()
    with opened.expect_response(lambda one: "q=card+lamp+reset+button" in one.url):
        opened.keyboard.type(" lamp reset button")
    opened.wait_for_timeout(100)  # it is shown
    expect(panel(opened).get_by_role("listitem").first).to_be_visible()
    expect(panel(opened).get_by_text("Reset the lamp")).to_have_count(0)


@pytest.fixture(scope="module")
def hinting(lamps: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Help]:
    hint = {"en": "Questions about your lamp?"}
    with helping(lamps, tmp_path_factory.mktemp("hint"), hint=hint) as found:
        yield found


def test_a_hint_stands_there_only_if_the_site_asked_for_it_and_until_it_is_pressed(
    hinting: Help, help_centre: Help, product: Product, open_page: OpenPage
) -> None:
    quiet = open_page(product.shows(page(loader(help_centre.address))))
    expect(launcher(quiet)).to_be_visible()
    hinted = open_page(product.shows(page(loader(hinting.address))))
    button = hinted.locator("kb-widget").get_by_role("button", name="Questions about your lamp?")
    words = button.get_by_text("Questions about your lamp?")
    expect(words).to_be_visible()
    hinted.evaluate("KB('on', 'ready', () => { window.loaded = true })")
    words.hover()
    comes_true(hinted, "window.loaded")
    words.click()
    expect(panel(hinted)).to_be_visible()
    expect(hinted.locator("kb-widget").get_by_text("Questions about")).to_have_count(0)
    hinted.reload()
    expect(launcher(hinted)).to_be_visible()
    expect(hinted.locator("kb-widget").get_by_text("Questions about")).to_have_count(0)


def test_each_mode_begins_with_what_it_is_for(
    help_centre: Help, product: Product, open_page: OpenPage
) -> None:
    for mode in ("self-service", "neutral"):
        opened = open_page(product.shows(page(loader(help_centre.address, f"data-mode={mode}"))))
        launcher(opened).click()
        expect(box(opened)).to_be_focused()
        expect(panel(opened).get_by_role("button", name="Contact us").first).to_be_visible()
    opened = open_page(product.shows(page(loader(help_centre.address, "data-mode=ask-first"))))
    launcher(opened).click()
    expect(panel(opened).get_by_role("button", name="Send")).to_be_visible()
    panel(opened).get_by_role("button", name="Search for answers").click()
    expect(box(opened)).to_be_visible()
