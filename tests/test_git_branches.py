"""A file on a branch, as git itself sees it: real repositories, and the real git command."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from indexer.git.branches import NewFile, commit_file, has_on
from kb.errors import ConfigError

IDENTITY = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org")


def git(folder: Path, *words: str) -> str:
    """What the git command says."""
    command = ["git", "-C", str(folder), *IDENTITY, *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """The articles' folder in a repository with one commit, on the branch ``main``."""
    root = tmp_path / "site"
    folder = root / "help" / "articles"
    folder.mkdir(parents=True)
    git(root, "init", "--initial-branch=main")
    git(root, "config", "user.name", "Bea Writer")
    git(root, "config", "user.email", "bea@example.org")
    (folder / "one.md").write_text("# One\n", encoding="utf-8")
    (root / "README").write_text("Read me\n", encoding="utf-8")
    git(root, "add", ".")
    git(root, "commit", "-m", "First")
    return folder


def new(folder: Path, name: str = "naïve.md") -> NewFile:
    return NewFile(folder, name, "# Two\n\nGrüße\n")


def test_a_new_branch_begins_at_what_is_checked_out(articles: Path) -> None:
    made = commit_file(new(articles), "drafts/gap", "Draft: Two")
    assert made.path == "help/articles/naïve.md"
    assert git(articles, "rev-parse", "drafts/gap") == made.commit
    assert git(articles, "rev-parse", "drafts/gap~") == git(articles, "rev-parse", "main")
    assert git(articles, "show", f"drafts/gap:{made.path}") == "# Two\n\nGrüße"
    changed = git(
        articles, "-c", "core.quotePath=off", "diff", "--name-status", "main", "drafts/gap"
    )
    assert changed == "A\thelp/articles/naïve.md"
    assert git(articles, "fsck", "--strict") == ""


def test_the_commit_says_who_made_it_and_why(articles: Path) -> None:
    commit_file(new(articles), "gap", "Draft: Two")
    said = git(articles, "log", "-1", "--format=%an <%ae>|%cn|%s", "gap")
    assert said == "Bea Writer <bea@example.org>|Bea Writer|Draft: Two"


def test_nothing_that_is_checked_out_changes(articles: Path) -> None:
    (articles / "one.md").write_text("# Half written\n", encoding="utf-8")
    (articles / "own.md").write_text("mine\n", encoding="utf-8")
    git(articles, "add", "one.md")
    before = (git(articles, "status", "--porcelain"), git(articles, "rev-parse", "HEAD"))
    commit_file(new(articles), "gap", "Draft")
    assert (git(articles, "status", "--porcelain"), git(articles, "rev-parse", "HEAD")) == before
    assert git(articles, "branch", "--show-current") == "main"
    assert sorted(path.name for path in articles.iterdir()) == ["one.md", "own.md"]


def test_the_next_file_comes_on_top(articles: Path) -> None:
    first = commit_file(new(articles, "a.md"), "gap", "First")
    second = commit_file(new(articles, "b.md"), "gap", "Second")
    assert git(articles, "rev-list", "main..gap").split() == [second.commit, first.commit]
    names = git(articles, "ls-tree", "-r", "--name-only", "--full-tree", "gap").split()
    assert names == ["README", "help/articles/a.md", "help/articles/b.md", "help/articles/one.md"]


def test_a_branch_that_git_packed_is_found(articles: Path) -> None:
    commit_file(new(articles, "a.md"), "gap", "First")
    git(articles, "pack-refs", "--all")
    git(articles, "gc", "--quiet")
    commit_file(new(articles, "b.md"), "gap", "Second")
    assert git(articles, "rev-list", "--count", "main..gap") == "2"


def test_a_file_that_is_there_is_never_overwritten(articles: Path) -> None:
    assert has_on("gap", articles, "one.md")
    assert not has_on("gap", articles, "naïve.md")
    commit_file(new(articles), "gap", "Draft")
    assert has_on("gap", articles, "naïve.md")
    with pytest.raises(ConfigError, match="has it already"):
        commit_file(new(articles), "gap", "Draft")


def test_the_branch_that_is_checked_out_is_refused(articles: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'main' is checked out in"):
        commit_file(new(articles), "main", "Draft")
    git(articles, "worktree", "add", "-b", "beside", str(tmp_path / "beside"))
    with pytest.raises(ConfigError, match="'beside' is checked out in"):
        commit_file(new(articles), "beside", "Draft")


def test_a_linked_working_tree_has_the_same_branches(articles: Path, tmp_path: Path) -> None:
    git(articles, "worktree", "add", "-b", "beside", str(tmp_path / "beside"))
    made = commit_file(new(tmp_path / "beside" / "help" / "articles"), "gap", "Draft")
    assert git(articles, "rev-parse", "gap") == made.commit
    assert made.path == "help/articles/naïve.md"


@pytest.mark.parametrize("name", ["", "a..b", "a b", "-x", "HEAD", "a.lock", "a/", "a~1"])
def test_a_name_that_git_would_refuse_is_refused(articles: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="cannot be a branch"):
        commit_file(new(articles), name, "Draft")


def test_a_folder_outside_git_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="in no git repository"):
        commit_file(new(tmp_path), "gap", "Draft")


def test_a_repository_without_a_commit_is_told_so(tmp_path: Path) -> None:
    git(tmp_path, "init")
    with pytest.raises(ConfigError, match="no commit yet"):
        commit_file(new(tmp_path), "gap", "Draft")
