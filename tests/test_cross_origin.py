"""Who may ask from a browser: listed pages may, others get nothing, and nobody's cookies travel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from lamp_site import publish_lamps
from pydantic import ValidationError
from visiting import Centre, open_centre
from werkzeug.test import TestResponse

from kb.widget_settings import Widget, pattern
from webapp.cross_origin import MOST_TOLD

LISTED = "https://shop.example.com"
UNLISTED = "https://evil.example.org"
CALLS: list[tuple[str, str, dict[str, Any] | None]] = [
    ("GET", "/api/v1/search?q=refund", None),
    ("GET", "/api/v1/widget", None),
    ("GET", "/api/v1/notices", None),
    ("GET", "/api/v1/articles/refund-times", None),
    ("POST", "/api/v1/suggest", {"title": "Refunds"}),
    ("POST", "/api/v1/events", {}),
    ("POST", "/api/v1/tickets", {}),
]
every_call = pytest.mark.parametrize(
    ("method", "path", "body"), CALLS, ids=[path.partition("?")[0] for _, path, _ in CALLS]
)


@pytest.fixture(scope="module")
def centre(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Centre:
    origins = (LISTED, "http://localhost:*", "https://*.example.net")
    folder = tmp_path_factory.mktemp("centre")
    return open_centre(publish_lamps(models), folder, widget={"origins": origins})


@pytest.fixture
def client(centre: Centre) -> FlaskClient:
    return centre.client()


def call(
    client: FlaskClient, method: str, path: str, body: Any, origin: str, **more: str
) -> TestResponse:
    headers = {"Origin": origin, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"} | more
    return client.open(path, method=method, json=body, headers=headers)


@every_call
def test_a_listed_page_may_ask_and_read(
    client: FlaskClient, method: str, path: str, body: Any
) -> None:
    answer = call(client, method, path, body, LISTED)
    assert answer.headers["Access-Control-Allow-Origin"] == LISTED
    assert answer.status_code != 403
    assert "Origin" in answer.headers["Vary"]


@every_call
def test_another_page_is_refused(client: FlaskClient, method: str, path: str, body: Any) -> None:
    for origin in (UNLISTED, "null", f"{LISTED}.evil.org", "https://shop.example.com:8443"):
        answer = call(client, method, path, body, origin)
        assert answer.status_code == 403
        assert answer.mimetype == "application/problem+json"
        assert "[widget]" in answer.get_json()["detail"]
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "Origin" in answer.headers["Vary"]


@every_call
def test_nobodys_cookies_travel(client: FlaskClient, method: str, path: str, body: Any) -> None:
    for origin in (LISTED, UNLISTED):
        answer = call(client, method, path, body, origin)
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert "Set-Cookie" not in answer.headers


@every_call
def test_our_own_pages_and_programs_are_let_in(
    client: FlaskClient, method: str, path: str, body: Any
) -> None:
    own: list[dict[str, str]] = [
        {},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "https://behind-a-proxy.example", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "https://localhost"},
    ]
    for headers in own:
        assert client.open(path, method=method, json=body, headers=headers).status_code != 403


@pytest.mark.parametrize("path", ["/api/v1/search?q=refund&widget=1", "/api/v1/notices"])
def test_another_sites_page_cannot_load_a_call_as_a_picture_or_a_frame(
    client: FlaskClient, path: str
) -> None:
    for site in ("cross-site", "same-site"):
        for mode, kind in (("no-cors", "image"), ("no-cors", "script"), ("navigate", "iframe")):
            sent = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": kind}
            assert client.get(path, headers=sent).status_code == 403
        link = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
        assert client.get(path, headers=link).status_code == 200
    own = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
    assert client.get(path, headers=own).status_code == 200
    assert client.get(path, headers={"Sec-Fetch-Site": "none"}).status_code == 200


def test_a_browser_may_remember_for_two_hours_what_a_page_may_send(client: FlaskClient) -> None:
    headers = {
        "Origin": LISTED,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type, idempotency-key, cookie",
    }
    answer = client.options("/api/v1/tickets", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Max-Age"] == "7200"
    allowed = answer.headers["Access-Control-Allow-Headers"]
    assert allowed == "content-type, idempotency-key"
    assert set(answer.headers["Access-Control-Allow-Methods"].split(", ")) == {"GET", "POST"}
    refused = client.options("/api/v1/tickets", headers=headers | {"Origin": UNLISTED})
    assert refused.status_code == 403
    assert "Access-Control-Allow-Methods" not in refused.headers


def test_nothing_but_the_widgets_calls_is_opened(client: FlaskClient) -> None:
    for path in ("/", "/articles/refund-times", "/openapi.json", "/healthz", "/contact"):
        answer = call(client, "GET", path, None, LISTED)
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_only_listed_pages_may_frame_an_article(client: FlaskClient) -> None:
    policy = client.get("/widget/articles/refund-times").headers["Content-Security-Policy"]
    ancestors = f"frame-ancestors 'self' {LISTED} http://localhost:* https://*.example.net"
    assert policy.endswith(ancestors)
    portal = client.get("/articles/refund-times").headers["Content-Security-Policy"]
    assert "frame-ancestors 'self';" in portal


def test_without_origins_only_our_own_pages_may(models: Path, tmp_path: Path) -> None:
    client = open_centre(publish_lamps(models), tmp_path).client()
    assert call(client, "GET", "/api/v1/search?q=refund", None, LISTED).status_code == 403
    policy = client.get("/widget/articles/refund-times").headers["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors 'self'")


@pytest.mark.parametrize(
    "origin",
    [
        "https://shop.example.com",
        "https://shop.example.com:8443",
        "https://*.example.com",
        "http://localhost:*",
        "http://shop.localhost:3000",
        "http://127.0.0.1:5000",
        "http://[::1]:5000",
        "capacitor://localhost",
        "ionic://localhost",
    ],
)
def test_an_origin_can_be_listed(origin: str) -> None:
    assert Widget(origins=(f"{origin.upper()}/",)).origins == (origin,)
    assert pattern(origin).match(origin.replace("*.", "a.b.").replace(":*", ":17"))


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "null",
        "https://*",
        "https://*.*",
        "http://shop.example.com",
        "https://shop.example.com/help",
        "https://shop.example.com; script-src *",
        "capacitor://shop.example.com",
        "capacitor://localhost/help",
        "capacitor://localhost; script-src *",
        "file://",
        "https://shop.example.com 'unsafe-inline'",
        "https://user@shop.example.com",
        "shop.example.com",
        "",
    ],
)
def test_what_is_no_safe_origin_is_refused(origin: str) -> None:
    with pytest.raises(ValidationError, match="an origin such as"):
        Widget(origins=(origin,))


@given(st.text(max_size=30))
def test_nothing_before_or_after_a_listed_origin_passes(more: str) -> None:
    listed = pattern("https://*.example.com")
    for origin in (f"https://a.example.com{more}", f"{more}https://a.example.com"):
        assert bool(listed.match(origin)) == (origin == "https://a.example.com")


def test_the_log_names_a_page_that_was_refused_once_a_day_and_not_without_end(
    models: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    client = open_centre(publish_lamps(models), tmp_path, widget={"origins": (LISTED,)}).client()
    for origin in (UNLISTED, UNLISTED, LISTED):
        call(client, "GET", "/api/v1/notices", None, origin)
    told = [record.getMessage() for record in caplog.records if "[widget]" in record.getMessage()]
    assert told == [f"pages of {UNLISTED!r} ask for help (yours? add it to origins, [widget])"]
    for number in range(2 * MOST_TOLD):
        call(client, "GET", "/api/v1/notices", None, f"https://{number}.example.org")
    assert sum("[widget]" in record.getMessage() for record in caplog.records) == MOST_TOLD
