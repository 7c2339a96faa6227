"""The widget's files and its first call: small, pinned, for every page, and in its language."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import publish_folder, write_site
from flask.testing import FlaskClient
from lamp_site import publish_lamps
from visiting import CRAWLER, Centre, open_centre, search

from kb.cli import main
from kb.config import Config, Site
from kb.outcomes import Journal, Listed, verdict
from kb.widget_settings import Widget
from webapp import widget_files
from webapp.compression import LEVEL
from webapp.widget_files import MOST_BYTES, MOST_LOADER_BYTES, SOURCES, compose_alone

VERBS = "init destroy open close toggle search suggest article contact identify on off config"
CONTACT: dict[str, Any] = {
    "webhooks": [{"name": "desk", "url": "https://desk.example.com/", "secret": "s" * 16}],
    "fields": [
        {"name": "size", "kind": "choice", "choices": ["S", "L"], "required": True},
        {"name": "product", "kind": "product"},
        {"name": "model", "kind": "product", "choices": ["Fan", "Heater"]},
        {"name": "room"},
    ],
    "channels": [{"kind": "phone", "name": "Telephone", "address": "+49 30 1234"}],
}
ORIGIN = {"Origin": "https://shop.example.com", "Sec-Fetch-Site": "cross-site"}


@pytest.fixture
def centre(models: Path, tmp_path: Path) -> Centre:
    origins = {"origins": (ORIGIN["Origin"],)}
    return open_centre(publish_lamps(models), tmp_path, contact=CONTACT, widget=origins)


@pytest.fixture
def client(centre: Centre) -> FlaskClient:
    return centre.client()


def version(client: FlaskClient) -> str:
    found = re.search(r'"version":"([0-9a-f]{16})"', client.get("/widget.js").text)
    assert found
    return found[1]


def sha256(data: bytes) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(data).digest()).decode()


def test_it_weighs_no_more_than_was_promised() -> None:
    files = compose_alone(Config())
    sizes = {name: len(gzip.compress(one.data, LEVEL)) for name, one in files.by_name.items()}
    loaders = {sizes.pop("loader.js"), sizes.pop("loader.mjs")}
    assert max(loaders) <= MOST_LOADER_BYTES == 3 * 1024
    sizes.pop("widget.d.ts")  # for editors; no page loads it
    assert max(loaders) + sum(sizes.values()) <= MOST_BYTES == 20 * 1024


def test_what_travels_is_what_was_weighed(client: FlaskClient) -> None:
    for path in ("/widget.js", f"/widget/{version(client)}/widget.js"):
        sent = client.get(path, headers={"Accept-Encoding": "gzip"})
        plain = gzip.decompress(sent.data)
        assert len(sent.data) == len(gzip.compress(plain, LEVEL))
        assert plain == client.get(path).data


def test_the_loader_may_be_loaded_by_every_page_and_is_asked_for_again_soon(
    client: FlaskClient,
) -> None:
    for path in ("/widget.js", "/widget.mjs"):
        answer = client.get(path)
        assert answer.mimetype == "text/javascript"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cache-Control"] == "public, max-age=300"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (HTTPStatus.NOT_MODIFIED, b"")


def test_a_file_of_a_version_never_changes_and_another_version_is_not_there(
    client: FlaskClient,
) -> None:
    known = version(client)
    for name in ("loader.js", "loader.mjs", "widget.js", "article.css", "widget.d.ts"):
        answer = client.get(f"/widget/{known}/{name}")
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
    for path in (f"/widget/{'0' * 16}/widget.js", f"/widget/{known}/nothing.js"):
        gone = client.get(path)
        assert gone.status_code == HTTPStatus.NOT_FOUND
        assert "immutable" not in gone.headers["Cache-Control"]


def test_no_file_sets_a_cookie(client: FlaskClient) -> None:
    for path in ("/widget.js", "/widget/articles/refund-times", "/api/v1/widget"):
        assert "Set-Cookie" not in client.get(path).headers


def test_the_loader_pins_what_it_loads(client: FlaskClient) -> None:
    pinned = re.search(r'"integrity":"([^"]+)"', client.get("/widget.js").text)
    assert pinned
    assert pinned[1] == sha256(client.get(f"/widget/{version(client)}/widget.js").data)


def test_the_version_changes_with_code_words_and_looks_and_with_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = compose_alone(Config()).version
    assert compose_alone(Config(data=tmp_path)).version == first
    changed = [
        Config(site=Site(colour="#ff0000")),
        Config(widget=Widget(hint={"": "Questions?"})),
        Config(widget=Widget(mode="neutral")),
    ]
    versions = {compose_alone(one).version for one in changed}
    for source in sorted(SOURCES.iterdir()):
        copy = tmp_path / source.stem
        copy.mkdir(exist_ok=True)
        for one in SOURCES.iterdir():
            (copy / one.name).write_bytes(one.read_bytes())
        (copy / source.name).write_text(source.read_text(encoding="utf-8") + "\n\n")
        monkeypatch.setattr(widget_files, "SOURCES", copy)
        versions.add(compose_alone(Config()).version)
    assert first not in versions
    assert len(versions) == len(changed) + len(list(SOURCES.iterdir()))


def test_every_source_is_served() -> None:
    parts = {f"{part}.js" for part in widget_files.PARTS}
    others = {"loader.js", "loader.css", "widget.css", "article.css", "widget.d.ts"}
    assert {one.name for one in SOURCES.iterdir()} == parts | others


def test_every_command_is_there_and_typed() -> None:
    code = (SOURCES / "start.js").read_text(encoding="utf-8")
    loader = (SOURCES / "loader.js").read_text(encoding="utf-8")
    types = (SOURCES / "widget.d.ts").read_text(encoding="utf-8")
    for verb in VERBS.split():
        there = rf"^  {verb}[,:(]" if verb not in {"init", "config"} else rf"\b{verb}\b"
        assert re.search(there, code, re.MULTILINE) or re.search(there, loader), verb
        assert f'"{verb}"' in types


def test_the_code_never_parses_html_and_stores_nothing_but_the_case() -> None:
    code = "".join(one.read_text(encoding="utf-8") for one in sorted(SOURCES.glob("*.js")))
    forbidden = (
        r"innerHTML|outerHTML|insertAdjacentHTML|DOMParser|document\.write|\beval\(|localStorage"
        r"|\.cookie|srcdoc|new Function"
    )
    assert re.findall(forbidden, code) == []
    assert set(re.findall(r"sessionStorage\.\w+\((\w+)", code)) == {"KEY"}


def test_every_word_that_the_code_says_is_sent(client: FlaskClient) -> None:
    code = "".join(one.read_text(encoding="utf-8") for one in sorted(SOURCES.glob("*.js")))
    words = client.get("/api/v1/widget").get_json()["words"]
    said = set(re.findall(r"\bwords\.(\w+)", code)) - {"en"}
    reasons = set(re.findall(r'"(\w+)"', re.search(r"REASONS = \[(.*)\]", code)[1]))  # type: ignore[index]
    assert said | reasons == set(words)


# The first call


def test_the_first_call_says_everything_in_the_language_of_the_page(client: FlaskClient) -> None:
    english = client.get("/api/v1/widget?lang=en-US").get_json()
    spanish = client.get("/api/v1/widget?lang=es-MX").get_json()
    assert (english["lang"], spanish["lang"]) == ("en", "es")
    assert (english["search_lang"], spanish["search_lang"]) == ("en", "es")
    assert english["words"]["back"] == "Back"
    assert spanish["words"]["back"] == "Atrás"
    assert client.get("/api/v1/widget?lang=tlh").get_json()["lang"] == "en"


def test_a_pages_colour_becomes_accents_that_can_be_read(client: FlaskClient) -> None:
    plain = client.get("/api/v1/widget").get_json()
    yellow = client.get("/api/v1/widget", query_string={"colour": "#ffe066"}).get_json()
    assert yellow["light"] != plain["light"]
    assert yellow["light"][0] != "#ffe066"
    wrong = client.get("/api/v1/widget", query_string={"colour": "red"})
    assert wrong.status_code == HTTPStatus.BAD_REQUEST


def test_the_form_is_the_sites_own(client: FlaskClient) -> None:
    contact = client.get("/api/v1/widget").get_json()["contact"]
    fields = {one["name"]: one for one in contact["fields"]}
    own = ["size", "product", "model", "room"]
    assert list(fields) == ["name", "email", "subject", "message", *own]
    assert fields["size"]["choices"] == ["S", "L"]
    assert fields["size"]["missing"] == "Please choose one of the answers."
    assert not fields["name"]["missing"]
    assert contact["uploads"]["most"] == 5
    assert contact["ways"][0]["url"] == "tel:+49301234"


def test_the_page_product_stands_in_the_form_where_it_fits(client: FlaskClient) -> None:
    def filled(product: str) -> tuple[str | None, dict[str, str]]:
        answer = client.get("/api/v1/widget", query_string={"product": product}).get_json()
        fields = answer["contact"]["fields"]
        return answer["product"], {one["name"]: one["value"] for one in fields if one["value"]}

    assert filled("Lamp") == ("Lamp", {"product": "Lamp"})
    assert filled("lamp") == filled("Fan") == (None, {})


NOTICES = {
    "lamp.md": "# The lamp\n\nIt lights up.\n",
    "_notices/outage.md": "---\ntitle: The cloud is away\nseverity: outage\n---\nPatience.\n",
    "_notices/es/outage.md": "---\ntitle: La nube no responde\n---\nPaciencia.\n",
    "fr/lamp.md": "# La lampe\n\nElle s'allume.\n",
    "_notices/fr/outage.md": "---\ntitle: Le nuage est en panne\n---\nPatience.\n",
    "_notices/away.md": "---\ntitle: We are away\nscope: contact\n---\nUntil Monday.\n",
    "_notices/portal.md": "---\ntitle: This site moved\nscope: portal\n---\nHere.\n",
}


def test_notices_come_in_a_language_of_the_reader_and_say_whether_only_writers_need_them(
    data: Path, tmp_path: Path
) -> None:
    site = Site(languages=("fr",))
    publish_folder(write_site(tmp_path / "articles", NOTICES), data, site)
    client = open_centre(data, tmp_path, site).client()

    def told(lang: str) -> dict[str, bool]:
        notices = client.get(f"/api/v1/widget?lang={lang}").get_json()["notices"]
        return {one["title"]: one["contact_only"] for one in notices}

    assert told("en") == told("") == {"The cloud is away": False, "We are away": True}
    assert told("es-MX") == {"La nube no responde": False, "We are away": True}
    assert told("fr-CA") == {"Le nuage est en panne": False, "We are away": True}


def test_where_nobody_can_be_reached_there_is_no_form(models: Path, tmp_path: Path) -> None:
    client = open_centre(publish_lamps(models), tmp_path, site=Site(languages=("es",))).client()
    assert client.get("/api/v1/widget").get_json()["contact"] is None


def test_mistakes_in_a_message_are_told_field_by_field_in_its_language(client: FlaskClient) -> None:
    answer = client.post("/api/v1/tickets", json={"email": "nobody", "lang": "es"})
    errors = answer.get_json()["errors"]
    assert set(errors) == {"email", "subject", "message", "size"}
    assert errors["subject"] == "Rellene este campo."


# What suits a page


def suggest(client: FlaskClient, **asked: Any) -> dict[str, Any]:
    answer = client.post("/api/v1/suggest?widget=1", json=asked, headers=ORIGIN)
    assert answer.status_code == HTTPStatus.OK, answer.text
    body = answer.get_json()
    assert isinstance(body, dict)
    return body


def slugs(answer: dict[str, Any]) -> list[str]:
    return [one["slug"] for one in answer["suggestions"]]


def test_an_article_that_is_meant_for_the_page_comes_first(client: FlaskClient) -> None:
    about = {"title": "Refunds", "headings": ["How long a refund takes"]}
    elsewhere = suggest(client, url="https://shop.example.com/", **about)
    assert slugs(elsewhere)[0] == "refund-times"
    meant = suggest(client, url="https://shop.example.com/account/payment", **about)
    assert slugs(meant)[:2] == ["change-card", "refund-times"]
    assert len(slugs(meant)) <= 5


def test_a_page_about_nothing_we_know_is_offered_nothing(client: FlaskClient) -> None:
    answer = suggest(client, url="https://shop.example.com/", title="Xylophone glockenspiel")
    assert answer == {"impression": None, "holdout": False, "suggestions": [], "reply": None}


def test_a_page_may_name_its_articles(client: FlaskClient) -> None:
    answer = suggest(client, articles=["invoices", "no-such-article", "refund-times", "invoices"])
    assert slugs(answer) == ["invoices", "refund-times"]
    spanish = suggest(client, articles=["refund-times"], lang="es-MX")
    assert spanish["suggestions"][0]["url"] == "/es/articles/refund-times"


def test_suggestions_for_a_page_are_not_held_out(models: Path, tmp_path: Path) -> None:
    origins = {"origins": (ORIGIN["Origin"],)}
    centre = open_centre(publish_lamps(models), tmp_path, widget=origins, holdout=0.5)
    found = [suggest(centre.client(), title="Refunds") for _ in range(12)]
    assert all(one["suggestions"] and not one["holdout"] for one in found)


def test_a_robot_leaves_no_trace(centre: Centre) -> None:
    assert suggest(centre.client(CRAWLER), title="Refunds")["impression"] is None
    suggest(centre.client(), title="Refunds")
    assert centre.rows("SELECT count(*) FROM cases") == [(1,)]


def test_of_a_page_nothing_is_kept_but_what_was_offered(centre: Centre) -> None:
    suggest(centre.client(), title="Refunds of Ana Lopez", url="https://shop.example.com/ana")
    shown = "SELECT query, surface, product, typing FROM impressions"
    assert centre.rows(shown) == [("", "widget", None, 1)]
    assert not any("/ana" in str(row) for row in centre.rows("SELECT * FROM impressions"))


def test_who_opens_the_widget_and_asks_nothing_has_not_failed() -> None:
    import datetime as dt

    noon = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
    offered = Journal((Listed(noon, "widget", ""),), ())
    assert verdict(offered, noon + dt.timedelta(days=1)).outcome is None


def test_a_search_of_the_widget_is_one_of_its_case_without_a_cookie(centre: Centre) -> None:
    client = centre.client()
    impression = suggest(client, title="Refunds")["impression"]
    first = client.get(
        "/api/v1/search",
        query_string={"q": "refund", "widget": "1", "impression": impression},
        headers=ORIGIN,
    )
    assert "Set-Cookie" not in first.headers
    headers = {"KB-Impression": first.get_json()["impression"], "KB-Widget": "1"}
    client.get("/api/v1/search", query_string={"q": "refund late"}, headers=headers)
    event = {"impression": impression, "type": "resolved", "slug": "refund-times"}
    answer = client.post("/api/v1/events", data=json.dumps(event), headers=ORIGIN)
    assert answer.status_code == HTTPStatus.NO_CONTENT
    assert client.get_cookie("kb_case") is None
    assert centre.rows("SELECT count(*) FROM cases") == [(1,)]
    shown = "SELECT query, surface FROM impressions WHERE typing = 0 ORDER BY at, id"
    assert sorted(centre.rows(shown)) == [("refund", "widget"), ("refund late", "widget")]


def test_a_search_without_the_widget_is_not_its(centre: Centre) -> None:
    search(centre.client())
    assert centre.rows("SELECT surface FROM impressions") == [("api",)]


# The frame


def test_an_article_in_the_frame_can_do_nothing(client: FlaskClient) -> None:
    answer = client.get("/widget/articles/refund-times?theme=dark")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert re.search(r"sandbox allow-popups allow-popups-to-escape-sandbox;", policy)
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Cross-Origin-Embedder-Policy"] == "credentialless"
    assert "<script" not in answer.text
    assert 'class="dark"' in answer.text
    assert f"/widget/{version(client)}/article.css" in answer.text


def test_links_to_articles_stay_in_the_frame_and_others_leave_it(client: FlaskClient) -> None:
    page = client.get("/widget/articles/first-steps?theme=dark").text
    links = re.findall(r"<a ([^<>]*)>", page)
    assert any('href="/widget/articles/refund-times?theme=dark' in one for one in links)
    for one in links:
        inside = re.search(r'href="(?:/widget/|#)', one)
        assert bool(inside) != ('target="_blank"' in one), one
    assert "<iframe" not in page


def test_the_frame_speaks_the_articles_language(client: FlaskClient) -> None:
    page = client.get("/widget/es/articles/refund-times").text
    assert '<html lang="es"' in page


def test_an_article_that_is_gone_is_said_in_the_frame_too(client: FlaskClient) -> None:
    answer = client.get("/widget/articles/no-such-article")
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert "frame-ancestors 'self' https://shop.example.com" in str(
        answer.headers["Content-Security-Policy"]
    )
    assert "<form" not in answer.text


# The command


def test_the_command_prints_what_a_product_team_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_SITE__BASE_URL", "https://help.example.com/kb")
    printed = CliRunner().invoke(main, ["widget"])
    assert printed.exit_code == 0
    tag = '<script async src="https://help.example.com/kb/widget.js" data-kb></script>'
    assert printed.stdout.startswith(tag)
    shown = json.loads(CliRunner().invoke(main, ["widget", "--json"]).stdout)
    assert shown["tag"] == tag
    names = {one["name"] for one in shown["files"]}
    assert names == {"loader.js", "loader.mjs", "widget.js", "article.css", "widget.d.ts"}
    config = Config(site=Site(base_url="https://help.example.com/kb"))
    served = compose_alone(config)
    for one in shown["files"]:
        assert one["url"].endswith(f"/kb/widget/{served.version}/{one['name']}")
        assert one["integrity"] == sha256(served.by_name[one["name"]].data)
        assert one["integrity"] in shown["pinned"] or one["name"] != "loader.js"
        assert 0 < one["gzip_bytes"] < one["bytes"]
