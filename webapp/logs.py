"""What goes into logs: no query, no address, nothing that a visitor typed.

Servers log the address of a request that failed, and tracebacks quote what they failed on. So every
handler masks what it writes.
"""

from __future__ import annotations

import logging
import re

from flask.logging import default_handler

from kb.masking import MaskingFilter

QUERY = re.compile(r"(?<=[\w/%.-])\?[^\s'\"<>()]+")
"""What follows the path in an address; a question mark at the end of a sentence is none."""
ADDRESS = re.compile(r"\bip=\S+?(?=:?\s|$)")
SERVERS = ("gunicorn.error", "gunicorn.access", "werkzeug")


class VisitorFilter(MaskingFilter):
    """Masks personal data, queries in addresses, and who asked."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, masked."""
        super().filter(record)
        record.msg = _without_visitor(str(record.msg))
        if record.exc_text:
            record.exc_text = _without_visitor(record.exc_text)
        return True


def mask() -> None:
    """Put the filter on every handler there is; as often as one likes."""
    for handler in _handlers():
        if not any(isinstance(known, VisitorFilter) for known in handler.filters):
            handler.addFilter(VisitorFilter())


def _handlers() -> list[logging.Handler]:
    loggers = [logging.getLogger(name) for name in SERVERS]
    found = [handler for logger in (logging.getLogger(), *loggers) for handler in logger.handlers]
    last = [logging.lastResort] if logging.lastResort else []
    return [*found, default_handler, *last]


def _without_visitor(text: str) -> str:
    return ADDRESS.sub("ip=…", QUERY.sub("?…", text))
