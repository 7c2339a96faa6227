"""A portal on a free port, and a proxy before it."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from kb.config import Site

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

STOP_SECONDS = 0.05
"""How often a server looks whether it should stop; as often as it stops, that is waited for."""
SITE = Site(
    name="Lamp Help",
    colour="#7c3aed",
    languages=("es",),
    home_url="/",
    contact_url="mailto:help@example.com",
)


def _whole(app: Flask) -> WSGIApplication:
    """The same, with each answer complete, and its file closed, before its first byte leaves.

    Where a browser hangs up in the middle of an answer, werkzeug's server does not close it.
    """
    return lambda environ, start: Response.from_app(app, environ, buffered=True)(environ, start)


@contextmanager
def running(app: Flask) -> Iterator[str]:
    """Serve an application on a free port; gives its address."""
    server = make_server("127.0.0.1", 0, _whole(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=[STOP_SECONDS])
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


@contextmanager
def proxied(upstream: str, prefix: str, strips: bool) -> Iterator[str]:
    """A reverse proxy that serves ``upstream`` under ``prefix``, and nothing beside it."""

    class Proxy(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._pass_on(None)

        def do_POST(self) -> None:
            self._pass_on(self.rfile.read(int(self.headers["Content-Length"])))

        def _pass_on(self, sent: bytes | None) -> None:
            if not self.path.startswith(prefix):
                self.send_error(502, "not under the prefix")
                return
            path = (self.path[len(prefix) :] or "/") if strips else self.path
            connection = http.client.HTTPConnection(urlsplit(upstream).netloc)
            connection.request(self.command, path, sent, headers=dict(self.headers))
            answer = connection.getresponse()
            body = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in {"connection", "content-length", "transfer-encoding"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            connection.close()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    thread = threading.Thread(target=server.serve_forever, args=[STOP_SECONDS])
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{prefix}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
