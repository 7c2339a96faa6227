"""The portal under a path, behind proxies that strip it and proxies that do not."""

from __future__ import annotations

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from webapp.prefix import PrefixMiddleware


@Request.application
def echo(request: Request) -> Response:
    return Response(f"{request.script_root} {request.path}")


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        ("/help/search", "/help /search"),
        ("/search", "/help /search"),
        ("/help", "/help /"),
        ("/help/", "/help /"),
        ("/helpful", "/help /helpful"),
        ("/help/help/old", "/help /help/old"),
    ],
)
def test_the_prefix_is_taken_off_where_it_stands(asked: str, seen: str) -> None:
    client = Client(PrefixMiddleware(echo, "/help"))
    assert client.get(asked).text == seen
