"""What a page does behind its reader's back, and whom it keeps out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from playwright.sync_api import Page, Request, Response

OpenPage = Callable[..., Page]
"""Opens an address in a new context; takes that context's options."""

WCAG = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],  # to describe what is well takes most of the time
    "iframes": False,  # axe is not in a frame, and would wait for its answer
}
PATIENCE_MS = 30_000  # a busy machine is no mistake
LOOKING = """() => new Promise((done, fail) => {{
  const look = () => ({0}) ? done() : setTimeout(look, 20);
  setTimeout(() => fail(new Error("waited in vain")), {1});
  look();
}})"""


@dataclass
class Watched:
    """What a page did behind its reader's back."""

    wrong: list[str] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        """Note errors, missing files and requests to other hosts."""
        page.on("console", lambda said: self._console(said.type, said.text))
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("request", self._request)
        page.on("response", self._response)

    def _console(self, kind: str, text: str) -> None:
        failed = text.startswith("Failed to load resource")  # seen below, with its address
        if kind in {"error", "warning"} and not failed:
            self.wrong.append(text)

    def _request(self, request: Request) -> None:
        if urlsplit(request.url).hostname not in {"127.0.0.1", "localhost", None}:
            self.wrong.append(f"asked another host: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            self.wrong.append(f"{response.status} {response.url}")


def violations(page: Page) -> str:
    """What axe finds, in words; empty where it finds nothing."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("how => axe.run(how).then(({ violations }) => violations)", WCAG)
    return "\n".join(
        f"{one['id']}: {one['help']}: {node['html']} {node['target']}"
        for one in found
        for node in one["nodes"]
    )


def comes_true(page: Page, condition: str) -> None:
    """Wait until a JavaScript expression is true.

    Not wait_for_function: where that has to look twice, it evaluates a text, which our policy
    forbids.
    """
    page.evaluate(LOOKING.format(condition, PATIENCE_MS))
