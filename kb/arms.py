"""Which cases are left out of what is measured: decided by the case's id alone, for good.

Nothing is drawn and nothing is kept, so every worker decides alike, and no visitor can choose.
"""

from __future__ import annotations

import hashlib

_RANGE = 2**64


def holdout(case_id: str, secret: bytes, share: float) -> bool:
    """Whether this case is shown no suggestions on the contact form; ``share`` from 0 to 1."""
    return _chance(case_id, secret, b"holdout") < share * _RANGE


def plain(case_id: str, secret: bytes, share: float) -> bool:
    """Whether this case's searches are ranked without memory, independently of ``holdout``."""
    return _chance(case_id, secret, b"plain") < share * _RANGE


def _chance(case_id: str, secret: bytes, purpose: bytes) -> int:
    """A number below _RANGE that nobody can tell without the secret."""
    key = hashlib.blake2b(secret, person=purpose).digest()
    found = hashlib.blake2b(case_id.encode(), key=key, digest_size=8)
    return int.from_bytes(found.digest(), "big")
