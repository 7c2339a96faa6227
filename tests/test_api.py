"""The JSON API as programs use it, and its contract."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from lamp_site import publish_lamps
from werkzeug.test import TestResponse

from kb.config import Config, Site
from webapp import create_app
from webapp.api_answers import ArticleAnswer, SearchAnswer


def a_client(data: Path, **site: Any) -> FlaskClient:
    return create_app(Config(data=data, site=Site(languages=("es",), **site))).test_client()


@pytest.fixture(scope="module")
def lamps(models: Path) -> Path:
    return publish_lamps(models)


@pytest.fixture(scope="module")
def client(lamps: Path) -> FlaskClient:
    return a_client(lamps)


def problem(answer: TestResponse, status: int) -> str:
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    body = answer.get_json()
    assert set(body) == {"type", "title", "status", "detail"}
    assert body["status"] == status
    return str(body["detail"])


def test_a_search_answers_with_everything_to_replay_it(client: FlaskClient) -> None:
    body = client.get("/api/v1/search?q=refund+late").get_json()
    assert SearchAnswer.model_validate(body)
    assert set(body) == set(SearchAnswer.model_fields)
    assert len(body["impression"]) > 100
    assert body["query"] == "refund late"
    hit = body["hits"][0]
    assert (hit["slug"], hit["anchor"]) == ("refund-times", "late")
    assert hit["url"] == "/articles/refund-times#late"
    assert hit["heading"] == "If the refund is late"
    assert "<mark>" in hit["snippet"]
    assert "late" in hit["matched"]


def test_an_answer_says_whether_anything_fits(client: FlaskClient) -> None:
    fitting = client.get("/api/v1/search?q=how+long+does+a+refund+take").get_json()
    nearest = client.get("/api/v1/search?q=zebra+crossing+fine").get_json()
    assert (fitting["weak"], nearest["weak"]) == (False, True)
    assert nearest["hits"]


def test_hits_can_be_limited_and_narrowed(client: FlaskClient) -> None:
    assert len(client.get("/api/v1/search?q=lamp&limit=1").get_json()["hits"]) == 1
    spanish = client.get("/api/v1/search?q=reembolso&lang=es").get_json()["hits"]
    assert [hit["url"] for hit in spanish] == ["/es/articles/refund-times"]
    narrowed = client.get("/api/v1/search?q=account&product=Subscription").get_json()["hits"]
    assert {"first-steps", "reset-the-lamp"}.isdisjoint(hit["slug"] for hit in narrowed)


def test_an_unfinished_word_is_completed_while_typing(client: FlaskClient) -> None:
    hits = client.get("/api/v1/search?q=invo&typing=1").get_json()["hits"]
    assert hits[0]["slug"] == "invoices"


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ("", "'q'"),
        ("q=", "'q'"),
        ("q=%00%20", "'q'"),
        ("q=x&colour=red", "'colour'"),
        ("q=x&limit=0", "'limit'"),
        ("q=x&limit=many", "'limit'"),
        ("q=x&lang=xx", "'lang'"),
        ("q=x&product=Toaster", "'product'"),
        ("q=x&q=y", "'q'"),
    ],
)
def test_a_wrong_parameter_is_named(client: FlaskClient, parameters: str, named: str) -> None:
    assert named in problem(client.get(f"/api/v1/search?{parameters}"), 400)


@pytest.mark.parametrize("query", ["x" * 9999, '"', "-", "AND OR", "🔥🔥", "a" + "\u0300" * 2000])
def test_no_query_is_an_error_but_an_empty_one(client: FlaskClient, query: str) -> None:
    answer = client.get("/api/v1/search", query_string={"q": query})
    assert answer.status_code == 200
    assert len(answer.get_json()["query"]) <= 512


def test_an_article_comes_with_html_headings_and_neighbours(client: FlaskClient) -> None:
    body = client.get("/api/v1/articles/first-steps").get_json()
    assert ArticleAnswer.model_validate(body)
    assert body["updated"] == "2026-11-12"
    assert {"level": 2, "text": "Unpack the lamp", "anchor": "unpack"} in body["headings"]
    assert 'href="/articles/refund-times"' in body["html"]
    assert len(body["related"]) > 0


def test_an_article_in_another_language_names_its_translation(client: FlaskClient) -> None:
    body = client.get("/api/v1/articles/refund-times?lang=es").get_json()
    assert (body["lang"], body["url"]) == ("es", "/es/articles/refund-times")
    assert [other["url"] for other in body["translations"]] == ["/articles/refund-times"]


def test_an_article_that_does_not_exist_is_a_problem(client: FlaskClient) -> None:
    for path in ("nothing", "first-steps?lang=es", "%00", "../../CURRENT"):
        problem(client.get(f"/api/v1/articles/{path}"), 404)


def test_every_address_has_the_prefix(lamps: Path) -> None:
    client = a_client(lamps, base_url="https://example.com/help")
    hit = client.get("/help/api/v1/search?q=refund").get_json()["hits"][0]
    assert hit["url"].startswith("/help/articles/")
    article = client.get("/api/v1/articles/first-steps").get_json()
    assert 'href="/help/articles/refund-times"' in article["html"]
    assert client.get("/openapi.json").get_json()["servers"] == [{"url": "/help"}]


def test_an_answer_that_did_not_change_is_not_sent_twice(client: FlaskClient) -> None:
    for path in ("/api/v1/search?q=refund", "/api/v1/articles/first-steps"):
        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (first.status_code, again.status_code, again.data) == (200, 304, b"")


def test_the_contract_names_every_call_and_every_parameter(client: FlaskClient) -> None:
    contract = client.get("/openapi.json").get_json()
    assert set(contract["paths"]) == {
        "/api/v1/search", "/api/v1/suggest", "/api/v1/events", "/api/v1/articles/{slug}",
        "/api/v1/tickets", "/api/v1/notices", "/api/v1/widget",
        "/healthz", "/readyz",
    }  # fmt: skip
    event = contract["components"]["schemas"]["EventRequest"]
    assert set(event["properties"]) == {
        "impression", "type", "slug", "reason", "comment", "rating"
    }  # fmt: skip
    assert set(contract["paths"]["/api/v1/events"]["post"]["responses"]) == {
        "204", "400", "429", "503"
    }  # fmt: skip
    search = contract["paths"]["/api/v1/search"]["get"]
    names = {parameter["name"] for parameter in search["parameters"]}
    assert names == {"q", "lang", "limit", "product", "typing", "impression", "widget"}
    assert set(search["responses"]) == {"200", "400", "429", "503"}
    references = str(contract).count("#/components/schemas/")
    assert references > 4
    for name in ("SearchAnswer", "SuggestAnswer", "SearchHit", "ArticleAnswer", "Problem"):
        assert name in contract["components"]["schemas"]


def test_a_wrong_method_or_address_is_a_problem(client: FlaskClient) -> None:
    problem(client.post("/api/v1/search?q=x"), 405)
    problem(client.get("/api/v1/nothing"), 404)


def test_the_process_is_alive_before_it_is_ready(tmp_path: Path, client: FlaskClient) -> None:
    empty = a_client(tmp_path)
    assert empty.get("/healthz").get_json() == {"status": "ok", "snapshot": None}
    assert "kb publish" in problem(empty.get("/readyz"), 503)
    problem(empty.get("/api/v1/search?q=x"), 503)
    assert client.get("/readyz").get_json()["snapshot"]
