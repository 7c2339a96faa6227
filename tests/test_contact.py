"""The contact form without a browser: nothing that was typed is ever lost, nothing sent twice."""

from __future__ import annotations

import base64
import html
import io
import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from lamp_site import publish_lamps
from visiting import CRAWLER, Centre, open_centre
from werkzeug.test import TestResponse

from kb.config import Site
from webapp.written import MOST_BYTES

SITE = Site(languages=("es",), base_url="https://help.example.com")
CONTACT: dict[str, Any] = {
    "webhooks": [{"name": "desk", "url": "https://desk.example.com/", "secret": "s" * 16}],
    "fields": [
        {"name": "product", "kind": "product"},
        {"name": "order", "kind": "order_number", "pattern": "[A-Z]{2}[0-9]{4}", "hint": "AB1234"},
        {"name": "urgency", "kind": "choice", "choices": ["can wait", "cannot wait"]},
    ],
    "attachments": {"most": 2, "most_bytes": 1000},
    "hours": {"time_zone": "Europe/Berlin", "open": [{}], "answer_hours": 8},
}
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 100
FINE = {
    "email": "ana@example.org",
    "subject": "The ring blinks",
    "message": "It blinks, and stays so.",
}
PUZZLE = {
    **FINE,
    "subject": "Refund is late",
    "message": "How long does a refund take? It is late.",
}


@pytest.fixture(scope="session")
def lamps(models: Path) -> Path:
    return publish_lamps(models)


@pytest.fixture
def centre(lamps: Path, tmp_path: Path) -> Centre:
    return open_centre(lamps, tmp_path, SITE, contact=CONTACT)


@pytest.fixture
def client(centre: Centre) -> FlaskClient:
    return centre.client()


def hidden(page: TestResponse, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, page.text
    return html.unescape(found[1])


def opened(client: FlaskClient, seconds: int = 60, **more: Any) -> str:
    """The token of a form that was opened so many seconds ago."""
    from dataclasses import replace
    from datetime import UTC, datetime, timedelta

    from webapp.state import EXTENSION

    page = client.get("/contact", **more)
    tokens = client.application.extensions[EXTENSION].tokens
    now = datetime.now(UTC)
    form = tokens.read_form(hidden(page, "form"), now)
    return str(tokens.sign_form(replace(form, at=now - timedelta(seconds=seconds))))


def send(client: FlaskClient, token: str, **fields: Any) -> TestResponse:
    return client.post("/contact", data={"form": token, "offered": "1", **FINE, **fields})


def shown_in(page: TestResponse, name: str) -> str:
    """What stands in a field of a page."""
    text = re.search(rf'<textarea[^>]* name="{name}"[^>]*>\n(.*?)</textarea>', page.text, re.DOTALL)
    line = re.search(rf'<input[^>]* name="{name}"[^>]* value="([^"]*)"', page.text)
    found = text or line
    assert found, name
    return html.unescape(found[1])


def test_a_message_is_stored_and_its_reference_shown(centre: Centre, client: FlaskClient) -> None:
    answer = send(client, opened(client))
    assert answer.status_code == 303
    page = client.get(answer.location)
    [(reference, email, queue)] = centre.rows("SELECT id, email, queue FROM tickets")
    assert (email, queue) == ("ana@example.org", "support")
    assert reference in page.text
    assert "We answer by" in page.text
    assert "(Europe/Berlin)" in page.text
    assert centre.rows("SELECT medium, state FROM deliveries") == [("webhook", "waiting")]


def test_a_double_click_is_one_ticket(centre: Centre, client: FlaskClient) -> None:
    token = opened(client)
    first, second = send(client, token), send(client, token)
    assert client.get(first.location).text == client.get(second.location).text
    assert centre.rows("SELECT count(*) FROM tickets") == [(1,)]


@pytest.mark.parametrize(
    ("referrer", "page"),
    [
        ("http://localhost/search?q=refund+late", "http://localhost/search?q=refund+late"),
        (
            "http://localhost/feedback?step=why&about=A.b&voted=C.d",
            "http://localhost/feedback?step=why",
        ),
        ("http://[", ""),
    ],
)
def test_the_page_before_is_handed_on_without_what_signs_a_vote_there(
    client: FlaskClient, referrer: str, page: str
) -> None:
    assert hidden(client.get("/contact", headers={"Referer": referrer}), "page") == page


def test_opening_the_page_sets_no_cookie_and_is_kept_nowhere(client: FlaskClient) -> None:
    page = client.get("/contact")
    assert "Set-Cookie" not in page.headers
    assert page.headers["Cache-Control"] == "no-store"
    assert "ETag" not in page.headers


def test_a_mistake_is_named_and_everything_else_comes_back(client: FlaskClient) -> None:
    typed = {"email": "ana@nowhere", "message": "A <b>long</b>\n\nstory", "order": "12"}
    page = send(client, opened(client), **typed)
    assert page.status_code == 422
    for name, value in typed.items():
        assert shown_in(page, name) == value
    for name in ("email", "order"):
        assert f'<a href="#{name}">' in page.text
        assert f'aria-describedby="{name}-mistake' in page.text
    assert page.text.count("aria-invalid") == 2


def test_what_is_missing_is_asked_for_by_name(client: FlaskClient) -> None:
    page = send(client, opened(client), email="", subject=" ", message="")
    for name in ("email", "subject", "message"):
        assert f'<a href="#{name}">' in page.text


def test_who_is_quicker_than_people_is_asked_again_and_then_heard(
    centre: Centre, client: FlaskClient
) -> None:
    page = send(client, opened(client, seconds=0))
    assert page.status_code == 422
    assert shown_in(page, "message") == FINE["message"]
    assert send(client, opened(client)).status_code == 303


def test_who_fills_in_what_nobody_sees_is_asked_again(client: FlaskClient) -> None:
    page = send(client, opened(client), homepage="https://spam.example.com")
    assert page.status_code == 422
    assert shown_in(page, "message") == FINE["message"]
    assert "spam.example.com" not in page.text


@pytest.mark.parametrize("token", ["", "forged", "x" * 9000])
def test_a_form_that_is_not_ours_is_asked_again_with_one_that_is(
    client: FlaskClient, token: str
) -> None:
    page = send(client, token)
    assert page.status_code == 422
    assert send(client, hidden(page, "form")).status_code == 303


def test_a_form_of_somebody_else_is_not_taken(centre: Centre, client: FlaskClient) -> None:
    foreign = opened(centre.client(address="198.51.100.9"))
    assert send(client, foreign).status_code == 422


def test_a_form_may_be_sent_from_another_address_of_the_same_case(centre: Centre) -> None:
    client = centre.client()
    client.get("/api/v1/search?q=refund")
    token = opened(client)
    client.environ_base["REMOTE_ADDR"] = "198.51.100.9"
    assert send(client, token).status_code == 303


def test_another_sites_page_cannot_write_for_its_readers(client: FlaskClient) -> None:
    token = opened(client)
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = client.post("/contact", data={"form": token, **FINE}, headers=headers)
    assert answer.status_code == 403


def test_files_go_with_the_ticket(centre: Centre, client: FlaskClient) -> None:
    files = [(io.BytesIO(PNG), "ring.png"), (io.BytesIO("größer".encode()), "log.txt")]
    assert send(client, opened(client), attachments=files).status_code == 303
    rows = centre.rows("SELECT name, media_type, length(data) FROM attachments ORDER BY position")
    assert rows == [("ring.png", "image/png", len(PNG)), ("log.txt", "text/plain", 8)]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([("big.png", PNG + b"0" * 1000)], "“big.png” is too large: a file may have 1 kB."),
        ([("evil.png", b"MZ")], "“evil.png” is none of the files that can be sent"),
        ([("evil.exe", b"MZ")], "“evil.exe” is none of the files that can be sent"),
        ([(f"{n}.png", PNG) for n in range(3)], "Please send 2 files at most."),
    ],
)
def test_a_file_that_cannot_be_sent_is_named(
    client: FlaskClient, files: list[tuple[str, bytes]], said: str
) -> None:
    sent = [(io.BytesIO(data), name) for name, data in files]
    page = send(client, opened(client), attachments=sent)
    assert page.status_code == 422
    assert said in html.unescape(page.text)
    assert '<a href="#attachments">' in page.text
    assert shown_in(page, "message") == FINE["message"]


def test_files_that_must_be_chosen_again_are_spoken_of(client: FlaskClient) -> None:
    for token, email in ((opened(client), ""), (opened(client, seconds=0), FINE["email"])):
        page = send(client, token, email=email, attachments=[(io.BytesIO(PNG), "ring.png")])
        assert "Please choose your files again" in page.text


def test_files_that_are_too_much_together_cost_no_words(client: FlaskClient) -> None:
    token, files = opened(client), [(io.BytesIO(b"0" * 400_000), "a.png")]
    page = send(client, token, page="/articles/shortcuts", urgency="can wait", attachments=files)
    assert page.status_code == 413
    assert "Your files are too large together" in page.text
    for name, value in {**FINE, "page": "/articles/shortcuts"}.items():
        assert shown_in(page, name) == value
    assert "<option selected>can wait</option>" in page.text
    assert hidden(page, "form") == token


def test_a_message_that_is_far_too_long_comes_back(client: FlaskClient) -> None:
    story = "It blinks, and stays so. " * 12_000
    data = {"form": opened(client), "offered": "1", **FINE, "message": story}
    page = client.post("/contact", data=data, content_type="multipart/form-data")
    assert page.status_code == 413
    assert "This is too long: 299999 characters, and there is room for 20000." in page.text
    assert "Your files" not in page.text
    assert shown_in(page, "message") == story.strip()
    assert shown_in(page, "subject") == FINE["subject"]


@pytest.mark.parametrize("uploads", [{"most": 5}, {"enabled": False}])
def test_a_form_without_files_has_no_room_for_theirs(
    lamps: Path, tmp_path: Path, uploads: dict[str, object]
) -> None:
    client = open_centre(lamps, tmp_path, SITE, contact=CONTACT | {"attachments": uploads}).client()
    page = client.post("/contact", data={**FINE, "message": "It blinks. " * 200_000})
    assert page.status_code == 413
    assert re.search(r"This is too long: 10\d{5} characters, and there is room for", page.text)
    assert len(page.data) < MOST_BYTES + 100_000
    assert shown_in(page, "subject") == FINE["subject"]


def test_where_no_files_are_taken_none_are_spoken_of(lamps: Path, tmp_path: Path) -> None:
    uploads = {"attachments": {"enabled": False}}
    client = open_centre(lamps, tmp_path, SITE, contact=CONTACT | uploads).client()
    files = [(io.BytesIO(b"0" * 400_000), "a.png")]
    page = send(client, opened(client), attachments=files)
    assert page.status_code == 413
    assert "Your message is too long." in page.text
    assert "Your files" not in page.text
    assert shown_in(page, "message") == FINE["message"]


def test_what_is_no_form_and_too_much_is_answered_with_one(client: FlaskClient) -> None:
    page = client.post("/contact", data=b"0" * 400_000, content_type="text/plain")
    assert page.status_code == 413
    assert shown_in(page, "message") == ""


@pytest.mark.parametrize("blank", ["\u200b\u200b", "\u2060 \ufe0f", "\u3164", "\u2800\n\u200d"])
def test_what_nobody_can_see_is_no_message(client: FlaskClient, blank: str) -> None:
    page = send(client, opened(client), subject=blank, message=blank)
    assert page.status_code == 422
    assert re.findall(r'<li><a href="#(\w+)">', page.text) == ["subject", "message"]
    answer = client.post("/api/v1/tickets", json={**FINE, "subject": blank})
    assert set(answer.get_json()["errors"]) == {"subject"}


def test_joiners_within_a_message_stay(centre: Centre, client: FlaskClient) -> None:
    joined = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \U0001f469\u200d\U0001f527"
    assert send(client, opened(client), subject=joined, message="\u2192").status_code == 303
    assert centre.rows("SELECT subject, message FROM tickets") == [(joined, "\u2192")]


def test_who_writes_too_often_keeps_the_words(client: FlaskClient) -> None:
    token = opened(client)
    answers = [send(client, token, subject=f"Number {n}") for n in range(21)]
    assert answers[19].status_code == 303
    assert answers[20].status_code == 429
    assert int(answers[20].headers["Retry-After"]) > 0
    assert shown_in(answers[20], "subject") == "Number 20"
    large = send(client, token, attachments=[(io.BytesIO(b"0" * 400_000), "a.png")])
    assert large.status_code == 429
    assert shown_in(large, "message") == FINE["message"]


def test_a_database_that_is_away_costs_no_words(lamps: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    centre = open_centre(lamps, tmp_path / "file", SITE, contact=CONTACT)
    client = centre.client()
    page = send(client, opened(client))
    assert page.status_code == 503
    assert "Nothing was lost" in page.text
    assert shown_in(page, "message") == FINE["message"]
    centre.state.recorder.close()


def test_without_scripts_suggestions_come_once_before_the_ticket(
    centre: Centre, client: FlaskClient
) -> None:
    token = opened(client)
    page = client.post("/contact", data={"form": token, **PUZZLE})
    assert page.status_code == 200
    assert "How long a refund takes" in page.text
    assert page.text.index("Send anyway") < page.text.index("How long a refund takes")
    data = {"form": hidden(page, "form"), "offered": "1", "step": "send"}
    again = client.post("/contact", data={**data, **{n: shown_in(page, n) for n in PUZZLE}})
    assert again.status_code == 303
    [(tried,)] = centre.rows("SELECT tried FROM tickets")
    assert "refund-times" in tried
    assert centre.rows("SELECT type FROM events WHERE type = 'form_open'")


@pytest.mark.parametrize("cookies", [True, False], ids=["cookies", "no cookies"])
def test_without_scripts_a_suggestion_may_solve_it(centre: Centre, cookies: bool) -> None:
    client = centre.client(cookies=cookies)
    page = client.post("/contact", data={"form": opened(client), **PUZZLE})
    data = {"impression": hidden(page, "impression"), "article": hidden(page, "article")}
    answer = client.post("/contact/solved", data=data)
    solved = client.get(answer.location)
    assert "Great, that is solved" in solved.text
    for rating in ("5", "1"):
        said = {name: hidden(solved, name) for name in ("about", "voted")}
        rated = {**said, "rating": rating}
        assert client.post("/feedback/rating", data=rated).status_code == 303
    assert client.post("/contact/solved", data={**data, "article": "shortcuts"}).status_code == 400
    rows = centre.rows("SELECT type, article, rating, rejected FROM events ORDER BY at, id")
    assert sorted(rows, key=str) == [
        ("form_open", None, None, None),
        ("rating", "refund-times", 1, "duplicate"),
        ("rating", "refund-times", 5, None),
        ("suggestion_resolved", "refund-times", None, None),
    ]
    [(case,)] = centre.rows("SELECT DISTINCT case_id FROM events WHERE type <> 'form_open'")
    assert case


@pytest.mark.parametrize("about", ["", "?about=forged"])
def test_who_solved_nothing_here_is_not_asked_how_it_was(client: FlaskClient, about: str) -> None:
    page = client.get(f"/contact/solved{about}")
    assert page.status_code == 200
    assert 'name="rating"' not in page.text


def test_without_scripts_a_message_can_still_be_changed(client: FlaskClient) -> None:
    page = client.post("/contact", data={"form": opened(client), **PUZZLE, "step": "edit"})
    assert page.status_code == 200
    assert shown_in(page, "message") == PUZZLE["message"]


def test_the_holdout_sends_at_once_and_is_counted(lamps: Path, tmp_path: Path) -> None:
    centre = open_centre(lamps, tmp_path, SITE, contact=CONTACT, holdout=0.5)
    statuses = {}
    for number in range(12):
        client = centre.client()
        client.get("/api/v1/search?q=refund")
        token = opened(client)
        answer = client.post(
            "/contact", data={"form": token, **PUZZLE, "subject": f"Refund {number}"}
        )
        statuses[number] = answer.status_code
    assert set(statuses.values()) == {200, 303}
    held = centre.rows("SELECT count(*) FROM cases WHERE holdout")
    assert held == [(list(statuses.values()).count(303),)]
    lists = centre.rows("SELECT count(*) FROM impressions WHERE surface = 'suggest'")
    assert lists == [(12,)]


def test_the_ticket_keeps_what_its_author_sent_and_the_rest_is_masked(
    centre: Centre, client: FlaskClient
) -> None:
    typed = {"subject": "Refund late", "body": "Refund late, mail me at ana@example.org"}
    client.post("/api/v1/suggest", json={**typed, "first": True, "typing": True})
    message = "Refund late, mail me at ana@example.org or charge 4111 1111 1111 1111"
    assert send(client, opened(client), message=message).status_code == 303
    [(stored,)] = centre.rows("SELECT message FROM tickets")
    assert stored == "Refund late, mail me at ana@example.org or charge [card]"
    [(query,)] = centre.rows("SELECT query FROM impressions")
    assert "ana@example.org" not in query
    assert centre.rows("SELECT count(*) > 0 FROM events WHERE type = 'form_open'") == [(1,)]


def test_what_was_rejected_is_not_offered_again(client: FlaskClient) -> None:
    typed = {"subject": PUZZLE["subject"], "body": PUZZLE["message"]}
    first = client.post("/api/v1/suggest", json=typed).get_json()
    slugs = [one["slug"] for one in first["suggestions"]]
    assert slugs[0] == "refund-times"
    later = client.post("/api/v1/suggest", json={**typed, "rejected": ["refund-times"]}).get_json()
    assert [one["slug"] for one in later["suggestions"]] == slugs[1:]


DRAFT = {"subject": PUZZLE["subject"], "body": PUZZLE["message"]}
RESET = {"subject": "Reset", "body": "How do I reset the lamp? It blinks red."}


def asked_for(client: FlaskClient, **draft: Any) -> list[str]:
    answer = client.post("/api/v1/suggest", json=draft)
    return [one["slug"] for one in answer.get_json()["suggestions"]]


@pytest.mark.parametrize("agent", [False, True])
def test_only_what_is_about_the_product_of_a_draft_is_offered(
    client: FlaskClient, agent: bool
) -> None:
    assert "reset-the-lamp" in asked_for(client, **RESET, agent=agent, product="Lamp")
    assert "reset-the-lamp" not in asked_for(client, **RESET, agent=agent, product="Subscription")


def test_the_product_of_a_draft_is_kept_with_the_question(
    centre: Centre, client: FlaskClient
) -> None:
    asked_for(client, **RESET, product="Lamp")
    assert centre.rows("SELECT product FROM impressions") == [("Lamp",)]


def test_a_product_that_no_article_names_is_a_mistake(client: FlaskClient) -> None:
    answer = client.post("/api/v1/suggest", json={**RESET, "product": "Toaster"})
    assert answer.status_code == 400
    assert "'Toaster': no article names it" in answer.get_json()["detail"]


def suggested(client: FlaskClient, **headers: str) -> list[str]:
    answer = client.post("/api/v1/suggest", json=DRAFT, headers=headers).get_json()
    return [one["slug"] for one in answer["suggestions"]]


def vote_against(client: FlaskClient, lang: str = "", **headers: str) -> None:
    """Say on the article itself that it does not solve it."""
    page = client.get(f"{lang}/articles/refund-times")
    sent = {"answer": "no", "about": hidden(page, "about")}
    assert client.post("/feedback/vote", data=sent, headers=headers).status_code == 303


def test_what_did_not_solve_it_is_not_offered_in_the_same_case(
    centre: Centre, client: FlaskClient
) -> None:
    before = suggested(client)
    assert before[0] == "refund-times"
    vote_against(client)
    assert suggested(client) == before[1:]
    assert suggested(centre.client()) == before
    lists = centre.rows("SELECT articles FROM impressions WHERE surface = 'suggest' ORDER BY at")
    assert ["refund-times" in articles for (articles,) in lists] == [True, False, True]


def test_a_vote_made_in_another_language_counts_too(client: FlaskClient) -> None:
    assert "refund-times" in suggested(client)
    vote_against(client, "/es")
    assert "refund-times" not in suggested(client)


def test_who_votes_without_cookies_is_not_offered_it_either(centre: Centre) -> None:
    client = centre.app.test_client(use_cookies=False)
    client.environ_base |= centre.client().environ_base
    first = client.get("/api/v1/search?q=refund&widget=1").get_json()
    vote = {"impression": first["impression"], "type": "not_resolved", "slug": "refund-times"}
    assert client.post("/api/v1/events?widget=1", json=vote).status_code == 204
    trail = {"KB-Impression": first["impression"], "KB-Widget": "1"}
    assert "refund-times" in suggested(client)
    later = suggested(client, **trail)
    assert later
    assert "refund-times" not in later


def test_a_vote_of_a_robot_takes_nothing_away(client: FlaskClient) -> None:
    before = suggested(client)
    vote_against(client, **{"User-Agent": CRAWLER})
    assert suggested(client) == before


def test_without_scripts_what_did_not_solve_it_does_not_stand_before_the_ticket(
    client: FlaskClient,
) -> None:
    vote_against(client)
    page = client.post("/contact", data={"form": opened(client), **PUZZLE})
    assert page.status_code == 200
    assert "Send anyway" in page.text
    assert "How long a refund takes" not in page.text


def test_both_arms_leave_out_what_did_not_solve_it(lamps: Path, tmp_path: Path) -> None:
    centre = open_centre(lamps, tmp_path, SITE, contact=CONTACT, holdout=0.5)
    for _ in range(12):
        client = centre.client()
        vote_against(client)
        client.post("/api/v1/suggest", json=DRAFT)
    lists = set(
        centre.rows(
            "SELECT c.holdout, i.hits > 0, instr(i.articles, 'refund-times') FROM impressions i"
            " JOIN cases c ON c.id = i.case_id WHERE i.surface = 'suggest'"
        )
    )
    assert lists == {(0, 1, 0), (1, 1, 0)}


def test_a_database_that_is_away_costs_no_suggestions(lamps: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    centre = open_centre(lamps, tmp_path / "file", SITE, contact=CONTACT)
    client = centre.client()
    assert suggested(client) == suggested(client) != []
    centre.state.recorder.close()


def test_a_value_that_does_not_fit_is_told_what_would(client: FlaskClient) -> None:
    page = send(client, opened(client), order="12")
    assert page.text.count("This does not look right. AB1234") == 3
    page = client.get("/contact")
    assert 'data-pattern="[A-Z]{2}[0-9]{4}" data-misfit="This does not look right. AB1234"' in (
        page.text
    )


def test_an_agent_gets_a_reply_and_leaves_no_trace(centre: Centre, client: FlaskClient) -> None:
    asked = {"subject": PUZZLE["subject"], "body": PUZZLE["message"], "agent": True}
    answer = client.post("/api/v1/suggest", json=asked)
    body = answer.get_json()
    url = "https://help.example.com/articles/refund-times"
    assert f"](<{url}" in body["reply"]["markdown"]
    assert f'<a href="{url}' in body["reply"]["html"]
    assert (body["impression"], body["holdout"]) == (None, False)
    assert "Set-Cookie" not in answer.headers
    assert centre.untouched()
    small_talk = {"body": "hello, is anybody there today?", "agent": True}
    assert client.post("/api/v1/suggest", json=small_talk).get_json()["reply"] is None


def test_an_agent_can_refuse_articles_too(client: FlaskClient) -> None:
    rejected = {"agent": True, "rejected": ["refund-times"]}
    body = client.post("/api/v1/suggest", json={**DRAFT, **rejected}).get_json()
    slugs = [one["slug"] for one in body["suggestions"]]
    assert slugs == asked_for(client, **DRAFT)[1:]
    assert body["reply"]
    assert "refund-times" not in body["reply"]["html"]


def test_an_agents_reply_speaks_the_customers_language(client: FlaskClient) -> None:
    asked = {"body": "¿Cuánto tarda un reembolso? No ha llegado.", "agent": True, "lang": "es"}
    reply = client.post("/api/v1/suggest", json=asked).get_json()["reply"]
    assert "/es/articles/refund-times" in reply["html"]


def test_other_front_ends_send_tickets_too(centre: Centre, client: FlaskClient) -> None:
    body = {**FINE, "fields": {"order": "AB1234"}, "url": "https://shop.example.com/cart"}
    files = [{"name": "ring.png", "data": "iVBORw0KGgo="}]
    headers = {"Idempotency-Key": "one"}
    answers = [
        client.post("/api/v1/tickets", json={**body, "attachments": files}, headers=headers)
        for _ in range(2)
    ]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].get_json() == answers[1].get_json()
    assert centre.rows("SELECT id, page FROM tickets") == [
        (answers[0].get_json()["id"], "https://shop.example.com/cart")
    ]


def test_a_file_may_come_in_lines_as_mail_has_it(centre: Centre, client: FlaskClient) -> None:
    files = [{"name": "ring.png", "data": base64.encodebytes(PNG).decode()}]
    answer = client.post("/api/v1/tickets", json={**FINE, "attachments": files})
    assert answer.status_code == 201
    assert centre.rows("SELECT data FROM attachments") == [(PNG,)]


@pytest.mark.parametrize("data", ["%%%", "größer", "aGk", "iVBORw0K-_"])
def test_a_file_that_is_not_base64_is_refused(client: FlaskClient, data: str) -> None:
    files = [{"name": "log.txt", "data": data}]
    answer = client.post("/api/v1/tickets", json={**FINE, "attachments": files})
    assert answer.status_code == 400
    assert "attachments" in answer.get_json()["detail"]


def test_a_problem_names_every_field(client: FlaskClient) -> None:
    body = {"email": "nobody", "message": "Hm", "fields": {"order": "1", "colour": "red"}}
    answer = client.post("/api/v1/tickets", json=body)
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    for name in ("email", "subject", "order", "colour"):
        assert f"field '{name}'" in answer.get_json()["detail"]


def test_tickets_are_json_so_that_no_foreign_form_sends_them(client: FlaskClient) -> None:
    answer = client.post("/api/v1/tickets", data="{}", content_type="text/plain")
    assert answer.status_code == 415


def test_a_crawlers_form_is_a_ticket_but_no_visit(centre: Centre) -> None:
    client = centre.client(agent=CRAWLER)
    assert "Set-Cookie" not in client.post("/contact", data=PUZZLE).headers


def test_without_a_way_out_the_form_does_not_pretend(lamps: Path, tmp_path: Path) -> None:
    centre = open_centre(lamps, tmp_path, Site(languages=("es",)))
    client = centre.client()
    page = client.get("/contact")
    assert page.status_code == 200
    assert 'name="message"' not in page.text
    assert "Messages cannot be sent from here yet" in page.text
    assert "Contact us</a>" not in client.get("/").text
    assert client.post("/contact", data=FINE).status_code == 404
    assert client.post("/api/v1/tickets", json=FINE).status_code == 404


def test_the_ways_to_reach_people_are_on_one_page(lamps: Path, tmp_path: Path) -> None:
    contact = {
        "channels": [
            {
                "kind": "phone",
                "name": {"en": "Call us", "es": "Llámenos"},
                "address": "+49 30 1234",
            },
            {"kind": "post", "name": "Write", "address": "1 Lamp Street", "languages": ["es"]},
        ],
        "hours": {
            "time_zone": "Europe/Berlin",
            "open": [{}, {"days": ["sat"], "opens": "10:00", "closes": "00:00"}],
            "answer_hours": 4,
        },
    }
    client = open_centre(lamps, tmp_path, Site(languages=("es",)), contact=contact).client()
    page = client.get("/contact").text
    for said in (
        '<a class="plain" href="tel:+49301234">+49 30 1234</a>',
        "1 Lamp Street",
        "Español",
        "Monday – Friday",
        "09:00–17:00",
        "10:00–24:00",
        "Europe/Berlin",
        "within 4 hours",
    ):
        assert said in page
    assert "Llámenos" in client.get("/es/contact").text
    assert 'href="/contact"' in client.get("/").text


def test_the_own_language_is_not_in_the_address(client: FlaskClient) -> None:
    assert client.get("/en/contact").location == "/contact"
    assert client.get("/fr/contact").status_code == 404
    assert client.get("/es/contact").status_code == 200


def test_a_receipt_that_is_not_ours_is_not_found(client: FlaskClient) -> None:
    assert client.get("/contact/sent?receipt=forged").status_code == 404


TEXTS = st.text(st.characters(), max_size=400)
ANY = ("name", "subject", "order", "urgency", "product", "page", "form", "offered", "step", "more")
FORMS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys((*ANY, "homepage"), TEXTS),
        "email": st.one_of(TEXTS, st.emails()),
        "message": TEXTS.map(lambda text: text * 60),
    },
)
KEPT = ("name", "email", "subject", "message", "order", "product")


def as_kept(name: str, text: str) -> str:
    """What must come back of what was typed: all that can be printed."""
    plain = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]", "", text.replace("\r\n", "\n"))
    plain = plain.replace("\r", "\n").strip()
    return plain if name == "message" else " ".join(plain.split())


def check_form(client: FlaskClient, token: str, typed: dict[str, str], fresh: bool) -> None:
    data = {name: text.encode("utf-8", "replace").decode() for name, text in typed.items()}
    answer = client.post("/contact", data={**data, "form": token} if fresh else data)
    assert answer.status_code in {200, 303, 422}
    if answer.status_code != 303:
        for name in KEPT:
            assert shown_in(answer, name) == as_kept(name, data.get(name, "")), name
    if answer.status_code == 422:
        named = re.findall(r'<li><a href="#(\w+)">', answer.text)
        assert named or "press Send once more" in answer.text
        assert len(named) == answer.text.count('aria-invalid="true"')


@pytest.fixture(scope="module")
def patient(lamps: Path, tmp_path_factory: pytest.TempPathFactory) -> Centre:
    centre = open_centre(lamps, tmp_path_factory.mktemp("fuzz"), SITE, contact=CONTACT)
    from webapp.limits import EXTENSION

    centre.app.extensions[EXTENSION].enabled = False
    return centre


@given(typed=FORMS, fresh=st.booleans())
@settings(max_examples=60, deadline=None)
def test_whatever_is_typed_is_sent_or_comes_back(
    patient: Centre, typed: dict[str, str], fresh: bool
) -> None:
    client = patient.client()
    check_form(client, opened(client), typed, fresh)


@pytest.mark.soak
@given(typed=FORMS, fresh=st.booleans())
@settings(max_examples=2000, deadline=None)
def test_two_thousand_forms_are_sent_or_come_back(
    patient: Centre, typed: dict[str, str], fresh: bool
) -> None:
    client = patient.client()
    check_form(client, opened(client), typed, fresh)
