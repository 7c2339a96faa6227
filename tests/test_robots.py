"""Who is no visitor."""

from __future__ import annotations

from pathlib import Path

import pytest
from lamp_site import publish_lamps
from visiting import BROWSER, CRAWLER, Centre, ballot, open_centre, search

from webapp.robots import is_robot


@pytest.fixture
def centre(models: Path, tmp_path: Path) -> Centre:
    return open_centre(publish_lamps(models), tmp_path)


@pytest.mark.parametrize(
    "agent",
    [
        CRAWLER,
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2)",
        "UptimeRobot/2.0",
        "facebookexternalhit/1.1",
        "a;" * 100_000 + "Googlebot",
    ],
)
def test_a_crawler_is_a_robot_everywhere(agent: str) -> None:
    known = not agent.startswith("a;")  # nobody reads that far
    assert is_robot(agent, for_programs=False) is known
    assert is_robot(agent, for_programs=True) is known


@pytest.mark.parametrize(
    "agent", ["", "curl/8.10", "python-requests/2.32", "axios/1.7", "Wget/1.2"]
)
def test_a_program_is_welcome_where_programs_are_meant(agent: str) -> None:
    assert is_robot(agent, for_programs=False)
    assert not is_robot(agent, for_programs=True)


def test_a_browser_is_no_robot_with_or_without_a_window() -> None:
    assert not is_robot(BROWSER, for_programs=False)
    assert not is_robot(BROWSER.replace("Chrome/", "HeadlessChrome/"), for_programs=False)


def test_a_robot_is_answered_and_leaves_nothing_behind(centre: Centre) -> None:
    robot = centre.client(CRAWLER)
    page = robot.get("/search?q=refund")
    assert "How long a refund takes" in page.text
    assert "data-impression" not in page.text
    assert "Set-Cookie" not in page.headers
    body = search(robot)
    assert body["hits"]
    assert body["impression"] is None
    robot.post("/api/v1/suggest", json={"body": "where is the refund for my lamp?"})
    assert centre.untouched()


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Purpose": "prefetch"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
    ],
)
def test_what_nobody_sees_is_no_impression(centre: Centre, headers: dict[str, str]) -> None:
    answer = centre.client().get("/search?q=refund", headers=headers)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "data-impression" not in answer.text


def test_asking_for_headers_only_is_no_impression(centre: Centre) -> None:
    answer = centre.client().head("/search?q=refund")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers


def test_the_vote_of_a_robot_is_kept_and_does_not_count(centre: Centre) -> None:
    robot = centre.client(CRAWLER)
    answer = robot.post("/feedback/vote", data={"about": ballot(robot), "answer": "yes"})
    assert answer.status_code == 303
    assert "Set-Cookie" not in answer.headers
    impression = search(centre.client())["impression"]
    report = {"impression": impression, "type": "resolved", "slug": "refund-times"}
    assert robot.post("/api/v1/events", json=report).status_code == 204
    assert robot.post("/api/v1/events", json=report | {"type": "read"}).status_code == 204
    kept = centre.rows("SELECT type, article, rejected FROM events ORDER BY article")
    assert kept == [
        ("resolved", "first-steps", "robot"),
        ("resolved", "refund-times", "robot"),
    ]
