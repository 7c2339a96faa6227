"""What search engines, feed readers and language models are given."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from lamp_site import publish_lamps

from kb.articles import Article
from kb.config import Config, Site
from webapp import create_app
from webapp.machines import to_markdown

BASE = "https://example.com/help"
SITE = Site(name="Lamp [Help]", languages=("es",), base_url=BASE)
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
ATOM = "{http://www.w3.org/2005/Atom}"
XHTML = "{http://www.w3.org/1999/xhtml}"


@pytest.fixture(scope="module")
def client(models: Path) -> FlaskClient:
    return create_app(Config(data=publish_lamps(models), site=SITE)).test_client()


def read_xml(client: FlaskClient, path: str) -> ElementTree.Element:
    return ElementTree.fromstring(client.get(f"/help{path}").data)


def addresses(root: ElementTree.Element) -> list[str]:
    return [found.text or "" for found in root.iter(f"{SITEMAP}loc")]


def there(client: FlaskClient, address: str) -> bool:
    return client.get(address.removeprefix("https://example.com")).status_code == 200


def test_the_sitemap_names_every_page_once_and_each_is_there(client: FlaskClient) -> None:
    found = addresses(read_xml(client, "/sitemap.xml"))
    assert f"{BASE}/articles/first-steps" in found
    assert f"{BASE}/es/articles/refund-times" in found
    assert len(found) == len(set(found))
    assert all(there(client, address) for address in found)


def test_the_sitemap_names_translations_of_a_page(client: FlaskClient) -> None:
    root = read_xml(client, "/sitemap.xml")
    page = next(one for one in root if f"{BASE}/articles/refund-times" in addresses(one))
    links = {link.get("hreflang"): link.get("href") for link in page.iter(f"{XHTML}link")}
    assert links == {
        "en": f"{BASE}/articles/refund-times",
        "es": f"{BASE}/es/articles/refund-times",
    }


def test_a_large_site_has_a_sitemap_in_parts(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = addresses(read_xml(client, "/sitemap.xml"))
    monkeypatch.setattr(sys.modules["webapp.machines"], "MOST_ADDRESSES", 3)
    parts = addresses(read_xml(client, "/sitemap.xml"))
    assert len(parts) > 1
    found = [addresses(read_xml(client, part.removeprefix(BASE))) for part in parts]
    assert [address for part in found for address in part] == whole
    assert client.get("/help/sitemap.xml?part=99").status_code == 404


def test_the_feed_has_the_newest_articles_first(client: FlaskClient) -> None:
    root = read_xml(client, "/feed.xml")
    entries = root.findall(f"{ATOM}entry")
    days = [entry.findtext(f"{ATOM}updated") for entry in entries]
    assert len(days) > 1
    assert days == sorted(days, key=str, reverse=True)
    assert root.findtext(f"{ATOM}updated") == days[0]
    assert all(there(client, entry.findtext(f"{ATOM}id") or "") for entry in entries)


def test_each_language_has_a_feed_of_its_own(client: FlaskClient) -> None:
    root = read_xml(client, "/es/feed.xml")
    assert root.findtext(f"{ATOM}id") == f"{BASE}/es/"
    assert all("/es/" in (entry.findtext(f"{ATOM}id") or "") for entry in root.iter(f"{ATOM}entry"))
    assert client.get("/help/fr/feed.xml").status_code == 404


def test_robots_may_read_all_but_searches(client: FlaskClient) -> None:
    text = client.get("/help/robots.txt").text
    assert "Disallow: /help/search\n" in text
    assert f"Sitemap: {BASE}/sitemap.xml" in text


def test_language_models_find_every_article_as_markdown(client: FlaskClient) -> None:
    text = client.get("/help/llms.txt").text
    assert text.startswith("# Lamp \\[Help\\]\n\n> ")
    assert "\n## Billing\n" in text
    found = re.findall(r"\]\((\S+\.md)\)", text)
    assert f"{BASE}/articles/first-steps.md" in found
    assert all(there(client, address) for address in found)


def test_an_article_is_there_as_markdown_with_addresses_that_hold_anywhere(
    client: FlaskClient,
) -> None:
    answer = client.get("/help/articles/first-steps.md")
    assert answer.mimetype == "text/markdown"
    assert answer.text.startswith("# First steps with your lamp\n\nUnpack")
    assert f"]({BASE}/" in answer.text
    assert "kb-root:" not in answer.text
    assert answer.headers["Link"] == f'<{BASE}/articles/first-steps>; rel="canonical"'
    assert client.get("/help/articles/nothing.md").status_code == 404


def test_the_tabs_of_an_article_keep_their_names_in_markdown(client: FlaskClient) -> None:
    text = client.get("/help/articles/first-steps.md").text
    parts = ("**Linux**\n", "from lamp import", "**Windows**\n", "> lamp discover")
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_a_page_names_its_markdown_and_its_feed(client: FlaskClient) -> None:
    page = client.get("/help/articles/first-steps").text
    assert 'type="text/markdown" href="/help/articles/first-steps.md"' in page
    assert 'href="/help/feed.xml" type="application/atom+xml"' in page


def test_what_is_nested_beyond_all_sense_becomes_plain_text() -> None:
    deep = "<blockquote>" * 5_000 + "deep <b>words</b>" + "</blockquote>" * 5_000
    article = Article("a.md", "a", "en", "Title", summary="In short.")
    assert to_markdown(article, deep, BASE) == "# Title\n\nIn short.\n\ndeep words\n"


def test_a_page_says_where_it_stands(client: FlaskClient) -> None:
    page = client.get("/help/articles/refund-times").text
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert found
    things: list[dict[str, Any]] = json.loads(found.group(1))
    crumbs = next(one for one in things if one["@type"] == "BreadcrumbList")["itemListElement"]
    assert [one["position"] for one in crumbs] == [1, 2, 3]
    assert crumbs[0]["item"] == f"{BASE}/categories/billing"
    assert crumbs[2]["item"] == f"{BASE}/articles/refund-times"
    assert all(there(client, one["item"]) for one in crumbs)
