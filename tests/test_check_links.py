"""Links, images and anchors that lead nowhere, and articles that nothing leads to."""

from __future__ import annotations

from pathlib import Path

import pytest
from checking import centre, said

from indexer.checks.links import check_anchors, check_links, check_orphans

OTHER = "---\ntitle: Other\nredirect_from: /old\n---\n## When it comes\n\n<a id='mark'></a>x\n"


def test_links_and_images_that_lead_nowhere_are_found_at_their_lines(tmp_path: Path) -> None:
    files = {"a.md": "# A\n\n[x](gone.md)\n\n![y](no.png)\n\n[z](/elsewhere)\n", "b.md": OTHER}
    assert said(list(check_links(centre(tmp_path, files)))) == [
        "broken-link a.md:3: link to 'gone.md' leads nowhere (mend the path, or add the file)",
        "missing-image a.md:5: image to 'no.png' leads nowhere (add the file, or mend the path)",
        "broken-link a.md:7: link to '/elsewhere' leads nowhere "
        "(mend it, or write the full https:// address of a page that is elsewhere)",
    ]


def test_a_link_to_an_article_that_is_hidden_says_so(tmp_path: Path) -> None:
    files = {
        "a.md": "# A\n\n[x](int.md)\n\n[y](/old-draft#part)\n\n[z](/articles/due)\n",
        "int.md": "---\nvisibility: internal\n---\n# I\n",
        "draft.md": "---\ndraft: true\nredirect_from: /old-draft\n---\n# D\n",
        "due.md": "---\npublish_at: 2999-01-01\n---\n# L\n",
    }
    remedy = "(take out the link as long as that article is hidden)"
    assert said(list(check_links(centre(tmp_path, files)))) == [
        "broken-link a.md:3: link to 'int.md' leads to an article that is left out: "
        f"internal {remedy}",
        "broken-link a.md:5: link to '/old-draft#part' leads to an article that is left out: "
        f"a draft {remedy}",
        "broken-link a.md:7: link to '/articles/due' leads to an article that is left out: "
        f"not before 2999-01-01 00:00 UTC {remedy}",
    ]


@pytest.mark.parametrize(
    "target",
    ["b.md", "/b.md", "/old", "b", "https://example.com/gone", "mailto:a@b.c", "i.png", "/", "/#x"],
)
def test_links_that_arrive_are_left_alone(target: str, tmp_path: Path) -> None:
    (tmp_path / "i.png").write_bytes(b"png")
    made = centre(tmp_path, {"a.md": f"# A\n\n[x]({target})\n", "b.md": OTHER})
    assert list(check_links(made)) == []


def test_a_link_in_an_included_piece_is_found_there(tmp_path: Path) -> None:
    files = {"a.md": "# A\n\n{!piece.md!}\n", "include/piece.md": "one\n\n[x](/gone-for-good)\n"}
    (flaw,) = check_links(centre(tmp_path, files))
    assert (flaw.path, flaw.line) == ("include/piece.md", 3)


def test_an_anchor_that_is_not_there_is_found_with_the_one_that_was_meant(tmp_path: Path) -> None:
    files = {"a.md": "# A\n\n[x](b.md#when-it-came)\n\n[y](#nothing-of-it)\n", "b.md": OTHER}
    assert said(list(check_anchors(centre(tmp_path, files)))) == [
        "broken-anchor a.md:3: the link to '#when-it-came' finds no such heading in b.md "
        "(did you mean '#when-it-comes'?)",
        "broken-anchor a.md:5: the link to '#nothing-of-it' finds no such heading in this article "
        "(link to a heading that is there)",
    ]


@pytest.mark.parametrize(
    "target",
    [
        "b.md#when-it-comes",
        "b.md#mark",
        "b.md#other",
        "/old#when-it-comes",
        "gone.md#anything",
        "#here",
        "#top",
        "b.md#:~:text=when",
        "https://example.com/#x",
    ],
)
def test_anchors_that_arrive_are_left_alone(target: str, tmp_path: Path) -> None:
    files = {"a.md": f"# A\n\n## Here\n\n[x]({target})\n", "b.md": OTHER}
    assert list(check_anchors(centre(tmp_path, files))) == []


def test_footnotes_are_no_broken_anchors(tmp_path: Path) -> None:
    made = centre(tmp_path, {"a.md": "# A\n\ntext[^1]\n\n[^1]: note\n"})
    assert list(check_anchors(made)) == []


def linked(*names: str) -> str:
    return "# T\n\n" + "\n".join(f"[{name}]({name}.md)" for name in names)


def test_an_article_that_nothing_links_to_is_found_where_most_are_linked_to(
    tmp_path: Path,
) -> None:
    files = {"a.md": linked("b", "c"), "b.md": linked("a"), "c.md": linked("c"), "d.md": "# D\n"}
    assert [flaw.path for flaw in check_orphans(centre(tmp_path, files))] == ["d.md"]


def test_a_link_to_itself_makes_no_article_reachable(tmp_path: Path) -> None:
    files = {"a.md": linked("b"), "b.md": linked("a"), "c.md": linked("c")}
    assert [flaw.path for flaw in check_orphans(centre(tmp_path, files))] == ["c.md"]


def test_where_few_link_no_article_is_an_orphan(tmp_path: Path) -> None:
    files = {"a.md": linked("b"), "b.md": "# B\n", "c.md": "# C\n"}
    assert list(check_orphans(centre(tmp_path, files))) == []


def test_an_article_that_a_product_page_offers_is_no_orphan(tmp_path: Path) -> None:
    offered = "---\ntitle: C\ncontexts: app.example.com/orders\n---\n"
    files = {"a.md": linked("b"), "b.md": linked("a"), "c.md": offered}
    assert list(check_orphans(centre(tmp_path, files))) == []
