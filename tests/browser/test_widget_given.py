"""Strings that would be scripts, given to the widget by its page or written into articles."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import publish_folder
from playwright.sync_api import expect

from browser.attacking import Trap, Visit, batches, many, texts
from browser.hosts import POLICY, Product, loader, page
from browser.widgeting import Help, box, helping, launcher, panel


@many
def test_settings_of_a_script_are_texts(liar: Help, visit: Visit, trap: Trap, count: int) -> None:
    tab = visit()
    tab.evaluate(
        """async (texts) => {
          const names = "mode position colour lang theme product launcher hint".split(" ");
          for (const text of texts) {
            KB("init", Object.fromEntries(names.map((name) => [name, text])));
            KB("config", JSON.parse(JSON.stringify({ [text]: text, hint: text })));
            KB("identify", { name: text, email: text });
            KB(text, text);
            KB("destroy");
          }
          KB("init", Object.fromEntries(names.map((name) => [name, texts.at(-1)])));
          KB("config", { launcher: "", lang: "en" });
        }""",
        texts(count),
    )
    assert trap.found(tab, liar.address) == []
    tab.evaluate("KB('open')")
    expect(panel(tab)).to_be_visible()
    assert trap.found(tab, liar.address) == []


@many
def test_attributes_are_texts(liar: Help, visit: Visit, trap: Trap, count: int) -> None:
    tab = visit(POLICY)
    tab.evaluate(
        """async (texts) => {
          const names = "mode position colour lang theme product launcher hint".split(" ");
          for (const text of texts) {
            KB("destroy");
            KB = undefined;
            const script = document.createElement("script");
            script.setAttribute("data-kb", text);
            for (const name of names) script.setAttribute(`data-${name}`, text);
            script.src = document.querySelector("script").src;
            await new Promise((done) => { script.onload = done; document.head.append(script); });
            script.remove();
          }
        }""",
        texts(count),
    )
    assert trap.found(tab, liar.address) == []


@many
def test_queries_are_texts(liar: Help, visit: Visit, trap: Trap, count: int) -> None:
    tab = visit(POLICY)
    launcher(tab).click()
    expect(box(tab)).to_be_focused()
    liar.moody.mood = "lying"
    liar.moody.lies = {"search": {"query": "x", "impression": None, "hits": []}}
    tab.evaluate(
        """async (texts) => {
          let told;
          KB("on", "search", () => told());
          for (const text of texts) {
            const shown = new Promise((done) => (told = done));
            KB("search", `? ${text}`);
            await shown;
          }
        }""",
        texts(count),
    )
    expect(panel(tab).get_by_text("Nothing found for").first).to_be_visible()
    assert trap.found(tab, liar.address) == []


def articles(folder: Path, count: int) -> Path:
    """An article for each string: its title, summary, heading and text."""
    folder.mkdir()
    for number, one in enumerate(texts(count)):
        said = json.dumps(one)
        (folder / f"a{number}.md").write_text(
            f"---\ntitle: {said}\nsummary: {said}\n---\n\nrefund {one}\n\n## {one}\n\n{one}\n",
            encoding="utf-8",
        )
    return folder


@pytest.mark.parametrize("count", [30, pytest.param(1000, marks=pytest.mark.soak)])
def test_published_articles_are_articles(
    product: Product, trap: Trap, data: Path, tmp_path: Path, count: int
) -> None:
    publish_folder(articles(tmp_path / "hostile", count), data)
    with helping(data, tmp_path) as centre:
        tab = trap.context.new_page()
        tab.goto(product.shows(page(loader(centre.address))))
        launcher(tab).click()
        for one in texts(count)[:: count // 10]:
            with tab.expect_response("**/api/v1/search?*"):
                tab.evaluate("query => KB('search', query)", f"refund {one}"[:400])
        assert trap.found(tab, centre.address) == []
        for some in batches(range(count), 40):
            frame = f'<iframe src="{centre.address}/widget/articles/a{{}}"></iframe>'
            tab.goto(product.shows("".join(map(frame.format, some))))
            assert len(tab.frames) == len(some) + 1
        assert trap.caught == []
