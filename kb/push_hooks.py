"""Whether a call really says that a git host was pushed to, and what it says. Pure.

A signature is compared with the raw body in constant time, before anything in it is read. What a
call says is only "go and fetch": commits and files come from the repository itself.

==========  ======================================================  ================================
host        signature                                               once, by
==========  ======================================================  ================================
GitHub      X-Hub-Signature-256: sha256=HMAC of the body             the body
Gitea       X-Gitea-Signature: HMAC of the body                      the body
Forgejo     X-Forgejo-Signature: HMAC of the body                    the body
Bitbucket   X-Hub-Signature: sha256=HMAC of the body                 the body
GitLab      webhook-signature: v1,HMAC of id.timestamp.body, as in   webhook-id
            https://www.standardwebhooks.com; or the older           X-Gitlab-Event-UUID
            X-Gitlab-Token, which is the secret itself
==========  ======================================================  ================================

The first four give each call a name, too, but do not sign it: whoever repeats a call could make it
new by another name.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qs

Host = Literal["github", "gitlab", "gitea", "forgejo", "bitbucket"]
TOLERANCE_SECONDS = 300
"""How far a signed timestamp may be off, as Standard Webhooks recommends."""
_PUSHES = frozenset({"push", "Push Hook", "Tag Push Hook", "repo:push", "repo:refs_changed"})


LONGEST_STAMP = 12
"""Digits of a time in seconds; Python refuses to read thousands of them."""


class UnsignedError(ValueError):
    """A call that nobody we know has signed."""


class UnreadableError(ValueError):
    """A call that was signed, in a form that we do not read."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request as it came: headers by name in lower case, and the raw body."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Push:
    """A call whose signature holds.

    ``delivery`` names the call among all of its host; ``refs`` are what was pushed, in full
    (``refs/heads/main``), empty where the call is about something else.
    """

    host: Host
    delivery: str
    refs: tuple[str, ...]


def read_push(call: Call, secrets: Mapping[Host, str], seconds: float) -> Push:
    """What a call says; UnsignedError where its signature is missing, wrong, weak or too old.

    Raises UnreadableError where a push is told in another form than JSON. ``seconds``: the time
    now, since 1970.
    """
    host = _host(call.headers)
    secret = secrets.get(host, "")
    if not secret:
        raise UnsignedError(f"no secret is set for {host} (set git.hooks.{host})")
    if not _is_signed(host, call, secret, seconds):
        raise UnsignedError(f"the signature of {host} is missing or wrong (compare the secrets)")
    return Push(host, f"{host}:{_name(host, call)}", tuple(_refs(call)))


_GITLABS_NAMES = ("webhook-id", "x-gitlab-event-uuid", "idempotency-key")
_SIGNS: tuple[tuple[Host, str], ...] = (
    # Forgejo sends Gitea's headers too, and both send GitHub's.
    ("forgejo", "x-forgejo-event"),
    ("gitea", "x-gitea-event"),
    ("gitlab", "x-gitlab-event"),
    ("bitbucket", "x-event-key"),
    ("github", "x-github-event"),
)


def _host(headers: Mapping[str, str]) -> Host:
    for host, sign in _SIGNS:
        if sign in headers:
            return host
    known = ", ".join(sign for _, sign in _SIGNS)
    raise UnsignedError(f"this is no call of a git host (none of the headers {known})")


def _name(host: Host, call: Call) -> str:
    """What only the same call has; of a name that is not signed nothing is believed."""
    named = _first(call.headers, *_GITLABS_NAMES) if host == "gitlab" else ""
    return named or hashlib.sha256(call.body).hexdigest()


def _is_signed(host: Host, call: Call, secret: str, seconds: float) -> bool:
    headers = call.headers
    if host == "gitlab" and "webhook-signature" in headers:
        return _is_standard(call, secret, seconds)
    if host == "gitlab":
        return _equal(headers.get("x-gitlab-token", ""), secret)
    digest = hmac.new(secret.encode(), call.body, hashlib.sha256).hexdigest()
    if host in {"gitea", "forgejo"}:
        return _equal(headers.get(f"x-{host}-signature", ""), digest)
    name = "x-hub-signature-256" if host == "github" else "x-hub-signature"
    return _equal(headers.get(name, ""), f"sha256={digest}")


def _is_standard(call: Call, secret: str, seconds: float) -> bool:
    """Whether one of the signatures holds: https://www.standardwebhooks.com, "Verifying"."""
    stamp, name = call.headers.get("webhook-timestamp", ""), call.headers.get("webhook-id", "")
    if not stamp.isascii() or not stamp.isdigit() or len(stamp) > LONGEST_STAMP:
        return False
    if abs(seconds - int(stamp)) > TOLERANCE_SECONDS:
        return False
    signed = f"{name}.{stamp}.".encode() + call.body
    digest = hmac.new(_key(secret), signed, hashlib.sha256).digest()
    expected = f"v1,{base64.b64encode(digest).decode()}"
    given = call.headers["webhook-signature"].split()
    return any([_equal(one, expected) for one in given])  # noqa: C419 - all, in constant time


def _key(secret: str) -> bytes:
    """The bytes of a secret that is written as ``whsec_`` and base64."""
    if secret.startswith("whsec_"):
        try:
            return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            return secret.encode()
    return secret.encode()


def _equal(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), expected.encode())


def _first(headers: Mapping[str, str], *names: str) -> str:
    return next((headers[name] for name in names if headers.get(name)), "")


def _refs(call: Call) -> Iterator[str]:
    """What was pushed; deleted branches are not."""
    if _first(call.headers, *(sign for _, sign in _SIGNS)) not in _PUSHES:
        return
    said = _said(call)
    if isinstance(said, dict):
        yield from _of_one(said)
        yield from _of_bitbucket(said)


def _said(call: Call) -> Any:
    """The description of a push; GitHub and Gitea also send it as a field of a form."""
    text = call.body
    if call.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        text = parse_qs(text).get(b"payload", [b""])[0]
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        what = "the push is not told in JSON (choose the content type application/json)"
        raise UnreadableError(what) from None


def _of_one(said: Mapping[str, Any]) -> Iterator[str]:
    """GitHub, Gitea, Forgejo, GitLab: one ref a call."""
    deleted = said.get("deleted") is True or set(str(said.get("after", "1"))) == {"0"}
    if isinstance(said.get("ref"), str) and not deleted:
        yield said["ref"]


def _of_bitbucket(said: Mapping[str, Any]) -> Iterator[str]:
    """Cloud: ``push.changes[].new``; Data Center: ``changes[].ref``."""
    push = said.get("push")
    changes = push.get("changes") if isinstance(push, dict) else said.get("changes")
    for change in changes if isinstance(changes, list) else ():
        if not isinstance(change, dict):
            continue
        new, ref = change.get("new"), change.get("ref")
        if isinstance(new, dict) and isinstance(new.get("name"), str):
            folder = "tags" if new.get("type") == "tag" else "heads"
            yield f"refs/{folder}/{new['name']}"
        elif isinstance(ref, dict) and change.get("type") != "DELETE":
            yield str(ref.get("id", ""))
