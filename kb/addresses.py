"""E-mail addresses as we accept them: what every mail server can deliver to.

RFC 5321 allows more than anyone has: quoted names, addresses without a dot, domains in brackets.
They are refused, so that nothing that a visitor sends can break a header or be delivered oddly.
"""

from __future__ import annotations

import re
from email.utils import parseaddr

LONGEST = 254
"""RFC 5321, 4.5.3.1.3, less the angle brackets."""
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def email_address(text: str) -> str | None:
    """The address, its domain in ASCII and lower case; None where nobody can be written to."""
    local, at, domain = text.strip().rpartition("@")
    labels = _ascii(domain).split(".")
    if not at or len(local) > 64 or not _LOCAL.fullmatch(local):
        return None
    if len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)) or labels[-1].isdigit():
        return None
    address = f"{local}@{'.'.join(labels)}"
    return address if len(address) <= LONGEST else None


def _ascii(domain: str) -> str:
    """An international domain as mail servers know it; empty where there is none such."""
    try:
        return domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""


def sender_address(text: str) -> tuple[str, str] | None:
    """Name and address of ``Name <address>``; the name may be missing."""
    if not text.isprintable():
        return None
    name, address = parseaddr(text)
    found = email_address(address) if address else None
    return (name, found) if found else None
