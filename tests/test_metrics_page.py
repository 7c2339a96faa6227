"""``/metrics``: what it counts, and who may see it."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from lamp_site import publish_lamps
from ticketing import described, draft, settings
from visiting import SITE, Centre, ballot, open_centre, search

from kb.desk import receive
from kb.store.database import Database
from webapp.metrics import is_near


@pytest.fixture
def centre(models: Path, tmp_path: Path) -> Centre:
    return open_centre(publish_lamps(models), tmp_path)


@pytest.fixture
def client(centre: Centre) -> FlaskClient:
    return centre.client(address="127.0.0.1")


def figures(client: FlaskClient) -> dict[str, float]:
    """Each line's name with its labels, and its value."""
    lines = client.get("/metrics").text.splitlines()
    pairs = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name: float(value) for name, _, value in pairs}


def test_searches_are_counted_by_surface_mode_and_whether_they_found_anything(
    client: FlaskClient,
) -> None:
    search(client)
    client.get("/search?q=refund")
    client.get("/search?q=%22no+such+phrase%22")
    found = figures(client)
    assert found['kb_searches_total{hits="some",mode="hybrid",surface="api"}'] == 1
    assert found['kb_searches_total{hits="some",mode="hybrid",surface="portal"}'] == 1
    assert found['kb_searches_total{hits="none",mode="hybrid",surface="portal"}'] == 1


def test_events_and_rejected_votes_are_counted(client: FlaskClient) -> None:
    fields = {"about": ballot(client), "answer": "yes"}
    for _ in range(3):
        client.post("/feedback/vote", data=fields)
    found = figures(client)
    assert found['kb_events_total{type="resolved"}'] == 1
    assert found['kb_events_rejected_total{reason="duplicate"}'] == 2


def test_answers_are_timed_by_endpoint_and_status_alone(client: FlaskClient) -> None:
    for path in ("/articles/first-steps", "/articles/invoices", "/articles/nothing", "/a/b/c"):
        client.get(path)
    found = figures(client)
    assert found['kb_request_seconds_count{endpoint="portal.article",status="200"}'] == 2
    assert found['kb_request_seconds_count{endpoint="portal.article",status="404"}'] == 1
    assert found['kb_request_seconds_count{endpoint="none",status="404"}'] == 1
    assert not any("invoices" in name or "nothing" in name for name in found)


def test_the_recorder_and_what_is_served_can_be_watched(
    centre: Centre, client: FlaskClient
) -> None:
    found = figures(client)
    snapshot = centre.state.live.served().snapshot.id
    assert found[f'kb_served_info{{memory="",snapshot="{snapshot}"}}'] == 1
    assert found["kb_recorder_waiting"] == 0
    assert found["kb_recorder_dropped_total"] == 0


def test_messages_that_wait_can_be_watched(centre: Centre, client: FlaskClient) -> None:
    assert figures(client)["kb_outbox_waiting"] == 0
    centre.state.recorder.work(ticket)
    found = figures(client)
    assert found["kb_outbox_waiting"] == 1
    assert found["kb_outbox_parked"] == 0
    assert found["kb_outbox_oldest_seconds"] > 0


def ticket(database: Database) -> None:
    receive(database, settings("", confirm=False).contact, draft(), described)


def test_there_are_figures_before_anything_is_published(tmp_path: Path) -> None:
    client = open_centre(tmp_path, tmp_path).client(address="127.0.0.1")
    assert figures(client)['kb_served_info{memory="",snapshot=""}'] == 1


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", ""])
def test_strangers_do_not_see_them(centre: Centre, address: str) -> None:
    answer = centre.client(address=address).get("/metrics")
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"


def test_a_stranger_behind_a_proxy_is_none_the_less(models: Path, tmp_path: Path) -> None:
    forwarded = {"X-Forwarded-For": "8.8.8.8"}
    for trusted in (0, 1):
        site = SITE.model_copy(update={"trusted_proxies": trusted})
        client = open_centre(publish_lamps(models), tmp_path, site).client(address="127.0.0.1")
        assert client.get("/metrics", headers=forwarded).status_code == 404


@pytest.mark.parametrize(
    ("address", "near"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("10.1.2.3", True),
        ("192.168.0.9", True),
        ("fd00::1", True),
        ("8.8.8.8", False),
        ("rubbish", False),
        (None, False),
    ],
)
def test_near_is_this_machine_and_private_networks(address: str | None, near: bool) -> None:
    assert is_near(address) is near
