"""The key that signs ids, cookies and forms: from the settings, or random and kept in the data.

Every worker must have the same one, also when all of them start at once over an empty folder.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from pathlib import Path

from kb.config import Config
from kb.errors import ConfigError, UnavailableError

FILE = "secret.key"
LEAST = 16
"""Characters; a random key has 43."""


def secret_key(config: Config) -> str:
    """The key of the settings, or the data folder's own, made where there is none.

    ConfigError where it is too short, UnavailableError where it can be neither read nor made.
    """
    if config.secret_key:
        return _checked(config.secret_key, "setting 'secret_key'")
    path = config.data / FILE
    try:
        return _checked(_read(path) or _make(path), str(path))
    except OSError as error:
        remedy = "make it readable for the user that runs this, or set KB_SECRET_KEY"
        raise UnavailableError(f"{path}: {error.strerror} ({remedy})") from None


def _checked(key: str, place: str) -> str:
    if len(key) < LEAST:
        remedy = "python3 -c 'import secrets; print(secrets.token_urlsafe())' makes a good one"
        raise ConfigError(f"{place}: {len(key)} characters; at least {LEAST} are needed ({remedy})")
    return key


def _read(path: Path) -> str:
    """The key; empty where there is no file, or where the machine stopped before it was on disk."""
    try:
        return path.read_text(encoding="utf-8", errors="backslashreplace").strip("\0 \r\n")
    except FileNotFoundError:
        return ""


def _make(path: Path) -> str:
    """Write a random key, unless another process was first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if not _read(path):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{secrets.token_urlsafe()}\n".encode(), 0)
            os.fsync(descriptor)
        return _read(path)
    finally:
        os.close(descriptor)
