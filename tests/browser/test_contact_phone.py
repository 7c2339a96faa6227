"""The contact form on a phone: suggestions in sight; and slips told early, and ways out of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Locator, Page, expect
from visiting import open_centre

from browser.contacting import QUESTION, Form, complete, offers, write
from browser.serving import SITE, running
from browser.watching import OpenPage, comes_true, violations
from webapp.patterns import browser_pattern

CONTACT: dict[str, Any] = {
    "webhooks": [{"name": "desk", "url": "https://desk.example.com/", "secret": "s" * 16}],
    "fields": [
        {
            "name": "order",
            "kind": "order_number",
            "pattern": "A[0-9]{6}",
            "hint": "A and six digits, such as A123456.",
        }
    ],
}
PHONE = {"width": 320, "height": 568}
MISFIT = "This does not look right. A and six digits, such as A123456."


@pytest.fixture(scope="module")
def form(lamps: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Form]:
    centre = open_centre(lamps, tmp_path_factory.mktemp("phone"), SITE, contact=CONTACT)
    with running(centre.app) as address:
        yield Form(f"{address}/contact", centre)


def line(page: Page) -> Locator:
    """What stands at the foot of the screen."""
    return page.locator(".peek")


def message(page: Page) -> Locator:
    return page.get_by_label("How can we help?")


def edges(found: Locator) -> tuple[float, float]:
    """Its upper and its lower edge on the screen."""
    box = found.bounding_box()
    assert box
    return box["y"], box["y"] + box["height"]


def test_on_a_phone_the_first_article_is_seen_while_typing(form: Form, open_page: OpenPage) -> None:
    page = open_page(form.address, viewport=PHONE, has_touch=True)
    expect(line(page)).to_be_hidden()
    write(page)
    expect(line(page)).to_contain_text("articles may answer this")
    expect(line(page)).to_contain_text("How long a refund takes")
    expect(message(page)).to_be_focused()
    assert edges(line(page))[1] == pytest.approx(PHONE["height"])
    assert edges(message(page))[1] <= edges(line(page))[0]
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert violations(page) == ""
    page.emulate_media(color_scheme="dark")
    assert violations(page) == ""


def test_what_is_written_at_the_edge_of_the_screen_is_not_covered(
    form: Form, open_page: OpenPage
) -> None:
    page = open_page(form.address, viewport=PHONE)
    message(page).evaluate(
        "one => scrollBy({ top: one.getBoundingClientRect().bottom - innerHeight,"
        " behavior: 'instant' })"
    )
    write(page)
    expect(line(page)).to_be_visible()
    assert edges(message(page))[1] <= edges(line(page))[0]


@pytest.mark.parametrize(
    "screen",
    [(320, 600), (375, 667), (390, 844), (375, 400)],
    ids=lambda size: f"{size[0]}x{size[1]}",
)
def test_the_line_never_covers_the_message_that_it_comes_to(
    form: Form, open_page: OpenPage, screen: tuple[int, int]
) -> None:
    page = open_page(form.address, viewport=dict(zip(("width", "height"), screen, strict=True)))
    page.get_by_label("Subject").click()
    page.keyboard.type("How long does my refund take?")
    page.keyboard.press("Tab")
    expect(line(page)).to_be_visible()
    expect(message(page)).to_be_focused()
    upper, lower = edges(message(page))
    assert upper >= 0
    assert lower <= edges(line(page))[0]


def test_what_has_no_room_above_the_line_is_seen_from_its_beginning(
    form: Form, open_page: OpenPage
) -> None:
    page = open_page(form.address, viewport={"width": 320, "height": 400})
    message(page).evaluate(
        "one => { one.style.height = '600px'; one.focus({ preventScroll: true });"
        " scrollBy({ top: one.getBoundingClientRect().top - 200, behavior: 'instant' }) }"
    )
    page.keyboard.type(QUESTION)
    expect(line(page)).to_be_visible()
    comes_true(page, "document.querySelector('#message').getBoundingClientRect().top < 20")
    assert edges(message(page))[0] >= 0


def test_whatever_gets_the_focus_is_not_covered(form: Form, open_page: OpenPage) -> None:
    page = open_page(form.address, viewport=PHONE)
    write(page)
    for found in page.locator(".letter :is(.field :is(input, textarea), .button)").all():
        page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
        found.focus()
        is_clear = "one => { const { x, bottom } = one.getBoundingClientRect();"
        is_clear += " return document.elementFromPoint(x + 9, bottom - 9) === one }"
        assert found.evaluate(is_clear), found


def test_the_line_leads_to_the_articles_and_back_leads_to_the_message(
    form: Form, open_page: OpenPage
) -> None:
    page = open_page(form.address, viewport=PHONE)
    write(page)
    line(page).click()
    expect(page.get_by_role("heading", name="This may answer it")).to_be_focused()
    expect(offers(page).first).to_be_in_viewport()
    expect(line(page)).to_be_hidden()
    page.go_back()
    expect(message(page)).to_be_in_viewport()
    expect(message(page)).to_have_value(QUESTION)
    expect(line(page)).to_be_visible()


def test_the_line_goes_with_what_it_leads_to(form: Form, open_page: OpenPage) -> None:
    page = open_page(form.address, viewport=PHONE)
    write(page)
    expect(line(page)).to_be_visible()
    message(page).fill("")
    expect(line(page)).to_be_hidden()


def test_the_line_is_there_again_on_the_way_back_to_the_message(
    form: Form, open_page: OpenPage
) -> None:
    page = open_page(form.address, viewport=PHONE)
    write(page)
    offers(page).get_by_text("How long a refund takes").click()
    page.get_by_role("button", name="This solved it").click()
    expect(page.get_by_role("heading", name="Great, that is solved")).to_be_focused()
    expect(line(page)).to_be_hidden()
    page.get_by_role("button", name="Back to my message").click()
    expect(message(page)).to_be_focused()
    expect(line(page)).to_be_visible()


def test_where_the_articles_stand_beside_the_form_there_is_no_line(
    form: Form, open_page: OpenPage
) -> None:
    page = open_page(form.address, viewport={"width": 1200, "height": 500})
    write(page)
    expect(line(page)).to_be_hidden()


VIEW = """
const view = Object.assign(new EventTarget(), { offsetTop: 0, height: 568 });
Object.defineProperty(window, "visualViewport", { value: view });
window.leave = (height) => { view.height = height; view.dispatchEvent(new Event("resize")) };
"""
"""A screen of which a keyboard can take a part: the real one needs fingers."""


def test_a_keyboard_does_not_hide_the_line(form: Form, open_page: OpenPage) -> None:
    page = open_page("about:blank", viewport=PHONE)
    page.add_init_script(VIEW)
    page.goto(form.address)
    write(page)
    for height in (300, 400, PHONE["height"]):
        page.evaluate(f"leave({height})")
        assert edges(line(page))[1] == pytest.approx(height)
    page.evaluate("leave(200)")  # what is left is needed for the message
    expect(line(page)).to_be_hidden()


def test_a_slip_is_told_when_the_field_is_left(form: Form, open_page: OpenPage) -> None:
    page = open_page(form.address)
    order = page.get_by_label("Order number")
    order.focus()
    page.keyboard.type("12345")
    expect(page.get_by_text(MISFIT)).to_have_count(0)  # it is being written
    page.keyboard.press("Tab")
    expect(page.locator("#order-mistake")).to_have_text(MISFIT)
    expect(order).to_have_attribute("aria-describedby", "order-mistake order-hint")
    expect(page.get_by_label("Files")).to_be_focused()
    expect(page.locator(".beside").get_by_role("status")).to_have_text(f"Order number: {MISFIT}")
    assert violations(page) == ""
    complete(page)
    message(page).fill(QUESTION)
    form.send(page)
    expect(order).to_be_focused()
    assert order.evaluate("input => input.validationMessage") == MISFIT
    order.fill("A123456")
    expect(page.locator("#order-mistake")).to_have_count(0)
    expect(order).not_to_have_attribute("aria-invalid", "true")
    form.send(page)
    page.get_by_role("heading", name="Your message has arrived").wait_for()


LITERAL = r"A x 0 - \. \- \] . [0-9] [^A-Z] [a\-x] [\]x] \d \w"
PIECES = st.sampled_from(f"{LITERAL} [ ] ^ $ ( (?: (?! (?i) ) | * + ? {{2}} {{,2}}".split())
LETTERS = st.characters(min_codepoint=32, max_codepoint=126, include_characters="é\u0663")
IN_THE_BROWSER = """([pattern, value]) => {
  try { return new RegExp(`^(?:${pattern})$`, "u").test(value) } catch { return null }
}"""


@pytest.fixture(scope="module")
def blank(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page()
    yield page
    page.close()


@pytest.mark.filterwarnings("ignore:Possible:FutureWarning")  # of brackets within brackets
@given(st.lists(PIECES, min_size=1, max_size=6).map("".join), st.data())
@settings(max_examples=200, deadline=None)
def test_no_browser_refuses_what_the_server_takes(
    blank: Page, pattern: str, data: st.DataObject
) -> None:
    handed_on = browser_pattern(pattern)
    assume(handed_on and is_regular(pattern))
    value = data.draw(st.from_regex(pattern, fullmatch=True, alphabet=LETTERS))
    assert blank.evaluate(IN_THE_BROWSER, [handed_on, value]) in {True, None}


def is_regular(pattern: str) -> bool:
    """Whether the settings take it."""
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def test_who_leaves_after_it_was_solved_finds_the_form_empty(
    form: Form, open_page: OpenPage
) -> None:
    page = open_page(form.address)
    write(page)
    offers(page).get_by_text("How long a refund takes").click()
    page.get_by_role("button", name="This solved it").click()
    page.get_by_role("link", name="Go to the start page").click()
    page.wait_for_url("**/")
    comes_true(page, "sessionStorage.getItem('kb-contact') === null")
    page.goto(form.address)
    expect(message(page)).to_have_value("")


def test_back_after_a_mistake_that_was_mended_leads_to_the_form(
    form: Form, open_page: OpenPage
) -> None:
    page = open_page(form.address)
    page.locator("form[data-drafts]").evaluate("form => form.noValidate = true")
    complete(page)
    page.get_by_label("Your e-mail address").fill("ana at example")
    message(page).fill(QUESTION)
    form.send(page)
    page.get_by_role("alert").wait_for()
    page.reload()
    expect(message(page)).to_have_value(QUESTION)
    page.get_by_label("Your e-mail address").fill("ana@example.org")
    form.send(page)
    page.get_by_role("heading", name="Your message has arrived").wait_for()
    answer = page.go_back()
    assert answer
    assert answer.status == 200
    expect(page.get_by_role("heading", name="Contact us")).to_be_visible()
    expect(message(page)).to_have_value("")
