"""The widget as its user meets it: by role and name, on whatever page it stands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect
from visiting import Centre, open_centre

from browser.hosts import Moody
from browser.serving import SITE, running
from kb.store.database import Database

ORIGINS = ("http://localhost:*",)
CONTACT: dict[str, Any] = {
    "webhooks": [{"name": "desk", "url": "https://desk.example.com/", "secret": "s" * 16}],
    "fields": [
        {"name": "urgency", "kind": "choice", "choices": ["It can wait", "It cannot"]},
        {"name": "product", "kind": "product"},
    ],
    "channels": [{"kind": "phone", "name": "Telephone", "address": "+49 30 1234"}],
}
QUESTION = "How long does my refund take? It is late."
NARROWED = "KB('config', { product: 'Subscription' })"
SPANISH = "KB('config', { lang: 'es' })"
MODE = "KB('config', { mode: 'neutral' })"
CHANGES = {"product": NARROWED, "language": SPANISH, "mode": MODE}
"""What an app tells the widget when its page becomes another."""
every_change = pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
REFUND, CARD = "How long a refund takes", "Change the card you pay with"
"""Titles of articles."""


@dataclass(frozen=True, slots=True)
class Help:
    """A help centre that product pages may load the widget from."""

    address: str
    centre: Centre
    moody: Moody


@contextmanager
def helping(lamps: Path, folder: Path, **widget: Any) -> Iterator[Help]:
    """A running help centre whose widget may stand on the product's pages."""
    settings = {"origins": ORIGINS} | widget
    centre = open_centre(lamps, folder, SITE, contact=CONTACT, widget=settings)
    Database.open(f"sqlite:///{centre.file}").close()  # as the server does before it listens
    moody = Moody(centre.app)
    with running(centre.app) as address:
        yield Help(address, centre, moody)


def launcher(page: Page) -> Locator:
    """The button on the page."""
    return page.locator("kb-widget").get_by_role("button", name="Help")


def panel(page: Page) -> Locator:
    """What opens."""
    return page.locator("kb-widget").get_by_role("dialog")


def box(page: Page) -> Locator:
    """Where the question goes."""
    return panel(page).get_by_role("searchbox")


def ask(page: Page, text: str) -> None:
    """Open it and type as people do."""
    launcher(page).click()
    box(page).click()
    page.keyboard.type(text)


def to_the_form(page: Page) -> None:
    """Press what leads to people, once it stays where it is: no list is on its way above it."""
    expect(panel(page).locator(".home .hits > li").first).to_be_visible()
    expect(panel(page).locator(".home .waiting")).to_have_count(0)
    panel(page).get_by_role("button", name="Contact us").first.click()


def focused(page: Page) -> str:
    """The tag and text of what has the focus, whatever roots it is in."""
    found: str = page.evaluate(
        """() => {
          let one = document.activeElement;
          while (one.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
          return `${one.localName} ${one.ariaLabel ?? ''} ${one.textContent.trim()}`;
        }"""
    )
    return found


def renewed(tab: Page, change: str) -> None:
    """Make the page another; everything has been asked for again."""
    with tab.expect_response("**/api/v1/widget?*"):
        tab.evaluate(change)
    tab.wait_for_timeout(100)  # it is shown


def shows_words_for(tab: Page, change: str) -> Locator:
    """Where the question goes, in the language that is spoken after the change."""
    name = "Busque una respuesta" if change == SPANISH else "Search for answers"
    return panel(tab).get_by_role("searchbox", name=name)


def holding(tab: Page, calls: str) -> list[Route]:
    """Calls that are not answered before a test wants it."""
    held: list[Route] = []

    def hold(one: Route) -> None:
        held.append(one)

    tab.route(calls, hold)
    return held
