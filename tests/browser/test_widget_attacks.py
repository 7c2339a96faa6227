"""Strings that would be scripts, wherever the widget shows or takes a text: none of them is one."""

from __future__ import annotations

from itertools import cycle
from typing import Any

import pytest
from playwright.sync_api import expect

from browser.attacking import Trap, Visit, batches, hits, leaves, many, poisoned, texts
from browser.hosts import POLICY
from browser.watching import PATIENCE_MS
from browser.widgeting import Help, box, launcher, panel

HITS = 20
"""In one answer; the first of them says which answer it is."""
BOX_HITS = 6
"""As many as the box in the page shows."""
with_and_without_policy = pytest.mark.parametrize("policy", ["", POLICY], ids=["open", "policy"])


def test_the_strings_are_scripts_where_nobody_is_on_guard(trap: Trap) -> None:
    tab = trap.context.new_page()
    tab.evaluate(
        """(texts) => {
          for (const text of texts) {
            const frame = document.createElement("iframe");
            frame.srcdoc = text;
            document.body.append(frame);
          }
        }""",
        texts(40),
    )
    for _ in range(PATIENCE_MS // 50):
        tab.wait_for_timeout(50)
        if len(trap.caught) >= 20:
            break
    assert len(trap.caught) >= 20


@many
@with_and_without_policy
def test_titles_headings_and_snippets_are_texts(
    liar: Help, visit: Visit, trap: Trap, policy: str, count: int
) -> None:
    tab = visit(policy)
    launcher(tab).click()
    expect(box(tab)).to_be_visible()
    liar.moody.mood = "lying"
    for turn, some in enumerate(batches(texts(count), HITS - 1)):
        answer = {"query": some[0], "impression": some[0], "hits": hits((f"Round {turn}", *some))}
        liar.moody.lies = {"search": answer}
        tab.evaluate("query => KB('search', query)", some[0])
        expect(panel(tab).get_by_text(f"Round {turn}").first).to_be_visible()
        panel(tab).get_by_role("listitem").nth(turn % len(some) + 1).get_by_role("button").click()
        expect(panel(tab).locator("iframe")).to_be_attached()
        assert trap.found(tab, liar.address) == []


@many
def test_what_is_offered_unasked_is_text(liar: Help, visit: Visit, trap: Trap, count: int) -> None:
    tab = visit(POLICY)
    liar.moody.mood = "lying"
    for turn, some in enumerate(batches(texts(count), HITS - 1)):
        offered = hits((f"Round {turn}", *some))
        answer = {"impression": some[0], "holdout": False, "suggestions": offered}
        liar.moody.lies = {"suggest": answer}
        tab.evaluate("KB('open'); KB('suggest', ['x'])")
        expect(panel(tab).get_by_text(f"Round {turn}").first).to_be_visible()
        assert trap.found(tab, liar.address) == []


@many
@with_and_without_policy
def test_words_notices_and_fields_of_the_form_are_texts(
    liar: Help, visit: Visit, trap: Trap, policy: str, count: int
) -> None:
    supply = cycle(texts(count))
    with liar.centre.app.test_client() as client:
        real = client.get("/api/v1/widget?lang=en").get_json()
    real["notices"] = [dict.fromkeys(("title", "text", "url"), "x") | {"severity": "info"}] * 2
    at_once = len(list(leaves(real)))
    for _ in range(0, count, at_once):
        answer = poisoned(real, supply)
        tab = visit(policy)
        liar.moody.mood, liar.moody.lies = "lying", {"widget": answer}
        tab.evaluate("KB('open')")
        expect(panel(tab)).to_be_visible()
        tab.evaluate("KB('contact')")
        expect(panel(tab).get_by_role("textbox").nth(1)).to_be_visible()
        assert trap.found(tab, liar.address) == []
        tab.close()


@pytest.mark.parametrize("count", [60, pytest.param(1000, marks=pytest.mark.soak)])
def test_the_box_in_the_page_takes_and_shows_texts(
    liar: Help, visit: Visit, trap: Trap, count: int
) -> None:
    tab = visit(POLICY, body="<kb-search></kb-search>")
    field = tab.locator("kb-search").locator("input")
    field.focus()
    expect(field).to_have_role("combobox")
    liar.moody.mood = "lying"
    for turn, some in enumerate(batches(texts(count), BOX_HITS - 1)):
        answer = {"query": some[0], "impression": some[0], "hits": hits((f"Round {turn}", *some))}
        liar.moody.lies = {"search": answer}
        field.fill(f"{turn} {some[0]}".replace("\0", ""))
        expect(tab.locator("kb-search").get_by_text(f"Round {turn}").first).to_be_visible()
    assert trap.found(tab, liar.address) == []


def test_an_answer_cannot_change_what_objects_are(liar: Help, visit: Visit, trap: Trap) -> None:
    tab = visit(POLICY)
    liar.moody.mood = "lying"
    lie: dict[str, Any] = {"__proto__": {"polluted": 1}, "constructor": {"prototype": {"p": 1}}}
    liar.moody.lies = {"search": {**lie, "hits": [lie | hits(("Round",))[0]]}}
    launcher(tab).click()
    tab.evaluate(
        "KB('search', '__proto__'); KB('config', JSON.parse('{\"__proto__\": {\"p\": 1}}'))"
    )
    expect(panel(tab).get_by_text("Round").first).to_be_visible()
    assert tab.evaluate("'polluted' in {} || 'p' in {}") is False
    assert trap.found(tab, liar.address) == []
