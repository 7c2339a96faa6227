"""Which repository is meant: an address or a path, taken apart before anything is done with it.

What could be read as an option by a program further on is refused here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from kb.errors import ConfigError

Transport = Literal["https", "http", "ssh", "file"]

SCP = re.compile(r"^(?:(?P<user>[^@/:\s]+)@)?(?P<host>[^@/:\s]+):(?P<path>[^:].*)$")
"""``git@github.com:acme/help.git``; ``ext::`` and its like are none."""
REMEDY = "name a folder, or an address such as https://example.com/help.git"
TOKEN_REMEDY = "take it out, and set KB_GIT__TOKEN"  # noqa: S105 - a sentence
HOSTS_NAMES = frozenset({"", "git", "oauth2", "x-access-token", "x-token-auth"})
"""Users that git hosts have made up to go with a token."""
UNENCRYPTED = "http:// would send the token unencrypted (use https://)"


class MissingError(ConfigError):
    """What a setting names is not there, and a push or a mount may bring it."""


@dataclass(frozen=True, slots=True)
class Place:
    """A repository; ``shown`` is how people wrote it, but for what may be a secret.

    Git hosts take a token in the place of a user's name, so none but theirs is shown.
    """

    shown: str
    transport: Transport
    path: str
    host: str = ""
    port: int | None = None
    user: str = ""


def parse_place(text: str, base: Path = Path()) -> Place:
    """Take an address or a path apart; ConfigError says what is wrong with it.

    A relative path counts from ``base``; MissingError where there is no such folder.
    """
    if not text.isprintable() or text.startswith("-") or not text.strip():
        raise ConfigError(f"repository {text!r}: neither an address nor a path ({REMEDY})")
    if "://" in text:
        return _from_url(text)
    written = SCP.match(text)
    if written and not (base / text).exists():
        return _checked(
            Place(text, "ssh", written["path"], written["host"], user=written["user"] or "")
        )
    return _local(text, base / text)


def _from_url(text: str) -> Place:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:  # whose words quote what may be a password
        raise ConfigError(f"repository {_hidden(text)!r}: no address ({REMEDY})") from None
    if parts.password:
        raise ConfigError(
            f"repository {_hidden(text)!r}: there is a password in it ({TOKEN_REMEDY})"
        )
    if parts.scheme == "file":
        return _local(text, Path(unquote(parts.path)))
    if parts.scheme not in {"https", "http", "ssh"} or parts.query or parts.fragment:
        what = "neither an address nor a path"
        raise ConfigError(f"repository {_hidden(text)!r}: {what} ({REMEDY})")
    transport: Transport = "ssh" if parts.scheme == "ssh" else _web(parts.scheme)
    path, user = unquote(parts.path), unquote(parts.username or "")
    shown = text if transport == "ssh" or user in HOSTS_NAMES else _without_user(parts)
    return _checked(Place(shown, transport, path, host, port, user))


def _without_user(parts: SplitResult) -> str:
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _web(scheme: str) -> Transport:
    return "http" if scheme == "http" else "https"


def _checked(place: Place) -> Place:
    """Refuse what ssh or a server's git could take for an option."""
    for what, value in (("host", place.host), ("user", place.user), ("path", place.path)):
        if value.lstrip("/").startswith("-") or not value.isprintable():
            said = what if what == "user" else f"{what} {value!r}"
            raise ConfigError(f"repository {place.shown!r}: {said} is refused ({REMEDY})")
    if not place.host or not place.path.strip("/"):
        raise ConfigError(f"repository {place.shown!r}: host and path expected ({REMEDY})")
    return place


def _local(shown: str, path: Path) -> Place:
    if not path.is_dir():
        raise MissingError(f"repository {shown!r}: no such folder ({REMEDY})")
    return Place(shown, "file", str(path.resolve()))


def _hidden(text: str) -> str:
    """The address without what may be a password or a token."""
    return re.sub(r"[?#].*", "?…", re.sub(r"//.*@", "//…@", text))


def stays_here(host: str) -> bool:
    """Whether what is sent to a host never leaves the machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
