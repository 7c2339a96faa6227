"""What a page pays for the widget before anybody wants help: one small script, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from browser.hosts import Product, loader, page
from browser.watching import OpenPage, comes_true
from browser.widgeting import Help, launcher, panel

WATCH = """
window.noted = { shifts: [], long: [] };
const watch = (type, act) => new PerformanceObserver((list) => list.getEntries().forEach(act))
  .observe({ type, buffered: true });
watch("layout-shift", ({ value }) => noted.shifts.push(value));
watch("long-animation-frame", ({ scripts }) => noted.long.push(...scripts.map(
  ({ sourceURL, duration }) => [sourceURL, duration])));
"""
REMEMBERED = """async () => ({
  cookies: document.cookie,
  local: localStorage.length,
  session: sessionStorage.length,
  databases: (await indexedDB.databases()).length,
  caches: (await caches.keys()).length,
})"""
NOTHING = {"cookies": "", "local": 0, "session": 0, "databases": 0, "caches": 0}


def asked(opened: Page, address: str) -> list[str]:
    """Every request of a page until it has nothing to do."""
    found: list[str] = []
    opened.on("request", lambda request: found.append(request.url))
    opened.goto(address)
    opened.wait_for_load_state("networkidle")
    opened.evaluate("() => new Promise((done) => requestIdleCallback(done))")
    return found


@pytest.fixture
def watched(chromium: Browser) -> Any:
    context = chromium.new_context()
    context.add_init_script(WATCH)
    yield context
    context.close()


def test_the_page_with_it_asks_for_one_script_more_than_the_page_without(
    demo: str, watched: BrowserContext
) -> None:
    without = asked(watched.new_page(), f"{demo}/demo/shop?widget=off")
    opened = watched.new_page()
    found = asked(opened, f"{demo}/demo/shop")
    expect(launcher(opened)).to_be_visible()
    assert found[1:] == [*without[1:], f"{demo}/widget.js"]


def noted(tab: Page, address: str) -> dict[str, Any]:
    """What the page noted while it was loaded, shifts and long scripts apart."""
    tab.goto(address)
    expect(launcher(tab)).to_be_visible()
    tab.wait_for_load_state("networkidle")
    found: dict[str, Any] = tab.evaluate("noted")
    return found


def test_nothing_on_the_page_moves_and_no_script_of_it_is_long(
    demo: str, watched: BrowserContext
) -> None:
    tab = watched.new_page()
    longest = []
    for _ in range(LOADS):
        found = noted(tab, f"{demo}/demo/shop")
        assert found["shifts"] == []
        longest.append(max((ms for url, ms in found["long"] if "/widget" in url), default=0))
        if longest[-1] <= LONG_MS:
            break
    assert min(longest) <= LONG_MS
    tab.evaluate(AWAKE)
    tab.wait_for_function("noted.shifts.length > 0 && noted.long.length > 0")


LONG_MS = 50
LOADS = 10
"""The machine may be busy, but not every time."""
AWAKE = """() => {
  document.querySelector("h1").style.marginTop = "200px";
  setTimeout(() => { for (const end = performance.now() + 80; performance.now() < end;); });
}"""


def test_nothing_is_remembered_before_somebody_asks(
    help_centre: Help, product: Product, open_page: OpenPage
) -> None:
    opened = open_page(product.shows(page(loader(help_centre.address))))
    expect(launcher(opened)).to_be_visible()
    opened.wait_for_load_state("networkidle")
    assert opened.evaluate(REMEMBERED) == NOTHING
    assert opened.context.cookies() == []


def test_using_it_sets_no_cookie_either(
    help_centre: Help, product: Product, open_page: OpenPage
) -> None:
    opened = open_page(product.shows(page(loader(help_centre.address))))
    launcher(opened).click()
    panel(opened).get_by_role("searchbox").fill("refund late")
    panel(opened).get_by_text("How long a refund takes").first.click()
    expect(panel(opened).get_by_role("button", name="Yes")).to_be_visible()
    assert opened.context.cookies() == []


def test_commands_given_before_it_is_there_are_done_then(
    help_centre: Help, product: Product, open_page: OpenPage
) -> None:
    queue = (
        "<script>window.KB = function () { (KB.q = KB.q || []).push(arguments) };"
        "KB('init', { position: 'left' }); KB('open'); KB('search', 'refund late')</script>"
    )
    opened = open_page(product.shows(page(loader(help_centre.address), head=queue)))
    expect(panel(opened)).to_be_visible()
    expect(panel(opened).get_by_text("How long a refund takes").first).to_be_visible()


STUB = "<script>window.KB ??= function () { (KB.q ??= []).push(arguments); };"


def test_the_documented_lines_alone_do_not_keep_it_away(
    help_centre: Help, product: Product, open_page: OpenPage
) -> None:
    article = Path(__file__).parents[2] / "articles" / "for-operators" / "widget-api.md"
    assert STUB.removeprefix("<script>") in article.read_text(encoding="utf-8")
    opened = open_page(product.shows(page(loader(help_centre.address), head=f"{STUB}</script>")))
    launcher(opened).click()
    expect(panel(opened).get_by_role("searchbox")).to_be_focused()


def test_what_the_page_said_before_is_known_though_it_was_loaded_before_it_was_pressed(
    help_centre: Help, product: Product, open_page: OpenPage
) -> None:
    queue = (
        f"{STUB} KB('identify', {{ name: 'Ana' }}); KB('on', 'ready', () => (window.ready = true));"
        "KB('on', 'open', () => (window.opened = true))</script>"
    )
    opened = open_page(product.shows(page(loader(help_centre.address), head=queue)))
    launcher(opened).hover()
    comes_true(opened, "window.ready")
    launcher(opened).click()
    expect(panel(opened)).to_be_visible()
    assert opened.evaluate("window.opened")
    opened.evaluate("KB('contact')")
    expect(panel(opened).get_by_label("Your name")).to_have_value("Ana")


def test_a_page_that_has_a_kb_of_its_own_keeps_it(
    help_centre: Help, product: Product, open_page: OpenPage
) -> None:
    head = "<script>window.KB = { is: 'ours' }</script>"
    opened = open_page(product.shows(page(loader(help_centre.address), head=head)))
    opened.wait_for_load_state("networkidle")
    assert opened.evaluate("KB.is") == "ours"


def test_the_module_exports_what_the_script_sets(
    help_centre: Help, product: Product, open_page: OpenPage
) -> None:
    script = (
        f"<script type=module>import {{ KB }} from '{help_centre.address}/widget.mjs';"
        "KB('init'); document.title = KB === window.KB</script>"
    )
    opened = open_page(product.shows(page(script)))
    expect(launcher(opened)).to_be_visible()
    assert opened.title() == "true"


def test_a_pinned_version_loads_and_another_file_in_its_place_does_not(
    help_centre: Help, product: Product, open_page: OpenPage, bare_tab: Page
) -> None:
    files = help_centre.centre.app.extensions["kb.widget"]
    url = f"{help_centre.address}/widget/{files.version}/{files.loader.name}"
    tag = f'<script async src="{url}" integrity="{{}}" crossorigin data-kb></script>'
    pinned = open_page(product.shows(page(tag.format(files.loader.integrity))))
    launcher(pinned).click()
    expect(panel(pinned)).to_be_visible()
    bare_tab.goto(product.shows(page(tag.format(files.module.integrity))))
    bare_tab.wait_for_load_state("networkidle")
    assert bare_tab.locator("kb-widget").count() == 0


def test_two_scripts_are_one_widget(
    help_centre: Help, product: Product, open_page: OpenPage
) -> None:
    opened = open_page(product.shows(page(2 * loader(help_centre.address))))
    expect(launcher(opened)).to_be_visible()
    opened.wait_for_load_state("networkidle")
    assert launcher(opened).count() == 1


def test_it_adds_one_name_to_the_page_and_no_more(
    help_centre: Help, product: Product, open_page: OpenPage
) -> None:
    names = "() => Object.getOwnPropertyNames(window).filter((name) => isNaN(name)).sort()"
    bare = open_page(product.shows(page(""))).evaluate(names)
    opened = open_page(product.shows(page(loader(help_centre.address))))
    launcher(opened).click()
    expect(panel(opened)).to_be_visible()
    assert set(opened.evaluate(names)) - set(bare) == {"KB"}
