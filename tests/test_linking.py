"""Links: every way in which articles name each other leads to the right page, or is noted."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import write_site

from indexer.linking import Linked, link
from indexer.prepare import Prepared
from indexer.source import read_folder
from kb.config import Limits, Site
from kb.links import ROOT
from kb.markdown import render


def linked(folder: Path, **files: str) -> Linked:
    """The site of these files; ``__`` stands for a folder, endings are ``.md``."""
    named = {f"{name.replace('__', '/')}.md": text for name, text in files.items()}
    content = read_folder(write_site(folder, named), Site(), Limits())
    prepared = []
    for one in content.articles:
        title, first_line = one.article.title, one.first_line
        page = render(one.body, one.article.path, title=title, first_line=first_line)
        prepared.append(Prepared(page, passages=(), terms=(), spans=(), words=()))
    return link(content, prepared, "en")


TARGET = "---\ntitle: T\nslug: money/back\npermalink: /help/refunds/\nredirect_from: /old\n---\n"


@pytest.mark.parametrize(
    "written",
    [
        "guides/refunds.md",
        "guides/refunds",
        "./guides/refunds.md",
        "/guides/refunds.md",
        "/help/refunds/",
        "/help/refunds",
        "/old",
        "/old/",
        "/articles/money/back",
        "/elsewhere/back",
    ],
)
def test_each_way_to_name_an_article_leads_there(written: str, tmp_path: Path) -> None:
    made = linked(tmp_path, a=f"# A\n\n[x]({written}#when)", guides__refunds=TARGET)
    assert f'href="{ROOT}/articles/money/back#when"' in made.pages[0]
    assert not made.notes


def test_a_link_that_leads_nowhere_keeps_its_text_and_is_noted_at_its_line(tmp_path: Path) -> None:
    made = linked(
        tmp_path, a="---\ntitle: A\n---\n\ntext\n\n[the text](gone.md) and ![alt](no.png)"
    )
    assert "the text" in made.pages[0]
    assert "href" not in made.pages[0]
    assert [str(note) for note in made.notes] == [
        "a.md:7: link to 'gone.md' leads nowhere (mend the link; its text is shown without it)",
        "a.md:7: image to 'no.png' leads nowhere (add the file, or mend the path; "
        "its alternative text is shown instead)",
    ]


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("/", "/"),
        ("/#top", "/#top"),
        ("/index.html", "/"),
        ("/search?q=lamps", "/search?q=lamps"),
        ("/contact/", "/contact"),
        ("/categories", "/categories/"),
        ("/categories/guides", "/categories/guides"),
        ("/categories/guides/for%20all/", "/categories/guides/for%20all"),
        ("/es/", "/es/"),
        ("/es/categories/ayuda", "/es/categories/ayuda"),
    ],
)
def test_the_portals_own_pages_can_be_linked_to(written: str, url: str, tmp_path: Path) -> None:
    folder = "guides__for all__"
    made = linked(tmp_path, a=f"# A\n\n[x]({written})", **{f"{folder}b": "# B"}, es__ayuda__c="# C")
    assert f'href="{ROOT}{url}"' in made.pages[0]
    assert not made.notes


@pytest.mark.parametrize("written", ["/fr/", "/categories/ayuda", "/es/categories/guides", "/se"])
def test_pages_that_the_portal_has_not_lead_nowhere(written: str, tmp_path: Path) -> None:
    made = linked(tmp_path, a=f"# A\n\n[x]({written})", guides__b="# B", es__ayuda__c="# C")
    assert "href" not in made.pages[0]
    assert len(made.notes) == 1


@pytest.mark.parametrize("name", ["index", "contact", "search"])
def test_a_file_at_a_pages_address_comes_before_the_page(name: str, tmp_path: Path) -> None:
    written = "/" if name == "index" else f"/{name}"
    made = linked(tmp_path, a=f"# A\n\n[x]({written})", **{name: "# B"})
    assert f'href="{ROOT}/articles/{name}"' in made.pages[0]


def test_a_page_of_the_portal_comes_before_a_guess(tmp_path: Path) -> None:
    made = linked(tmp_path, a="# A\n\n[x](/categories/lamps)", lamps__b="# B", old__lamps="# L")
    assert f'href="{ROOT}/categories/lamps"' in made.pages[0]


def test_a_guess_by_the_last_step_needs_a_single_answer(tmp_path: Path) -> None:
    made = linked(tmp_path, a="# A\n\n[x](/elsewhere/b)", one__b="# B", two__b="# B")
    assert "href" not in made.pages[0]
    assert len(made.notes) == 1


def test_a_draft_cannot_be_linked_to(tmp_path: Path) -> None:
    made = linked(tmp_path, a="# A\n\n[x](b.md)", b="---\ndraft: true\n---\n# B")
    assert "href" not in made.pages[0]
    assert str(made.notes[0]) == (
        "a.md:3: link to 'b.md' leads to an article that is left out: a draft "
        "(take out the link as long as that article is hidden)"
    )


def test_files_are_served_under_the_hash_of_their_bytes_only_where_linked_to(
    tmp_path: Path,
) -> None:
    write_site(tmp_path, {"one.png": "1", "sub/two words.pdf": "2", "three.png": "3"})
    made = linked(
        tmp_path,
        a="# A\n\n![x](one.png) [y](<sub/two words.pdf>)",
        sub__b="# B\n\n![x](../one.png) [y](two%20words.pdf#page=2)",
    )
    assert not made.notes
    names = list(made.assets)
    assert sorted(name.partition("/")[2] for name in names) == ["one.png", "two words.pdf"]
    assert all(len(name.partition("/")[0]) == 12 for name in names)
    assert set(made.assets.values()) == {"one.png", "sub/two words.pdf"}
    pdf = next(name for name in names if name.endswith(".pdf")).replace(" ", "%20")
    assert all(f'href="{ROOT}/assets/{pdf}' in page for page in made.pages)
    assert f"{pdf}#page=2" in made.pages[1]


def test_old_addresses_lead_on_unless_an_article_lives_there(tmp_path: Path) -> None:
    made = linked(
        tmp_path,
        a="---\ntitle: A\nredirect_from: [/old, /articles/b]\n---\n",
        b="---\ntitle: B\nredirect_from: /old\n---\n",
        es__b="---\ntitle: B\nredirect_from: /viejo\n---\n",
    )
    assert made.redirects == {"/old": "/articles/a", "/viejo": "/es/articles/b"}
