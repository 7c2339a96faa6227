"""Answers, and the trail from a search to them, in a real browser with and without scripts."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Page, expect
from visiting import Centre

from browser.watching import OpenPage, violations

SECONDS_OF_A_TEST = 30
EVENTS = "SELECT type, article, impression IS NOT NULL, rejected FROM events ORDER BY at, id"


def find_refunds(page: Page) -> None:
    """Search for refunds and open the article."""
    find(page, "refund late", "How long a refund takes")


def find(page: Page, query: str, title: str) -> None:
    page.get_by_role("combobox").fill(query)
    page.keyboard.press("Enter")
    page.get_by_role("link", name=title).click()
    page.get_by_role("heading", name="Did this solve your issue?").wait_for()
    page.wait_for_load_state()  # the scripts watch


def answered(page: Page, heading: str) -> None:
    """The next step is there, and has the focus that the button had."""
    expect(page.get_by_role("heading", name=heading)).to_be_focused()


def test_yes_is_one_click_in_place_and_asks_once_how_it_was(
    centre: Centre, address: str, open_page: OpenPage
) -> None:
    page = open_page(address)
    find_refunds(page)
    where = page.url
    page.get_by_role("button", name="Yes").click()
    answered(page, "Thank you, we are glad it helped")
    assert violations(page) == ""
    page.get_by_role("button", name="Very good").click()
    expect(page.get_by_role("button", name="Very good")).to_have_count(0)
    answered(page, "Thank you")
    assert violations(page) == ""
    assert page.url == where
    assert centre.awaited(EVENTS, 3) == [
        ("open", "refund-times", 1, None),
        ("resolved", "refund-times", 1, None),
        ("rating", "refund-times", 1, None),
    ]


def test_no_asks_why_and_takes_the_keyboard(
    centre: Centre, address: str, open_page: OpenPage
) -> None:
    page = open_page(f"{address}/articles/first-steps", viewport={"width": 320, "height": 700})
    page.get_by_role("button", name="No").focus()
    page.keyboard.press("Enter")
    answered(page, "Sorry that it did not help")
    assert violations(page) == ""
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("Mail me at jane@example.com")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    answered(page, "Thank you, that helps us to improve the article")
    assert violations(page) == ""
    expect(page.locator(".ask").get_by_role("link", name="Contact us")).to_be_visible()
    found = centre.rows("SELECT type, reason, comment, rejected FROM events")
    assert found == [("not_resolved", "did_not_answer", "Mail me at [email]", None)]


def test_every_answer_works_without_scripts(
    centre: Centre, address: str, open_page: OpenPage
) -> None:
    page = open_page(f"{address}/articles/shortcuts", java_script_enabled=False)
    page.get_by_role("button", name="No").click()
    page.get_by_label("It is hard to follow").check()
    page.get_by_role("button", name="Send").click()
    page.get_by_role("link", name="Shortcuts & <gestures>").click()
    expect(page).to_have_url(f"{address}/articles/shortcuts")
    page.goto(f"{address}/articles/invoices")
    page.get_by_role("button", name="Yes").click()
    page.get_by_role("button", name="Good", exact=True).click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    page.reload()
    found = centre.rows("SELECT type, article, reason, rating, rejected FROM events ORDER BY id")
    assert found == [
        ("not_resolved", "shortcuts", "hard_to_follow", None, None),
        ("resolved", "invoices", None, None, None),
        ("rating", "invoices", None, 4, None),
    ]


@pytest.mark.parametrize("scripts", [True, False])
def test_a_browser_that_keeps_no_cookie_says_why_not(
    centre: Centre, address: str, open_page: OpenPage, scripts: bool
) -> None:
    page = open_page(f"{address}/articles/shortcuts", java_script_enabled=scripts)
    page.get_by_role("button", name="No").click()
    page.get_by_label("It is hard to follow").wait_for()
    page.context.clear_cookies()
    if scripts:
        page.reload()  # who comes back may still say why
    page.get_by_label("It is hard to follow").check()
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Thank you, that helps us to improve the article").wait_for()
    found = centre.rows("SELECT type, reason, rejected FROM events")
    assert found == [("not_resolved", "hard_to_follow", None)]


def test_the_pages_without_scripts_keep_nobody_out(site: str, open_page: OpenPage) -> None:
    page = open_page(f"{site}/articles/first-steps", viewport={"width": 320, "height": 640})
    about = page.locator("[name=about]").first.get_attribute("value")
    for step in ("yes", "no", "told", "thanks"):
        page.goto(f"{site}/feedback?step={step}&about={about}")
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            assert violations(page) == "", (step, scheme)
        assert page.evaluate("document.documentElement.scrollWidth") == 320


SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def test_a_suggestion_that_is_chosen_by_keyboard_leaves_the_same_trail(
    centre: Centre, address: str, open_page: OpenPage
) -> None:
    page = open_page(address)
    page.get_by_role("combobox").fill("invoi")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/articles/invoices*")
    page.get_by_role("button", name="Yes").click()
    answered(page, "Thank you, we are glad it helped")
    assert centre.awaited(EVENTS, 2) == [
        ("open", "invoices", 1, None),
        ("resolved", "invoices", 1, None),
    ]


def test_an_article_is_read_after_ten_seconds_in_view_once(
    centre: Centre, address: str, open_page: OpenPage
) -> None:
    page = open_page("about:blank")
    page.clock.install()
    page.goto(address)
    find_refunds(page)
    with page.expect_request("**/api/v1/events") as sent:
        page.clock.run_for(SECONDS_OF_A_TEST * 1000)
    assert '"type":"read"' in str(sent.value.post_data)
    page.keyboard.press("End")
    page.clock.run_for(1000)
    page.reload()
    page.clock.run_for(SECONDS_OF_A_TEST * 1000)
    assert [row[:2] for row in centre.awaited(EVENTS, 2)] == [
        ("open", "refund-times"),
        ("read", "refund-times"),
    ]


def test_an_article_whose_end_was_scrolled_to_is_read(
    centre: Centre, address: str, open_page: OpenPage
) -> None:
    page = open_page("about:blank", viewport={"width": 800, "height": 500})
    page.clock.install()
    page.goto(address)
    find(page, "unpack connect router", "First steps with your lamp")
    page.clock.run_for(1100)  # what scrolls before is the browser, to a heading
    with page.expect_request("**/api/v1/events") as sent:
        page.keyboard.press("End")
    assert '"type":"read"' in str(sent.value.post_data)
    assert [row[0] for row in centre.awaited(EVENTS, 2)] == ["open", "read"]


def test_who_did_not_come_from_a_search_leaves_no_trail(
    address: str, open_page: OpenPage, centre: Centre
) -> None:
    page = open_page("about:blank")
    page.clock.install()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.goto(address)
    page.get_by_role("link", name="First steps with your lamp").first.click()
    page.get_by_role("button", name="Yes").wait_for()
    page.wait_for_load_state()
    page.clock.run_for(SECONDS_OF_A_TEST * 1000)
    assert set(sent) == {"GET"}
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0
    assert page.context.cookies() == []
    assert centre.untouched()


def test_without_the_server_the_answer_can_be_given_again(site: str, open_page: OpenPage) -> None:
    page = open_page(f"{site}/articles/first-steps")
    page.route("**/feedback/vote", lambda route: route.abort())
    page.get_by_role("button", name="Yes").click()
    status = page.locator(".after").get_by_role("status")
    expect(status).to_have_text("Your answer could not be sent. Please try again in a moment.")
    page.unroute("**/feedback/vote")
    page.get_by_role("button", name="Yes").click()
    answered(page, "Thank you, we are glad it helped")
    expect(status).to_have_text("")


def test_blocked_storage_breaks_nothing(site: str, open_page: OpenPage) -> None:
    page = open_page("about:blank")
    page.add_init_script(
        "Object.defineProperty(window, 'sessionStorage', { get() { throw new Error('no') } })"
    )
    page.goto(site)
    find_refunds(page)
    page.get_by_role("button", name="Yes").click()
    answered(page, "Thank you, we are glad it helped")
