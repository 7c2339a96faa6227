"""``kb check`` on a real help centre with real questions."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from checking import TODAY
from conftest import Silence

from indexer.source import Content, read_folder
from kb.config import Config
from search.gate import TOLERANCE
from search.inspection import Inspected, Wanted, inspect
from search.judged import collect

ABOUT = "bookmark"
"""Enough of firefox to be a help centre, and few enough to be encoded in a test."""


@pytest.fixture(scope="module")
def firefox(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The articles about bookmarks, and the questions that they answer."""
    source, folder = shared_data / "eval" / "firefox", tmp_path_factory.mktemp("firefox")
    (folder / "articles").mkdir()
    for path in (source / "articles").glob(f"*{ABOUT}*.md"):
        shutil.copy(path, folder / "articles")
    names = {path.stem for path in (folder / "articles").iterdir()}
    rows = (source / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]
    kept = [row for row in rows if row.split("\t")[1] in names]
    (folder / "evaluation").mkdir()
    (folder / "evaluation" / "qrels.tsv").write_text("\n".join(kept), encoding="utf-8")
    shutil.copy(source / "queries.jsonl", folder / "evaluation")
    return folder


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Config:
    """A data folder that keeps what the first test encodes."""
    data = tmp_path_factory.mktemp("data")
    (data / "models").symlink_to(models)
    return Config(data=data)


def content(folder: Path, config: Config) -> Content:
    return read_folder(folder / "articles", config.site, config.limits)


def inspected(new: Content, firefox: Path, config: Config) -> Inspected:
    old = content(firefox, config)
    wanted = Wanted(collect(firefox / "evaluation", []), TOLERANCE, TODAY, against=old)
    return inspect(new, config, wanted, Silence())


def test_what_did_not_change_makes_no_difference(firefox: Path, config: Config) -> None:
    found = inspected(content(firefox, config), firefox, config)
    assert found.gate
    assert found.gate.queries > 20
    assert found.gate.worse == ()
    assert found.gate.before == found.gate.after


def test_the_gate_names_the_questions_of_an_article_whose_answer_is_taken_out(
    firefox: Path, config: Config, tmp_path: Path
) -> None:
    rows = (firefox / "evaluation" / "qrels.tsv").read_text(encoding="utf-8").splitlines()
    asked, _ = Counter(row.split("\t")[1] for row in rows).most_common(1)[0]
    shutil.copytree(firefox / "articles", tmp_path / "articles")
    path = tmp_path / "articles" / f"{asked}.md"
    head = re.match(r"---\n.*?\n---\n", path.read_text(encoding="utf-8"), re.DOTALL)
    assert head
    path.write_text(f"{head[0]}\nThis page is being written anew.\n", encoding="utf-8")
    found = inspected(content(tmp_path, config), firefox, config)
    assert found.gate
    lost = [one for one in found.gate.worse if one.fails]
    assert lost
    assert {one.answer for one in lost} == {asked}
    (flaw,) = [flaw for flaw in found.flaws if flaw.rule.name == "answer-lost"]
    assert flaw.path == f"{asked}.md"
    assert any(repr(one.query) in flaw.what for one in lost)
