"""Passwords of the dashboard's users, as argon2id digests: slow to guess even for a thief of them.

One check at a time in each process: a check takes 64 MiB, and many at once must not take a small
machine's memory.
"""

from __future__ import annotations

import threading
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kb.errors import KBError

LEAST = 12
"""Characters. NIST SP 800-63B-4 asks for 15 where a password is all there is, for 8 beside a second
factor; here tries are throttled, too."""
MOST = 1024
"""Characters: longer ones are no better, and take time."""

_hasher = PasswordHasher()  # RFC 9106's second choice: 64 MiB, 3 passes, 4 lanes
_checking = threading.Lock()


class WeakPasswordError(KBError):
    """A password that cannot be used."""


def hash_password(password: str) -> str:
    """The digest to keep; WeakPasswordError where the password is too short or too long."""
    text = _same(password)
    if not LEAST <= len(text) <= MOST:
        raise WeakPasswordError(
            f"a password of {len(text)} characters; {LEAST} to {MOST} are needed"
            " (a few words that do not belong together are good)"
        )
    with _checking:
        return _hasher.hash(text)


def verify(digest: str | None, password: str) -> bool:
    """Whether the password is the one of a digest. Takes as long where there is no digest."""
    text = _same(password[:MOST])
    with _checking:
        nobodys = _nobodys()  # whoever comes first waits for it, known or not
        try:
            return _hasher.verify(digest or nobodys, text) and digest is not None
        except (VerificationError, InvalidHashError):
            return False


@cache
def _nobodys() -> str:
    return _hasher.hash("no one has this password")


def _same(password: str) -> str:
    """Equal characters, equal bytes, however a keyboard composes them (RFC 8265, 4.2.2)."""
    return unicodedata.normalize("NFC", password)
