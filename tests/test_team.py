"""Drafts and internal articles: for signed-in writers alone, and nowhere else to the last byte."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import publish_folder, write_site
from flask import Flask
from flask.testing import FlaskClient
from stores import NOW

from indexer.manifest import MANIFEST
from indexer.pointer import open_current
from kb.config import Config, Site
from kb.passwords import hash_password
from kb.store.database import Database
from kb.store.users import add_user
from webapp import create_app
from webapp.visits import COOKIE

NAME, PASSWORD = "ann", "correct horse battery"
WORDS = [f"zq{one}{one}xylovark" for one in string.ascii_lowercase[:20]]
"""One for each hidden article, and nowhere else."""


def hidden_article(number: int) -> str:
    word = WORDS[number]
    kind = ("visibility: internal", "draft: true", "publish_at: 2999-01-01")[number % 3]
    return (
        f"---\n{kind}\nsummary: {word} summary\ntags: [{word}]\nkeywords: [{word}]\n"
        f"products: [{word}]\nredirect_from: [/{word}-old]\npin: [{word}]\n---\n"
        f"# Secret {word}\n\nRefunds of {word}. See [refunds](refunds.md).\n\n"
        f"![{word}]({word}.png)\n"
    )


SITE = {
    "refunds.md": "# Refunds\n\nMoney comes back in 14 days. Ask [us](secret-0.md).\n",
    "shipping.md": "# Shipping\n\nWe ship lamps anywhere, refunds included.\n",
    **{f"secret-{number}.md": hidden_article(number) for number in range(20)},
    **{f"{word}.png": word for word in WORDS},
}


@pytest.fixture
def config(tmp_path: Path, data: Path, cheap_passwords: None) -> Config:
    publish_folder(write_site(tmp_path / "articles", SITE), data)
    config = Config(data=data, site=Site(base_url="https://help.example"))
    database = Database.open(config.database)
    add_user(database, NAME, hash_password(PASSWORD), NOW)
    database.close()
    return config


@pytest.fixture
def app(config: Config) -> Flask:
    return create_app(config)


@pytest.fixture
def writer(app: Flask) -> FlaskClient:
    """Somebody who is signed in."""
    client = app.test_client()
    page = client.get("/dashboard/sign-in", base_url="https://localhost").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token
    form = {"name": NAME, "password": PASSWORD, "csrf_token": token.group(1)}
    entered = client.post("/dashboard/sign-in", data=form, base_url="https://localhost")
    assert entered.status_code == 303
    return client


def everything_public(app: Flask, config: Config) -> Iterator[bytes]:
    """Every answer that an anonymous visitor may get, as far as addresses can be guessed."""
    client = app.test_client()
    addresses = [
        "/", "/categories/", "/sitemap.xml", "/feed.xml", "/llms.txt", "/robots.txt",
        "/opensearch.xml", "/openapi.json", "/articles/refunds", "/articles/refunds.md",
        "/articles/shipping",
        "/api/v1/articles/refunds", "/api/v1/articles/shipping", "/widget/articles/refunds",
        "/api/v1/widget", "/contact",
    ]  # fmt: skip
    for number, word in enumerate(WORDS):
        addresses += [
            f"/articles/secret-{number}", f"/articles/secret-{number}.md", f"/{word}-old",
            f"/api/v1/articles/secret-{number}", f"/widget/articles/secret-{number}",
            f"/search?q=secret+{word[:4]}", f"/api/v1/search?q=secret%20{number}&limit=50",
            f"/api/v1/search?q={word[:6]}&typing=1", f"/dashboard/view/articles/secret-{number}",
        ]  # fmt: skip
    for address in addresses:
        answer = client.get(address)
        yield answer.data + str(answer.headers).encode()
    for query in ("refunds of a secret article please", "secret"):
        yield client.post("/api/v1/suggest", json={"subject": query, "body": query}).data
    snapshot = open_current(config.data)
    for path in snapshot.folder.glob("*"):
        if path.is_file() and path.name != MANIFEST:  # which names all files, and is not served
            yield path.read_bytes()


def test_no_word_of_a_hidden_article_is_in_any_public_byte(app: Flask, config: Config) -> None:
    for answer in everything_public(app, config):
        found = [word for word in WORDS if word.encode() in answer.lower()]
        assert found == []


def test_a_word_of_a_hidden_article_is_unknown_to_spelling(app: Flask) -> None:
    answer = app.test_client().get(f"/api/v1/search?q={WORDS[0][:-1]}").json
    assert answer
    assert answer["corrected"] is None


def test_who_is_not_signed_in_is_sent_to_the_door(app: Flask) -> None:
    client = app.test_client()
    answer = client.get("/dashboard/view/articles/secret-0")
    assert answer.status_code == 302
    assert answer.location == "/dashboard/sign-in?next=/dashboard/view/articles/secret-0"
    answer = client.get("/dashboard/view/search?q=a%26b&lang=en")
    assert answer.location == (
        "/dashboard/sign-in?next=/dashboard/view/search%3Fq%3Da%2526b%26lang%3Den"
    )
    assert client.get("/dashboard/view/%0ax").status_code == 302
    assert client.get("/dashboard/view/api/v1/search?q=refunds").status_code == 401
    assert client.get("/dashboard/view/assets/x/y.png").status_code == 302


def test_writers_see_hidden_articles_and_each_is_marked(writer: FlaskClient) -> None:
    for number, mark in enumerate(("Internal", "Draft", "From 1 January 2999")):
        page = writer.get(f"/dashboard/view/articles/secret-{number}")
        assert page.status_code == 200
        assert f'<span class="hidden-mark">{mark}</span></h1>' in page.text
        assert WORDS[number] in page.text
        assert page.headers["Cache-Control"] == "private, no-store"
        assert page.headers["X-Robots-Tag"] == "noindex"
    assert "</span></h1>" not in writer.get("/dashboard/view/articles/refunds").text


def test_writers_find_hidden_articles_and_links_stay_in_their_view(writer: FlaskClient) -> None:
    page = writer.get(f"/dashboard/view/search?q={WORDS[4]}").text
    assert 'href="/dashboard/view/articles/secret-4' in page
    assert "Draft" in page
    linked = writer.get("/dashboard/view/articles/refunds").text
    assert 'href="/dashboard/view/articles/secret-0"' in linked


def test_an_address_with_the_sites_own_language_stays_in_their_view(writer: FlaskClient) -> None:
    answer = writer.get("/dashboard/view/en/articles/secret-0")
    assert answer.location == "/dashboard/view/articles/secret-0"
    assert WORDS[0] in writer.get(answer.location).text


def test_what_writers_look_at_is_counted_nowhere(
    writer: FlaskClient, config: Config, app: Flask
) -> None:
    answer = writer.get("/dashboard/view/api/v1/search?q=refunds").json
    assert answer
    assert answer["impression"] is None
    assert writer.get_cookie(COOKIE) is None
    app.extensions["kb"].recorder.settle()
    database = Database.open(config.database)
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM impressions").scalar() == 0
    database.close()


def test_nothing_can_be_sent_from_the_teams_view(writer: FlaskClient) -> None:
    assert writer.post("/dashboard/view/api/v1/suggest", json={"body": "x"}).status_code == 403
    assert writer.get("/dashboard/view/dashboard").status_code == 404
    assert writer.get("/dashboard/view/metrics").status_code in {200, 404}
