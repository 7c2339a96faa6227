"""What goes into logs says nothing about visitors."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable

import pytest
from flask.logging import default_handler

from webapp import logs

Write = Callable[[Callable[[logging.Logger], None]], str]


@pytest.fixture
def written() -> Write:
    """What a handler with the filter writes."""

    def written(say: Callable[[logging.Logger], None]) -> str:
        stream = io.StringIO()
        handler = logging.StreamHandler(stream)
        handler.addFilter(logs.VisitorFilter())
        logger = logging.Logger("here")
        logger.addHandler(handler)
        say(logger)
        return stream.getvalue()

    return written


@pytest.mark.parametrize(
    ("message", "left"),
    [
        ("Error handling request GET /help/search?q=my+lamp&lang=en", "GET /help/search?…"),
        ("Invalid request from ip=203.0.113.7: Invalid HTTP", "from ip=…: Invalid HTTP"),
        ("Invalid request from ip=2001:db8::1: Invalid HTTP", "from ip=…: Invalid HTTP"),
        ("bad line 'GET /search?q=a%20b HTTP/7.7'", "'GET /search?… HTTP/7.7'"),
        ("write to jane@example.com", "write to [email]"),
        ("is it there? yes", "is it there? yes"),
    ],
)
def test_queries_addresses_and_personal_data_are_left_out(
    written: Write, message: str, left: str
) -> None:
    assert left in written(lambda logger: logger.warning("%s", message))


def test_a_traceback_is_masked_too(written: Write) -> None:
    def fail(logger: logging.Logger) -> None:
        try:
            raise ValueError("/search?q=secret by jane@example.com")
        except ValueError:
            logger.exception("it failed")

    told = written(fail)
    assert "ValueError" in told
    assert "secret" not in told
    assert "jane" not in told


def test_every_handler_has_the_filter_once() -> None:
    for _ in range(3):
        logs.mask()
    filters = [kind for kind in default_handler.filters if isinstance(kind, logs.VisitorFilter)]
    assert len(filters) == 1
    assert logging.lastResort
    assert any(isinstance(kind, logs.VisitorFilter) for kind in logging.lastResort.filters)
