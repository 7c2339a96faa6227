"""A folder as a publish reads it: plain files by path, everything else named with the reason."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, write_site

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


READING = """
import sys
from pathlib import Path
from indexer.tree import FolderTree
from kb.errors import KBError
try:
    print(*(one.path for one in FolderTree(Path(sys.argv[1])).files()))
except KBError as error:
    print(error)
"""
# The superuser may read anything, unless started like this.
AS_OTHERS = (
    ()
    if os.geteuid()
    else ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all")
)


def files_or_error(root: Path, folder: Path, mode: int) -> str:
    """What is said of a tree in which one folder has other permissions."""
    program = [*AS_OTHERS, sys.executable, "-W", "error", "-c", READING, str(root)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    before = folder.stat().st_mode
    folder.chmod(mode)
    try:
        return subprocess.check_output(program, env=environment, text=True)
    finally:
        folder.chmod(before)


@pytest.fixture
def nested(tmp_path: Path) -> Path:
    """Articles at the top, in a folder, and in a folder of that."""
    files = {"a.md": "# A", "b/c.md": "# C", "b/d/e.md": "# E"}
    return write_site(tmp_path / "articles", files)


def test_a_folder_in_the_tree_that_cannot_be_read_is_an_error_at_its_path(nested: Path) -> None:
    assert files_or_error(nested, nested / "b", 0o700) == "a.md b/c.md b/d/e.md\n"
    said = files_or_error(nested, nested / "b", 0)
    assert said == "b:1: cannot be read: Permission denied (mend its permissions)\n"


def test_what_lies_in_a_folder_that_may_only_be_listed_is_named(nested: Path) -> None:
    said = files_or_error(nested, nested / "b", 0o400).splitlines()
    assert [line.partition(" (")[0] for line in sorted(said)] == [
        "b/c.md:1: cannot be read: Permission denied",
        "b/d:1: cannot be read: Permission denied",
    ]


@pytest.mark.parametrize("above", [0, 1])
def test_a_folder_of_articles_that_cannot_be_read_is_not_an_empty_one(
    nested: Path, above: int
) -> None:
    folder = (nested, nested.parent)[above]
    said = files_or_error(nested, folder, 0)
    assert said == f"{nested}: cannot be read: Permission denied (mend its permissions)\n"
