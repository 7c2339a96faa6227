"""Pages that notice when a string becomes a script, and answers whose every text is an attack."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from xss import attacks

Item = TypeVar("Item")
Visit = Callable[..., Page]
"""Opens a page with the widget of a help centre that lies: by policy, attributes and body."""
many = pytest.mark.parametrize("count", [200, pytest.param(1000, marks=pytest.mark.soak)])
"""Two hundred have every technique once; a thousand have it in many places and writings."""
HARMLESS = """
  a b br button datalist dialog div footer form h1 h2 h3 header i iframe input label li mark ol
  option p path section select small span strong svg textarea ul
"""
LOOK = r"""([harmless, help]) => {
  const wrong = [];
  const leads = /^(href|src|action|formaction)$/;
  const safe = /^(https?:|mailto:|tel:|\/(?!\/)|#|$)/;
  const look = (root) => {
    for (const one of root.querySelectorAll("*")) {
      if (!harmless.includes(one.localName)) wrong.push(`<${one.localName}>`);
      for (const { name, value } of one.attributes) {
        const runs = name.startsWith("on") || name === "srcdoc";
        if (runs || (leads.test(name) && !safe.test(value))) wrong.push(`${name}=${value}`);
      }
      if (one.localName === "iframe") {
        if (!one.src.startsWith(`${help}/widget/`)) wrong.push(one.src);
        if (/scripts|same-origin/.test(`${one.sandbox}`)) wrong.push(`${one.sandbox}`);
      }
    }
  };
  for (const one of document.querySelectorAll("kb-widget, kb-search")) look(one.shadowRoot);
  return wrong;
}"""


@dataclass
class Trap:
    """A browser in which whatever calls ``kbXss``, in any frame, is noticed."""

    context: BrowserContext
    caught: list[str] = field(default_factory=list)

    @classmethod
    def set(cls, chromium: Browser) -> Trap:
        """A new one."""
        trap = cls(chromium.new_context(reduced_motion="reduce"))
        trap.context.expose_binding("kbXss", lambda source: trap.caught.append(source["frame"].url))
        trap.context.on("dialog", lambda dialog: trap.caught.append(dialog.message))
        return trap

    def found(self, page: Page, help_address: str) -> list[str]:
        """What ran, and what in the widget is not as its author wrote it."""
        page.wait_for_timeout(50)  # for what an image that is missing would call
        here: list[str] = page.evaluate(LOOK, [HARMLESS.split(), help_address])
        return self.caught + here


def texts(count: int) -> tuple[str, ...]:
    """So many strings that attack."""
    return tuple(one.text for one in attacks(count))


def poisoned(answer: Any, texts: Iterator[str]) -> Any:
    """The answer with another text for each that it has; numbers and what is true stay."""
    if isinstance(answer, str):
        return next(texts)
    if isinstance(answer, dict):
        return {name: poisoned(value, texts) for name, value in answer.items()}
    if isinstance(answer, list):
        return [poisoned(value, texts) for value in answer]
    return answer


def leaves(answer: Any) -> Iterator[str]:
    """Every text of an answer."""
    if isinstance(answer, str):
        yield answer
    elif isinstance(answer, dict | list):
        for value in answer.values() if isinstance(answer, dict) else answer:
            yield from leaves(value)


def hits(texts: Iterable[str]) -> list[dict[str, Any]]:
    """A hit for each text, which is everything that the hit says."""
    said = ("slug", "title", "url", "anchor", "heading", "snippet")
    return [dict.fromkeys(said, one) | {"score": 1.0, "matched": [one]} for one in texts]


def batches(items: Sequence[Item], most: int) -> list[Sequence[Item]]:
    """All of them, at most so many at a time."""
    return [items[at : at + most] for at in range(0, len(items), most)]
