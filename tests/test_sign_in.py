"""The door of the dashboard: who gets in, who waits, and what a guesser learns."""

from __future__ import annotations

import datetime as dt
import logging
import re
from pathlib import Path
from typing import Literal

import argon2
import pytest
from flask.testing import FlaskClient
from lamp_site import publish_lamps
from visiting import SITE, Centre, open_centre
from werkzeug.test import TestResponse

from kb import passwords
from kb.store import users
from webapp import sign_in

GOOD = "three unrelated words"
NOW = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def lamps(models: Path) -> Path:
    return publish_lamps(models)


@pytest.fixture
def centre(lamps: Path, tmp_path: Path, cheap_passwords: None) -> Centre:
    """A help centre that one writer may sign in to."""
    centre = open_centre(lamps, tmp_path)
    add(centre, "ana")
    return centre


def add(centre: Centre, name: str, password: str = GOOD) -> None:
    digest = passwords.hash_password(password)
    centre.state.recorder.work(lambda database: users.add_user(database, name, digest, NOW))


def token(client: FlaskClient) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/dashboard/sign-in").text)
    assert found
    return found[1]


def send(client: FlaskClient, name: str = "ana", password: str = GOOD, **more: str) -> TestResponse:
    """Fill in the form."""
    fields = {"name": name, "password": password, "csrf_token": token(client)}
    return client.post("/dashboard/sign-in", data=fields | more)


def is_in(client: FlaskClient) -> bool:
    return client.get("/dashboard").status_code == 200


def test_who_is_not_signed_in_is_led_to_the_door_and_back(centre: Centre) -> None:
    client = centre.client()
    answer = client.get("/dashboard/articles?days=7")
    assert answer.status_code == 302
    assert answer.location == "/dashboard/sign-in?next=/dashboard/articles?days%3D7"
    inside = send(client, next="/dashboard/articles?days=7")
    assert (inside.status_code, inside.location) == (303, "/dashboard/articles?days=7")
    assert is_in(client)


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/dashboard",
        "/dashboardish",
        "/\\evil.example",
        "/dashboard/sign-out",
        "/dashboard\n/x",
        "javascript:alert(1)",
        "",
    ],
)
def test_the_door_leads_nowhere_else(centre: Centre, wanted: str) -> None:
    assert send(centre.client(), next=wanted).location == "/dashboard"


def test_every_page_is_behind_the_door(centre: Centre) -> None:
    client = centre.client()
    rules = [rule for rule in centre.app.url_map.iter_rules() if rule.endpoint.startswith("dash")]
    assert len(rules) > 10
    for rule in rules:
        path = re.sub(r"<[^>]+>", "x", rule.rule)
        answer = client.get(f"{path}?csv=figures")
        assert (answer.status_code, answer.mimetype) == (302, "text/html"), path


def test_a_name_is_the_same_in_capital_letters(centre: Centre) -> None:
    assert send(centre.client(), name=" ANA ").status_code == 303


def test_a_session_is_a_cookie_of_the_dashboard_alone(centre: Centre) -> None:
    client = centre.client()
    cookies = sorted(send(client).headers.getlist("Set-Cookie"))
    assert [cookie.partition("=")[0] for cookie in cookies] == ["kb_device", "kb_writer"]
    for cookie in cookies:
        assert {"HttpOnly", "Path=/dashboard", "SameSite=Lax"} <= set(cookie.split("; "))
        assert "Expires=" in cookie
        assert "Secure" not in cookie
    for path in ("/", "/articles/first-steps", "/search?q=refund"):
        answer = client.get(path)
        assert "Cookie" not in answer.headers.get("Vary", "")
        assert not any("kb_writer" in one for one in answer.headers.getlist("Set-Cookie"))


def test_under_https_and_a_prefix_the_cookie_keeps_to_both(
    lamps: Path, tmp_path: Path, cheap_passwords: None
) -> None:
    site = SITE.model_copy(update={"base_url": "https://example.com/help"})
    centre = open_centre(lamps, tmp_path, site)
    add(centre, "ana")
    client = centre.client()
    answer = client.post(
        "/dashboard/sign-in",
        base_url="https://example.com",
        data={"name": "ana", "password": GOOD, "csrf_token": "none"},
    )
    cookie = answer.headers["Set-Cookie"]
    assert {"Secure", "Path=/help/dashboard"} <= set(cookie.split("; "))
    led = client.get("/dashboard/gaps", base_url="https://example.com")
    assert led.location == "/help/dashboard/sign-in?next=/dashboard/gaps"


def test_a_session_ends_after_twelve_hours(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    client = centre.client()
    send(client)
    began = dt.datetime.now(dt.UTC)
    monkeypatch.setattr(sign_in, "now", lambda: began + dt.timedelta(hours=11))
    assert is_in(client)
    monkeypatch.setattr(sign_in, "now", lambda: began + dt.timedelta(hours=12, seconds=5))
    assert not is_in(client)


def test_another_password_ends_every_session(centre: Centre) -> None:
    client = centre.client()
    send(client)
    assert is_in(client)
    digest = passwords.hash_password("other unrelated words")
    centre.state.recorder.work(
        lambda database: users.change_password(
            database, "ana", digest, NOW + dt.timedelta(seconds=1)
        )
    )
    assert not is_in(client)
    assert send(client).status_code == 422
    assert send(client, password="other unrelated words").status_code == 303


def test_who_is_removed_is_out_at_once(centre: Centre) -> None:
    client = centre.client()
    send(client)
    centre.state.recorder.work(lambda database: users.remove_user(database, "ana"))
    assert not is_in(client)


def test_signing_out_ends_the_session(centre: Centre) -> None:
    client = centre.client()
    send(client)
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/dashboard").text)
    assert found
    answer = client.post("/dashboard/sign-out", data={"csrf_token": found[1]})
    assert (answer.status_code, answer.location) == (303, "/dashboard/sign-in")
    assert not is_in(client)


def test_another_sites_page_cannot_sign_anybody_in_or_out(centre: Centre) -> None:
    client = centre.client()
    fields = {"name": "ana", "password": GOOD}
    answer = client.post("/dashboard/sign-in", data=fields)
    assert answer.status_code == 400
    assert "open for too long" in answer.text
    send(client)
    assert client.post("/dashboard/sign-out").status_code == 400
    assert is_in(client)


def test_a_made_up_session_opens_nothing(centre: Centre) -> None:
    client = centre.client()
    client.set_cookie("kb_writer", "eyJfdXNlcl9pZCI6ImFuYSJ9.aaaaaa.bbbb", path="/dashboard")
    assert not is_in(client)


def test_no_cache_and_no_search_engine_keeps_a_page(centre: Centre) -> None:
    client = centre.client()
    send(client)
    for path in ("/dashboard", "/dashboard/sign-in", "/dashboard/nowhere", "/dashboard?csv=trend"):
        answer = client.get(path)
        assert answer.headers["Cache-Control"] == "private, no-store", path
        assert answer.headers["X-Robots-Tag"] == "noindex", path


def test_writers_are_no_visitors(centre: Centre) -> None:
    client = centre.client()
    send(client)
    client.get("/dashboard/searches/one?q=refund")
    assert client.get_cookie("kb_case") is None
    assert centre.rows("SELECT count(*) FROM cases") == [(0,)]


def test_without_anybody_the_door_says_how_to_make_somebody(lamps: Path, tmp_path: Path) -> None:
    page = open_centre(lamps, tmp_path).client().get("/dashboard/sign-in").text
    assert "kb user add NAME" in page


def test_with_somebody_it_does_not(centre: Centre) -> None:
    assert "kb user add" not in centre.client().get("/dashboard/sign-in").text


def test_a_thousand_wrong_passwords_are_throttled_and_nothing_of_them_is_logged(
    centre: Centre, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, checked = centre.client(), 0
    sent = token(client)
    monkeypatch.setattr(sign_in, "now", lambda: NOW)
    with caplog.at_level(logging.DEBUG):
        for number in range(1000):
            fields = {"name": "ana", "password": f"guess-{number}", "csrf_token": sent}
            answer = client.post("/dashboard/sign-in", data=fields)
            checked += answer.status_code == 422
            assert answer.status_code in {422, 429}
    assert checked == users.FOR_NAME.free
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "2")
    assert "Too many tries. Please wait 2 seconds." in answer.text
    assert send(client).status_code == 429  # the right one waits as well
    assert "guess-" not in caplog.text
    assert "wrong password for user 'ana' (throttled for 2 s)" in caplog.text
    assert len(caplog.records) < 100


def test_a_name_that_nobody_has_is_not_logged(
    centre: Centre, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(6):
        send(centre.client(), name=GOOD, password="x")
    assert "a name that nobody has (throttled" in caplog.text
    assert GOOD not in caplog.text
    assert GOOD not in str(centre.rows("SELECT * FROM sign_in_failures"))


def test_no_account_can_be_told_from_none(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same words, the same headers, the same waits."""
    monkeypatch.setattr(sign_in, "now", lambda: NOW)

    def told(name: str, address: str) -> list[tuple[int, str, str | None]]:
        client = centre.client(address=address)
        answers = [send(client, name, "wrong") for _ in range(8)]
        hide = re.compile(r'value="[^"]*"')
        return [
            (one.status_code, hide.sub("", one.text), one.headers.get("Retry-After"))
            for one in answers
        ]

    assert told("ana", "203.0.113.1") == told("bea", "203.0.113.2")


def test_an_unknown_name_costs_the_same_check_of_a_password(
    lamps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Argon2 takes nearly all of the time: without it an unknown name would be told at once."""
    checked: list[str] = []

    class Hasher(argon2.PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 - its name
            checked.append(str(hash).rpartition("$")[0].rpartition("$")[0])
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "_hasher", Hasher())
    passwords._nobodys.cache_clear()
    centre = open_centre(lamps, tmp_path)
    add(centre, "ana")
    send(centre.client(), "ana", "wrong")
    send(centre.client(), "bea", "wrong")
    known, unknown = checked
    assert known == unknown  # the same algorithm with the same memory and the same passes


def test_one_writers_mistakes_do_not_lock_out_the_others(centre: Centre) -> None:
    add(centre, "bea")
    for _ in range(8):
        send(centre.client(address="203.0.113.1"), password="wrong")
    assert send(centre.client(address="203.0.113.2"), name="bea").status_code == 303


def wrong_from_everywhere(centre: Centre, name: str = "ana") -> None:
    for number in range(8):
        send(centre.client(address=f"198.51.100.{number}"), name, "wrong")


def test_who_knows_a_name_cannot_keep_its_owner_out(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "now", lambda: NOW)
    add(centre, "bea")
    known = centre.client()
    assert send(known).status_code == 303
    known.delete_cookie("kb_writer", path="/dashboard")
    wrong_from_everywhere(centre)
    wrong_from_everywhere(centre, "bea")
    assert send(centre.client()).status_code == 429  # a browser that is not known waits
    assert send(known).location == "/dashboard"
    known.delete_cookie("kb_writer", path="/dashboard")
    assert send(known, "bea").status_code == 429  # in this browser she never signed in


def test_a_known_browser_may_not_guess_for_ever_either(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "now", lambda: NOW)
    known = centre.client()
    send(known)
    signed = known.get_cookie("kb_device", path="/dashboard")
    assert signed
    taken = centre.client(address="198.51.100.1")  # a copy of the cookie counts as the same browser
    taken.set_cookie("kb_device", signed.value, path="/dashboard")
    answers = [send(taken, password="wrong").status_code for _ in range(users.FOR_NAME.free)]
    assert answers == [422] * users.FOR_NAME.free
    assert send(taken).status_code == 429
    assert send(centre.client()).status_code == 303  # others are not made to wait by it
