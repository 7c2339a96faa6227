"""A commit of the repository that a folder lies in."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from indexer.git.here import at_commit
from kb.errors import ConfigError


def git(folder: Path, *command: str) -> str:
    named = ("-c", "user.name=Ana", "-c", "user.email=ana@example.com")
    ran = subprocess.run(
        ["git", "-C", str(folder), *named, *command], check=True, capture_output=True, text=True
    )
    return ran.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two commits; a remote-tracking branch, a tag and a full id name the first."""
    folder = tmp_path / "repository"
    (folder / "docs").mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    for text in ("first", "second"):
        (folder / "docs" / "a.md").write_text(f"# A\n\n{text}\n", encoding="utf-8")
        git(folder, "add", ".")
        git(folder, "commit", "-qm", text)
    git(folder, "tag", "v1", "HEAD~1")
    git(folder, "update-ref", "refs/remotes/origin/main", "HEAD~1")
    return folder


@pytest.mark.parametrize("ref", ["v1", "origin/main", "HEAD~1", "HEAD^", "main~", "main~1"])
def test_every_name_of_a_commit_leads_to_it(repository: Path, ref: str) -> None:
    with at_commit(repository / "docs", ref) as tree:
        assert tree.read("a.md") == b"# A\n\nfirst\n"
        assert tree.commit == git(repository, "rev-parse", "HEAD~1")


def test_a_full_id_and_a_short_one_do_too(repository: Path) -> None:
    first = git(repository, "rev-parse", "HEAD~1")
    for ref in (first, first[:10]):
        with at_commit(repository / "docs", ref) as tree:
            assert tree.commit == first


def test_a_linked_working_tree_is_read_too(repository: Path, tmp_path: Path) -> None:
    git(repository, "worktree", "add", "-q", str(tmp_path / "linked"), "v1")
    with at_commit(tmp_path / "linked" / "docs", "main") as tree:
        assert tree.read("a.md") == b"# A\n\nsecond\n"


@pytest.mark.parametrize("ref", ["nothing", "--upload-pack=x", "HEAD~9", "main^^^", "~~~~~"])
def test_what_names_no_commit_is_refused(repository: Path, ref: str) -> None:
    with pytest.raises(ConfigError, match="no such commit"), at_commit(repository / "docs", ref):
        pass


def test_a_folder_outside_git_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="in no git repository"), at_commit(tmp_path, "main"):
        pass
