"""``kb gaps``: a table, JSON, drafts in folders and on branches, and what the dashboard reads."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from conftest import SHOP, write_site
from lessons import copy_of
from stores import done, shown, visit
from test_gaps import GLASS, INVOICE
from test_git_branches import git

from kb.cli import main
from kb.gaps import PERIODS, kept_gaps
from kb.insights import Gaps
from kb.store.database import Database
from kb.store.journal import record

Run = Callable[..., Result]


@pytest.fixture
def data(shop: Path, tmp_path: Path) -> Path:
    return copy_of(shop, tmp_path / "data")


@pytest.fixture
def kb(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on the shop."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KB_DATA", str(data))
    return lambda *words: CliRunner().invoke(main, list(words))


@pytest.fixture
def database(data: Path) -> Iterator[Database]:
    opened = Database.open(f"sqlite:///{data / 'kb.db'}")
    yield opened
    opened.close()


@pytest.fixture
def asked(database: Database) -> None:
    """Seven visitors, yesterday; the first of them wrote a message."""
    yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    for number, query in enumerate((*GLASS, *INVOICE)):
        who = visit(f"case-{number}", f"visitor-{number}")
        one = replace(shown(f"i{number}", visit=who, query=query), at=yesterday)
        sent = replace(done("contact", visit=who, article=None), at=yesterday)
        record(database, [one], [sent] if number == 0 else [])


def gaps(kb: Run, *words: str) -> Gaps:
    ran = kb("gaps", "--json", *words)
    assert ran.exit_code == 0, ran.output
    return Gaps.model_validate_json(ran.stdout)


def test_a_new_site_is_told_that_there_is_none(kb: Run) -> None:
    ran = kb("gaps")
    assert ran.exit_code == 0
    assert ran.stdout == ""
    assert "0 cases ended without an answer" in ran.stderr


@pytest.mark.usefixtures("asked")
def test_the_table_says_who_asked_what_it_cost_and_what_is_near(kb: Run) -> None:
    ran = kb("gaps")
    assert ran.exit_code == 0, ran.output
    lines = ran.stdout.splitlines()
    assert lines[0].startswith("2 gaps since ")
    assert "7 of 7 cases without an answer" in lines[0]
    assert lines[2].split()[:3] == ["4", "4", "1"]
    assert lines[3].split()[:3] == ["3", "3", "0"]
    assert "kb gaps --draft ID" in lines[-1]


@pytest.mark.usefixtures("asked")
def test_json_has_the_gaps_that_are_wanted(kb: Run) -> None:
    found = gaps(kb, "--limit", "1")
    assert (found.unresolved, found.clustered, len(found.gaps)) == (7, 7, 1)
    assert set(found.gaps[0].case_ids) == {f"case-{n}" for n in range(4)}


@pytest.mark.usefixtures("asked")
def test_since_leaves_out_what_was_before(kb: Run) -> None:
    today = f"{dt.datetime.now(dt.UTC):%Y-%m-%d}"
    assert gaps(kb, "--since", "2020-01-01").unresolved == 7
    assert gaps(kb, "--since", today).unresolved == 0
    assert kb("gaps", "--since", "2999-01-01").exit_code == 2
    assert kb("gaps", "--since", "0001-01-01").exit_code == 2


@pytest.mark.usefixtures("asked")
def test_the_table_says_how_to_draft_what_it_shows(kb: Run) -> None:
    last = kb("gaps", "--since", "2020-01-01").stdout.splitlines()[-1]
    assert last == "Write one: kb gaps --since 2020-01-01 --draft ID"
    drafted = kb(*last.partition("kb ")[2].replace("ID", gaps(kb).gaps[0].id).split())
    assert drafted.exit_code == 0


@pytest.mark.usefixtures("asked")
def test_a_draft_goes_to_a_path_that_does_not_exist_yet(kb: Run, tmp_path: Path) -> None:
    one = gaps(kb).gaps[0]
    paths = [Path(kb("gaps", "--draft", one.id, "--into", "new").stdout.strip()) for _ in range(2)]
    assert paths[0] != paths[1]
    assert json.dumps(one.title) in (tmp_path / paths[0]).read_text(encoding="utf-8")
    in_articles = kb("gaps", "--draft", one.id).stdout.strip()
    assert Path(in_articles).parent == Path("articles")


@pytest.mark.usefixtures("asked")
def test_a_draft_goes_to_a_branch(kb: Run, tmp_path: Path) -> None:
    write_site(tmp_path / "articles", SHOP)
    git(tmp_path, "init", "--initial-branch=main")
    git(tmp_path, "add", "articles")
    git(tmp_path, "commit", "-m", "First")
    one = gaps(kb).gaps[0]
    for name in ("", "-2"):
        ran = kb("gaps", "--draft", one.id, "--branch", "drafts")
        assert ran.exit_code == 0, ran.output
        assert f"{name}.md (" in ran.stdout
    names = git(tmp_path, "diff", "--name-only", "main", "drafts").split()
    assert len(names) == 2
    assert git(tmp_path, "status", "--porcelain", "articles") == ""


@pytest.mark.usefixtures("asked")
def test_an_unknown_gap_is_told_so(kb: Run) -> None:
    ran = kb("gaps", "--draft", "nonsense")
    assert ran.exit_code == 2
    assert "no gap 'nonsense' (`kb gaps` lists them" in ran.output


def test_a_place_without_a_draft_is_a_mistake(kb: Run) -> None:
    assert kb("gaps", "--branch", "drafts").exit_code == 2


@pytest.mark.usefixtures("asked")
def test_learning_keeps_gaps_for_the_dashboard(kb: Run, database: Database) -> None:
    now = dt.datetime.now(dt.UTC)
    assert kept_gaps(database, 28, now) is None
    assert kb("learn").exit_code == 0
    for days in PERIODS:
        kept = kept_gaps(database, days, now)
        assert kept
        assert len(kept.value.gaps) == 2


@pytest.mark.usefixtures("asked")
def test_what_was_purged_is_gone_from_what_is_kept(kb: Run, database: Database) -> None:
    kb("learn")
    for number in range(4):
        assert kb("purge", "--case", f"case-{number}").exit_code == 0
    kept = kept_gaps(database, 28, dt.datetime.now(dt.UTC))
    assert kept
    assert len(kept.value.gaps) == 1
    assert GLASS[0] not in kept.value.model_dump_json()
