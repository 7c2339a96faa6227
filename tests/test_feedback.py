"""Votes, reasons, ratings, opens and drafts over HTTP: what counts, what does not, what is kept."""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from lamp_site import publish_lamps
from visiting import BROWSER, CRAWLER, Centre, ballot, open_centre, search
from werkzeug.test import TestResponse

from kb import masking
from kb.errors import UnavailableError
from kb.masking import mask
from webapp.api_answers import SuggestAnswer
from webapp.api_requests import LONGEST_COMMENT
from webapp.feedback import HONEYPOT
from webapp.tokens import Ballot, Shown

SECRETS = ("jane.doe@example.com", "4111 1111 1111 1111", "+49 170 1234567")
DRAFT = {"subject": "Refund", "body": "My refund is late. Where is my money?"}


@pytest.fixture
def centre(models: Path, tmp_path: Path) -> Centre:
    return open_centre(publish_lamps(models), tmp_path)


@pytest.fixture
def client(centre: Centre) -> FlaskClient:
    return centre.client()


def report(client: FlaskClient, impression: str, kind: str, **more: Any) -> TestResponse:
    body = {"impression": impression, "type": kind, "slug": "refund-times"} | more
    return client.post("/api/v1/events", json=body)


def problem(answer: TestResponse, status: int) -> str:
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    return str(answer.get_json()["detail"])


def answer(client: FlaskClient, step: str, **fields: str) -> TestResponse:
    return client.post(f"/feedback/{step}", data={"about": ballot(client)} | fields)


# Events


def test_what_a_visitor_does_with_a_hit_is_remembered(centre: Centre, client: FlaskClient) -> None:
    impression = search(client)["impression"]
    for kind in ("open", "read", "resolved"):
        sent = report(client, impression, kind)
        assert (sent.status_code, sent.data) == (204, b"")
    assert report(client, impression, "rating", rating=5, slug=None).status_code == 204
    shown = centre.rows("SELECT id, case_id, query, surface, articles FROM impressions")
    assert shown[0][2:4] == ("refund late", "api")
    assert json.loads(shown[0][4])[0] == "refund-times"
    done = centre.rows("SELECT type, case_id, impression, article, rating FROM events")
    case, impression_id = shown[0][1], shown[0][0]
    assert set(done) == {
        *(
            (kind, case, impression_id, "refund-times", None)
            for kind in ("open", "read", "resolved")
        ),
        ("rating", case, impression_id, None, 5),
    }


def test_a_beacon_says_text_and_means_json(client: FlaskClient) -> None:
    body = {"impression": search(client)["impression"], "type": "open", "slug": "refund-times"}
    sent = client.post("/api/v1/events", data=json.dumps(body), content_type="text/plain")
    assert sent.status_code == 204


def test_an_article_in_another_language_is_found_by_its_slug(
    centre: Centre, client: FlaskClient
) -> None:
    impression = search(client, "reembolso", lang="es")["impression"]
    assert report(client, impression, "resolved").status_code == 204
    assert centre.rows("SELECT article, rejected FROM events") == [("es:refund-times", None)]


def test_an_article_that_was_not_shown_is_refused_and_the_vote_kept_as_such(
    centre: Centre, client: FlaskClient
) -> None:
    impression = search(client, limit=1)["impression"]
    for kind in ("open", "resolved"):
        told = problem(report(client, impression, kind, slug="shortcuts"), 400)
        assert "'shortcuts' was not in this list" in told
    kept = centre.rows("SELECT type, article, rejected FROM events")
    assert kept == [("resolved", "shortcuts", "not_shown")]


def test_an_article_that_does_not_exist_is_refused_and_its_name_not_kept(
    centre: Centre, client: FlaskClient
) -> None:
    impression = search(client)["impression"]
    for slug in (SECRETS[0], "a\0b", "\ud800", "xx:refund-times", ":", "x" * 10_000):
        assert problem(report(client, impression, "resolved", slug=slug), 400)
    assert centre.rows("SELECT count(*) FROM events") == [(0,)]


def test_an_impression_that_was_changed_or_is_old_is_refused_with_a_remedy(
    centre: Centre, client: FlaskClient
) -> None:
    impression = search(client)["impression"]
    assert "not one of ours" in problem(report(client, f"x{impression}", "open"), 400)
    old = dt.datetime.now(dt.UTC) - dt.timedelta(hours=73)
    shown = Shown.of("i" * 22, "c" * 22, "s", ["refund-times"])
    expired = centre.state.tokens.sign_impression(shown, old)
    assert "search again" in problem(report(client, expired, "open"), 400)


def test_a_token_that_is_sent_again_changes_nothing(centre: Centre, client: FlaskClient) -> None:
    impression = search(client)["impression"]
    thief = centre.client(address="198.51.100.9")
    for who in (client, client, thief):
        assert report(who, impression, "resolved").status_code == 204
    votes = Counter(centre.rows("SELECT type, rejected FROM events"))
    assert votes == {("resolved", None): 1, ("resolved", "duplicate"): 2}


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"", "JSON"),
        (b"{", "JSON"),
        (b"[" * 60_000, "JSON"),
        (b"\xff\xfe", "JSON"),
        (b"[]", "object"),
        (b"{}", "'impression'"),
        ({"type": "party"}, "'type'"),
        ({"type": "contact"}, "'type'"),
        ({"type": "form_open"}, "'type'"),
        ({"slug": None}, "'slug'"),
        ({"slug": 7}, "'slug'"),
        ({"reason": "bored"}, "'reason'"),
        ({"rating": 6, "type": "rating"}, "'rating'"),
        ({"rating": 3}, "'rating'"),
        ({"type": "rating"}, "'rating'"),
        ({"case": "mine"}, "'case'"),
        ({"impression": ["a"]}, "'impression'"),
        ({"comment": {"a": 1}}, "'comment'"),
    ],
)
def test_what_is_wrong_with_a_report_is_named(
    client: FlaskClient, body: bytes | dict[str, Any], named: str
) -> None:
    if isinstance(body, dict):
        good = {"impression": "x", "type": "open", "slug": "refund-times"}
        body = json.dumps(good | body).encode()
    assert named in problem(client.post("/api/v1/events", data=body), 400)


def test_a_huge_report_is_refused(client: FlaskClient) -> None:
    for path in ("/api/v1/events", "/api/v1/suggest"):
        assert problem(client.post(path, data=b" " * 100_000), 413)
    assert client.post("/feedback/vote", data={"about": "x" * 100_000}).status_code == 413


def test_reports_can_only_be_posted(client: FlaskClient) -> None:
    for path in ("/api/v1/events", "/api/v1/suggest"):
        assert problem(client.get(path), 405)
    for path in ("/feedback/vote", "/feedback/reason", "/feedback/rating"):
        assert client.get(path).status_code == 405


# Forms


def test_yes_is_one_click_and_leads_to_thanks(centre: Centre, client: FlaskClient) -> None:
    sent = answer(client, "vote", answer="yes")
    assert sent.status_code == 303
    page = client.get(sent.location).text
    assert "we are glad it helped" in page
    assert "How was our help?" in page
    assert 'href="/articles/first-steps"' in page
    assert centre.rows("SELECT type, article, rejected FROM events") == [
        ("resolved", "first-steps", None)
    ]


def test_no_asks_why_and_offers_contact(centre: Centre, client: FlaskClient) -> None:
    page = client.get(answer(client, "vote", answer="no").location).text
    for reason in ("not_related", "did_not_answer", "out_of_date", "hard_to_follow"):
        assert f'value="{reason}"' in page
    assert "Never write passwords or an e-mail address here" in page
    assert 'href="https://example.com/contact"' in page
    told = answer(client, "reason", reason="out_of_date", comment="Step 2 is\nmissing\0 now")
    assert "helps us to improve" in client.get(told.location).text
    assert centre.rows("SELECT type, reason, comment, rejected FROM events") == [
        ("not_resolved", "out_of_date", "Step 2 is\nmissing now", None)
    ]


def test_a_reason_may_be_left_out_or_be_nonsense(centre: Centre, client: FlaskClient) -> None:
    answer(client, "vote", answer="no")
    for fields in ({}, {"comment": "  "}, {"reason": "'; DROP TABLE"}):
        assert answer(client, "reason", **fields).status_code == 303
    answer(client, "reason", comment="word " * 1000)
    ((reason, comment),) = centre.rows("SELECT reason, comment FROM events")
    assert reason is None
    assert len(comment) == LONGEST_COMMENT


def test_a_rating_is_given_once(centre: Centre, client: FlaskClient) -> None:
    answer(client, "vote", answer="yes")
    for rating in ("4", "1"):
        assert "Thank you" in client.get(answer(client, "rating", rating=rating).location).text
    rated = centre.rows("SELECT rating, rejected FROM events WHERE type = 'rating'")
    assert rated == [(4, None), (1, "duplicate")]


def test_the_first_vote_counts_and_a_second_yes_is_not_asked_for_a_rating(
    centre: Centre, client: FlaskClient
) -> None:
    answer(client, "vote", answer="yes")
    page = client.get(answer(client, "vote", answer="yes").location).text
    assert "Thank you" in page
    assert "How was our help?" not in page
    answer(client, "vote", answer="no")
    votes = centre.rows("SELECT type, rejected FROM events ORDER BY id")
    assert votes == [("resolved", None), ("resolved", "duplicate"), ("not_resolved", "duplicate")]


def test_what_follows_a_vote_does_not_count_without_its_case(
    centre: Centre, client: FlaskClient
) -> None:
    """A browser that refuses cookies would otherwise count twice."""
    about = ballot(client)
    centre.client().post("/feedback/vote", data={"about": about, "answer": "no"})
    centre.client().post("/feedback/reason", data={"about": about, "reason": "out_of_date"})
    centre.client().post("/feedback/rating", data={"about": about, "rating": "1"})
    kept = centre.rows("SELECT type, rejected FROM events ORDER BY id")
    assert kept == [("not_resolved", None), ("not_resolved", "duplicate"), ("rating", "duplicate")]


def voted(client: FlaskClient, said: str, slug: str = "first-steps") -> dict[str, str]:
    """The hidden fields of the page that follows a vote."""
    sent = client.post("/feedback/vote", data={"about": ballot(client, slug), "answer": said})
    page = client.get(sent.location).text
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]+)"', page))


def test_a_browser_without_cookies_completes_its_vote(centre: Centre) -> None:
    client = centre.client(cookies=False)
    fields = voted(client, "no") | {"reason": "out_of_date", "comment": "old picture"}
    assert client.post("/feedback/reason", data=fields).status_code == 303
    fields = voted(client, "yes", "refund-times") | {"rating": "4"}
    for _ in range(2):
        assert client.post("/feedback/rating", data=fields).status_code == 303
    asked = "SELECT type, article, reason, comment, rating, rejected FROM events ORDER BY id"
    assert centre.rows(asked) == [
        ("not_resolved", "first-steps", "out_of_date", "old picture", None, None),
        ("resolved", "refund-times", None, None, None, None),
        ("rating", "refund-times", None, None, 4, None),
        ("rating", "refund-times", None, None, 4, "duplicate"),
    ]
    assert len(centre.rows("SELECT DISTINCT case_id FROM events")) == 2


def test_what_follows_a_vote_is_good_for_no_other_article_and_no_other_case(
    centre: Centre,
) -> None:
    client = centre.client(cookies=False)
    token = voted(client, "no")["voted"]
    other = {"about": ballot(client, "refund-times"), "voted": token, "reason": "out_of_date"}
    client.post("/feedback/reason", data=other)
    client.post("/feedback/rating", data=other | {"rating": "1"})
    changed = {"about": ballot(client), "voted": f"x{token}", "rating": "1"}
    client.post("/feedback/rating", data=changed)
    asked = "SELECT type, article, rejected FROM events ORDER BY id"
    assert centre.rows(asked) == [
        ("not_resolved", "first-steps", None),
        ("not_resolved", "refund-times", "duplicate"),
        ("rating", "refund-times", "duplicate"),
        ("rating", "first-steps", "duplicate"),
    ]


def test_a_vote_takes_no_case_from_its_form(centre: Centre) -> None:
    client = centre.client(cookies=False)
    fields = voted(client, "no")
    client.post("/feedback/vote", data=fields | {"answer": "yes"})
    assert len(centre.rows("SELECT DISTINCT case_id FROM events WHERE rejected IS NULL")) == 2


def test_who_has_a_cookie_answers_in_its_case_whatever_the_form_says(
    centre: Centre, client: FlaskClient
) -> None:
    assert "voted" in voted(client, "no")  # the cookie may have been refused
    assert "voted" not in voted(client, "no", "refund-times")
    fields = voted(centre.client(cookies=False), "yes") | {"rating": "2"}
    client.post("/feedback/rating", data=fields)
    rated, first = (
        centre.rows(f"SELECT case_id FROM events WHERE {which} ORDER BY id")[0]
        for which in ("type = 'rating'", "type = 'not_resolved'")
    )
    assert rated == first


def test_a_robot_is_given_no_way_to_complete_its_vote(centre: Centre) -> None:
    robot = centre.client(CRAWLER)
    sent = robot.post("/feedback/vote", data={"about": ballot(robot), "answer": "no"})
    assert "voted=" not in sent.location
    token = voted(centre.client(cookies=False), "no")["voted"]
    fields = {"about": ballot(robot), "voted": token, "reason": "out_of_date"}
    robot.post("/feedback/reason", data=fields)
    kept = centre.rows("SELECT reason, rejected FROM events ORDER BY id")
    assert kept == [(None, "robot"), (None, None), ("out_of_date", "robot")]


def test_what_hides_in_the_form_catches_programs(centre: Centre, client: FlaskClient) -> None:
    assert f'name="{HONEYPOT}"' in client.get(answer(client, "vote", answer="no").location).text
    spam = {HONEYPOT: "https://spam.example", "comment": "buy", "reason": "out_of_date"}
    told = answer(client, "reason", **spam)
    assert "Thank you" in client.get(told.location).text
    kept = centre.rows("SELECT comment, rejected FROM events ORDER BY id")
    assert kept == [(None, None), ("buy", "robot")]


def test_a_vote_after_a_search_in_a_page_with_scripts_names_the_search(
    centre: Centre, client: FlaskClient
) -> None:
    impression = search(client, limit=1)["impression"]
    for slug in ("refund-times", "shortcuts"):
        fields = {"about": ballot(client, slug), "answer": "yes"}
        client.post("/feedback/vote", data=fields, headers={"KB-Impression": impression})
    found = centre.rows("SELECT article, impression IS NOT NULL FROM events ORDER BY id")
    assert found == [("refund-times", 1), ("shortcuts", 0)]
    assert len(centre.rows("SELECT DISTINCT case_id FROM events")) == 1


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("vote", {"answer": "yes", "about": "rubbish"}),
        ("vote", {"answer": "yes"}),
        ("vote", {"answer": "maybe"}),
        ("vote", {}),
        ("reason", {"about": "rubbish", "comment": "x"}),
        ("rating", {"about": "rubbish", "rating": "5"}),
        ("rating", {"rating": "6"}),
        ("rating", {"rating": "½"}),
    ],
)
def test_a_form_that_was_changed_is_refused_in_plain_words(
    client: FlaskClient, path: str, fields: dict[str, str]
) -> None:
    refused = client.post(f"/feedback/{path}", data=fields)
    assert refused.status_code == 400
    assert re.search(r"Open the article again|Please answer with|Please choose", refused.text)


def test_a_page_that_was_left_open_for_a_week_is_too_old(centre: Centre) -> None:
    client = centre.client()
    day = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=7)
    about = centre.state.tokens.sign_vote(Ballot("first-steps", "s", day))
    refused = client.post("/feedback/vote", data={"about": about, "answer": "yes"})
    assert refused.status_code == 400
    assert "Open the article again" in refused.text


def test_another_site_cannot_vote_in_its_readers_names(centre: Centre, client: FlaskClient) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    fields = {"about": ballot(client), "answer": "no"}
    assert client.post("/feedback/vote", data=fields, headers=headers).status_code == 403
    assert centre.untouched()


def test_the_page_after_an_answer_changes_nothing(centre: Centre, client: FlaskClient) -> None:
    about = ballot(client)
    for step in ("yes", "no", "told", "thanks"):
        page = client.get("/feedback", query_string={"step": step, "about": about})
        assert page.status_code == 200
        assert "Set-Cookie" not in page.headers
    assert client.get("/feedback", query_string={"step": "x", "about": about}).status_code == 404
    assert client.get("/feedback?step=yes&about=x").status_code == 400
    gone = centre.state.tokens.sign_vote(Ballot("gone", "s", dt.datetime.now(dt.UTC).date()))
    page = client.get("/feedback", query_string={"step": "yes", "about": gone})
    assert "Go to the start page" in page.text
    assert centre.untouched()


def test_the_form_on_a_translation_is_about_the_translation(
    centre: Centre, client: FlaskClient
) -> None:
    page = client.get("/es/articles/refund-times").text
    found = re.search(r'name="about" value="([^"]+)"', page)
    assert found
    sent = client.post("/feedback/vote", data={"about": found[1], "answer": "yes"})
    assert 'href="/es/articles/refund-times"' in client.get(sent.location).text
    assert centre.rows("SELECT article FROM events") == [("es:refund-times",)]


# Drafts


def test_a_draft_is_offered_articles(centre: Centre, client: FlaskClient) -> None:
    body = client.post("/api/v1/suggest", json=DRAFT).get_json()
    assert SuggestAnswer.model_validate(body)
    assert body["holdout"] is False
    assert body["suggestions"][0]["slug"] == "refund-times"
    sent = report(client, body["impression"], "suggestion_resolved")
    assert sent.status_code == 204
    ((surface, query),) = centre.rows("SELECT surface, query FROM impressions")
    assert (surface, query) == ("suggest", "Refund My refund is late. Where is my money?")


def test_a_draft_may_ask_for_one_language(client: FlaskClient) -> None:
    draft = {"body": "reembolso: ¿cuándo llega mi dinero?", "lang": "es"}
    body = client.post("/api/v1/suggest", json=draft).get_json()
    assert {hit["url"].split("/")[1] for hit in body["suggestions"]} <= {"es"}
    assert "'lang'" in problem(client.post("/api/v1/suggest", json=draft | {"lang": "xx"}), 400)


def test_the_holdout_is_shown_nothing_and_it_is_kept_what_it_would_have_been(
    models: Path, tmp_path: Path
) -> None:
    centre = open_centre(publish_lamps(models), tmp_path, holdout=0.5)
    answers = [centre.client().post("/api/v1/suggest", json=DRAFT).get_json() for _ in range(40)]
    held = [body for body in answers if body["holdout"]]
    assert 0 < len(held) < 40
    assert all(bool(body["suggestions"]) is not body["holdout"] for body in answers)
    kept = centre.rows(
        "SELECT holdout, articles, count(*) FROM impressions JOIN cases ON cases.id = case_id"
        " GROUP BY 1, 2 ORDER BY 1"
    )
    assert [count for _, _, count in kept] == [40 - len(held), len(held)]
    assert kept[0][1] == kept[1][1], "both arms compute the same"


@pytest.mark.parametrize(
    ("body", "asked"),
    [
        ("short", False),
        ("         x", False),
        ("退款", False),
        ("退款多久", True),
        ("x" * 10, True),
    ],
)
def test_a_draft_that_says_nothing_yet_is_not_asked(
    centre: Centre, client: FlaskClient, body: str, asked: bool
) -> None:
    answered = client.post("/api/v1/suggest", json={"body": body}).get_json()
    assert (answered["impression"] is not None) is asked


def test_a_draft_may_be_long_and_is_kept_to_8000_characters(
    centre: Centre, client: FlaskClient
) -> None:
    sent = client.post("/api/v1/suggest", json={"subject": "s", "body": "my refund " * 4000})
    assert sent.status_code == 200
    ((length,),) = centre.rows("SELECT length(query) FROM impressions")
    assert length == 8000


@pytest.mark.parametrize("body", [b"", b"[]", b'{"body": 3}', b'{"text": "x"}', b"[" * 60_000])
def test_a_draft_that_is_none_is_a_problem(client: FlaskClient, body: bytes) -> None:
    assert problem(client.post("/api/v1/suggest", data=body), 400)


# Abuse and failures


def test_one_visitor_who_votes_1000_times_has_one_vote_and_the_rest_can_be_seen(
    centre: Centre, client: FlaskClient
) -> None:
    about = ballot(client)
    answers = Counter(
        client.post("/feedback/vote", data={"about": about, "answer": "yes"}).status_code
        for _ in range(1000)
    )
    assert set(answers) == {303, 429}
    votes = Counter(centre.rows("SELECT type, rejected FROM events"))
    assert votes == {("resolved", None): 1, ("resolved", "duplicate"): 100}


def test_one_address_with_many_cookies_is_bounded_too(models: Path, tmp_path: Path) -> None:
    centre = open_centre(publish_lamps(models), tmp_path, votes_per_hour=5)
    about = ballot(centre.client())
    for _ in range(20):
        centre.client().post("/feedback/vote", data={"about": about, "answer": "no"})
    votes = Counter(centre.rows("SELECT rejected FROM events"))
    assert votes == {(None,): 5, ("rate",): 15}


def test_votes_at_the_same_moment_count_once(centre: Centre, client: FlaskClient) -> None:
    impression = search(client)["impression"]
    with ThreadPoolExecutor(8) as pool:
        sent = pool.map(lambda _: report(centre.client(), impression, "resolved"), range(40))
    assert {each.status_code for each in sent} == {204}
    votes = Counter(centre.rows("SELECT rejected FROM events"))
    assert votes == {(None,): 1, ("duplicate",): 39}


@pytest.mark.parametrize(
    ("path", "most"),
    [("/api/v1/search?q=", 300), ("/api/v1/suggest", 120), ("/api/v1/events", 120)],
)
def test_asking_too_often_is_refused_with_a_time(
    centre: Centre, client: FlaskClient, path: str, most: int
) -> None:
    def ask() -> TestResponse:
        return client.get(path) if "q=" in path else client.post(path, data=b"{}")

    answers = [ask() for _ in range(most + 1)]
    assert {each.status_code for each in answers[:most]} <= {200, 400}
    told = problem(answers[-1], 429)
    assert "try again in" in told
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 61
    other = centre.client(address="198.51.100.1")
    assert other.get("/api/v1/search?q=lamp").status_code == 200


def test_a_page_that_is_asked_for_too_often_says_so_to_people(client: FlaskClient) -> None:
    answers = [client.get("/search") for _ in range(301)]
    assert answers[-1].status_code == 429
    assert "Please try again in" in answers[-1].text


def test_an_address_that_is_searched_for_its_words_counts_as_a_search(client: FlaskClient) -> None:
    offered = [
        "/articles/refund-times" in client.get(f"/refund-how-long-{n}").text for n in range(301)
    ]
    assert offered == [True] * 300 + [False]
    assert client.get("/refund-how-long").status_code == 404
    assert client.get("/search?q=refund").status_code == 429


def test_without_a_database_a_vote_says_so_and_a_search_answers(
    models: Path, tmp_path: Path
) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    centre = open_centre(publish_lamps(models), blocked)
    client = centre.client()
    impression = search(client)["impression"]
    assert impression
    assert client.get("/search?q=refund").status_code == 200
    assert report(client, impression, "open").status_code == 204
    refused = report(client, impression, "resolved")
    assert "could not be saved (try again" in problem(refused, 503)
    assert refused.headers["Retry-After"]
    page = answer(client, "vote", answer="yes")
    assert page.status_code == 503
    assert "could not be saved" in page.text
    centre.state.recorder.close()


def test_a_vote_that_cannot_be_saved_does_not_tell_where(
    centre: Centre, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise UnavailableError("postgresql://db.internal/kb: gone")

    impression = search(client)["impression"]
    monkeypatch.setattr(type(centre.state.recorder), "cast", fail)
    assert "internal" not in problem(report(client, impression, "resolved"), 503)


# Privacy


def test_no_address_card_or_telephone_is_kept_logged_or_counted(
    centre: Centre, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for secret in SECRETS:
        text = f"my refund {secret} please"
        client.get("/search", query_string={"q": text, "product": secret})
        impression = search(client, text)["impression"]
        search(client, text[:-9], typing=1)
        client.post("/api/v1/suggest", json={"subject": text, "body": text * 3, "url": secret})
        for slug in ("refund-times", "invoices"):
            report(
                client, impression, "not_resolved", slug=slug, comment=text, reason="out_of_date"
            )
        report(client, impression, "open", slug=secret)
        client.post(
            "/feedback/reason", data={"about": ballot(client, "shortcuts"), "comment": text}
        )
        client.get("/nothing", query_string={"q": secret}, headers={"Referer": f"/?q={secret}"})
    figures = client.get("/metrics", environ_base={"REMOTE_ADDR": "127.0.0.1"}).text
    assert "kb_searches_total" in figures
    (kept,) = centre.rows("SELECT count(*) FROM impressions")
    assert kept[0] >= 6
    database = b"".join(path.read_bytes() for path in centre.file.parent.glob("events.db*"))
    for secret in (*SECRETS, "1111 1111", "jane.doe", "170 1234", "203.0.113.7"):
        assert secret.encode() not in database
        assert secret not in caplog.text
        assert secret not in figures


@pytest.mark.parametrize("typed", ["jane.doe@exam", "jane@", "4111 1111 11", "0170 12345"])
def test_personal_data_that_is_being_typed_is_not_kept_in_halves(
    centre: Centre, client: FlaskClient, typed: str
) -> None:
    search(client, f"refund {typed}", typing=1)
    ((query,),) = centre.rows("SELECT query FROM impressions")
    assert query.startswith("refund [")


def test_how_long_masking_takes_has_a_bound(
    centre: Centre, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    masked: list[int] = []

    def noting(text: str) -> str:
        masked.append(len(text))
        return mask(text)

    impression = search(client, "refund")["impression"]
    monkeypatch.setattr(masking, "mask", noting)
    endless = "1 " * 31_000
    assert client.post("/api/v1/suggest", json={"subject": "a", "body": endless}).status_code == 200
    report(client, impression, "not_resolved", comment=endless)
    assert len(masked) == 2
    assert max(masked) <= 10_000


def test_a_number_is_not_cut_in_half_before_it_is_masked(
    centre: Centre, client: FlaskClient
) -> None:
    search(client, "x" * 500 + " 4111 1111 1111 1111")
    client.post("/api/v1/suggest", json={"body": "x" * 7_992 + " 4111 1111 1111 1111"})
    impression = search(client)["impression"]
    comment = "x" * 1_990 + " 4111 1111 1111 1111"
    report(client, impression, "not_resolved", comment=comment)
    kept = centre.rows("SELECT query FROM impressions UNION SELECT comment FROM events")
    assert all("4111" not in text for (text,) in kept)


def test_no_agent_is_kept(centre: Centre, client: FlaskClient) -> None:
    search(client)
    assert centre.rows("SELECT count(*) FROM impressions") == [(1,)]
    database = b"".join(path.read_bytes() for path in centre.file.parent.glob("events.db*"))
    assert BROWSER.encode() not in database
