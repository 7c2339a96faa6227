"""Ways to a repository, and what keeps people from it in words that help.

The library is given nobody's configuration: no rewritten addresses, no credential helpers, and no
more memory than a help centre's files need.
"""

from __future__ import annotations

import logging
import resource
import ssl
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dulwich.client import (
    GitClient,
    HttpGitClient,
    LocalGitClient,
    SSHGitClient,
    SubprocessSSHVendor,
    SubprocessWrapper,
)
from dulwich.errors import GitProtocolError, HangupException, NotGitRepository

from indexer.git.place import Place
from kb.errors import KBError, UnavailableError

if TYPE_CHECKING:
    from dulwich.client import HTTPResponse

SSH = "ssh -o BatchMode=yes -o ConnectTimeout=20"
"""Nobody is there to be asked for a password."""
TIMEOUT_SECONDS = 60
MOST_MEMORY = 1 << 30
"""Bytes that unpacking may take: git bombs inflate a thousandfold."""
TOO_LARGE = "exceeds maximum size"
"""What the library says of a loose object of more than half a gigabyte."""
TOKEN_USER = "x-access-token"  # noqa: S105 - GitHub's name; GitLab and Gitea take any
TAKES_TOKEN = "set KB_GIT__TOKEN to a token that may read the repository"  # noqa: S105 - a sentence
OTHER_TOKEN = "the token in KB_GIT__TOKEN is not accepted: set another"  # noqa: S105 - the same
KEY = "let the key of the user who runs kb read the repository, and accept the host's key once"


@contextmanager
def frugal() -> Iterator[None]:
    """Let nothing take much more memory than is taken now; MemoryError where it tries to."""
    before = resource.getrlimit(resource.RLIMIT_DATA)
    taken = int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
    limits = [taken + MOST_MEMORY, *(one for one in before if one != resource.RLIM_INFINITY)]
    resource.setrlimit(resource.RLIMIT_DATA, (min(limits), before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


@contextmanager
def connected(place: Place, token: str) -> Iterator[GitClient]:
    """A client for one repository."""
    if place.transport == "file":
        yield LocalGitClient()
    elif place.transport == "ssh":
        vendor = _Ssh()
        with closing(vendor):
            yield SSHGitClient(place.host, place.port, place.user or None, vendor, ssh_command=SSH)
    else:
        host = f"[{place.host}]" if ":" in place.host else place.host
        base = f"{place.transport}://{host}" + (f":{place.port}" if place.port else "")
        user = place.user or (TOKEN_USER if token else None)
        logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)  # it says each retry
        client = _Http(base, username=user, password=token or None, timeout=TIMEOUT_SECONDS)
        try:
            yield client
        finally:
            client.pool_manager.clear()


class _StatusError(Exception):
    """An HTTP answer that is none to a client of git; 200 is a page for people."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP status {status}")
        self.status = status


class _Http(HttpGitClient):
    """The library's client, which tells one refusal from another and leaves no answer unread."""

    def _http_request(
        self,
        url: str,
        headers: dict[str, str] | None = None,
        data: bytes | Iterator[bytes] | None = None,
        raise_for_status: bool = True,
    ) -> tuple[HTTPResponse, Callable[[int], bytes]]:
        answer, read = super()._http_request(url, headers, data, raise_for_status=False)
        is_page = (answer.content_type or "").startswith("text/html")
        if raise_for_status and (is_page or answer.status != HTTPStatus.OK):
            answer.close()
            raise _StatusError(answer.status)
        return answer, read


class _Ssh(SubprocessSSHVendor):
    """The ``ssh`` program; ended with us also where the library loses sight of it."""

    def __init__(self) -> None:
        self._started: list[SubprocessWrapper] = []

    def run_command(self, host: str, command: bytes, **options: Any) -> SubprocessWrapper:  # type: ignore[override]
        """Start it."""
        started = super().run_command(host, command, **options)
        self._started.append(started)
        return started

    def close(self) -> None:
        """Wait until it has ended."""
        for one in self._started:
            one.close()


@contextmanager
def explained(place: Place, token: str) -> Iterator[None]:
    """Whatever keeps a repository from being fetched, as something that people can mend."""
    try:
        yield
    except KBError:
        raise
    except Exception as error:  # noqa: BLE001 - what a stranger's data breaks in the library
        raise UnavailableError(f"{place.shown}: {_said(error, place, token)}") from None


def _said(error: Exception, place: Place, token: str) -> str:
    """What went wrong and what to do; never the token."""
    if isinstance(error, _StatusError):
        return _answered(error, OTHER_TOKEN if token else TAKES_TOKEN)
    if isinstance(error, NotGitRepository):
        return "is no git repository (name its folder, or publish the folder itself)"
    if isinstance(error, HangupException) and place.transport == "ssh":
        return f"ssh: {_last_line(error)} ({KEY})"
    if isinstance(error, MemoryError) or TOO_LARGE in str(error):
        return "a file in it takes too much memory to unpack (take it out of the history)"
    if isinstance(error, KeyError):
        return "an object is missing; is it a shallow clone? (git fetch --unshallow)"
    return f"could not be fetched: {_broken_off(error, place, token)}"


def _broken_off(error: Exception, place: Place, token: str) -> str:
    """What the library or the network says."""
    cause = _innermost(error)
    if isinstance(error, GitProtocolError) and isinstance(cause, OSError):
        return _unreached(error, cause, place)
    what = str(error) or type(error).__name__
    remedy = "try again" if isinstance(error, (GitProtocolError, OSError)) else "run git fsck on it"
    return f"{what.replace(token or '…', '…')} ({remedy})"


def _answered(error: _StatusError, remedy: str) -> str:
    if error.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return f"access was refused ({remedy})"
    if error.status == HTTPStatus.NOT_FOUND:
        return f"there is no repository, or it is hidden (mend the address, or {remedy})"
    if error.status == HTTPStatus.OK:
        what = "the address leads to a web page, not to a repository"
        return f"{what} (mend the address, or {remedy})"
    return f"could not be fetched: {error} (try again)"


def _unreached(error: GitProtocolError, cause: OSError, place: Place) -> str:
    """Who does not answer and why, without the names of the library's objects."""
    who = "the proxy" if "ProxyError(" in str(error) else place.host
    if isinstance(cause, ssl.SSLCertVerificationError):
        remedy = "let it show a certificate that this machine knows"
        return f"the certificate of {who} is not accepted: {cause.verify_message} ({remedy})"
    said = cause.strerror or cause
    return f"{who} cannot be reached: {said} (mend the address, or try again once it answers)"


def _innermost(error: BaseException) -> BaseException:
    """What an error was first, before libraries wrapped it."""
    wrapped = (error.__cause__, getattr(error, "reason", None), *error.args)
    inner = next((one for one in wrapped if isinstance(one, BaseException)), None)
    return _innermost(inner) if inner else error


def _last_line(error: HangupException) -> str:
    lines = [line.decode("utf-8", "replace") for line in error.stderr_lines or ()]
    return next((line for line in reversed(lines) if line.strip()), "the connection was closed")
