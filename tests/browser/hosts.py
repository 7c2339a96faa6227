"""Other people's pages with the widget on them, and help centres that have a bad day."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask

POLICY = "default-src 'none'; script-src {0}; connect-src {0}; frame-src {0}"
"""What the article about installing the widget tells people to allow."""
Mood = Literal["well", "broken", "malformed", "misshapen", "slow", "lying", "tampered"]
SLOW_SECONDS = 30.0
"""What it takes in a slow mood, unless it is released."""
TAMPERED = b"window.tampered = true; export const mount = () => {};"


@dataclass
class Product:
    """A site whose pages a test writes; from ``localhost``, so that ``127.0.0.1`` is foreign."""

    origin: str = ""
    pages: dict[str, tuple[bytes, dict[str, str]]] = field(default_factory=dict)

    def shows(self, html: str, policy: str = "", **headers: str) -> str:
        """The address at which a page now is; ``Cross_Origin_...=`` is such a header."""
        path = f"/page-{len(self.pages)}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if policy:
            named["Content-Security-Policy"] = policy
        self.pages[path] = (html.encode("utf-8", "surrogatepass"), named)
        return self.origin + path


def page(loader: str, head: str = "", body: str = "", lang: str = "en") -> str:
    """A product page; ``loader`` is the whole script tag."""
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Your lamps</title>{head}{loader}</head>"
        f"<body><main><h1>Your lamps</h1><p>Text of the page.</p>{body}</main></body></html>"
    )


def loader(help_centre: str, attributes: str = "") -> str:
    """The one script tag."""
    return f'<script async src="{help_centre}/widget.js" data-kb {attributes}></script>'


@contextmanager
def product_site() -> Iterator[Product]:
    """Serve a product's pages."""
    site = Product()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body, headers = site.pages.get(self.path.partition("?")[0], (b"", {}))
            self.send_response(200 if body else 404)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    site.origin = f"http://localhost:{server.server_port}"
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Moody:
    """A help centre whose API does what its ``mood`` says; the widget's files come as ever.

    Unless it was tampered with: then another script stands where the rest of the widget was.
    """

    def __init__(self, app: Flask) -> None:
        self.mood: Mood = "well"
        self.lies: Mapping[str, object] = {}
        """What it says in the mood for lying, by the last part of the path."""
        self.asked: list[str] = []
        self.released = threading.Event()
        self._app = app
        self._wsgi = app.wsgi_app
        app.wsgi_app = self  # type: ignore[method-assign,assignment]

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        self.asked.append(f"{method} {path}")
        if self.mood == "tampered" and path.startswith("/widget/") and path.endswith(".js"):
            return _send(start, environ, "200 OK", TAMPERED, "text/javascript")
        if method == "OPTIONS" or not path.startswith("/api/"):
            return self._wsgi(environ, start)
        return self._answer(path.rpartition("/")[2], environ, start)

    def _answer(self, call: str, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if self.mood == "broken":
            return _send(start, environ, "500 Internal Server Error", b"<h1>Oops</h1>")
        if self.mood == "malformed":
            return _send(start, environ, "200 OK", b'{"hits": [{"title": "Half a')
        if self.mood == "misshapen":
            return _send(start, environ, "200 OK", b'{"hits": 7, "suggestions": {"0": null}}')
        if self.mood == "lying" and call in self.lies:
            return _send(start, environ, "200 OK", json.dumps(self.lies[call]).encode())
        if self.mood == "slow":
            self.released.wait(SLOW_SECONDS)
        return self._wsgi(environ, start)


def _send(
    start: StartResponse,
    environ: WSGIEnvironment,
    status: str,
    body: bytes,
    kind: str = "application/json",
) -> list[bytes]:
    """An answer that any page may read."""
    start(
        status,
        [
            ("Content-Type", kind),
            ("Content-Length", str(len(body))),
            ("Access-Control-Allow-Origin", environ.get("HTTP_ORIGIN", "*")),
        ],
    )
    return [body]
