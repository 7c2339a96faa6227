"""From the button to an answer or a person, by mouse and by keyboard, and what is kept of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Response, expect

from browser.hosts import Product, loader, page
from browser.watching import OpenPage, comes_true
from browser.widgeting import (
    QUESTION,
    Help,
    ask,
    box,
    focused,
    helping,
    launcher,
    panel,
    to_the_form,
)

DONE = """SELECT type, article FROM events WHERE type NOT IN ('form_open', 'read')
  ORDER BY at, id"""
LISTS = "SELECT query, surface FROM impressions WHERE typing = 0 ORDER BY at"
CASES = "SELECT count(DISTINCT case_id) FROM impressions"


@pytest.fixture
def own(lamps: Path, tmp_path: Path) -> Iterator[Help]:
    """A help centre of which nobody else asks anything."""
    with helping(lamps, tmp_path) as found:
        yield found


@pytest.fixture
def opened(own: Help, product: Product, open_page: OpenPage) -> Page:
    return open_page(product.shows(page(loader(own.address))))


def test_a_search_an_article_and_a_vote_are_one_case_of_the_widget(own: Help, opened: Page) -> None:
    ask(opened, "refund late")
    panel(opened).get_by_text("How long a refund takes").first.click()
    frame = opened.frame_locator("kb-widget iframe")
    expect(frame.get_by_text("Your bank needs three to five working days")).to_be_in_viewport()
    panel(opened).get_by_role("button", name="Yes").click()
    expect(panel(opened).get_by_text("Thank you, we are glad it helped").first).to_be_visible()
    done = own.centre.awaited(DONE, 2)
    assert sorted(done) == [("open", "refund-times"), ("resolved", "refund-times")]
    assert own.centre.rows(LISTS) == [("refund late", "widget")]
    assert own.centre.rows("SELECT DISTINCT surface FROM impressions") == [("widget",)]
    assert own.centre.rows(CASES) == [(1,)]


def test_the_next_page_of_a_site_goes_on_with_the_case(
    own: Help, product: Product, opened: Page
) -> None:
    for query in ("refund late", "reset the lamp"):
        opened.goto(product.shows(page(loader(own.address))))
        ask(opened, query)
        with opened.expect_response(settled):
            opened.keyboard.press("Enter")
    lists = own.centre.awaited(LISTS, 2)
    assert lists == [("refund late", "widget"), ("reset the lamp", "widget")]
    assert own.centre.rows(CASES) == [(1,)]


def settled(response: Response) -> bool:
    """Whether it answers a question, and not the letters of one."""
    return "/search?" in response.url and "typing" not in response.url


def test_no_asks_why_and_keeps_what_is_said(own: Help, opened: Page) -> None:
    ask(opened, "refund late")
    panel(opened).get_by_text("How long a refund takes").first.click()
    panel(opened).get_by_role("button", name="No", exact=True).click()
    panel(opened).get_by_text("It is out of date").click()
    expect(panel(opened).get_by_text("Thank you, that helps us").first).to_be_visible()
    why = "SELECT type, reason FROM events WHERE type = 'not_resolved' ORDER BY at"
    assert ("not_resolved", "out_of_date") in own.centre.awaited(why, 1)


def test_everything_can_be_done_by_keyboard(own: Help, opened: Page) -> None:
    opened.keyboard.press("Tab")
    assert "Help" in focused(opened)
    opened.keyboard.press("Enter")
    expect(box(opened)).to_be_focused()
    with opened.expect_response(lambda one: settled(one) and "q=refund+late" in one.url):
        opened.keyboard.type("refund late")
    expect(panel(opened).get_by_text("How long a refund takes").first).to_be_visible()
    opened.keyboard.press("ArrowDown")
    opened.keyboard.press("Enter")
    reach(opened, "Yes")
    opened.keyboard.press("Enter")
    expect(panel(opened).get_by_text("Thank you, we are glad it helped").first).to_be_visible()
    reach(opened, "Back", "Shift+Tab")
    opened.keyboard.press("Enter")
    expect(box(opened)).to_have_value("refund late")
    reach(opened, "Contact us")
    opened.keyboard.press("Enter")
    write(opened)
    reach(opened, "Send")
    opened.keyboard.press("Enter")
    expect(panel(opened).get_by_text("Your message has arrived")).to_be_visible()
    opened.keyboard.press("Escape")
    expect(panel(opened)).to_have_count(0)
    expect(launcher(opened)).to_be_focused()
    kinds = [kind for kind, _ in own.centre.awaited(DONE, 3)]
    assert sorted(kinds) == ["contact", "open", "resolved"]
    assert own.centre.rows("SELECT count(DISTINCT case_id) FROM events") == [(1,)]


def test_the_answer_to_the_whole_question_leaves_the_focus_where_it_is(opened: Page) -> None:
    opened.clock.install()
    opened.reload()
    launcher(opened).click()
    expect(box(opened)).to_be_focused()
    expect(opened.locator("kb-widget .waiting")).to_have_count(0)
    opened.clock.pause_at(dt.datetime.now(dt.UTC) + dt.timedelta(hours=1))
    opened.evaluate("window.told = 0; KB('on', 'search', () => { told += 1 })")
    opened.keyboard.type("refund late")
    opened.clock.run_for(200)
    expect(panel(opened).get_by_text("How long a refund takes").first).to_be_visible()
    opened.keyboard.press("ArrowDown")
    held = focused(opened)
    assert held.startswith("button")
    with opened.expect_response(settled):
        opened.clock.run_for(1100)
    opened.clock.resume()
    comes_true(opened, "told === 1")
    assert focused(opened) == held


def reach(opened: Page, name: str, key: str = "Tab") -> None:
    """Go on until the focus is on what is called so; it must be reached within a round."""
    for _ in range(40):
        if name in focused(opened):
            return
        opened.keyboard.press(key)
    pytest.fail(f"{name!r} cannot be reached with {key}; the focus is on {focused(opened)!r}")


def write(opened: Page) -> None:
    """Fill in the form as a person does, field after field."""
    form = panel(opened)
    form.get_by_label("Your e-mail address").fill("ana@example.org")
    form.get_by_label("Subject").fill("Refund")
    form.get_by_label("How can we help?").click()
    opened.keyboard.type(QUESTION)


def test_the_contact_form_offers_articles_and_one_of_them_may_end_it(
    own: Help, opened: Page
) -> None:
    launcher(opened).click()
    to_the_form(opened)
    write(opened)
    offer = panel(opened).get_by_text("How long a refund takes").first
    expect(offer).to_be_visible()
    offer.click()
    panel(opened).get_by_role("button", name="Yes").click()
    expect(panel(opened).get_by_text("Thank you, we are glad it helped").first).to_be_visible()
    assert sorted(own.centre.awaited(DONE, 2)) == [
        ("suggestion_open", "refund-times"),
        ("suggestion_resolved", "refund-times"),
    ]
    assert own.centre.rows("SELECT count(*) FROM tickets") == [(0,)]


def test_a_message_is_kept_with_what_was_tried_and_where_it_was_written(
    own: Help, opened: Page
) -> None:
    ask(opened, "refund late")
    panel(opened).get_by_text("How long a refund takes").first.click()
    panel(opened).get_by_role("button", name="Back").click()
    to_the_form(opened)
    write(opened)
    panel(opened).get_by_role("button", name="Send").click()
    expect(panel(opened).get_by_text("Your message has arrived")).to_be_visible()
    [(tried, written_on)] = own.centre.rows("SELECT tried, page FROM tickets")
    assert "refund-times" in tried
    assert written_on.startswith("http://localhost:")


def test_a_mistake_is_shown_at_its_field_and_nothing_is_lost(
    own: Help, product: Product, bare_tab: Page
) -> None:
    opened = bare_tab
    opened.goto(product.shows(page(loader(own.address))))
    launcher(opened).click()
    to_the_form(opened)
    form = panel(opened)
    form.get_by_label("Subject").fill("Refund")
    form.get_by_label("How can we help?").fill(QUESTION)
    form.get_by_label("Your e-mail address").fill("ana at example")
    form.get_by_role("button", name="Send").click()
    expect(form.get_by_label("Your e-mail address")).to_be_focused()
    expect(form.get_by_label("Your e-mail address")).to_have_attribute("aria-invalid", "true")
    expect(form.get_by_label("How can we help?")).to_have_value(QUESTION)
    assert own.centre.rows("SELECT count(*) FROM tickets") == [(0,)]


def test_looking_at_pages_is_not_kept(own: Help, product: Product, open_page: OpenPage) -> None:
    opened = open_page(product.shows(page(loader(own.address))))
    expect(launcher(opened)).to_be_visible()
    opened.reload()
    ask(opened, "refund late")
    assert own.centre.awaited(LISTS, 1) == [("refund late", "widget")]
    pages = (
        "SELECT count(*) FROM impressions WHERE query = '' AND at < (SELECT min(at) FROM events)"
    )
    assert own.centre.rows(pages) == [(0,)]
