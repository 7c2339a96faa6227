"""A folder as a publish reads it: plain files by path, everything else named with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import write_site

from indexer.tree import File, FolderTree
from kb.errors import ConfigError, ContentError


def test_files_come_in_the_order_of_paths_with_their_sizes(tmp_path: Path) -> None:
    root = write_site(tmp_path / "articles", {"b.md": "12", "a/z.png": "123", ".git/x": "1"})
    assert FolderTree(root).files() == [File("a/z.png", 3), File("b.md", 2)]


def test_a_folder_is_known_by_its_full_path_and_has_no_log(tmp_path: Path) -> None:
    root = write_site(tmp_path / "articles", {})
    root.mkdir()
    tree = FolderTree(root)
    assert tree.place == str(root)
    assert (tree.ref, tree.folder, tree.log, tree.commit) == (None, "", None, None)


def test_what_is_beside_a_folder_is_read_up_to_a_size(tmp_path: Path) -> None:
    write_site(tmp_path, {"articles/a.md": "# A", "evaluation/queries.jsonl": "12345"})
    tree = FolderTree(tmp_path / "articles")
    assert tree.beside("evaluation/queries.jsonl", 5) == b"12345"
    assert tree.beside("evaluation/queries.jsonl", 4) is None
    assert tree.beside("evaluation/qrels.tsv", 5) is None


def test_a_file_that_went_meanwhile_is_an_error_at_its_path(tmp_path: Path) -> None:
    tree = FolderTree(write_site(tmp_path, {"a.md": "# A"}))
    (tmp_path / "a.md").unlink()
    with pytest.raises(ContentError, match=r"^a\.md:1: cannot be read: No such file"):
        tree.read("a.md")


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no such folder .*KB_ARTICLES"):
        FolderTree(tmp_path / "nowhere")
