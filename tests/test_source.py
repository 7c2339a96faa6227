"""A folder of articles: every file of it is published, or named with the reason why not."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from conftest import write_site

from indexer.source import Content, read_folder
from kb.config import Limits, Site
from kb.errors import ConfigError, ContentError

SITE = Site()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    return folder


def write(root: Path, **files: str) -> None:
    """Files by name without ending; ``__`` stands for a folder."""
    for name, text in files.items():
        path = root / f"{name.replace('__', '/')}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def read(root: Path, limits: Limits | None = None) -> Content:
    return read_folder(root, SITE, limits or Limits())


def slugs(content: Content) -> list[str]:
    return [one.article.slug for one in content.articles]


def left_out(content: Content) -> dict[str, str]:
    return {one.path: one.reason for one in content.left_out}


def test_articles_come_in_the_order_of_their_paths(root: Path) -> None:
    write(root, b="# B", a__z="# Z", a__c="# C")
    assert slugs(read(root)) == ["a/c", "a/z", "b"]


def test_every_kind_of_markdown_ending_counts(root: Path) -> None:
    (root / "a.MD").write_text("# A")
    (root / "b.markdown").write_text("# B")
    assert slugs(read(root)) == ["a", "b"]


def test_drafts_and_internal_articles_are_left_out_with_the_reason(root: Path) -> None:
    write(
        root,
        a="---\ndraft: true\n---\n# A",
        b="---\nvisibility: internal\n---\n# B",
        c="text",
        d="# D",
        _e="# E",
    )
    content = read(root)
    assert slugs(content) == ["d"]
    reasons = left_out(content)
    assert reasons["a.md"] == "a draft"
    assert reasons["b.md"] == "internal"
    assert reasons["c.md"].startswith("a fragment: no title")
    assert reasons["_e.md"].startswith("a fragment: its name")


def test_what_is_hidden_is_kept_apart_from_what_is_public(root: Path) -> None:
    write(
        root,
        a="---\ndraft: true\n---\n# A",
        b="---\nvisibility: internal\n---\n# B",
        c="---\npublish_at: 2999-01-01\n---\n# C",
        d="# D",
    )
    content = read(root)
    assert [one.article.slug for one in content.hidden] == ["a", "b", "c"]
    assert slugs(content) == ["d"]


def test_what_is_hidden_by_a_slip_or_in_other_words_is_left_out(root: Path) -> None:
    write(
        root,
        a="---\nDraft: true\n---\n# A",
        b="---\nVisibility: internal\n---\n# B",
        c="---\npublished: false\n---\n# C",
        d="---\npublished: true\n---\n# D",
        e="---\npublish_at: 20270111\n---\n# E",
        f="---\npublish-at: 2999-01-01\n---\n# F",
    )
    content = read(root)
    assert slugs(content) == ["d"]
    reasons = left_out(content)
    assert [reasons[f"{name}.md"] for name in "abce"] == ["a draft", "internal", *["a draft"] * 2]
    assert reasons["f.md"].startswith("not before 2999-01-01 00:00 UTC")
    assert [note.path for note in content.notes] == ["a.md", "b.md", "e.md", "f.md"]


def test_front_matter_that_never_closes_stops_a_publish(root: Path) -> None:
    write(root, a="---\ntitle: Limits\nvisibility: internal\n\n# A\n\nsecret", b="# B")
    with pytest.raises(ContentError, match=r"^a\.md:1: the front matter is opened here"):
        read(root)


def test_judged_queries_are_read_from_beside_the_folder(root: Path) -> None:
    write(root, a="# A")
    write_site(root.parent, {"evaluation/queries.jsonl": "{}", "evaluation/notes.txt": "x"})
    assert read(root).judged == {"evaluation/queries.jsonl": b"{}"}
    assert read(root, Limits(asset_bytes=1)).judged == {}


def test_only_pieces_can_be_included_and_never_a_draft(root: Path) -> None:
    write(root, include__a="Piece", b="---\ndraft: true\n---\n# Secret")
    assert read(root).fragments == {"include/a.md": "Piece"}


def test_one_slug_twice_names_both_files_and_all_errors_come_at_once(root: Path) -> None:
    write(root, a="---\nslug: x\n---\n# A", b="---\nslug: x\n---\n# B", d="---\n- a\n---\n# D")
    (root / "c.md").write_bytes(b"# \xff")
    with pytest.raises(ContentError) as caught:
        read(root)
    said = str(caught.value).splitlines()
    assert len(said) == 3
    assert said[0].startswith("c.md:1: byte 0xff is not UTF-8")
    assert said[1].startswith("d.md:1: the front matter is not a mapping")
    assert (
        said[2]
        == "b.md:1: slug 'x' (en) is already that of a.md (give one of the two another `slug:`)"
    )


def test_one_slug_in_two_languages_is_a_translation(root: Path) -> None:
    write(root, a="# A", es__a="# A")
    assert [one.article.key for one in read(root).articles] == [("en", "a"), ("es", "a")]


def test_a_draft_may_have_the_slug_of_an_article(root: Path) -> None:
    write(root, a="# A", b="---\nslug: a\ndraft: true\n---\n# B")
    assert slugs(read(root)) == ["a"]


def test_links_are_not_followed_and_are_named(root: Path) -> None:
    outside = root.parent / "outside"
    outside.mkdir()
    write(outside, secret="# Secret")
    (root / "file.md").symlink_to(outside / "secret.md")
    (root / "folder").symlink_to(outside)
    (root / "image.png").symlink_to(outside / "secret.md")
    content = read(root)
    assert (content.articles, content.assets) == ((), ())
    assert set(left_out(content)) == {"file.md", "folder", "image.png"}
    assert all(reason.startswith("a symbolic link") for reason in left_out(content).values())
    assert content.fragments == {}


def test_what_only_looks_like_a_file_is_named_and_not_read(root: Path) -> None:
    os.mkfifo(root / "pipe.md")
    assert left_out(read(root)) == {"pipe.md": "not a file"}


def test_a_name_that_is_not_utf_8_is_named_as_far_as_it_can_be(root: Path) -> None:
    Path(os.fsdecode(os.fsencode(root) + b"/caf\xe9.md")).write_text("# A")
    assert left_out(read(root)) == {"caf\ufffd.md": "its name is not UTF-8 (rename it)"}


def test_dotted_files_and_folders_belong_to_others(root: Path) -> None:
    write(root, **{".git__a": "# A", ".b": "# B"})
    content = read(root)
    assert (content.articles, content.left_out) == ((), ())


def test_a_file_over_the_limit_is_left_out_with_both_sizes(root: Path) -> None:
    write(root, a="# A" + "x" * 2_000)
    content = read(root, Limits(article_bytes=1_000))
    assert left_out(content) == {"a.md": "too large: 2,003 bytes, the limit is 1,000"}
    assert content.fragments == {}


def test_an_attachment_over_the_limit_is_not_served_and_noted(root: Path) -> None:
    (root / "a.png").write_bytes(b"x" * 11)
    (root / "b.png").write_bytes(b"x" * 10)
    content = read(root, Limits(asset_bytes=10))
    assert content.assets == ("b.png",)
    assert str(content.notes[0]) == "a.png:1: too large to serve: 11 bytes (the limit is 10)"


def test_a_file_that_cannot_be_read_is_an_error(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(root, a="# A")

    def denied(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", denied)  # root, who runs CI, may read everything
    with pytest.raises(ContentError, match=r"^a\.md:1: cannot be read: Permission denied"):
        read(root)


def test_notes_of_what_is_left_out_are_told_too(root: Path) -> None:
    write(root, a="---\ndraft: true\ntag: x\n---\n# A")
    assert [note.line for note in read(root).notes] == [3]


def test_an_empty_folder_holds_nothing_and_a_missing_one_is_an_error(root: Path) -> None:
    content = read(root)
    assert (content.articles, content.left_out, content.assets) == ((), (), ())
    with pytest.raises(ConfigError, match=r"no such folder .*KB_ARTICLES"):
        read(root / "missing")


def test_the_commit_is_known_in_a_git_repository(root: Path) -> None:
    assert read(root).commit is None
    git = ["git", "-C", str(root), "-c", "user.name=n", "-c", "user.email=e@example.com"]
    write(root, a="# A")
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "m", "--no-gpg-sign"], check=True)
    head = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
    assert read(root).commit == head.stdout.strip()


def test_git_that_is_not_installed_is_no_error(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert read(root).commit is None
