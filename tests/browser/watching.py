"""What a page does behind its reader's back, and whom it keeps out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, Request, Response

OpenPage = Callable[..., Page]
"""Opens an address in a new context; takes that context's options."""

AXE_ASKS = "does not match the recipient window's origin ('null')"
"""What the browser says of axe's question to a sandboxed frame, which has no origin."""
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


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
        if kind in {"error", "warning"} and not failed and AXE_ASKS not in text:
            self.wrong.append(text)

    def _request(self, request: Request) -> None:
        if urlsplit(request.url).hostname not in {"127.0.0.1", "localhost", None}:
            self.wrong.append(f"asked another host: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            self.wrong.append(f"{response.status} {response.url}")


def violations(page: Page) -> str:
    """What axe finds, in words; empty where it finds nothing."""
    found = Axe().run(page, options=WCAG).response["violations"]
    return "\n".join(
        f"{one['id']}: {one['help']}: {node['html']} {node['target']}"
        for one in found
        for node in one["nodes"]
    )
