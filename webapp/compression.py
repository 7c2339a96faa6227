"""Text travels compressed even where no proxy does it; a page shrinks to a quarter.

Answers that hold a secret beside what a visitor typed must opt out (BREACH): set
``Content-Encoding: identity``. A signed impression is no such secret: it is another one each time.
"""

from __future__ import annotations

import gzip

from flask import Response, request

TEXT = ("text/", "application/json", "application/problem+json", "image/svg+xml")
SMALLEST = 1_000  # bytes; less fits into one packet anyway
LEVEL = 6  # zlib's own choice between time and size


def compress(response: Response) -> Response:
    """Gzip a text answer for a browser that takes it."""
    response.vary.add("Accept-Encoding")
    wanted = request.accept_encodings["gzip"] > 0 and request.method != "HEAD"
    if not wanted or response.status_code != 200 or "Content-Encoding" in response.headers:
        return response
    if not (response.mimetype or "").startswith(TEXT):
        return response
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) >= SMALLEST:
        response.set_data(gzip.compress(body, LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
