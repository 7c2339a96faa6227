"""Writing to people in a browser: typing a message, what is offered for it, sending it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from playwright.sync_api import Page, Response
from visiting import Centre

from webapp.written import LEAST_SECONDS

QUESTION = "How long does my refund take? It is late."


@dataclass(frozen=True)
class Form:
    """A contact form in a browser's reach, and the help centre behind it."""

    address: str
    centre: Centre

    def send(self, page: Page) -> None:
        """Send it as if a person had taken time to write: it was handed out that much earlier."""
        tokens, token = self.centre.state.tokens, page.locator("[name=form]")
        form = tokens.read_form(token.input_value(), dt.datetime.now(dt.UTC))
        older = replace(form, at=form.at - dt.timedelta(seconds=LEAST_SECONDS))
        token.evaluate("(one, older) => { one.value = older }", tokens.sign_form(older))
        page.get_by_role("button", name="Send").click()


def write(page: Page, text: str = QUESTION) -> None:
    """Type as people do, and wait for what is offered to all of it."""
    page.get_by_label("How can we help?").click()
    with page.expect_response(lambda one: asked(one) == text):
        page.keyboard.type(text)
    offers(page).first.wait_for()


def asked(response: Response) -> str:
    """The message that suggestions were asked for; empty where they were not."""
    if not response.url.endswith("/api/v1/suggest"):
        return ""
    return str((response.request.post_data_json or {})["body"])


def offers(page: Page) -> Any:
    return page.locator(".offers li")


def complete(page: Page) -> None:
    page.get_by_label("Your e-mail address").fill("ana@example.org")
    page.get_by_label("Subject").fill("Refund")
