"""Notices above pages and form and in the API: at once after a publish, and gone on time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from conftest import publish_folder, write_site
from flask.testing import FlaskClient
from visiting import Centre, open_centre

from kb.config import Site
from webapp import visits

SITE = Site(languages=("es",))
NOW = datetime.now(UTC)
CONTACT = {"channels": [{"kind": "phone", "name": "Phone", "address": "+49 30 1234"}]}
START, END = (
    moment.isoformat(timespec="seconds")
    for moment in (NOW - timedelta(hours=1), NOW + timedelta(hours=1))
)
FILES = {
    "lamp.md": "# The lamp\n\nIt lights up.\n",
    "es/lamp.md": "# La lámpara\n\nSe enciende.\n",
    "_notices/outage.md": f"""---
title: The cloud is away
severity: outage
start: {START}
end: {END}
---
See [the lamp](../lamp.md).
""",
    "_notices/outage.es.md": """---
title: La nube no responde
severity: outage
---
Paciencia.
""",
    "_notices/holidays.md": """---
title: We are away
scope: contact
languages: [en]
---
Until Monday.
""",
}


@pytest.fixture
def centre(data: Path, tmp_path: Path) -> Centre:
    publish_folder(write_site(tmp_path / "articles", FILES), data, SITE)
    return open_centre(data, tmp_path, SITE)


@pytest.fixture
def client(centre: Centre) -> FlaskClient:
    return centre.client()


def test_a_notice_stands_on_every_page_of_its_scope(client: FlaskClient) -> None:
    for path in ("/", "/articles/lamp", "/search?q=lamp", "/nowhere", "/contact"):
        page = client.get(path).text
        assert "The cloud is away" in page, path
        assert '<a href="/articles/lamp">the lamp</a>' in page
        assert ("We are away" in page) == (path == "/contact")


def test_a_notice_speaks_the_language_of_the_page(client: FlaskClient) -> None:
    page = client.get("/es/articles/lamp").text
    assert "La nube no responde" in page
    assert "The cloud is away" not in page


def test_a_notice_speaks_the_language_of_the_form_though_no_article_does(
    data: Path, tmp_path: Path
) -> None:
    files = {name: text for name, text in FILES.items() if not name.startswith("es/")}
    publish_folder(write_site(tmp_path / "articles", files), data, Site())
    page = open_centre(data, tmp_path, Site(), contact=CONTACT).client().get("/es/contact").text
    assert "Contacte con nosotros" in page
    assert "La nube no responde" in page
    assert "The cloud is away" not in page


def test_a_notice_goes_when_its_time_is_over_though_the_page_was_kept(client: FlaskClient) -> None:
    page = client.get("/articles/lamp")
    tag = {"If-None-Match": page.headers["ETag"]}
    assert client.get("/articles/lamp", headers=tag).status_code == 304
    with patch.object(visits, "now", lambda: NOW + timedelta(hours=2)):
        later = client.get("/articles/lamp", headers=tag)
    assert later.status_code == 200
    assert "The cloud is away" not in later.text


def test_programs_read_notices_too(client: FlaskClient) -> None:
    [notice] = client.get("/api/v1/notices").get_json()["notices"]
    assert notice["severity"] == "outage"
    assert '<a href="/articles/lamp">' in notice["html"]
    assert datetime.fromisoformat(notice["end"]) > NOW
    [other] = client.get("/api/v1/notices?lang=es").get_json()["notices"]
    assert (other["id"], other["title"]) == (notice["id"], "La nube no responde")
