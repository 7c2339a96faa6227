"""Who answered and comes back is told the answer, not asked again: only the first one counts."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from visiting import Centre

from browser.watching import OpenPage, violations

VOTES = "SELECT type, reason, rejected FROM events"


def answer(page: Page, button: str) -> None:
    """Vote, wait for what follows, and come back."""
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.locator(".ask h2")).to_be_focused()
    page.reload()


def says(page: Page, heading: str) -> None:
    expect(page.locator(".ask").get_by_role("heading")).to_have_text(heading)
    expect(page.get_by_role("button", name="Yes")).to_have_count(0)
    assert violations(page) == ""


def test_yes_is_remembered_with_a_way_on_for_who_needs_more(
    centre: Centre, address: str, open_page: OpenPage
) -> None:
    page = open_page(f"{address}/articles/shortcuts")
    answer(page, "Yes")
    says(page, "You said that this article solved your issue")
    expect(page.locator(".ask").get_by_role("link", name="Contact us")).to_be_visible()
    page.goto(f"{address}/articles/invoices")
    expect(page.get_by_role("heading", name="Did this solve your issue?")).to_be_visible()
    assert centre.rows(VOTES) == [("resolved", None, None)]


def test_a_reason_can_still_be_given_to_a_no_and_is_asked_for_once(
    centre: Centre, address: str, open_page: OpenPage
) -> None:
    page = open_page(f"{address}/articles/shortcuts")
    answer(page, "No")
    says(page, "You said that this article did not help")
    page.get_by_label("It is out of date").check()
    answer(page, "Send")
    says(page, "You said that this article did not help")
    expect(page.get_by_role("radio", name="It is out of date")).to_have_count(0)
    assert centre.rows(VOTES) == [("not_resolved", "out_of_date", None)]


def test_an_answer_that_did_not_arrive_is_not_remembered(address: str, open_page: OpenPage) -> None:
    page = open_page(f"{address}/articles/shortcuts")
    page.route("**/feedback/vote", lambda route: route.abort())
    page.get_by_role("button", name="Yes").click()
    expect(page.locator(".after").get_by_role("status")).to_contain_text("could not be sent")
    page.reload()
    expect(page.get_by_role("heading", name="Did this solve your issue?")).to_be_visible()
