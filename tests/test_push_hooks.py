"""A call is believed only if its host signed it, and only as far as it needs to be."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.push_hooks import Call, Host, UnreadableError, UnsignedError, read_push

NOW = 1_780_000_000.0
SECRET = "a secret of sixteen and more"
STANDARD = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
SECRETS: dict[Host, str] = {
    "github": SECRET,
    "gitlab": SECRET,
    "gitea": SECRET,
    "forgejo": SECRET,
    "bitbucket": SECRET,
}
PUSH = {"ref": "refs/heads/main", "after": "1" * 40}
CLOUD = {"push": {"changes": [{"new": {"type": "branch", "name": "main"}}, {"new": None}]}}
DATA_CENTER = {
    "changes": [
        {"ref": {"id": "refs/heads/main"}, "type": "UPDATE"},
        {"ref": {"id": "refs/heads/old"}, "type": "DELETE"},
    ]
}


def digest(body: bytes, algorithm: str = "sha256", secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, algorithm).hexdigest()


def signed(host: Host, said: Any = PUSH) -> Call:
    """A call as the host makes it."""
    body = json.dumps(said).encode()
    headers: dict[Host, dict[str, str]] = {
        "github": {
            "x-github-event": "push",
            "x-github-delivery": "d-1",
            "x-hub-signature-256": f"sha256={digest(body)}",
            "x-hub-signature": f"sha1={digest(body, 'sha1')}",
        },
        "gitea": {
            "x-gitea-event": "push",
            "x-gitea-delivery": "d-1",
            "x-gitea-signature": digest(body),
            "x-github-event": "push",
        },
        "forgejo": {
            "x-forgejo-event": "push",
            "x-forgejo-delivery": "d-1",
            "x-forgejo-signature": digest(body),
            "x-gitea-event": "push",
        },
        "gitlab": {
            "x-gitlab-event": "Push Hook",
            "x-gitlab-event-uuid": "d-1",
            "x-gitlab-token": SECRET,
        },
        "bitbucket": {
            "x-event-key": "repo:push",
            "x-request-uuid": "d-1",
            "x-hub-signature": f"sha256={digest(body)}",
        },
    }
    return Call(headers[host], body)


def standard(at: float, secret: bytes = b"0123456789abcdef0123456789abcdef") -> Call:
    """A call as GitLab signs it with a signing token."""
    body, stamp = json.dumps(PUSH).encode(), str(int(at))
    mac = hmac.new(secret, f"d-1.{stamp}.".encode() + body, hashlib.sha256).digest()
    headers = {
        "x-gitlab-event": "Push Hook",
        "webhook-id": "d-1",
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,AAAA v1,{base64.b64encode(mac).decode()}",
    }
    return Call(headers, body)


@pytest.mark.parametrize("host", SECRETS)
def test_a_push_that_its_host_signed_is_believed(host: Host) -> None:
    push = read_push(signed(host, CLOUD if host == "bitbucket" else PUSH), SECRETS, NOW)
    assert (push.host, push.refs) == (host, ("refs/heads/main",))
    assert push.delivery.startswith(f"{host}:")


@pytest.mark.parametrize("host", [host for host in SECRETS if host != "gitlab"])
def test_a_call_is_the_same_under_any_name_as_names_are_not_signed(host: Host) -> None:
    call, other = signed(host), signed(host, {**PUSH, "after": "2" * 40})
    renamed = {k: "d-2" if v == "d-1" else v for k, v in call.headers.items()}
    first = read_push(call, SECRETS, NOW).delivery
    assert read_push(Call(renamed, call.body), SECRETS, NOW).delivery == first
    assert read_push(other, SECRETS, NOW).delivery != first


def test_gitlabs_own_name_is_as_good_as_its_token() -> None:
    assert read_push(signed("gitlab"), SECRETS, NOW).delivery == "gitlab:d-1"


def form(**fields: str) -> Call:
    """A push as GitHub sends it where nobody chose another content type."""
    body = urlencode(fields).encode()
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-github-event": "push",
        "x-hub-signature-256": f"sha256={digest(body)}",
    }
    return Call(headers, body)


def test_a_push_in_a_form_is_read_like_any_other() -> None:
    call = form(payload=json.dumps(PUSH))
    assert read_push(call, SECRETS, NOW).refs == ("refs/heads/main",)


@pytest.mark.parametrize(
    "call", [form(), form(payload=""), form(payload="ref"), form(payload="[" * 9000)]
)
def test_a_push_in_words_that_nobody_understands_is_told_which_to_choose(call: Call) -> None:
    with pytest.raises(UnreadableError, match="choose the content type application/json"):
        read_push(call, SECRETS, NOW)


@pytest.mark.parametrize("host", SECRETS)
def test_another_secret_is_refused(host: Host) -> None:
    with pytest.raises(UnsignedError, match=host):
        read_push(signed(host), {**SECRETS, host: "another secret of that size"}, NOW)


@pytest.mark.parametrize("host", SECRETS)
def test_a_host_without_a_secret_is_refused_though_it_signs_with_none(host: Host) -> None:
    with pytest.raises(UnsignedError, match="no secret"):
        read_push(signed(host), {**SECRETS, host: ""}, NOW)


@pytest.mark.parametrize("host", [host for host in SECRETS if host != "gitlab"])
def test_a_body_that_was_changed_is_refused(host: Host) -> None:
    call = signed(host)
    with pytest.raises(UnsignedError):
        read_push(Call(call.headers, call.body + b" "), SECRETS, NOW)


@pytest.mark.parametrize("host", SECRETS)
def test_a_missing_signature_is_refused(host: Host) -> None:
    call = signed(host)
    bare = {k: v for k, v in call.headers.items() if "signature" not in k and "token" not in k}
    with pytest.raises(UnsignedError):
        read_push(Call(bare, call.body), SECRETS, NOW)


@pytest.mark.parametrize("host", ["github", "bitbucket"])
def test_sha1_is_too_weak(host: Host) -> None:
    call = signed(host)
    weak = f"sha1={digest(call.body, 'sha1')}"
    headers = {k: v for k, v in call.headers.items() if "signature" not in k}
    for name in ("x-hub-signature", "x-hub-signature-256"):
        with pytest.raises(UnsignedError):
            read_push(Call({**headers, name: weak}, call.body), SECRETS, NOW)


def test_gitlabs_signing_token_is_understood_and_its_time_is_checked() -> None:
    secrets: dict[Host, str] = {"gitlab": STANDARD}
    assert read_push(standard(NOW), secrets, NOW).delivery == "gitlab:d-1"
    for off in (-301, 301):
        with pytest.raises(UnsignedError):
            read_push(standard(NOW + off), secrets, NOW)
    with pytest.raises(UnsignedError):
        read_push(standard(NOW, b"another"), secrets, NOW)
    call = standard(NOW)
    endless = Call({**call.headers, "webhook-timestamp": "9" * 4400}, call.body)
    with pytest.raises(UnsignedError):
        read_push(endless, secrets, NOW)


def test_a_program_that_is_no_git_host_is_told_so() -> None:
    with pytest.raises(UnsignedError, match="no call of a git host"):
        read_push(Call({}, b"{}"), SECRETS, NOW)


def test_what_is_no_push_names_no_branch() -> None:
    call = signed("github")
    ping = Call({**call.headers, "x-github-event": "ping"}, call.body)
    assert read_push(ping, SECRETS, NOW).refs == ()


@pytest.mark.parametrize(
    "said", [{"ref": "refs/heads/x", "deleted": True}, {"ref": "refs/heads/x", "after": "0" * 40}]
)
def test_a_branch_that_was_deleted_is_not_published(said: dict[str, Any]) -> None:
    assert read_push(signed("github", said), SECRETS, NOW).refs == ()


def test_bitbuckets_own_servers_say_it_in_their_way() -> None:
    assert read_push(signed("bitbucket", DATA_CENTER), SECRETS, NOW).refs == ("refs/heads/main",)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.sampled_from(["ref", "push", "changes", "new", "name", "id"]), inner)
    ),
    max_leaves=12,
)


@given(JSON, st.sampled_from(["github", "bitbucket"]))
def test_whatever_a_host_says_nothing_breaks(said: Any, host: Host) -> None:
    assert all(isinstance(ref, str) for ref in read_push(signed(host, said), SECRETS, NOW).refs)
