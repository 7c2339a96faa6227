"""What a git host may ask for over HTTP, and what nobody else may."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from lamp_site import publish_lamps
from werkzeug.test import TestResponse

from kb.config import Config, Site
from kb.git_settings import Git
from kb.store import builds
from kb.store.database import Database
from webapp import create_app
from webapp.hooks import LARGEST_CALL

SECRET = "a secret of sixteen and more"
PUSH = json.dumps({"ref": "refs/heads/main", "after": "1" * 40}).encode()
GIT = Git.model_validate(
    {"repo": "https://git.example/acme/help.git", "ref": "main", "hooks": {"github": SECRET}}
)


@pytest.fixture
def config(models: Path, sqlite_url: str) -> Config:
    return Config(
        data=publish_lamps(models), site=Site(languages=("es",)), database_url=sqlite_url, git=GIT
    )


@pytest.fixture
def client(config: Config) -> FlaskClient:
    return create_app(config).test_client()


def call(client: FlaskClient, body: bytes = PUSH, **changed: str) -> TestResponse:
    """A push as GitHub tells it, but for the headers that are changed."""
    mac = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "X-GitHub-Event": "push",
        "X-GitHub-Delivery": "call-1",
        "X-Hub-Signature-256": f"sha256={mac}",
        **{name.replace("_", "-"): value for name, value in changed.items()},
    }
    return client.post("/hooks/git", data=body, headers=headers)


def asked(config: Config) -> list[str]:
    database = Database.open(config.database)
    try:
        return [one.state for one in builds.recent(database, 100)]
    finally:
        database.close()


def test_a_signed_push_asks_for_a_build_and_is_answered_at_once(
    client: FlaskClient, config: Config
) -> None:
    answer = call(client)
    assert (answer.status_code, answer.json) == (202, {"build": "waits"})
    assert asked(config) == ["waiting"]


def test_a_call_that_comes_again_is_ignored_under_any_name(
    client: FlaskClient, config: Config
) -> None:
    call(client)
    assert call(client).json == {"build": "repeated"}
    assert call(client, X_GitHub_Delivery="another").json == {"build": "repeated"}
    assert asked(config) == ["waiting"]


def test_a_push_that_cannot_be_read_is_told_so(client: FlaskClient, config: Config) -> None:
    answer = call(client, b"ref=main", Content_Type="application/x-www-form-urlencoded")
    assert answer.status_code == 400
    assert "application/json" in answer.text
    assert asked(config) == []


def test_a_hundred_pushes_wait_as_one_build(client: FlaskClient, config: Config) -> None:
    pushes = [PUSH.replace(b"1" * 40, f"{number:040x}".encode()) for number in range(1, 101)]
    said = [call(client, push) for push in pushes]
    assert {answer.status_code for answer in said} == {202}
    assert [answer.json for answer in said[:2]] == [{"build": "waits"}, {"build": "joined"}]
    assert asked(config) == ["waiting"]


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "sha256=",
        "sha256=" + "0" * 64,
        "sha1=" + hmac.new(SECRET.encode(), PUSH, "sha1").hexdigest(),
    ],
)
def test_a_call_without_the_right_signature_is_refused(
    client: FlaskClient, config: Config, signature: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        answer = call(client, X_Hub_Signature_256=signature)
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert asked(config) == []
    assert "was refused" in caplog.text
    assert SECRET not in caplog.text


def test_a_call_that_is_too_large_is_refused_unread(client: FlaskClient, config: Config) -> None:
    answer = call(client, b"x" * 2 * LARGEST_CALL)
    assert answer.status_code == 413
    assert asked(config) == []


def test_another_branch_changes_nothing(client: FlaskClient, config: Config) -> None:
    draft = json.dumps({"ref": "refs/heads/draft", "after": "1" * 40}).encode()
    answer = call(client, draft)
    assert (answer.status_code, answer.json) == (202, {"build": "ignored"})
    assert asked(config) == []


def test_without_a_repository_nothing_can_be_pushed(config: Config) -> None:
    client = create_app(config.model_copy(update={"git": Git()})).test_client()
    answer = call(client)
    assert answer.status_code == 404
    assert "git.repo" in answer.text


def test_the_address_is_for_posts_alone(client: FlaskClient) -> None:
    assert client.get("/hooks/git").status_code == 405
