"""Answers, and the trail from a search to them, in a real browser with and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from visiting import Centre, open_centre

from browser.serving import SITE, running
from browser.watching import OpenPage, violations

SECONDS_OF_A_TEST = 30
EVENTS = "SELECT type, article, impression IS NOT NULL, rejected FROM events ORDER BY at, id"


@pytest.fixture
def centre(lamps: Path, tmp_path: Path) -> Centre:
    return open_centre(lamps, tmp_path, SITE)


@pytest.fixture
def address(centre: Centre) -> Iterator[str]:
    with running(centre.app) as address:
        yield address


def find_refunds(page: Page) -> None:
    """Search for refunds and open the article."""
    page.get_by_role("combobox").fill("refund late")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="How long a refund takes").click()
    page.get_by_role("heading", name="Did this solve your issue?").wait_for()


def answered(page: Page, heading: str) -> None:
    """The next step is there, and has the focus that the button had."""
    found = page.get_by_role("heading", name=heading)
    expect(found).to_be_focused()
    assert violations(page) == ""


def test_yes_is_one_click_in_place_and_asks_once_how_it_was(
    centre: Centre, address: str, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(address)
    find_refunds(page)
    where = page.url
    page.get_by_role("button", name="Yes").click()
    answered(page, "Thank you, we are glad it helped")
    page.locator(".ask").screenshot(path=tmp_path / "rating.png")
    page.get_by_role("button", name="Very good").click()
    answered(page, "Thank you")
    assert page.get_by_role("button", name="Very good").count() == 0
    assert page.url == where
    done = centre.rows(EVENTS)
    assert done == [
        ("open", "refund-times", 1, None),
        ("resolved", "refund-times", 1, None),
        ("rating", "refund-times", 1, None),
    ]


def test_no_asks_why_and_takes_the_keyboard(
    centre: Centre, address: str, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(f"{address}/articles/first-steps", viewport={"width": 320, "height": 700})
    page.get_by_role("button", name="No").focus()
    page.keyboard.press("Enter")
    answered(page, "Sorry that it did not help")
    page.locator(".ask").screenshot(path=tmp_path / "why.png")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("Mail me at jane@example.com")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    answered(page, "Thank you, that helps us to improve the article")
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
    assert page.url == f"{address}/articles/shortcuts"
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("step", ["yes", "no", "told", "thanks"])
def test_the_pages_without_scripts_keep_nobody_out(
    address: str, open_page: OpenPage, step: str, scheme: str
) -> None:
    page = open_page(
        f"{address}/articles/first-steps",
        color_scheme=scheme,
        viewport={"width": 320, "height": 640},
    )
    about = page.locator("[name=about]").first.get_attribute("value")
    page.goto(f"{address}/feedback?step={step}&about={about}")
    assert violations(page) == ""
    assert page.evaluate("document.documentElement.scrollWidth") == 320


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
    assert centre.rows(EVENTS) == [("open", "invoices", 1, None), ("resolved", "invoices", 1, None)]


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
    page.reload()
    page.get_by_role("button", name="Yes").wait_for()
    page.clock.run_for(SECONDS_OF_A_TEST * 1000)
    assert [row[:2] for row in centre.awaited(EVENTS, 2)] == [
        ("open", "refund-times"),
        ("read", "refund-times"),
    ]


def test_an_article_whose_end_was_scrolled_to_is_read(
    centre: Centre, address: str, open_page: OpenPage
) -> None:
    page = open_page(address, viewport={"width": 800, "height": 500})
    page.get_by_role("combobox").fill("unpack connect router")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="First steps with your lamp").click()
    page.get_by_role("button", name="Yes").wait_for()
    page.wait_for_timeout(1100)  # what scrolls before is the browser, to a heading
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
    page.clock.run_for(SECONDS_OF_A_TEST * 1000)
    assert set(sent) == {"GET"}
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0
    assert page.context.cookies() == []
    centre.state.recorder.close()
    assert not centre.file.exists()


def test_without_the_server_the_answer_can_be_given_again(
    address: str, open_page: OpenPage
) -> None:
    page = open_page(f"{address}/articles/first-steps")
    page.route("**/feedback/vote", lambda route: route.abort())
    page.get_by_role("button", name="Yes").click()
    status = page.locator(".after").get_by_role("status")
    expect(status).to_have_text("Your answer could not be sent. Please try again in a moment.")
    page.unroute("**/feedback/vote")
    page.get_by_role("button", name="Yes").click()
    answered(page, "Thank you, we are glad it helped")
    expect(status).to_have_text("")


def test_blocked_storage_breaks_nothing(address: str, open_page: OpenPage) -> None:
    page = open_page("about:blank")
    page.add_init_script(
        "Object.defineProperty(window, 'sessionStorage', { get() { throw new Error('no') } })"
    )
    page.goto(address)
    find_refunds(page)
    page.get_by_role("button", name="Yes").click()
    answered(page, "Thank you, we are glad it helped")
