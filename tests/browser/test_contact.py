"""The contact form in a real browser: articles while typing, a draft that survives, no traps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from visiting import Centre, open_centre

from browser.serving import SITE, running
from browser.watching import OpenPage, violations
from kb.store.database import Database
from kb.store.history import resolutions

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
QUESTION = "How long does my refund take? It is late."
DONE = "SELECT type, article FROM events WHERE type <> 'form_open' ORDER BY at, id"


@pytest.fixture
def centre(lamps: Path, tmp_path: Path) -> Centre:
    return open_centre(lamps, tmp_path, SITE, contact=CONTACT)


@pytest.fixture
def address(centre: Centre) -> Iterator[str]:
    with running(centre.app) as address:
        yield f"{address}/contact"


def write(page: Page, text: str = QUESTION) -> None:
    """Type as people do, and wait for what is offered."""
    page.get_by_label("How can we help?").click()
    page.keyboard.type(text)
    offers(page).first.wait_for()


def offers(page: Page) -> Any:
    return page.locator(".offers li")


def complete(page: Page) -> None:
    page.get_by_label("Your e-mail address").fill("ana@example.org")
    page.get_by_label("Subject").fill("Refund")


def send(page: Page) -> None:
    """Send it at a person's pace."""
    page.wait_for_timeout(3100)
    page.get_by_role("button", name="Send").click()


def test_typing_shows_articles_and_leaves_the_focus(
    address: str, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(address, viewport={"width": 1200, "height": 900})
    assert page.context.cookies() == []
    write(page)
    expect(page.get_by_label("How can we help?")).to_be_focused()
    assert 1 <= offers(page).count() <= 3
    expect(offers(page).first).to_contain_text("How long a refund takes")
    status = page.locator(".beside").get_by_role("status")
    expect(status).to_contain_text("after the form")
    form, beside = page.locator(".letter").bounding_box(), page.locator(".beside").bounding_box()
    assert form
    assert beside
    assert beside["x"] >= form["x"] + form["width"]
    assert violations(page) == ""
    page.screenshot(path=tmp_path / "typing.png", full_page=True)


def test_a_suggestion_opens_in_place_with_the_passage_that_answers(
    centre: Centre, address: str, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(address, viewport={"width": 1200, "height": 900})
    write(page)
    page.get_by_text("How long a refund takes").click()
    expect(offers(page).first.locator(".prose")).to_contain_text(
        "Your bank needs three to five working days"
    )
    link = offers(page).first.get_by_role("link", name="Open the article in a new tab")
    expect(link).to_have_attribute("href", "/articles/refund-times")
    assert violations(page) == ""
    page.screenshot(path=tmp_path / "open.png", full_page=True)
    page.emulate_media(color_scheme="dark")
    assert violations(page) == ""
    page.screenshot(path=tmp_path / "dark.png", full_page=True)
    assert centre.awaited(DONE, 1) == [("suggestion_open", "refund-times")]


def test_this_solved_it_ends_the_case_and_keeps_the_draft(
    centre: Centre, address: str, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(address)
    write(page)
    page.get_by_text("How long a refund takes").click()
    page.get_by_role("button", name="This solved it").click()
    expect(page.get_by_role("heading", name="Great, that is solved")).to_be_focused()
    expect(page.get_by_role("button", name="Send")).to_be_hidden()
    assert violations(page) == ""
    page.screenshot(path=tmp_path / "solved.png", full_page=True)
    page.get_by_role("button", name="Back to my message").click()
    expect(page.get_by_label("How can we help?")).to_have_value(QUESTION)
    assert centre.rows(DONE)[-1] == ("suggestion_resolved", "refund-times")
    assert centre.rows("SELECT count(*) FROM events WHERE type = 'form_open'") == [(1,)]


def test_not_this_takes_it_away_for_good(centre: Centre, address: str, open_page: OpenPage) -> None:
    page = open_page(address)
    write(page)
    before = offers(page).count()
    page.get_by_text("How long a refund takes").click()
    page.get_by_role("button", name="Not this").click()
    expect(offers(page)).to_have_count(before - 1)
    assert page.evaluate("document.activeElement.matches('summary, textarea')")
    page.get_by_label("How can we help?").click()
    with page.expect_response("**/api/v1/suggest"):
        page.keyboard.type(" My refund is late, very late.")
    page.reload()
    page.wait_for_timeout(800)
    expect(page.get_by_text("How long a refund takes")).to_have_count(0)
    assert ("suggestion_reject", "refund-times") in centre.awaited(DONE, 2)


def test_reload_and_back_keep_the_draft_and_sending_clears_it(
    centre: Centre, address: str, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(address)
    assert page.evaluate("sessionStorage.length") == 0
    complete(page)
    page.get_by_label("urgency").select_option("It cannot wait")
    write(page)
    page.reload()
    offers(page).first.wait_for()
    expect(page.get_by_label("How can we help?")).to_have_value(QUESTION)
    page.get_by_role("link", name="All articles").click()
    page.go_back()
    expect(page.get_by_label("Subject")).to_have_value("Refund")
    expect(page.get_by_label("urgency")).to_have_value("It cannot wait")
    send(page)
    page.get_by_role("heading", name="Your message has arrived").wait_for()
    assert violations(page) == ""
    page.screenshot(path=tmp_path / "sent.png", full_page=True)
    assert page.evaluate("sessionStorage.getItem('kb-contact')") is None
    page.goto(address)
    expect(page.get_by_label("How can we help?")).to_have_value("")
    [(tried,)] = centre.rows("SELECT tried FROM tickets")
    assert "refund-times" in tried


def test_everything_can_be_done_by_keyboard(
    centre: Centre, address: str, open_page: OpenPage
) -> None:
    page = open_page(address)
    page.get_by_label("Your name").focus()
    for text in ("Ana", "ana@example.org", "Refund", QUESTION):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    offers(page).first.wait_for()
    while not page.evaluate("document.activeElement.closest('.offers summary') !== null"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(offers(page).first.locator(".prose")).to_contain_text("bank")
    while page.evaluate("document.activeElement.textContent") != "Not this":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    while page.evaluate("document.activeElement.textContent") != "Send":
        page.keyboard.press("Shift+Tab")
    page.wait_for_timeout(1500)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Your message has arrived").wait_for()
    assert [kind for kind, _ in centre.rows(DONE)] == [
        "suggestion_open",
        "suggestion_reject",
        "contact",
    ]


def test_a_mistake_comes_back_with_every_word(
    address: str, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(address, viewport={"width": 1200, "height": 900})
    page.locator("form[data-drafts]").evaluate("form => form.noValidate = true")
    page.get_by_label("Your e-mail address").fill("ana at example")
    write(page)
    send(page)
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    assert violations(page) == ""
    page.screenshot(path=tmp_path / "mistakes.png", full_page=True)
    expect(page.get_by_label("How can we help?")).to_have_value(QUESTION)
    summary.get_by_role("link", name="Subject").click()
    expect(page.get_by_label("Subject")).to_be_focused()


def test_a_file_that_is_too_large_is_told_before_it_is_sent(
    address: str, open_page: OpenPage
) -> None:
    page = open_page(address)
    files = page.get_by_label("Files")
    files.set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"0" * 2000})
    assert files.evaluate("input => input.validationMessage") == "A file may have 1 kB."
    files.set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"0" * 200})
    assert files.evaluate("input => input.validationMessage") == ""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_suggestions_stand_below_the_form(
    address: str, open_page: OpenPage, tmp_path: Path, scheme: Any
) -> None:
    page = open_page(address, viewport={"width": 320, "height": 640}, color_scheme=scheme)
    write(page)
    page.get_by_text("How long a refund takes").click()
    expect(offers(page).first.locator(".prose")).to_contain_text("bank")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    button = page.get_by_role("button", name="Send").bounding_box()
    first = offers(page).first.bounding_box()
    assert button
    assert first
    assert first["y"] > button["y"]
    assert violations(page) == ""
    page.screenshot(path=tmp_path / "phone.png", full_page=True)


def test_without_scripts_send_shows_suggestions_once(
    centre: Centre, address: str, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(address, java_script_enabled=False)
    complete(page)
    page.get_by_label("How can we help?").fill(QUESTION)
    send(page)
    expect(page.get_by_role("link", name="How long a refund takes")).to_be_visible()
    page.screenshot(path=tmp_path / "offer.png", full_page=True)
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Send anyway").click()
    page.get_by_role("heading", name="Your message has arrived").wait_for()
    assert centre.rows("SELECT count(*) FROM tickets") == [(1,)]


@pytest.mark.parametrize("width", [320, 1200])
def test_the_page_between_form_and_ticket_keeps_nobody_out(
    address: str, open_page: OpenPage, width: int
) -> None:
    page = open_page(address, viewport={"width": width, "height": 800})
    complete(page)
    page.get_by_label("How can we help?").fill(QUESTION)
    page.evaluate("document.querySelector('[name=offered]').value = ''")
    send(page)
    page.get_by_role("button", name="Send anyway").wait_for()
    assert violations(page) == ""
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_holdout_sees_a_plain_form(lamps: Path, tmp_path: Path, open_page: OpenPage) -> None:
    centre = open_centre(lamps, tmp_path, SITE, contact=CONTACT, holdout=0.5)
    with running(centre.app) as address:
        arms = set()
        for _ in range(12):
            page = open_page(f"{address}/contact")
            with page.expect_response("**/api/v1/suggest") as answer:
                page.get_by_label("How can we help?").fill(QUESTION)
            held = answer.value.json()["holdout"]
            page.wait_for_timeout(100)
            assert (offers(page).count() == 0) == held
            arms.add(held)
        assert arms == {True, False}


def test_what_was_written_becomes_one_question_from_which_search_learns(
    centre: Centre, address: str, open_page: OpenPage
) -> None:
    page = open_page(address)
    with page.expect_response(lambda one: '"typing":false' in (one.request.post_data or "")):
        write(page, QUESTION[:30])
        page.keyboard.type(QUESTION[30:])
    page.get_by_text("How long a refund takes").click()
    page.get_by_role("button", name="This solved it").click()
    page.get_by_role("heading", name="Great, that is solved").wait_for()
    lists = "SELECT query, typing FROM impressions WHERE surface = 'suggest'"
    assert centre.rows(lists) == [(QUESTION, 0)]
    database = Database.open(f"sqlite:///{centre.file}")
    [learned] = resolutions(database)
    database.close()
    assert (learned.query, learned.article) == (QUESTION, "refund-times")


def test_short_drafts_ask_nothing(address: str, open_page: OpenPage) -> None:
    page = open_page(address)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.method))
    page.get_by_label("How can we help?").fill("refund")
    page.wait_for_timeout(800)
    assert "POST" not in asked
    with page.expect_request("**/api/v1/suggest"):
        page.get_by_label("How can we help?").fill("退款多久")


def test_blocked_storage_and_a_server_that_fails_leave_the_form(
    address: str, open_page: OpenPage
) -> None:
    page = open_page("about:blank")
    page.add_init_script(
        "Object.defineProperty(window, 'sessionStorage', { get() { throw new Error('no') } })"
    )
    page.goto(address)
    page.route("**/api/v1/suggest", lambda route: route.abort())
    complete(page)
    page.get_by_label("How can we help?").fill(QUESTION)
    send(page)
    page.get_by_role("heading", name="Your message has arrived").wait_for()
