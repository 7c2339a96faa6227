"""An address that leads nowhere: what was meant comes first, and nothing comes where in doubt."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import publish_folder, write_site
from flask.testing import FlaskClient
from lamp_site import publish_lamps

from kb.config import Config, Site
from webapp import create_app

SITE = Site(name="Lamp Help", languages=("es",))
ARTICLES = {
    f"{folder}/{name}.md": f"---\ntitle: {name} {folder}\n---\n{text}\n"
    for folder in ("home", "work")
    for name, text in (
        ("install", "Unpack the lamp and put it on a table."),
        ("mend-the-cable", "Unplug it before you touch the cable."),
    )
} | {"es/home/solo.md": "---\ntitle: Solo en español\nlang: es\nslug: home/solo\n---\nTexto.\n"}


@pytest.fixture(scope="module")
def lamps(models: Path) -> FlaskClient:
    return create_app(Config(data=publish_lamps(models), site=SITE)).test_client()


@pytest.fixture(scope="module")
def folders(models: Path, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    data = tmp_path_factory.mktemp("folders")
    (data / "models").symlink_to(models)
    publish_folder(write_site(tmp_path_factory.mktemp("articles"), ARTICLES), data, SITE)
    return create_app(Config(data=data, site=SITE)).test_client()


def offered(client: FlaskClient, path: str) -> list[str]:
    """Where the headings of what is offered lead, without the passage."""
    answer = client.get(path)
    assert answer.status_code == 404
    found = re.findall(r'<h2><a href="([^"#]+)', answer.text)
    return list(dict.fromkeys(found))


@pytest.mark.parametrize(
    "path",
    [
        "/articles/reset-the-lmap",
        "/articles/Reset-The-Lamp",
        "/articles/reset-the-lamp.html",
        "/reset-the-lamp",
        "/articles/getting-started/reset-the-lamp",
    ],
)
def test_the_article_whose_address_was_meant_comes_first_and_once(
    lamps: FlaskClient, path: str
) -> None:
    found = offered(lamps, path)
    assert found[0] == "/articles/reset-the-lamp"
    assert found.count("/articles/reset-the-lamp") == 1


def test_of_equal_addresses_the_one_in_the_likest_folder_is_meant(folders: FlaskClient) -> None:
    assert offered(folders, "/articles/work/instal")[0] == "/articles/work/install"
    assert offered(folders, "/articles/home/instal")[0] == "/articles/home/install"


def test_the_name_of_a_folder_is_not_what_was_meant(folders: FlaskClient) -> None:
    assert offered(folders, "/articles/work/zzzz") == []
    assert offered(folders, "/home/qqqqqq") == []


@pytest.mark.parametrize(
    "path", ["/articles/zzzz", "/wp-login.php", "/es/nada", "/🔥", "/articles/"]
)
def test_where_nothing_fits_nothing_is_offered_but_the_topics(
    lamps: FlaskClient, path: str
) -> None:
    assert offered(lamps, path) == []
    assert "Were you looking for" not in lamps.get(path).text


def test_an_article_that_is_there_in_another_language_only_is_named_with_its_language(
    lamps: FlaskClient, folders: FlaskClient
) -> None:
    page = lamps.get("/es/articles/first-steps")
    assert page.status_code == 404
    assert "Este artículo aún no está traducido" in page.text
    assert offered(lamps, "/es/articles/first-steps") == ["/articles/first-steps"]
    assert offered(folders, "/articles/home/solo") == ["/es/articles/home/solo"]


def test_the_menu_of_languages_leads_from_there_to_the_article(lamps: FlaskClient) -> None:
    page = lamps.get("/es/articles/first-steps").text
    assert re.search(r'href="/articles/first-steps" lang="en"[^>]*>English</a>', page)
