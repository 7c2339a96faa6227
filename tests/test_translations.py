"""The catalogues: nothing is missing in them, and nothing that is shown is missing from them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from conftest import publish_folder, write_site
from flask.testing import FlaskClient
from visiting import BROWSER, ballot
from wording import bare_templates, forms, messages, placeholders, unmarked, write_marked

from kb.config import Config, Site
from kb.contact_settings import Contact
from search.engine import Engine
from webapp import create_app, interface, written

REMEDY = "run `make translations`, then translate what is new"
LANGUAGES = sorted(set(interface.LOCALES) - {interface.ENGLISH})
every_language = pytest.mark.parametrize("lang", LANGUAGES)


def catalogue_file(lang: str, kind: str) -> Path:
    return interface.FOLDER / interface.LOCALES[lang] / "LC_MESSAGES" / f"messages.{kind}"


def catalogue(lang: str) -> Catalog:
    with catalogue_file(lang, "po").open("rb") as file:
        return read_po(file, locale=interface.LOCALES[lang], abort_invalid=True)


def test_there_is_a_catalogue_for_every_language_and_for_no_other() -> None:
    folders = {path.name for path in interface.FOLDER.iterdir() if path.is_dir()}
    assert folders == {interface.LOCALES[lang] for lang in LANGUAGES}


@every_language
def test_a_catalogue_has_what_is_said_and_nothing_else(lang: str) -> None:
    there = {message.id for message in catalogue(lang) if message.id}
    assert there == set(messages()), REMEDY


@every_language
def test_every_message_is_translated(lang: str) -> None:
    for message in catalogue(lang):
        assert not message.fuzzy or not message.id, message.id
        assert all(string.strip() for _, string in forms(message)), message.id
    assert not list(catalogue(lang).check())
    assert not catalogue(lang).obsolete


@every_language
def test_a_translation_has_the_placeholders_and_tags_of_the_english(lang: str) -> None:
    for message in catalogue(lang):
        for english, string in forms(message):
            if message.id:
                assert placeholders(string) == placeholders(english), english


@every_language
def test_what_is_compiled_is_what_is_written(lang: str) -> None:
    compiled = BytesIO()
    write_mo(compiled, catalogue(lang))
    assert catalogue_file(lang, "mo").read_bytes() == compiled.getvalue(), REMEDY


def test_spanish_speaks_to_customers_as_usted() -> None:
    spanish = " ".join(string for message in catalogue("es") for _, string in forms(message))
    assert "Vuelva a intentarlo" in spanish
    assert not re.search(r"\b(?:tú|tus?|te|ti|contigo|puedes|quieres|tienes)\b", spanish.lower())


# Nothing on a page is left out


GREEK = {
    "πληρωμές/επιστροφή.md": """---
title: Επιστροφή χρημάτων
slug: refund
lang: es
summary: Πότε επιστρέφονται τα χρήματα.
updated: 2026-11-20
products: [Λάμπα]
---

Τα χρήματα επιστρέφονται σε πέντε ημέρες.

## Καθυστέρηση

Ρωτήστε την τράπεζα.

## Ακύρωση

Γράψτε μας.

## Απόδειξη

Στον λογαριασμό.
""",
    "πληρωμές/κάρτα.md": "---\ntitle: Αλλαγή κάρτας\nlang: es\nproducts: [Ήχος]\n---\nΗ κάρτα.\n",
    "άλλο.md": "---\ntitle: Άλλη γλώσσα\nlang: el\nslug: refund\n---\nΤα χρήματα.\n",
} | {f"{n}.md": f"---\ntitle: Ερώτηση {n}\nlang: es\n---\nΑπάντηση {n}.\n" for n in range(31)}
"""Articles in Greek letters that say they are in Spanish."""
SITE = Site(
    name="Κέντρο",
    language="es",
    languages=("el",),
    home_url="https://example.com/",
    contact_url="https://example.com/contact",
)
PAGES = {
    "home": "/",
    "article": "/articles/refund",
    "category": "/categories/πληρωμές",
    "all articles": "/categories/",
    "results": "/search?q=χρήματα",
    "corrected results": "/search?q=χρηματτα",
    "no results": "/search?q=%22τίποτα+εδώ%22&product=Ήχος",
    "empty search": "/search",
    "not found": "/articles/nothing",
    "nothing like it": "/articles/επιστροφή",
    "wrong method": "/feedback/vote",
    "contact": "/contact",
    "solved": "/contact/solved",
}
CONTACT = Contact.model_validate(
    {
        "webhooks": [{"name": "desk", "url": "https://desk.example.com/", "secret": "s" * 16}],
        "fields": [
            *(
                {"name": kind, "kind": kind}
                for kind in ("product", "plan", "version", "order_number", "phone")
            ),
            {"name": "choice", "kind": "choice", "label": "Είδος", "choices": ["Ένα", "Δύο"]},
            {"name": "code", "label": "Κωδικός", "hint": "Στο κουτί", "pattern": "[0-9]+"},
        ],
        "channels": [{"kind": "phone", "name": "Τηλέφωνο", "address": "+30 210 000 0000"}],
        "hours": {"time_zone": "Europe/Athens", "open": [{}], "answer_hours": 8},
    }
)
FINE = {"email": "a@example.com", "subject": "Επιστροφή", "message": "Πότε επιστρέφονται;"}


@pytest.fixture(scope="module")
def greek(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Path:
    data = tmp_path_factory.mktemp("greek")
    (data / "models").symlink_to(models)
    publish_folder(write_site(tmp_path_factory.mktemp("greek-articles"), GREEK), data, SITE)
    return data


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Spanish is not Spanish here, but English between marks."""
    folder = tmp_path_factory.mktemp("marked")
    write_marked(folder, "es")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(interface, "FOLDER", folder)
        yield


@pytest.fixture
def client(greek: Path, marked: None, tmp_path: Path) -> FlaskClient:
    database = f"sqlite:///{tmp_path}/kb.db"
    return a_client(Config(data=greek, site=SITE, contact=CONTACT, database_url=database))


def a_client(config: Config, engine: Engine | None = None) -> FlaskClient:
    client = create_app(config, (lambda: engine) if engine else None).test_client()
    client.environ_base |= {"HTTP_USER_AGENT": BROWSER}
    return client


def assert_marked(page: str) -> None:
    assert "⟦" in page
    assert unmarked(page) == []


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_every_word_of_a_page_can_be_translated(client: FlaskClient, path: str) -> None:
    assert_marked(client.get(path).text)


@pytest.mark.parametrize("step", ["yes", "no", "told", "thanks"])
def test_every_word_after_a_vote_can_be_translated(client: FlaskClient, step: str) -> None:
    about = ballot(client, "refund")
    assert_marked(client.get("/feedback", query_string={"step": step, "about": about}).text)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"email": "", "subject": "", "message": ""},
        {"email": "nobody", "subject": "Ω" * 1000, "choice": "Τρία", "code": "Ω"},
        {"attachments": (BytesIO(b"0"), "0.exe")},
    ],
    ids=["too soon", "empty", "wrong", "wrong file"],
)
def test_every_word_against_a_message_can_be_translated(
    client: FlaskClient, wrong: dict[str, Any]
) -> None:
    assert_marked(client.post("/contact", data=FINE | wrong).text)


def test_every_word_about_a_message_that_was_sent_can_be_translated(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(written, "LEAST_SECONDS", 0)
    found = re.search(r'name="form" value="([^"]+)"', client.get("/contact").text)
    assert found
    sent = client.post("/contact", data=FINE | {"form": found[1], "offered": "1"})
    assert_marked(client.get(sent.location).text)


def test_every_word_of_an_error_can_be_translated(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = ballot(client, "refund")
    votes = (client.post("/feedback/vote") for _ in range(1000))
    refused = [
        client.post("/feedback/vote", data={"about": about, "answer": "perhaps"}),
        client.post("/feedback/rating", data={"about": about, "rating": "6"}),
        client.post("/feedback/reason", data={"about": "old"}),
        client.post("/feedback/vote", headers={"Sec-Fetch-Site": "cross-site"}),
        client.post("/feedback/vote", data={"about": "x" * 100_000}),
        next(answer for answer in votes if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS),
    ]
    monkeypatch.setitem(client.application.view_functions, "portal.home", lambda: 1 / 0)
    refused.append(client.get("/"))
    assert [answer.status_code for answer in refused] == [400, 400, 400, 403, 413, 429, 500]
    for answer in refused:
        assert_marked(answer.text)


def test_every_word_of_a_help_centre_that_is_not_there_can_be_translated(
    marked: None, tmp_path: Path
) -> None:
    assert_marked(a_client(Config(data=tmp_path, site=Site(language="es"))).get("/").text)


def test_every_word_of_a_search_without_its_model_can_be_translated(
    greek: Path, marked: None
) -> None:
    engine = Engine(Engine.open(greek).snapshot, None, "the model is not there")
    page = a_client(Config(data=greek, site=SITE), engine).get("/search?q=χρήματα").text
    assert "⟦Matching words only" in page
    assert_marked(page)


@pytest.mark.parametrize(("name", "bare"), [*bare_templates()])
def test_no_template_has_words_outside_its_messages(name: str, bare: str) -> None:
    assert unmarked(bare) == [], name


def test_no_script_has_words_of_its_own() -> None:
    for script in (interface.FOLDER.parent / "static").glob("*.js"):
        text = script.read_text(encoding="utf-8")
        shown = re.findall(
            r"""(?:textContent|ariaLabel|title|placeholder) = ["'`][^"'`]*[a-z]""", text
        )
        labelled = re.findall(r"""setAttribute\("(?:aria-label|title)", ["'`]""", text)
        assert shown + labelled == [], script.name


def test_a_date_is_written_as_in_its_language(client: FlaskClient) -> None:
    with client.application.test_request_context("/es/"):
        assert interface.long_date(dt.date(2026, 11, 2)) == "2 de noviembre de 2026"
    with client.application.test_request_context("/en/"):
        assert interface.long_date(dt.date(2026, 11, 2)) == "2 November 2026"
