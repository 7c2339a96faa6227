"""The case cookie, who a visitor is, and what a page says to caches about it."""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter
from pathlib import Path

import pytest
from flask import g
from lamp_site import publish_lamps
from visiting import SITE, Centre, ballot, open_centre, search

from webapp import visits

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def centre(models: Path, tmp_path: Path) -> Centre:
    return open_centre(publish_lamps(models), tmp_path)


def test_opening_pages_begins_nothing(centre: Centre) -> None:
    client = centre.client()
    paths = ("/", "/search", "/search?q=", "/articles/first-steps", "/categories/", "/nothing")
    for path in (*paths, "/api/v1/articles/first-steps", "/openapi.json", "/healthz"):
        assert "Set-Cookie" not in client.get(path).headers
    assert "Set-Cookie" not in client.post("/api/v1/suggest", json={"body": "short"}).headers
    assert centre.untouched()


def test_the_first_search_begins_a_case(centre: Centre) -> None:
    cookie = centre.client().get("/search?q=refund").headers["Set-Cookie"]
    assert cookie.startswith("kb_case=")
    for part in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=259200"):
        assert part in cookie.split("; ")
    assert "Secure" not in cookie


def test_a_vote_or_a_draft_begins_one_too(centre: Centre) -> None:
    voter, writer = centre.client(), centre.client()
    voted = voter.post("/feedback/vote", data={"about": ballot(voter), "answer": "yes"})
    drafted = writer.post("/api/v1/suggest", json={"body": "where is my refund?"})
    for answer in (voted, drafted):
        assert answer.headers["Set-Cookie"].startswith("kb_case=")


def test_a_case_goes_on_without_another_cookie(centre: Centre) -> None:
    client = centre.client()
    search(client)
    assert "Set-Cookie" not in client.get("/search?q=lamp").headers
    search(client, "invoice")
    assert centre.rows("SELECT count(DISTINCT case_id), count(*) FROM impressions") == [(1, 3)]


def test_the_cookie_stays_under_the_prefix_and_on_https(models: Path, tmp_path: Path) -> None:
    site = SITE.model_copy(update={"base_url": "https://example.com/help"})
    centre = open_centre(publish_lamps(models), tmp_path, site)
    cookie = centre.client().get("/help/search?q=refund").headers["Set-Cookie"].split("; ")
    assert "Path=/help" in cookie
    assert "Secure" in cookie


@pytest.mark.parametrize("value", ["rubbish", "a" * 5000, "%00", "", "x.y", '"é"'])
def test_a_cookie_full_of_rubbish_is_replaced(centre: Centre, value: str) -> None:
    answer = centre.client().get("/search?q=refund", headers={"Cookie": f"kb_case={value}"})
    assert answer.status_code == 200
    assert answer.headers["Set-Cookie"].startswith("kb_case=")


def test_a_case_ends_after_72_hours(centre: Centre) -> None:
    old = dt.datetime.now(dt.UTC) - dt.timedelta(hours=73)
    token = centre.state.tokens.sign_case("c" * 22, old)
    answer = centre.client().get("/search?q=refund", headers={"Cookie": f"kb_case={token}"})
    assert answer.headers["Set-Cookie"].startswith("kb_case=")


def test_a_vote_lets_the_case_last_72_hours_more_so_that_a_contact_finds_it(
    centre: Centre,
) -> None:
    now = dt.datetime.now(dt.UTC)
    client = centre.client()
    client.set_cookie("kb_case", centre.state.tokens.sign_case("c" * 22, now - 48 * HOUR))
    form = {"answer": "yes", "about": ballot(client, "refund-times")}
    assert client.post("/feedback/vote", data=form).status_code == 303
    cookie = client.get_cookie("kb_case")
    assert cookie
    assert centre.state.tokens.read_case(cookie.value, now + 71 * HOUR) == "c" * 22
    again = client.post("/feedback/vote", data=form)
    assert "Set-Cookie" not in again.headers  # it was counted before
    assert "Set-Cookie" not in client.get("/search?q=refund").headers


def test_without_cookies_the_impression_carries_the_case(centre: Centre) -> None:
    client = centre.client()
    foreign = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}
    first = client.get("/api/v1/search?q=refund", headers=foreign)
    assert "Set-Cookie" not in first.headers
    sent = foreign | {"KB-Impression": first.get_json()["impression"]}
    client.get("/api/v1/search?q=invoice", headers=sent)
    client.get("/api/v1/search?q=lamp", headers=foreign | {"KB-Impression": "rubbish"})
    found = centre.rows("SELECT case_id, query FROM impressions ORDER BY at")
    assert [query for _, query in found] == ["refund", "invoice", "lamp"]
    assert found[0][0] == found[1][0] != found[2][0]


def test_a_link_from_elsewhere_to_a_search_is_a_search(centre: Centre) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert "Set-Cookie" in centre.client().get("/search?q=refund", headers=headers).headers


def test_our_own_script_is_the_portal_and_others_are_the_api(centre: Centre) -> None:
    client = centre.client()
    client.get("/search?q=one")
    client.get("/api/v1/search?q=two", headers={"Sec-Fetch-Site": "same-origin"})
    client.get("/api/v1/search?q=three")
    found = centre.rows("SELECT query, surface FROM impressions ORDER BY at")
    assert found == [("one", "portal"), ("two", "portal"), ("three", "api")]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.7", "203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
        ("203.0.113.7", "::ffff:203.0.113.7", True),
        ("2001:db8:1:2::1", "2001:db8:1:2:aaaa::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
    ],
)
def test_a_visitor_is_an_address_or_an_ipv6_network(
    centre: Centre, one: str, other: str, same: bool
) -> None:
    def digest(address: str) -> str | None:
        with centre.app.test_request_context(environ_base={"REMOTE_ADDR": address}):
            return visits.visitor()

    first, second = digest(one), digest(other)
    assert (first == second) is same
    assert first
    assert one not in first


def test_a_visitor_is_the_same_one_until_the_month_ends(centre: Centre) -> None:
    codes = []
    for month, day in ((11, 1), (11, 30), (12, 1)):
        with centre.app.test_request_context(environ_base={"REMOTE_ADDR": "203.0.113.7"}):
            g.now = dt.datetime(2026, month, day, tzinfo=dt.UTC)
            codes.append(visits.visitor() or "")
    assert codes[0] == codes[1]
    (november, first), (december, second) = (code.split(".") for code in codes[1:])
    assert (november, december) == ("2026-11", "2026-12")
    assert first != second


@pytest.mark.parametrize("address", ["", "unix:", "not an address"])
def test_an_address_that_is_not_known_is_no_visitor(centre: Centre, address: str) -> None:
    with centre.app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        assert visits.visitor() is None


def test_a_proxy_that_the_settings_do_not_name_is_warned_of_once(
    centre: Centre, caplog: pytest.LogCaptureFixture
) -> None:
    visits._warn_once.cache_clear()
    for _ in range(3):
        centre.client().get("/search?q=refund", headers={"X-Forwarded-For": "198.51.100.1"})
    warned = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(warned) == 1
    assert "trusted_proxies" in warned[0]
    assert "198.51.100.1" not in caplog.text


def test_the_arms_are_drawn_for_a_case_and_stay(models: Path, tmp_path: Path) -> None:
    centre = open_centre(publish_lamps(models), tmp_path, holdout=0.5, without_memory=0.5)
    for _ in range(40):
        client = centre.client()
        search(client)
        search(client, "invoice")
    arms = Counter(centre.rows("SELECT holdout, plain FROM cases"))
    assert len(arms) == 4
    assert sum(arms.values()) == 40


def test_nobody_is_handed_the_impression_of_another(centre: Centre) -> None:
    one, other = centre.client(), centre.client()
    for path in ("/search?q=refund", "/api/v1/search?q=refund"):
        first = one.get(path)
        assert first.headers["Cache-Control"] == "private, no-cache"
        asked = {"If-None-Match": first.headers["ETag"]}
        assert one.get(path, headers=asked).status_code == 304
        assert other.get(path, headers=asked).status_code == 200


def test_an_article_is_the_same_for_everybody_all_day(centre: Centre) -> None:
    one, other = centre.client(), centre.client()
    search(one)
    first, second = (client.get("/articles/first-steps") for client in (one, other))
    assert first.data == second.data
    assert first.headers["ETag"] == second.headers["ETag"]
    assert "private" not in first.headers["Cache-Control"]
    assert "Set-Cookie" not in second.headers
