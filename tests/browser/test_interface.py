"""The Spanish portal in a browser: whole, also where words are longer, and said by scripts too."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from browser.watching import OpenPage, violations

PAGES = {
    "home": "/es/",
    "results": "/es/search?q=reembolso",
    "no results": "/es/search?q=%22nada+de+nada%22",
    "article": "/es/articles/refund-times",
    "not found": "/es/articles/reembolso",
    "error": "/es/feedback/vote",
}
CUT_OFF = """
  [...document.querySelectorAll("a, button, form, h1, h2, input, label, p, span")]
    .filter((one) => !one.closest(".away, .skip, .hollow"))
    .filter((one) => one.getBoundingClientRect().right > innerWidth - 20)
    .map((one) => one.outerHTML)
"""
"""What reaches into the margin."""


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_spanish_fits_on_a_small_phone(site: str, open_page: OpenPage, path: str) -> None:
    page = open_page(site + path, viewport={"width": 320, "height": 640}, locale="es-ES")
    assert page.locator("html").get_attribute("lang") == "es"
    assert violations(page) == ""
    assert page.evaluate(CUT_OFF) == []


def test_a_spanish_browser_is_led_to_spanish_and_may_leave(site: str, open_page: OpenPage) -> None:
    page = open_page(site, locale="es-ES")
    assert page.url == f"{site}/es/"
    page.get_by_role("button", name="Español").click()
    page.get_by_role("link", name="English").click()
    expect(page).to_have_url(f"{site}/")
    page.reload()
    assert page.url == f"{site}/"


def test_what_scripts_say_is_spanish_too(site: str, open_page: OpenPage) -> None:
    page = open_page(f"{site}/es/articles/refund-times", locale="es-ES")
    page.get_by_role("combobox").press_sequentially("reembolso")
    page.get_by_role("option", name="Buscar «reembolso»").wait_for()
    page.get_by_text("1 sugerencia").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="No", exact=True).click()
    page.get_by_role("heading", name="Sentimos que no le haya servido").wait_for()
    page.get_by_label("Es difícil de seguir").check()
    page.get_by_role("button", name="Enviar").click()
    page.get_by_role("heading", name="Gracias, esto nos ayuda a mejorar el artículo").wait_for()
    assert violations(page) == ""
