"""Pages as guarded as they get, and pages that attack: the widget works, and looks, the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.hosts import POLICY, Product, loader, page
from browser.watching import OpenPage
from browser.widgeting import Help, box, launcher, panel, to_the_form

BROKEN = """
window.broken = [];
addEventListener("securitypolicyviolation", (event) => broken.push(
  `${event.effectiveDirective} ${event.blockedURI} ${event.sample}`), true);
"""
TRUSTED = "; require-trusted-types-for 'script'; trusted-types 'none'"
ISOLATED = {
    "Cross_Origin_Embedder_Policy": "require-corp",
    "Cross_Origin_Opener_Policy": "same-origin",
}


def test_the_article_about_installing_documents_these_lines_and_no_more() -> None:
    article = Path(__file__).parents[2] / "articles" / "for-operators" / "widget.md"
    [lines] = re.findall(r"```text\n(script-src.*?)```", article.read_text("utf-8"), re.DOTALL)
    documented = " ".join(lines.split())
    assert POLICY.format("https://help.acme.example") == f"default-src 'none'; {documented}"


def go_through(opened: Page) -> None:
    """Search, read, say that it helped, go back, and look at the contact form."""
    launcher(opened).click()
    box(opened).fill("refund late")
    panel(opened).get_by_text("How long a refund takes").first.click()
    frame = opened.frame_locator("kb-widget iframe")
    expect(frame.get_by_text("Your bank needs three to five working days")).to_be_visible()
    panel(opened).get_by_role("button", name="Yes").click()
    expect(panel(opened).get_by_text("Thank you, we are glad it helped").first).to_be_visible()
    panel(opened).get_by_role("button", name="Back").click()
    to_the_form(opened)
    expect(panel(opened).get_by_role("button", name="Send")).to_be_visible()


@pytest.fixture
def guarded(open_page: OpenPage) -> Page:
    opened = open_page("about:blank")
    opened.add_init_script(BROKEN)
    return opened


@pytest.mark.parametrize("trusted", ["", TRUSTED], ids=["plain", "Trusted Types"])
def test_under_the_documented_lines_nothing_is_violated(
    help_centre: Help, product: Product, guarded: Page, trusted: str
) -> None:
    policy = POLICY.format(help_centre.address) + trusted
    guarded.goto(product.shows(page(loader(help_centre.address)), policy))
    go_through(guarded)
    assert guarded.evaluate("broken") == []


def test_the_demonstration_of_a_strict_policy_keeps_its_word(demo: str, guarded: Page) -> None:
    guarded.goto(f"{demo}/demo/strict")
    assert guarded.evaluate("crossOriginIsolated")
    launcher(guarded).click()
    box(guarded).fill("refund late")
    panel(guarded).get_by_text("How long a refund takes").first.click()
    frame = guarded.frame_locator("kb-widget iframe")
    expect(frame.get_by_text("Your bank needs three to five working days")).to_be_visible()
    assert guarded.evaluate("broken") == []
    assert guarded.context.cookies() == []


@pytest.mark.parametrize("trust", ["'nonce-abc'", "'nonce-abc' 'strict-dynamic'"])
def test_a_page_that_names_its_scripts_by_nonce_needs_no_host(
    help_centre: Help, product: Product, guarded: Page, trust: str
) -> None:
    policy = POLICY.format(help_centre.address).replace(
        f"script-src {help_centre.address}", f"script-src {trust}"
    )
    guarded.goto(product.shows(page(loader(help_centre.address, "nonce=abc")), policy))
    go_through(guarded)
    assert guarded.evaluate("broken") == []


def test_a_page_that_is_isolated_from_other_origins_can_have_it(
    help_centre: Help, product: Product, guarded: Page
) -> None:
    guarded.goto(product.shows(page(loader(help_centre.address)), **ISOLATED))
    assert guarded.evaluate("crossOriginIsolated")
    go_through(guarded)


@pytest.fixture(scope="module")
def still(chromium: Browser) -> Iterator[Page]:
    """A page on which nothing moves, so that a picture of it is one of every moment."""
    context = chromium.new_context(reduced_motion="reduce", viewport={"width": 1200, "height": 900})
    yield context.new_page()
    context.close()


CORNER: Any = {"x": 1000, "y": 800, "width": 200, "height": 100}
SIDE: Any = {"x": 740, "y": 0, "width": 460, "height": 900}


def pictures(still: Page, address: str) -> list[bytes]:
    """What the widget looks like: closed, opened, with results, with an article."""
    still.goto(address)
    found = []
    expect(launcher(still)).to_be_visible()
    found.append(still.screenshot(clip=CORNER))
    launcher(still).click()
    expect(box(still)).to_be_focused()
    found.append(at_rest(still))
    with still.expect_response(lambda one: "q=refund+late" in one.url and "typing" not in one.url):
        still.keyboard.type("refund late")
    expect(panel(still).get_by_text("How long a refund takes").first).to_be_visible()
    found.append(at_rest(still))
    panel(still).get_by_text("How long a refund takes").first.click()
    frame = still.frame_locator("kb-widget iframe")
    expect(frame.get_by_text("Your bank needs three to five working days")).to_be_visible()
    found.append(at_rest(still))
    return found


def at_rest(still: Page) -> bytes:
    """The panel as soon as nothing is waited for, and it looks the same twice."""
    expect(still.locator("kb-widget .waiting")).to_have_count(0)
    before = b""
    while (now := still.screenshot(clip=SIDE, caret="hide")) != before:
        before = now
    return now


def test_on_a_hostile_page_it_looks_as_on_the_plain_one(demo: str, still: Page) -> None:
    plain = pictures(still, f"{demo}/demo/plain")
    hostile = pictures(still, f"{demo}/demo/hostile")
    assert len(set(plain)) == len(plain), "these are different states"
    assert [state for state, one in enumerate(plain) if hostile[state] != one] == []


@pytest.mark.parametrize("page_name", ["hostile", "plain"])
def test_the_whole_way_can_be_gone_on_a_hostile_page_too(
    demo: str, open_page: OpenPage, page_name: str
) -> None:
    opened = open_page(f"{demo}/demo/{page_name}")
    launcher(opened).click()
    box(opened).fill("refund late")
    panel(opened).get_by_text("How long a refund takes").first.click()
    frame = opened.frame_locator("kb-widget iframe")
    expect(frame.get_by_text("Your bank needs three to five working days")).to_be_visible()
    panel(opened).get_by_role("button", name="Yes").click()
    expect(panel(opened).get_by_text("Thank you, we are glad it helped").first).to_be_visible()
