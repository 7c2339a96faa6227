"""The pages, asked for without a browser: what is on them, and what happens to odd requests."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from lamp_site import publish_lamps

from kb.articles import Article
from kb.config import Config, Site
from kb.errors import ConfigError
from webapp import create_app
from webapp.portal import describe

SITE = Site(
    name="Lamp Help",
    tagline="What is dark?",
    languages=("es",),
    contact_url="https://example.com/contact",
)
PREFIXED = SITE.model_copy(update={"base_url": "https://example.com/help"})


def a_client(data: Path, site: Site = SITE) -> FlaskClient:
    return create_app(Config(data=data, site=site)).test_client()


@pytest.fixture(scope="module")
def lamps(models: Path) -> Path:
    return publish_lamps(models)


@pytest.fixture(scope="module")
def client(lamps: Path) -> FlaskClient:
    return a_client(lamps)


def test_the_home_page_shows_categories_and_what_changed_last(client: FlaskClient) -> None:
    page = client.get("/").text
    assert "What is dark?" in page
    assert 'href="/categories/billing"' in page
    assert 'href="/articles/first-steps"' in page
    assert page.index("How long a refund takes</a><time") < page.index("Reset the lamp</a><time")
    assert "20 November 2026" in page


def test_the_home_page_of_another_language_shows_only_its_articles(client: FlaskClient) -> None:
    page = client.get("/es/").text
    assert "Cuánto tarda un reembolso" in page
    assert 'href="/es/categories/billing"' in page
    assert "first-steps" not in page


def test_the_language_of_the_site_has_one_address_only(client: FlaskClient) -> None:
    answer = client.get("/en/articles/first-steps?from=mail")
    assert (answer.status_code, answer.location) == (301, "/articles/first-steps?from=mail")


def test_that_address_is_below_the_prefix_too(lamps: Path) -> None:
    client = a_client(lamps, PREFIXED)
    for path in ("/articles/first-steps", "/search?q=lamp", "/"):
        answer = client.get(f"/help/en{path}")
        assert (answer.status_code, answer.location) == (301, f"/help{path}")


def test_an_article_stands_with_contents_breadcrumbs_and_neighbours(client: FlaskClient) -> None:
    page = client.get("/articles/first-steps").text
    assert '<a href="#connect">Connect it to your network</a>' in page
    assert 'href="/categories/getting-started"' in page
    assert "Related articles" in page
    assert "12 November 2026" in page
    assert 'href="/articles/refund-times"' in page
    assert "kb-root:" not in page
    assert (
        'name="description" content="Unpack, connect and name your lamp in five minutes."' in page
    )


def test_the_picture_of_an_article_is_kept_for_ever_and_cannot_act(client: FlaskClient) -> None:
    page = client.get("/articles/first-steps").text
    found = re.search(r'src="(/assets/[^"]+)"', page)
    assert found
    with client.get(found[1]) as picture:
        assert picture.mimetype == "image/svg+xml"
        assert "immutable" in picture.headers["Cache-Control"]
        assert "sandbox" in picture.headers["Content-Security-Policy"]


def test_a_translation_is_one_link_away(client: FlaskClient) -> None:
    assert 'href="/es/articles/refund-times"' in client.get("/articles/refund-times").text
    spanish = client.get("/es/articles/refund-times").text
    assert 'href="/articles/refund-times"' in spanish
    assert '<article class="article" lang="es" dir="ltr">' in spanish


def test_the_menu_of_languages_says_where_it_leads_if_not_to_this_page(
    client: FlaskClient,
) -> None:
    def spanish(path: str) -> str:
        found = re.search(
            r'<a href="([^"]*)" lang="es"[^>]*>Español(.*?)</a>', client.get(path).text
        )
        assert found
        return found[1] + re.sub("<[^>]*>", "", found[2])

    assert spanish("/articles/first-steps") == "/es/ Start page"
    assert spanish("/articles/refund-times") == "/es/articles/refund-times"
    assert spanish("/categories/") == "/es/categories/"
    assert spanish("/categories/getting-started") == "/es/ Start page"
    assert spanish("/") == "/es/"


def test_a_category_lists_what_is_in_it_and_below(client: FlaskClient) -> None:
    page = client.get("/categories/billing").text
    assert "3 articles" in page
    assert 'href="/categories/billing/refunds"' in page
    assert "Three to five working days" in page


def test_results_are_marked_and_lead_to_the_passage(client: FlaskClient) -> None:
    page = client.get("/search?q=refund+late").text
    assert 'href="/articles/refund-times#late"' in page
    assert "<mark>" in page
    assert "Billing › Refunds › If the refund is late" in page


def test_a_correction_is_one_click_from_being_undone(client: FlaskClient) -> None:
    page = client.get("/search?q=invioce").text
    assert "Showing results for <strong>invoice</strong>" in page
    assert 'href="/search?q=invioce&amp;exact=1"' in page
    assert "Showing results for" not in client.get("/search?q=invioce&exact=1").text


def test_a_search_for_nothing_invites_to_search(client: FlaskClient) -> None:
    for address in ("/search", "/search?q=", "/search?q=%20%20", "/search?q=%00"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "Browse by topic" in answer.text


def test_a_search_in_another_language_moves_to_its_page(client: FlaskClient) -> None:
    answer = client.get("/search?q=reembolso&lang=es")
    assert answer.location == "/es/search?q=reembolso"
    assert client.get("/search?q=refund&lang=xx", follow_redirects=True).status_code == 404


def test_results_can_be_narrowed_to_a_product(client: FlaskClient) -> None:
    page = client.get("/search?q=account&product=Subscription").text
    assert "/articles/invoices" in page
    assert "/articles/reset-the-lamp" not in page
    assert 'aria-current="true">Subscription' in page


@pytest.mark.parametrize("query", ["<script>alert(1)</script>", '"><img src=x>', "'&lt;"])
def test_a_query_is_shown_as_text(client: FlaskClient, query: str) -> None:
    page = client.get("/search", query_string={"q": query}).text
    assert query not in page


@pytest.mark.parametrize(
    "query", ["x" * 100_000, "\0\0", "\ud800", '"', "-", "* OR (", "🔥", "a\nb"]
)
def test_no_query_is_an_error(client: FlaskClient, query: str) -> None:
    encoded = query.encode("utf-8", "surrogatepass")
    answer = client.get("/search", query_string={"q": encoded.decode("latin-1")})
    assert answer.status_code == 200


def test_a_weak_result_in_another_language_leads_to_the_search_in_the_sites_own(
    client: FlaskClient,
) -> None:
    link = 'href="/search?q=zebra+crossing" lang="en"'
    assert link in client.get("/es/search?q=zebra+crossing").text
    assert "/es/search" not in client.get("/search?q=zebra+crossing").text.partition("<main")[2]


def test_a_wrong_address_is_searched_for_its_words(client: FlaskClient) -> None:
    answer = client.get("/articles/how-long-refund")
    assert answer.status_code == 404
    assert "This page is not here" in answer.text
    assert "/articles/refund-times" in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/articles/%00",
        "/articles/../../etc/passwd",
        "/assets/../CURRENT",
        "/assets/%2e%2e/CURRENT",
        "/assets/%00",
        "/categories/%ff%fe",
        "/xx/",
        "/es/categories/none",
        "/%f0%9f%94%a5",
        "/search/x",
    ],
)
def test_an_odd_address_is_simply_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_an_old_address_leads_to_the_article(client: FlaskClient) -> None:
    for address in ("/help/old-start/", "/help/old-start"):
        answer = client.get(address)
        assert (answer.status_code, answer.location) == (301, "/articles/first-steps")


def test_an_address_with_a_slash_too_many_leads_to_the_article(client: FlaskClient) -> None:
    assert client.get("/articles/first-steps/").location == "/articles/first-steps"


def test_a_browser_that_has_the_page_gets_no_second_copy(client: FlaskClient) -> None:
    first = client.get("/articles/first-steps")
    again = client.get("/articles/first-steps", headers={"If-None-Match": first.headers["ETag"]})
    other = client.get("/articles/invoices", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert other.status_code == 200


def test_a_page_that_is_not_there_is_not_kept(client: FlaskClient) -> None:
    answer = client.get("/articles/nothing")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers


def test_a_change_of_settings_changes_every_etag(lamps: Path, client: FlaskClient) -> None:
    renamed = a_client(lamps, SITE.model_copy(update={"name": "Other"}))
    assert renamed.get("/").headers["ETag"] != client.get("/").headers["ETag"]


def test_no_foreign_script_can_run(client: FlaskClient) -> None:
    for path in ("/", "/articles/nothing", "/api/v1/search"):
        headers = client.get(path).headers
        assert "script-src 'self';" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"


def test_pages_have_no_inline_script_or_style(client: FlaskClient) -> None:
    for path in ("/", "/search?q=lamp", "/articles/first-steps", "/categories/"):
        page = client.get(path).text
        assert not re.search(r"<style|<script>|\sstyle=|\son[a-z]+=", page)


def test_every_file_of_a_page_is_there_and_kept_for_ever(client: FlaskClient) -> None:
    page = client.get("/articles/first-steps").text
    files = re.findall(r'(?:src|href)="(/(?:static|theme|icon)[^"]+)"', page)
    assert len(files) >= 5
    for file in files:
        with client.get(file) as answer:
            assert answer.status_code == 200
            assert "immutable" in answer.headers["Cache-Control"]


def test_everything_on_a_page_is_under_the_prefix(lamps: Path) -> None:
    client = a_client(lamps, PREFIXED)
    for path in ("/", "/search?q=lamp", "/articles/first-steps", "/categories/", "/nothing"):
        page = client.get(path).text
        addresses = re.findall(r'(?:src|href|action|data-suggest)="(/[^"]*)"', page)
        assert len(addresses) > 5
        assert all(address.startswith("/help/") for address in addresses)


def test_the_prefix_may_be_there_or_have_been_taken_off(lamps: Path) -> None:
    client = a_client(lamps, PREFIXED)
    assert client.get("/help/articles/first-steps").text == client.get("/articles/first-steps").text
    assert client.get("/help/old-start").location == "/help/articles/first-steps"
    assert client.get("/help", follow_redirects=True).status_code == 200


def test_the_canonical_address_comes_from_the_settings_not_from_the_request(
    lamps: Path,
) -> None:
    client = a_client(lamps, PREFIXED)
    page = client.get("/articles/first-steps", headers={"Host": "evil.example"}).text
    assert 'rel="canonical" href="https://example.com/help/articles/first-steps"' in page
    assert "evil.example" not in page


@pytest.mark.parametrize(("trusted", "host"), [(0, "localhost"), (1, "example.com")])
def test_only_a_proxy_that_the_settings_name_is_believed(
    lamps: Path, trusted: int, host: str
) -> None:
    client = a_client(lamps, SITE.model_copy(update={"trusted_proxies": trusted}))
    answer = client.get("/opensearch.xml", headers={"X-Forwarded-Host": "example.com"})
    assert f"http://{host}/search" in answer.text


def test_browsers_can_add_the_search(lamps: Path) -> None:
    answer = a_client(lamps, PREFIXED).get("/opensearch.xml")
    (url,) = ElementTree.fromstring(answer.text).findall("{*}Url")
    assert url.get("template") == "https://example.com/help/search?q={searchTerms}"


def test_the_colour_and_the_logo_are_the_companys(lamps: Path, tmp_path: Path) -> None:
    logo = tmp_path / "logo.svg"
    logo.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    client = a_client(lamps, Site(name="Acme", colour="#aa0055", logo=logo))
    assert "--accent: #aa0055" in client.get("/theme.css").text
    with client.get("/logo") as answer:
        assert answer.mimetype == "image/svg+xml"
    assert 'src="/logo?v=' in client.get("/").text


def test_a_logo_that_is_missing_is_named_at_start(lamps: Path) -> None:
    with pytest.raises(ConfigError, match=r"site\.logo.*nowhere\.svg"):
        create_app(Config(data=lamps, site=Site(logo=Path("nowhere.svg"))))


def test_a_logo_that_is_no_picture_is_named_at_start(lamps: Path, tmp_path: Path) -> None:
    (tmp_path / "article.md").write_text("# A lamp")
    with pytest.raises(ConfigError, match=r"article\.md: a picture expected, whose name ends with"):
        create_app(Config(data=lamps, site=Site(logo=tmp_path / "article.md")))
    (tmp_path / "pictures.svg").mkdir()
    with pytest.raises(ConfigError, match=r"pictures\.svg: Is a directory"):
        create_app(Config(data=lamps, site=Site(logo=tmp_path / "pictures.svg")))


def test_before_the_first_publish_the_page_says_what_to_do(tmp_path: Path) -> None:
    answer = a_client(tmp_path).get("/")
    assert answer.status_code == 503
    assert "kb publish" in answer.text
    assert answer.headers["Retry-After"]


def test_contact_is_offered_where_the_site_names_it(lamps: Path, client: FlaskClient) -> None:
    for path in ("/search?q=refund", "/articles/invoices", "/articles/nothing"):
        assert 'class="button" href="https://example.com/contact"' in client.get(path).text
        assert "Contact us" not in a_client(lamps, Site()).get(path).text


@pytest.mark.parametrize(
    "path", ["/", "/search?q=refund", "/articles/invoices", "/categories/", "/articles/nothing"]
)
def test_a_person_can_be_reached_from_the_top_of_every_page(
    lamps: Path, client: FlaskClient, path: str
) -> None:
    def top(client: FlaskClient) -> str:
        return client.get(path).text.partition("<main")[0]

    assert 'href="https://example.com/contact">Contact us</a>' in top(client)
    assert "Contact us" not in top(a_client(lamps, Site()))


def test_before_weak_hits_comes_a_person(client: FlaskClient) -> None:
    page = client.get("/search?q=zebra+crossing+fine").text
    assert "No close match" in page
    assert page.index('class="button" href="https://example.com/contact"') < page.index("<ol")


def test_who_has_read_five_hits_need_not_read_all_to_reach_a_person(client: FlaskClient) -> None:
    page = client.get("/search?q=refund").text.partition("<main")[2]
    hits = [found.start() for found in re.finditer("<li lang", page)]
    assert len(hits) > 5
    assert hits[4] < page.index("https://example.com/contact") < hits[5]
    assert '<ol class="hits" start="6"' in page


def test_a_description_ends_at_a_word() -> None:
    article = Article(path="a.md", slug="a", lang="en", title="A")
    text = describe(article, f"<p>{'word ' * 100}</p>")
    assert text.endswith("word…")
    assert len(text) <= 161
