"""Text travels compressed, everything else as it is."""

from __future__ import annotations

import gzip

import pytest
from flask import Flask, Response

from webapp.compression import SMALLEST, compress

TEXT = "word " * SMALLEST


def answer(content: str, mimetype: str, headers: dict[str, str], status: int = 200) -> Response:
    with Flask("test").test_request_context(headers=headers):
        return compress(Response(content, status, mimetype=mimetype))


@pytest.mark.parametrize("mimetype", ["text/html", "application/json", "text/css", "image/svg+xml"])
def test_text_is_compressed_for_browsers_that_take_it(mimetype: str) -> None:
    response = answer(TEXT, mimetype, {"Accept-Encoding": "br, gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.get_data()).decode() == TEXT
    assert response.content_length == len(response.get_data()) < len(TEXT)


@pytest.mark.parametrize(
    ("content", "mimetype", "accepted", "status"),
    [
        (TEXT, "text/html", "", 200),
        (TEXT, "text/html", "gzip;q=0", 200),
        (TEXT, "image/png", "gzip", 200),
        (TEXT, "text/html", "gzip", 206),
        ("short", "text/html", "gzip", 200),
    ],
)
def test_everything_else_stays_as_it_is(
    content: str, mimetype: str, accepted: str, status: int
) -> None:
    response = answer(content, mimetype, {"Accept-Encoding": accepted}, status)
    assert "Content-Encoding" not in response.headers
    assert response.get_data(as_text=True) == content
    assert "Accept-Encoding" in response.vary


def test_an_answer_can_refuse_to_be_compressed() -> None:
    with Flask("test").test_request_context(headers={"Accept-Encoding": "gzip"}):
        response = Response(TEXT, headers={"Content-Encoding": "identity"})
        assert compress(response).get_data(as_text=True) == TEXT
