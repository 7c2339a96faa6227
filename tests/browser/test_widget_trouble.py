"""A help centre that is down, slow or mad costs the page nothing, and readers get plain words."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.hosts import POLICY, Mood, Product, loader, page
from browser.watching import comes_true, violations
from browser.widgeting import Help, box, helping, launcher, panel

WORKS = "() => { document.querySelector('h1').textContent = 'It works'; return hurt; }"
UNAVAILABLE = "Help is not available right now."


def is_told(bare_tab: Page, help_centre: Help) -> None:
    """Plain words, and a link to the portal."""
    said = bare_tab.locator("kb-widget").get_by_text(UNAVAILABLE)
    expect(said.first).to_be_visible()
    link = bare_tab.locator("kb-widget").get_by_role("link", name="Open the help centre").first
    assert str(link.get_attribute("href")).startswith(help_centre.address)
    assert violations(bare_tab) == ""


@pytest.mark.parametrize("mood", ["broken", "malformed", "misshapen"])
def test_a_server_that_answers_nonsense_is_told_in_plain_words(
    liar: Help, product: Product, bare_tab: Page, mood: Mood
) -> None:
    liar.moody.mood = mood
    bare_tab.goto(product.shows(page(loader(liar.address))))
    launcher(bare_tab).click()
    is_told(bare_tab, liar)
    assert bare_tab.evaluate(WORKS) == []


@pytest.mark.parametrize("mood", ["broken", "malformed", "misshapen"])
def test_a_search_that_fails_is_told_and_the_next_one_works(
    liar: Help, product: Product, bare_tab: Page, mood: Mood
) -> None:
    liar.moody.mood = "well"
    bare_tab.goto(product.shows(page(loader(liar.address))))
    launcher(bare_tab).click()
    expect(box(bare_tab)).to_be_focused()
    liar.moody.mood = mood
    bare_tab.keyboard.type("refund")
    is_told(bare_tab, liar)
    liar.moody.mood = "well"
    bare_tab.keyboard.type(" late")
    expect(panel(bare_tab).get_by_text("How long a refund takes").first).to_be_visible()
    assert bare_tab.evaluate(WORKS) == []


def test_an_article_that_cannot_be_asked_for_is_told_and_can_be_asked_for_again(
    liar: Help, product: Product, bare_tab: Page
) -> None:
    liar.moody.mood = "well"
    bare_tab.goto(product.shows(page(loader(liar.address))))
    launcher(bare_tab).click()
    expect(box(bare_tab)).to_be_focused()
    liar.moody.mood = "broken"
    bare_tab.evaluate("window.failed = 0; KB('on', 'error', () => { failed += 1 })")
    bare_tab.evaluate("KB('article', 'refund-times')")
    is_told(bare_tab, liar)
    panel(bare_tab).get_by_role("button", name="Try again").click()
    comes_true(bare_tab, "failed === 2")
    panel(bare_tab).get_by_role("button", name="Back").click()
    expect(box(bare_tab)).to_be_visible()
    bare_tab.evaluate("KB('article', 'refund-times')")
    is_told(bare_tab, liar)
    liar.moody.mood = "well"
    panel(bare_tab).get_by_role("button", name="Try again").click()
    frame = bare_tab.frame_locator("kb-widget iframe")
    expect(frame.get_by_role("heading", level=1)).to_have_text("How long a refund takes")
    panel(bare_tab).get_by_role("button", name="Back").click()
    expect(box(bare_tab)).to_be_visible()
    assert bare_tab.evaluate(WORKS) == []


def test_a_stopped_server_is_told_and_the_page_is_as_it_was(
    lamps: Path, tmp_path: Path, product: Product, bare_tab: Page
) -> None:
    with helping(lamps, tmp_path) as stopping:
        bare_tab.goto(product.shows(page(loader(stopping.address))))
        expect(launcher(bare_tab)).to_be_visible()
    launcher(bare_tab).click()
    is_told(bare_tab, stopping)
    bare_tab.keyboard.press("Escape")
    expect(bare_tab.locator("kb-widget").get_by_text(UNAVAILABLE)).to_have_count(0)
    assert bare_tab.evaluate(WORKS) == []


def test_a_file_that_is_not_the_one_that_the_loader_knows_is_not_run(
    liar: Help, product: Product, bare_tab: Page
) -> None:
    liar.moody.mood = "tampered"
    bare_tab.goto(product.shows(page(loader(liar.address))))
    launcher(bare_tab).click()
    is_told(bare_tab, liar)
    assert bare_tab.evaluate("window.tampered") is None
    assert bare_tab.evaluate(WORKS) == []


def test_a_server_that_was_never_there_costs_the_page_nothing(
    product: Product, bare_tab: Page
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    bare_tab.goto(product.shows(page(loader(f"http://127.0.0.1:{port}"))))
    bare_tab.wait_for_load_state("networkidle")
    assert bare_tab.locator("kb-widget").count() == 0
    expect(bare_tab.get_by_role("heading", name="Your lamps")).to_be_visible()


def test_a_slow_server_is_waited_for_and_closing_does_not_wait(
    liar: Help, product: Product, bare_tab: Page
) -> None:
    liar.moody.mood = "well"
    bare_tab.clock.install()
    bare_tab.goto(product.shows(page(loader(liar.address))))
    expect(launcher(bare_tab)).to_be_visible()
    liar.moody.mood = "slow"
    liar.moody.released.clear()
    launcher(bare_tab).click()
    expect(bare_tab.locator("kb-widget").get_by_text("One moment, please")).to_be_visible()
    assert violations(bare_tab) == ""
    bare_tab.keyboard.press("Escape")
    expect(panel(bare_tab)).to_have_count(0)
    launcher(bare_tab).click()
    bare_tab.clock.run_for(3000)
    expect(panel(bare_tab).get_by_text("One moment, please")).to_be_visible()
    liar.moody.released.set()
    expect(box(bare_tab)).to_be_visible()
    liar.moody.released.clear()
    bare_tab.keyboard.type("refund late")
    bare_tab.clock.run_for(3000)
    bare_tab.wait_for_timeout(100)
    expect(panel(bare_tab).get_by_text(UNAVAILABLE)).to_have_count(0)
    liar.moody.released.set()
    expect(panel(bare_tab).get_by_text("How long a refund takes").first).to_be_visible()
    assert bare_tab.evaluate(WORKS) == []


def test_a_policy_that_allows_the_script_alone_leaves_a_link(
    help_centre: Help, product: Product, bare_tab: Page
) -> None:
    policy = f"default-src 'none'; script-src {help_centre.address}"
    bare_tab.goto(product.shows(page(loader(help_centre.address)), policy))
    launcher(bare_tab).click()
    is_told(bare_tab, help_centre)


def test_a_policy_without_frames_says_that_the_article_is_elsewhere(
    help_centre: Help, product: Product, bare_tab: Page
) -> None:
    policy = POLICY.format(help_centre.address).replace("frame-src", "media-src")
    bare_tab.goto(product.shows(page(loader(help_centre.address)), policy))
    launcher(bare_tab).click()
    box(bare_tab).fill("refund late")
    panel(bare_tab).get_by_text("How long a refund takes").first.click()
    expect(panel(bare_tab).get_by_text("The article cannot be shown here.")).to_be_visible()
    link = panel(bare_tab).get_by_role("link", name="Open the article in a new tab").last
    assert str(link.get_attribute("href")).startswith(f"{help_centre.address}/articles/")


STORELESS = """
const refuse = () => { throw new DOMException("no", "SecurityError") };
for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"])
  Object.defineProperty(window, name, { get: refuse });
Object.defineProperty(document, "cookie", { get: refuse, set: refuse });
"""


def test_where_nothing_may_be_stored_it_works_all_the_same(
    help_centre: Help, product: Product, bare_tab: Page
) -> None:
    bare_tab.add_init_script(STORELESS)
    bare_tab.goto(product.shows(page(loader(help_centre.address))))
    launcher(bare_tab).click()
    box(bare_tab).fill("refund late")
    panel(bare_tab).get_by_text("How long a refund takes").first.click()
    panel(bare_tab).get_by_role("button", name="Yes").click()
    expect(panel(bare_tab).get_by_text("Thank you, we are glad it helped").first).to_be_visible()
    assert bare_tab.evaluate("hurt") == []


def test_a_page_that_is_not_listed_gets_words_and_no_data(
    lamps: Path, tmp_path: Path, product: Product, bare_tab: Page
) -> None:
    with helping(lamps, tmp_path, origins=("https://other.example.com",)) as unlisted:
        bare_tab.goto(product.shows(page(loader(unlisted.address))))
        launcher(bare_tab).click()
        is_told(bare_tab, unlisted)
        taken = bare_tab.evaluate(
            "async (url) => { try { return await (await fetch(url)).text() } catch { return '' } }",
            f"{unlisted.address}/api/v1/search?q=refund",
        )
        assert taken == ""
        bare_tab.evaluate(
            "async (url) => { await fetch(url, {method: 'POST', mode: 'no-cors', body: '{}'}) }",
            f"{unlisted.address}/api/v1/suggest",
        )
        assert unlisted.centre.rows("SELECT count(*) FROM impressions") == [(0,)]
