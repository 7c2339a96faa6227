"""The company's logo, looked at before anything is served: a wrong path is a wrong setting."""

from __future__ import annotations

from pathlib import Path

from kb.config import Site
from kb.errors import ConfigError

ENDINGS = (".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".ico")
"""Of files that browsers show as a picture."""


def logo_bytes(site: Site) -> bytes:
    """The picture that the settings name, empty where none is; ConfigError where it is none."""
    if site.logo is None:
        return b""
    if site.logo.suffix.lower() not in ENDINGS:
        raise _mistake(site.logo, f"a picture expected, whose name ends with {' '.join(ENDINGS)}")
    try:
        return site.logo.read_bytes()
    except FileNotFoundError:
        raise _mistake(site.logo, "no such file") from None
    except OSError as error:
        raise _mistake(site.logo, str(error.strerror)) from None


def _mistake(logo: Path, what: str) -> ConfigError:
    return ConfigError(f"setting 'site.logo': {logo}: {what} (mend it in kb.toml or KB_*)")
