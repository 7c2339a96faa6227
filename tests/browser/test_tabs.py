"""The tabs of an article, wherever it is read: steps for one system never run into another's."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from browser.watching import OpenPage, violations

PLACES = {"portal": "/articles/first-steps", "widget": "/widget/articles/first-steps"}


@pytest.mark.parametrize("path", PLACES.values(), ids=PLACES.keys())
def test_one_tab_is_shown_and_the_others_are_a_key_or_a_click_away(
    site: str, open_page: OpenPage, path: str
) -> None:
    page = open_page(site + path)
    linux, windows = page.get_by_text("from lamp import"), page.get_by_text("> lamp discover")
    expect(linux).to_be_visible()
    expect(windows).to_be_hidden()
    page.get_by_role("radio", name="Linux").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Windows")).to_be_focused()
    expect(windows).to_be_visible()
    expect(linux).to_be_hidden()
    page.get_by_text("Linux", exact=True).click()
    expect(linux).to_be_visible()


def test_on_paper_each_text_stands_under_its_own_label(site: str, open_page: OpenPage) -> None:
    page = open_page(site + PLACES["portal"])
    page.emulate_media(media="print")
    shown = page.locator(".tabbed-set").inner_text()
    places = [
        shown.index(words) for words in ("Linux", "from lamp import", "Windows", "> lamp discover")
    ]
    assert places == sorted(places)


def test_many_labels_take_a_second_line_so_that_none_is_out_of_reach(
    site: str, open_page: OpenPage
) -> None:
    page = open_page(site + PLACES["portal"], viewport={"width": 320, "height": 640})
    page.evaluate(
        """() => {
          const set = document.querySelector(".tabbed-set");
          for (let more = 3; more <= 12; more++) {
            const last = [...set.children].slice(-3);
            const [radio, label, text] = last.map((one) => one.cloneNode(true));
            radio.id = label.htmlFor = `__tabbed_1_${more}`;
            label.textContent = `Another system ${more}`;
            set.append(radio, label, text);
          }
        }"""
    )
    assert violations(page) == ""
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    last = page.get_by_text("Another system 12")
    last.click()
    expect(page.locator(".tabbed-content").last).to_be_visible()
    box = last.bounding_box()
    assert box
    assert box["x"] + box["width"] <= 320
