"""The contact form in a real browser: articles while typing, a draft that survives, no traps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from visiting import open_centre

from browser.contacting import QUESTION, Form, asked, complete, offers, write
from browser.serving import SITE, running
from browser.watching import OpenPage, comes_true, violations
from kb.store.database import Database
from kb.store.history import resolutions
from webapp.written import LEAST_SECONDS

CONTACT: dict[str, Any] = {
    "webhooks": [{"name": "desk", "url": "https://desk.example.com/", "secret": "s" * 16}],
    "fields": [
        {"name": "product", "kind": "product"},
        {"name": "urgency", "kind": "choice", "choices": ["It can wait", "It cannot wait"]},
    ],
    "attachments": {"most": 2, "most_bytes": 1000},
    "channels": [
        {"kind": "email", "name": "E-mail", "address": "help@example.com"},
        {"kind": "phone", "name": "Telephone", "address": "+49 30 1234", "hours": "9 to 5"},
    ],
    "hours": {"time_zone": "Europe/Berlin", "open": [{}], "answer_hours": 8},
}
DONE = "SELECT type, article FROM events WHERE type <> 'form_open' ORDER BY at, id"
PAUSE_MS, SETTLED_MS = 400, 2000
"""After the last key: suggestions are asked for, and what was written is a question."""


@pytest.fixture(scope="module")
def form(lamps: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Form]:
    """For who does not ask what was written down."""
    centre = open_centre(lamps, tmp_path_factory.mktemp("contact"), SITE, contact=CONTACT)
    with running(centre.app) as address:
        yield Form(f"{address}/contact", centre)


@pytest.fixture
def own(lamps: Path, tmp_path: Path) -> Iterator[Form]:
    """Where nobody else writes."""
    centre = open_centre(lamps, tmp_path, SITE, contact=CONTACT)
    with running(centre.app) as address:
        yield Form(f"{address}/contact", centre)


def test_typing_shows_articles_and_leaves_the_focus(form: Form, open_page: OpenPage) -> None:
    page = open_page(form.address, viewport={"width": 1200, "height": 900})
    assert page.context.cookies() == []
    write(page)
    expect(page.get_by_label("How can we help?")).to_be_focused()
    assert 1 <= offers(page).count() <= 3
    expect(offers(page).first).to_contain_text("How long a refund takes")
    status = page.locator(".beside").get_by_role("status")
    expect(status).to_contain_text("after the form")
    letter, beside = page.locator(".letter").bounding_box(), page.locator(".beside").bounding_box()
    assert letter
    assert beside
    assert beside["x"] >= letter["x"] + letter["width"]
    assert violations(page) == ""


def test_a_suggestion_opens_in_place_with_the_passage_that_answers(
    own: Form, open_page: OpenPage
) -> None:
    page = open_page(own.address, viewport={"width": 1200, "height": 900})
    write(page)
    offers(page).get_by_text("How long a refund takes").click()
    expect(offers(page).first.locator(".prose")).to_contain_text(
        "Your bank needs three to five working days"
    )
    link = offers(page).first.get_by_role("link", name="Open the article in a new tab")
    expect(link).to_have_attribute("href", "/articles/refund-times")
    assert violations(page) == ""
    page.emulate_media(color_scheme="dark")
    assert violations(page) == ""
    assert own.centre.awaited(DONE, 1) == [("suggestion_open", "refund-times")]


def test_lists_in_a_suggestion_keep_their_marks(form: Form, open_page: OpenPage) -> None:
    page = open_page(form.address)
    text = "<article class='prose'><p>Of each:</p><ul><li>One</li><li>Two</li></ul></article>"
    page.route("**/articles/**", lambda route: route.fulfill(content_type="text/html", body=text))
    write(page)
    offers(page).get_by_text("How long a refund takes").click()
    listed = offers(page).first.locator(".prose ul")
    listed.wait_for()
    assert listed.evaluate("one => getComputedStyle(one).listStyleType") != "none"


def test_this_solved_it_ends_the_case_and_keeps_the_draft(own: Form, open_page: OpenPage) -> None:
    page = open_page(own.address)
    write(page)
    offers(page).get_by_text("How long a refund takes").click()
    page.get_by_role("button", name="This solved it").click()
    expect(page.get_by_role("heading", name="Great, that is solved")).to_be_focused()
    expect(page.get_by_role("button", name="Send")).to_be_hidden()
    assert violations(page) == ""
    page.get_by_role("button", name="Back to my message").click()
    expect(page.get_by_label("How can we help?")).to_have_value(QUESTION)
    done = own.centre.awaited(DONE, 2)
    assert ("suggestion_resolved", "refund-times") in done
    assert own.centre.rows("SELECT count(*) FROM events WHERE type = 'form_open'") == [(1,)]


def solve(page: Page) -> None:
    """Find the answer beside the form."""
    write(page)
    offers(page).get_by_text("How long a refund takes").click()
    page.get_by_role("button", name="This solved it").click()
    expect(page.get_by_role("heading", name="Great, that is solved")).to_be_focused()


def test_how_it_was_is_said_with_one_click(own: Form, open_page: OpenPage) -> None:
    page = open_page(own.address)
    solve(page)
    page.get_by_role("button", name="Good", exact=True).click()
    expect(page.get_by_role("heading", name="Thank you", exact=True)).to_be_focused()
    expect(page.get_by_role("button", name="Good", exact=True)).to_have_count(0)
    assert page.url == own.address
    assert violations(page) == ""
    rated = "SELECT article, rating, rejected FROM events WHERE type = 'rating'"
    assert own.centre.awaited(rated, 1) == [("refund-times", 4, None)]
    assert own.centre.rows("SELECT count(*) FROM cases") == [(1,)]


def test_how_it_was_can_be_said_again_where_it_did_not_arrive(
    form: Form, open_page: OpenPage
) -> None:
    page = open_page(form.address)
    solve(page)
    page.route("**/api/v1/events", lambda route: route.abort())
    page.get_by_role("button", name="Very good").click()
    status = page.locator(".solved").get_by_role("status")
    expect(status).to_have_text("Your answer could not be sent. Please try again in a moment.")
    page.unroute("**/api/v1/events")
    page.get_by_role("button", name="Very good").click()
    expect(page.get_by_role("heading", name="Thank you", exact=True)).to_be_focused()
    expect(status).to_have_text("")


def test_not_this_takes_it_away_for_good(own: Form, open_page: OpenPage) -> None:
    page = open_page(own.address)
    write(page)
    before = offers(page).count()
    assert before > 1
    offers(page).get_by_text("How long a refund takes").click()
    page.get_by_role("button", name="Not this").click()
    expect(offers(page)).to_have_count(before - 1)
    assert page.evaluate("document.activeElement.matches('summary, textarea')")
    page.get_by_label("How can we help?").click()
    more = " My refund is late, very late."
    with page.expect_response(lambda one: asked(one) == QUESTION + more):
        page.keyboard.type(more)
    page.reload()
    offers(page).first.wait_for()
    expect(page.get_by_text("How long a refund takes")).to_have_count(0)
    assert ("suggestion_reject", "refund-times") in own.centre.awaited(DONE, 2)


def test_reload_and_back_keep_the_draft_and_sending_clears_it(
    own: Form, open_page: OpenPage
) -> None:
    page = open_page(own.address)
    assert page.evaluate("sessionStorage.length") == 0
    complete(page)
    page.get_by_label("urgency").select_option("It cannot wait")
    write(page)
    page.reload()
    offers(page).first.wait_for()
    expect(page.get_by_label("How can we help?")).to_have_value(QUESTION)
    page.get_by_role("link", name="All articles").click()
    page.get_by_role("heading", name="All articles").wait_for()
    page.go_back()
    expect(page.get_by_label("Subject")).to_have_value("Refund")
    expect(page.get_by_label("urgency")).to_have_value("It cannot wait")
    own.send(page)
    page.get_by_role("heading", name="Your message has arrived").wait_for()
    comes_true(page, "sessionStorage.getItem('kb-contact') === null")
    assert violations(page) == ""
    page.goto(own.address)
    expect(page.get_by_label("How can we help?")).to_have_value("")
    [(tried,)] = own.centre.rows("SELECT tried FROM tickets")
    assert "refund-times" in tried


def test_everything_can_be_done_by_keyboard_at_a_persons_pace(
    own: Form, open_page: OpenPage
) -> None:
    page = open_page(own.address)
    page.get_by_label("Your name").focus()
    for text in ("Ana", "ana@example.org", "Refund", QUESTION):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    offers(page).first.wait_for()
    reach(page, ".offers summary")
    page.keyboard.press("Enter")
    expect(offers(page).first.locator(".prose")).to_contain_text("bank")
    reach(page, "text=Not this")
    page.keyboard.press("Enter")
    reach(page, ".letter >> text=Send", "Shift+Tab")
    comes_true(page, f"performance.now() > {HANDED_OUT} + {LEAST_SECONDS * 1000}")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Your message has arrived").wait_for()
    assert [kind for kind, _ in own.centre.awaited(DONE, 3)] == [
        "suggestion_open",
        "suggestion_reject",
        "contact",
    ]


HANDED_OUT = "performance.getEntriesByType('navigation')[0].responseStart"


def reach(page: Page, what: str, key: str = "Tab") -> None:
    """Go on until the focus is there; it must be reached within a round."""
    found = page.locator(f"{what} >> nth=0")
    for _ in range(60):
        if found.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press(key)
    pytest.fail(f"{what!r} cannot be reached with {key}")


def test_a_mistake_comes_back_with_every_word(form: Form, open_page: OpenPage) -> None:
    page = open_page(form.address, viewport={"width": 1200, "height": 900})
    page.locator("form[data-drafts]").evaluate("form => form.noValidate = true")
    page.get_by_label("Your e-mail address").fill("ana at example")
    write(page)
    form.send(page)
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    assert violations(page) == ""
    expect(page.get_by_label("How can we help?")).to_have_value(QUESTION)
    summary.get_by_role("link", name="Subject").click()
    expect(page.get_by_label("Subject")).to_be_focused()


def test_a_file_that_is_too_large_is_told_before_it_is_sent(
    form: Form, open_page: OpenPage
) -> None:
    page = open_page(form.address)
    files = page.get_by_label("Files")
    files.set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"0" * 2000})
    assert files.evaluate("input => input.validationMessage") == "A file may have 1 kB."
    files.set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"0" * 200})
    assert files.evaluate("input => input.validationMessage") == ""


def test_on_a_phone_suggestions_stand_below_the_form(form: Form, open_page: OpenPage) -> None:
    page = open_page(form.address, viewport={"width": 320, "height": 640})
    write(page)
    offers(page).get_by_text("How long a refund takes").click()
    expect(offers(page).first.locator(".prose")).to_contain_text("bank")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    button = page.get_by_role("button", name="Send").bounding_box()
    first = offers(page).first.bounding_box()
    assert button
    assert first
    assert first["y"] > button["y"]
    assert violations(page) == ""
    page.emulate_media(color_scheme="dark")
    assert violations(page) == ""


def test_without_scripts_send_shows_suggestions_once(own: Form, open_page: OpenPage) -> None:
    page = open_page(own.address, java_script_enabled=False)
    complete(page)
    page.get_by_label("How can we help?").fill(QUESTION)
    own.send(page)
    expect(page.get_by_role("link", name="How long a refund takes")).to_be_visible()
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Send anyway").click()
    page.get_by_role("heading", name="Your message has arrived").wait_for()
    assert own.centre.rows("SELECT count(*) FROM tickets") == [(1,)]


def test_without_scripts_a_suggestion_solves_it_and_one_click_says_how_it_was(
    own: Form, open_page: OpenPage
) -> None:
    page = open_page(own.address, java_script_enabled=False)
    complete(page)
    page.get_by_label("How can we help?").fill(QUESTION)
    own.send(page)
    page.get_by_role("button", name="This solved it").first.click()
    page.get_by_role("heading", name="Great, that is solved").wait_for()
    page.get_by_role("button", name="Very good").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    rated = "SELECT rating, rejected FROM events WHERE type = 'rating'"
    assert own.centre.rows(rated) == [(5, None)]


def test_without_scripts_back_leads_to_everything_that_was_typed(
    form: Form, open_page: OpenPage
) -> None:
    page = open_page(form.address, java_script_enabled=False)
    complete(page)
    page.get_by_label("How can we help?").fill(QUESTION)
    form.send(page)
    page.get_by_role("button", name="Send anyway").wait_for()
    page.go_back()
    expect(page.get_by_label("Subject")).to_have_value("Refund")
    expect(page.get_by_label("How can we help?")).to_have_value(QUESTION)


def test_a_message_that_is_too_long_is_told_and_not_cut(form: Form, open_page: OpenPage) -> None:
    page = open_page(form.address)
    complete(page)
    story = "It is late. " * 2_500
    page.get_by_label("How can we help?").click()
    page.keyboard.insert_text(story)
    expect(page.get_by_label("How can we help?")).to_have_value(story)
    form.send(page)
    expect(page.get_by_role("alert")).to_contain_text("This is too long")
    expect(page.get_by_label("How can we help?")).to_have_value(story.strip())


def test_the_page_between_form_and_ticket_keeps_nobody_out(form: Form, open_page: OpenPage) -> None:
    page = open_page(form.address)
    complete(page)
    page.get_by_label("How can we help?").fill(QUESTION)
    page.evaluate("document.querySelector('[name=offered]').value = ''")
    form.send(page)
    page.get_by_role("button", name="Send anyway").wait_for()
    for width in (320, 1200):
        page.set_viewport_size({"width": width, "height": 800})
        assert violations(page) == ""
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.set_viewport_size({"width": 260, "height": 800})  # one below the other
    send, change = (
        page.get_by_role("button", name=name).bounding_box()
        for name in ("Send anyway", "Change my message")
    )
    assert send
    assert change
    assert change["x"] == send["x"]
    assert change["y"] >= send["y"] + send["height"] + 4


def test_the_holdout_sees_a_plain_form(lamps: Path, tmp_path: Path, open_page: OpenPage) -> None:
    centre = open_centre(lamps, tmp_path, SITE, contact=CONTACT, holdout=0.5)
    with running(centre.app) as address:
        arms: set[bool] = set()
        for _ in range(VISITORS):
            page = open_page(f"{address}/contact")
            with page.expect_response("**/api/v1/suggest") as answer:
                page.get_by_label("How can we help?").fill(QUESTION)
            found = answer.value.json()
            page.evaluate("() => new Promise((done) => setTimeout(done, 100))")
            expect(offers(page)).to_have_count(0 if found["holdout"] else len(found["suggestions"]))
            arms.add(found["holdout"])
            page.context.close()
            if len(arms) == 2:
                return
    pytest.fail(f"{VISITORS} visitors, and all of them in {arms}")


VISITORS = 20
"""Once in half a million times they are all in one arm."""


def test_what_was_written_becomes_one_question_from_which_search_learns(
    own: Form, open_page: OpenPage
) -> None:
    page = open_page("about:blank")
    page.clock.install()
    page.goto(own.address)
    page.clock.pause_at(dt.datetime.now(dt.UTC) + dt.timedelta(hours=1))
    page.get_by_label("How can we help?").click()
    page.keyboard.type(QUESTION[:30])
    with page.expect_response(lambda one: asked(one) == QUESTION[:30]):
        page.clock.run_for(PAUSE_MS)
    page.keyboard.type(QUESTION[30:])
    with page.expect_response(lambda one: asked(one) == QUESTION):
        page.clock.run_for(PAUSE_MS)
    with page.expect_response(lambda one: '"typing":false' in (one.request.post_data or "")):
        page.clock.run_for(SETTLED_MS)
    page.clock.resume()
    offers(page).get_by_text("How long a refund takes").click()
    page.get_by_role("button", name="This solved it").click()
    page.get_by_role("heading", name="Great, that is solved").wait_for()
    lists = "SELECT query, typing FROM impressions WHERE surface = 'suggest'"
    assert own.centre.rows(lists) == [(QUESTION, 0)]
    database = Database.open(f"sqlite:///{own.centre.file}")
    [learned] = resolutions(database)
    database.close()
    assert (learned.query, learned.article) == (QUESTION, "refund-times")


def test_short_drafts_ask_nothing(form: Form, open_page: OpenPage) -> None:
    page = open_page("about:blank")
    page.clock.install()
    page.goto(form.address)
    methods: list[str] = []
    page.on("request", lambda request: methods.append(request.method))
    page.get_by_label("How can we help?").fill("refund")
    page.clock.run_for(2 * SETTLED_MS)
    assert "POST" not in methods
    with page.expect_request("**/api/v1/suggest"):
        page.get_by_label("How can we help?").fill("退款多久")


def test_blocked_storage_and_a_server_that_fails_leave_the_form(
    form: Form, open_page: OpenPage
) -> None:
    page = open_page("about:blank")
    page.add_init_script(
        "Object.defineProperty(window, 'sessionStorage', { get() { throw new Error('no') } })"
    )
    page.goto(form.address)
    page.route("**/api/v1/suggest", lambda route: route.abort())
    complete(page)
    page.get_by_label("How can we help?").fill(QUESTION)
    form.send(page)
    page.get_by_role("heading", name="Your message has arrived").wait_for()
