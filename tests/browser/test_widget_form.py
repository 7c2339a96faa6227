"""The widget's contact form while somebody writes: what stands in it, and what is offered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Response, expect

from browser.hosts import Product, loader, page
from browser.watching import OpenPage, violations
from browser.widgeting import QUESTION, Help, helping, launcher, panel

REFUND = "How long a refund takes"


@pytest.fixture
def own(lamps: Path, tmp_path: Path) -> Iterator[Help]:
    """A help centre of which nobody else asks anything."""
    with helping(lamps, tmp_path) as found:
        yield found


def writing(opened: Page) -> Locator:
    """The form, opened."""
    expect(launcher(opened)).to_be_visible()
    opened.evaluate("KB('contact')")
    expect(panel(opened).get_by_role("button", name="Send")).to_be_visible()
    return panel(opened)


def offers(opened: Page) -> Locator:
    return panel(opened).get_by_role("region", name="This may answer it")


def test_the_pages_product_narrows_what_is_offered_and_stands_in_the_form(
    help_centre: Help, product: Product, open_page: OpenPage
) -> None:
    tag = loader(help_centre.address, "data-product=Subscription")
    opened = open_page(product.shows(page(tag)))
    form = writing(opened)
    expect(form.get_by_label("Product")).to_have_value("Subscription")
    with opened.expect_request("**/api/v1/suggest?*") as asked:
        form.get_by_label("Subject").fill("How do I reset the lamp?")
    draft: Any = asked.value.post_data_json
    assert draft["product"] == "Subscription"


def test_what_is_emptied_is_offered_nothing(
    help_centre: Help, product: Product, open_page: OpenPage
) -> None:
    opened = open_page(product.shows(page(loader(help_centre.address))))
    form = writing(opened)
    form.get_by_label("How can we help?").fill(QUESTION)
    expect(offers(opened).get_by_text(REFUND)).to_be_visible()
    form.get_by_label("How can we help?").fill("")
    expect(offers(opened)).to_have_count(0)


def settled(response: Response) -> bool:
    """Whether it answers a draft, and not the letters of one."""
    asked: Any = response.request.post_data_json if "/suggest?" in response.url else {}
    return asked.get("typing") is False


def test_an_article_that_did_not_help_is_offered_no_longer(
    own: Help, product: Product, open_page: OpenPage
) -> None:
    opened = open_page(product.shows(page(loader(own.address))))
    form = writing(opened)
    with opened.expect_response(settled):
        form.get_by_label("How can we help?").fill(QUESTION)
    offers(opened).get_by_text(REFUND).click()
    with opened.expect_response("**/api/v1/suggest?*"):
        form.get_by_role("button", name="No", exact=True).click()
    form.get_by_role("button", name="Back").click()
    expect(form.get_by_label("How can we help?")).to_have_value(QUESTION)
    expect(form.get_by_text(REFUND)).to_have_count(0)


def test_what_is_too_long_is_kept_whole_and_said(
    help_centre: Help, product: Product, bare_tab: Page
) -> None:
    bare_tab.goto(product.shows(page(loader(help_centre.address))))
    form = writing(bare_tab)
    form.get_by_label("Your e-mail address").fill("ana@example.org")
    form.get_by_label("Subject").fill("Refund")
    message = form.get_by_label("How can we help?")
    message.focus()
    bare_tab.keyboard.insert_text("word " * 5_000)
    form.get_by_role("button", name="Send").click()
    expect(form.get_by_text("This is too long: 24999 characters")).to_be_visible()
    expect(message).to_have_value("word " * 5_000)


def told(liar: Help, **more: Any) -> dict[str, Any]:
    """What the help centre answers a widget, and more."""
    liar.moody.mood = "well"
    answer: dict[str, Any] = liar.centre.client().get("/api/v1/widget?lang=en").get_json()
    return answer | more


def notice(title: str, *, contact_only: bool) -> dict[str, Any]:
    return {
        "title": title,
        "text": "We are on it.",
        "url": "",
        "severity": "outage",
        "contact_only": contact_only,
    }


@pytest.mark.parametrize("mode", ["self-service", "ask-first"])
def test_notices_stand_above_the_form_and_those_for_writers_there_alone(
    liar: Help, product: Product, open_page: OpenPage, mode: str
) -> None:
    both = [notice("No mail", contact_only=False), notice("We are away", contact_only=True)]
    liar.moody.lies = {"widget": told(liar, notices=both)}
    liar.moody.mood = "lying"
    opened = open_page(product.shows(page(loader(liar.address, f"data-mode={mode}"))))
    launcher(opened).click()
    if mode == "self-service":
        expect(panel(opened).get_by_text("No mail")).to_be_visible()
        expect(panel(opened).get_by_text("We are away")).to_have_count(0)
        opened.evaluate("KB('contact')")
    expect(panel(opened).get_by_role("button", name="Send")).to_be_visible()
    for title in ("No mail", "We are away"):
        expect(panel(opened).get_by_text(title)).to_be_visible()
    assert violations(opened) == ""


def test_the_moment_of_the_answer_names_its_time_zone(
    liar: Help, product: Product, open_page: OpenPage
) -> None:
    liar.moody.lies = {"tickets": {"id": "KB-1", "due": "2026-11-23T09:00:00Z"}}
    liar.moody.mood = "lying"
    opened = open_page(
        product.shows(page(loader(liar.address))), timezone_id="Asia/Kolkata", locale="en-US"
    )
    form = writing(opened)
    form.get_by_label("Your e-mail address").fill("ana@example.org")
    form.get_by_label("Subject").fill("Refund")
    form.get_by_label("How can we help?").fill(QUESTION)
    form.get_by_role("button", name="Send").click()
    moment = "Monday, November 23, 2026 at 2:30 PM GMT+5:30"
    expect(form.get_by_text(f"We answer by {moment} at the latest.")).to_be_visible()


RATED = (
    "SELECT type, rating FROM events WHERE type IN ('suggestion_resolved', 'rating') ORDER BY at"
)


def test_who_was_helped_may_say_with_one_click_how_it_was(
    own: Help, product: Product, open_page: OpenPage
) -> None:
    opened = open_page(product.shows(page(loader(own.address))))
    form = writing(opened)
    form.get_by_label("How can we help?").fill(QUESTION)
    offers(opened).get_by_text(REFUND).click()
    form.get_by_role("button", name="Yes").click()
    expect(form.get_by_text("Thank you, we are glad it helped").first).to_be_visible()
    expect(form.get_by_text("How was our help?")).to_be_focused()
    assert violations(opened) == ""
    form.get_by_role("button", name="Good", exact=True).click()
    expect(form.get_by_text("Thank you", exact=True).first).to_be_visible()
    assert own.centre.awaited(RATED, 2) == [("suggestion_resolved", None), ("rating", 4)]
