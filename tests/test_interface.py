"""The language of the interface: the address's, else the browser's; links and caches agree."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from conftest import publish_folder, write_site
from flask.testing import FlaskClient
from lamp_site import publish_lamps
from visiting import BROWSER

from kb.config import Config, Site
from webapp import create_app, interface

SITE = Site(languages=("es",))
SPANISH = {"Accept-Language": "es-MX,es;q=0.9,en;q=0.8"}
CONTACT = {"webhooks": [{"name": "desk", "url": "https://desk.example.com/", "secret": "s" * 16}]}


def a_client(data: Path, folder: Path, site: Site = SITE) -> FlaskClient:
    config = Config(data=data, site=site, database_url=f"sqlite:///{folder}/kb.db", contact=CONTACT)
    client = create_app(config).test_client()
    client.environ_base |= {"HTTP_USER_AGENT": BROWSER}
    return client


@pytest.fixture
def client(models: Path, tmp_path: Path) -> FlaskClient:
    return a_client(publish_lamps(models), tmp_path)


def language(page: str) -> str:
    return page.partition('<html lang="')[2].partition('"')[0]


@pytest.mark.parametrize("headers", [{}, SPANISH, {"Accept-Language": "en"}])
def test_the_address_decides(client: FlaskClient, headers: dict[str, str]) -> None:
    spanish = client.get("/es/articles/refund-times", headers=headers)
    english = client.get("/articles/refund-times", headers=headers)
    assert "¿Ha resuelto su problema?" in spanish.text
    assert "Did this solve your issue?" in english.text
    assert (language(spanish.text), language(english.text)) == ("es", "en")
    for page in (spanish, english):
        assert "Accept-Language" not in page.headers["Vary"]


@pytest.mark.parametrize(
    ("wanted", "location"),
    [
        ("es-MX,es;q=0.9,en;q=0.8", "/es/"),
        ("de, es;q=0.5", "/es/"),
        ("en, es;q=0.9", None),
        ("de", None),
        ("*", None),
        ("", None),
        ("\0;q=x,,", None),
    ],
)
def test_who_arrives_at_the_start_page_is_led_to_their_language(
    client: FlaskClient, wanted: str, location: str | None
) -> None:
    answer = client.get("/", headers={"Accept-Language": wanted})
    assert answer.location == location
    assert "Accept-Language" in answer.headers["Vary"]


def test_nobody_is_led_away_from_what_they_chose(client: FlaskClient) -> None:
    chosen = (
        {"Sec-Fetch-Site": "same-origin"},
        {"Referer": "http://localhost/es/articles/refund-times"},
    )
    for headers in chosen:
        assert client.get("/", headers=SPANISH | headers).status_code == 200
    elsewhere = {"Sec-Fetch-Site": "cross-site", "Referer": "https://example.com/"}
    assert client.get("/", headers=SPANISH | elsewhere).location == "/es/"
    assert client.get("/", headers=SPANISH | {"Referer": "http://["}).location == "/es/"
    assert client.get("/es/", headers={"Accept-Language": "en"}).status_code == 200


def test_a_start_page_that_a_browser_has_keeps_nobody_from_theirs(client: FlaskClient) -> None:
    tag = client.get("/").headers["ETag"]
    assert client.get("/", headers={"If-None-Match": tag}).status_code == 304
    assert client.get("/", headers=SPANISH | {"If-None-Match": tag}).location == "/es/"


def test_a_page_in_a_language_we_do_not_speak_is_framed_in_the_browsers(
    shop: Path, tmp_path: Path
) -> None:
    client = a_client(shop, tmp_path, Site(languages=("es", "zh")))
    path = "/zh/articles/account/password"
    english, spanish = client.get(path), client.get(path, headers=SPANISH)
    assert (language(english.text), language(spanish.text)) == ("en", "es")
    assert '<article class="article" lang="zh" dir="ltr">' in spanish.text
    assert 'aria-label="Ruta de navegación" lang="es" dir="ltr"' in spanish.text
    assert "Accept-Language" in spanish.headers["Vary"]
    seen = {"If-None-Match": english.headers["ETag"]}
    assert client.get(path, headers=seen).status_code == 304
    assert client.get(path, headers=SPANISH | seen).status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/es/articles/nada", 404, "Esta página no está aquí"),
        ("/es/nada/de/nada", 404, "Esta página no está aquí"),
        ("/es/feedback/vote", 405, "Aquí no hay nada que ver"),
        ("/es/feedback?step=yes&about=x", 400, "Este formulario ha caducado"),
    ],
)
def test_an_error_speaks_the_language_of_its_address(
    client: FlaskClient, path: str, status: int, said: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert said in answer.text


def test_a_vote_on_a_translation_stays_in_its_language(client: FlaskClient) -> None:
    found = re.search(r'name="about" value="([^"]+)"', client.get("/es/articles/refund-times").text)
    assert found
    sent = client.post("/es/feedback/vote", data={"about": found[1], "answer": "no"})
    assert sent.location.startswith("/es/feedback?")
    page = client.get(sent.location).text
    assert "Sentimos que no le haya servido" in page
    assert 'action="/es/feedback/reason"' in page
    assert 'href="/es/articles/refund-times"' in page


def test_programs_are_answered_in_english(client: FlaskClient) -> None:
    for path in ("/api/v1/search", "/api/v1/nothing"):
        answer = client.get(path, headers=SPANISH)
        assert answer.content_type == "application/problem+json"
        assert "parameter" in answer.text or "not found" in answer.text
        assert "Accept-Language" not in answer.headers["Vary"]
    with client.application.test_request_context("/api/v1/suggest", headers=SPANISH):
        assert interface.gettext("Yes") == "Yes"


def test_only_what_the_settings_leave_to_us_is_translated(models: Path, tmp_path: Path) -> None:
    lamps = publish_lamps(models)
    ours = a_client(lamps, tmp_path).get("/es/").text
    assert "<title>Centro de ayuda</title>" in ours
    assert ">¿En qué podemos ayudarle?</h1>" in ours
    theirs = Site(name="Search", tagline="100% %(help)s", languages=("es",))
    page = a_client(lamps, tmp_path, theirs).get("/es/").text
    assert "<title>Search</title>" in page
    assert ">100% %(help)s</h1>" in page


def test_what_is_left_to_us_is_what_the_settings_say_in_english(client: FlaskClient) -> None:
    page = client.get("/").text
    assert f"<title>{Site().name}</title>" in page
    assert f">{Site().tagline}</h1>" in page


def test_the_contact_form_speaks_spanish_where_no_article_does(
    models: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "models").symlink_to(models)
    publish_folder(write_site(tmp_path / "articles", {"a.md": "# Hello\n\nThis is all.\n"}), data)
    client = a_client(data, tmp_path, Site())
    arrived = client.get("/contact?page=/cart", headers=SPANISH)
    assert arrived.location == "/es/contact?page=/cart"
    inside = client.get("/contact", headers=SPANISH | {"Sec-Fetch-Site": "same-origin"})
    assert inside.location == "/es/contact"
    page = client.get(arrived.location).text
    assert language(page) == "es"
    assert 'action="/es/contact"' in page
    assert 'href="/"' in page
    assert 'href="/es/"' not in page
    assert "Send" in client.get("/contact").text
    assert client.get("/xx/contact").status_code == 404


def test_another_language_can_be_spoken_for_a_while(client: FlaskClient) -> None:
    with client.application.test_request_context("/"):
        with interface.speaking("es-mx"):
            assert interface.gettext("Yes") == "Sí"
            assert interface.long_date(dt.date(2026, 11, 2)) == "2 de noviembre de 2026"
        with interface.speaking("zh"):
            assert interface.gettext("Yes") == "Yes"
        assert interface.long_date(dt.date(2026, 11, 2)) == "2 November 2026"
