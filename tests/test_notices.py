"""Notices: read strictly, in a snapshot after a publish, standing from start to end."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from conftest import publish_folder, write_site
from hypothesis import given
from hypothesis import strategies as st

from indexer.notices import FILE
from indexer.pointer import open_current
from indexer.snapshot import Snapshot
from indexer.source import read_folder
from kb.config import Limits, Site
from kb.errors import ContentError, Finding
from kb.links import ROOT
from kb.notices import PLACES, Notice, ParsedNotice, parse_notice, standing

NOW = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
LANGUAGES = frozenset({"en", "es"})


def parse(matter: str, path: str = "_notices/mail.md", body: str = "Text.") -> ParsedNotice:
    return parse_notice(f"---\n{matter}\n---\n{body}\n".encode(), path, LANGUAGES)


def wrong(matter: str) -> str:
    with pytest.raises(ContentError) as caught:
        parse(matter)
    return str(caught.value)


def notice(**changes: Any) -> Notice:
    usual: dict[str, Any] = {
        "id": "mail",
        "title": "No mail",
        "html": "<p>No mail.</p>",
        "severity": "outage",
        "places": PLACES,
    }
    return Notice(**{**usual, **changes})


def stands(one: Notice, **asked: Any) -> bool:
    return bool(standing([one], **{"now": NOW, "lang": "en", **asked}))


def test_a_file_says_what_when_where_and_how_grave() -> None:
    parsed = parse(
        "title: No mail\nseverity: outage\nscope: portal, contact\nstart: 2026-05-04 10:00\n"
        "end: 2026-05-04T14:00+02:00\nproducts: [lamps]\nlanguages: EN",
        "_notices/2026/mail.md",
    )
    assert parsed.notice == notice(
        id="2026/mail",
        html="",
        places=("portal", "contact"),
        start=NOW - 2 * HOUR,
        end=NOW,
        products=("lamps",),
        languages=("en",),
    )
    assert (parsed.body, parsed.first_line) == ("Text.\n", 10)


@pytest.mark.parametrize(
    ("scope", "places"),
    [
        ("all", PLACES),
        ("[all, api]", PLACES),
        ("api", ("api",)),
        ("[api, portal]", ("api", "portal")),
    ],
)
def test_scope_is_one_place_some_or_all(scope: str, places: tuple[str, ...]) -> None:
    assert parse(f"title: T\nscope: {scope}").notice.places == places


def test_a_day_alone_is_the_whole_of_it() -> None:
    one = parse("title: T\nstart: 2026-05-04\nend: 2026-05-04").notice
    assert one.start == NOW - 12 * HOUR
    assert one.end == NOW + 12 * HOUR


@pytest.mark.parametrize(
    ("matter", "said"),
    [
        ("severity: info", "_notices/mail.md:1: a notice without a title (add `title:`)"),
        ("title: T\nseverity: bad", "_notices/mail.md:3: 'severity' cannot be used: "),
        ("title: T\nscope: web", "_notices/mail.md:3: 'scope' cannot be used: "),
        ("title: T\nend: tomorrow", "_notices/mail.md:3: 'end' cannot be used: "),
        ("title: T\nstart: 2026-02-30", "_notices/mail.md:3: 'start' cannot be used: "),
        ("title: T\nends: 2026-05-04", "unknown key 'ends' (did you mean 'end'?)"),
        ("title: T\nfoo: 1", "unknown key 'foo' (a notice knows title, "),
        ("title: T\nstart: 2026-05-05\nend: 2026-05-04", ":4: the notice ends before it starts"),
        ("- a list", "the front matter is not a mapping"),
    ],
)
def test_what_cannot_be_understood_is_an_error_with_place_and_remedy(
    matter: str, said: str
) -> None:
    assert said in wrong(matter)
    assert wrong(matter).endswith(")")


def test_every_mistake_is_told_at_once() -> None:
    assert len(wrong("title: T\nseverity: bad\nend: soon").splitlines()) == 2


def test_a_notice_stands_from_its_start_until_its_end() -> None:
    one = notice(start=NOW, end=NOW + HOUR)
    asked = [NOW - HOUR, NOW, NOW + HOUR - dt.timedelta(milliseconds=1), NOW + HOUR]
    assert [stands(one, now=moment) for moment in asked] == [False, True, True, False]
    assert stands(notice())


def test_a_notice_stands_where_and_for_whom_it_is_meant() -> None:
    assert stands(notice(places=("api",)), place="api")
    assert not stands(notice(places=("api",)), place="portal")
    assert stands(notice(places=("api",)))
    lamps = notice(products=("Lamps",))
    assert stands(lamps, product="lamps")
    assert not stands(lamps, product="chairs")
    assert stands(lamps)  # who did not say a product may have one
    assert not stands(notice(languages=("es",)))
    assert stands(notice(languages=("es",)), lang="es")


def test_a_translation_takes_the_place_of_the_notice_for_all() -> None:
    both = [notice(lang="es", title="Sin correo"), notice()]
    for order in (both, both[::-1]):
        assert [one.title for one in standing(order, NOW, "es")] == ["Sin correo"]
        assert [one.title for one in standing(order, NOW, "fr")] == ["No mail"]


def test_the_gravest_comes_first_then_the_newest() -> None:
    some = [
        notice(id="1", severity="info"),
        notice(id="2", severity="outage", start=NOW - 2 * HOUR),
        notice(id="3", severity="warning"),
        notice(id="4", severity="outage", start=NOW - HOUR),
    ]
    assert [one.id for one in standing(some, NOW, "en")] == ["4", "2", "3", "1"]


def understood(data: bytes) -> Notice | tuple[Finding, ...]:
    try:
        return parse_notice(data, "_notices/a.md", LANGUAGES).notice
    except ContentError as error:
        return error.findings


@given(st.binary(max_size=200))
def test_any_bytes_are_a_notice_or_errors_with_a_place(data: bytes) -> None:
    found = understood(data)
    assert isinstance(found, Notice) or all(one.path == "_notices/a.md" for one in found)
    assert found != ()


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=30))
def test_any_front_matter_is_a_notice_or_errors(start: str, end: str, scope: str) -> None:
    matter = f"title: T\nstart: {start!r}\nend: {end!r}\nscope: {scope!r}"
    found = understood(f"---\n{matter}\n---\n".encode("utf-8", "replace"))
    if isinstance(found, Notice):
        assert set(found.places) <= set(PLACES)
        assert not found.start or not found.end or found.start < found.end
    else:
        assert found


@given(st.dates(), st.dates())
def test_any_two_days_are_a_notice_where_one_is_not_before_the_other(
    start: dt.date, end: dt.date
) -> None:
    found = understood(f"---\ntitle: T\nstart: {start}\nend: {end}\n---\n".encode())
    assert isinstance(found, Notice) is (start <= end and start < dt.date.max)


SITE = {
    "mail.md": "# Mail\n\nHow mail works.\n",
    "_notices/mail.md": "---\ntitle: No mail\nseverity: outage\nend: 2026-05-05\n---\n"
    "See [mail](../mail.md) and [status](../status.md). <script>alert(1)</script>\n",
    "_notices/es/mail.md": "---\ntitle: Sin correo\nseverity: outage\n---\n*Pronto* más.\n",
}


@pytest.fixture(scope="module")
def announced(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Snapshot:
    """A published site with notices."""
    folder = tmp_path_factory.mktemp("announced")
    (folder / "models").symlink_to(models)
    articles = write_site(folder / "articles", SITE)
    report = publish_folder(articles, folder, Site(languages=("es",)))
    assert [str(one) for one in report.notes] == [
        "_notices/mail.md:6: link to 'status.md' leads nowhere "
        "(mend the link; its text is shown without it)"
    ]
    return open_current(folder)


def test_a_publish_announces_and_makes_no_article_of_it(announced: Snapshot) -> None:
    (one,) = announced.notices(NOW, "en")
    assert one.title == "No mail"
    assert f'<a href="{ROOT}/articles/mail">mail</a> and' in one.html
    assert "script" not in one.html
    assert "status" in one.html
    assert [article.slug for article in announced.articles] == ["mail"]
    (spanish,) = announced.notices(NOW, "es", "contact", "lamps")
    assert "<em>Pronto</em>" in spanish.html
    assert announced.notices(NOW + 48 * HOUR, "en") == ()


def test_a_snapshot_of_an_older_release_announces_nothing(announced: Snapshot) -> None:
    (announced.folder / FILE).rename(announced.folder.parent / FILE)
    older = Snapshot(announced.folder, announced.manifest)
    (announced.folder.parent / FILE).rename(announced.folder / FILE)
    assert older.notices(NOW, "en") == ()


def test_wrong_notices_stop_a_publish_together_with_wrong_articles(tmp_path: Path) -> None:
    write_site(tmp_path, {**SITE, "_notices/a.md": "no title", "b.md": "---\n- a\n---\n# B"})
    (tmp_path / "_notices" / "big.md").write_text("---\ntitle: B\n---\n" + "long " * 100)
    with pytest.raises(ContentError) as caught:
        read_folder(tmp_path, Site(), Limits(article_bytes=300))
    assert {one.path for one in caught.value.findings} == {
        "b.md",
        "_notices/a.md",
        "_notices/big.md",
    }


def test_a_picture_beside_a_notice_is_no_notice(tmp_path: Path) -> None:
    write_site(tmp_path, {**SITE, "_notices/list.txt": "text"})
    content = read_folder(tmp_path, Site(languages=("es",)), Limits())
    assert [one.path for one in content.notices] == ["_notices/es/mail.md", "_notices/mail.md"]
    assert content.left_out == ()
