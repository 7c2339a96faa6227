"""``kb check`` as writers and pipelines run it: what is printed, what fails, what is left alone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from click.testing import CliRunner, Result
from conftest import SHOP, publish_folder, write_site
from gating import QUESTIONS
from test_check_formats import COMMAND, check_sarif
from test_git_here import git

from indexer.pointer import snapshot_ids
from kb.cli import main
from kb.config import Site
from kb.errors import ContentError, Finding

Run = Callable[..., Result]
BROKEN = {"orders/broken.md": "# Broken\n\n[x](gone.md)\n\n[y](#nowhere-at-all)\n"}


@pytest.fixture(scope="module")
def worked_out(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Path:
    """Caches that know the articles, as after a publish of the day before."""
    data = tmp_path_factory.mktemp("data")
    (data / "models").symlink_to(models)
    folder = write_site(tmp_path_factory.mktemp("articles"), SHOP | BROKEN)
    publish_folder(folder, data, Site(languages=("es", "zh")))
    return data / "cache"


@pytest.fixture
def kb(worked_out: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in a repository with the shop's articles and judged questions."""
    shutil.copytree(worked_out, data / "cache")
    write_site(tmp_path / "articles", SHOP)
    write_questions(tmp_path / "evaluation")
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", "articles", "evaluation")
    git(tmp_path, "commit", "-qm", "first")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KB_DATA", str(data))
    monkeypatch.setenv("KB_SITE__LANGUAGES", '["es", "zh"]')
    return lambda *words: CliRunner().invoke(main, list(words))


def write_questions(folder: Path) -> None:
    folder.mkdir()
    lines = [json.dumps({"id": text, "text": text}) for text in QUESTIONS]
    (folder / "queries.jsonl").write_text("\n".join(lines), encoding="utf-8")
    judged = [f"{text}\t{slug}\t1" for text, slug in QUESTIONS.items()]
    (folder / "qrels.tsv").write_text("\n".join(judged), encoding="utf-8")


def test_good_articles_pass_and_nothing_is_published(kb: Run, data: Path) -> None:
    result = kb("check")
    assert result.exit_code == 0, result.output
    assert "Search was not compared: nothing to compare with" in result.stdout
    assert result.stdout.splitlines()[-1].startswith("Good: 6 articles, 0 errors")
    assert snapshot_ids(data) == []


def test_every_finding_is_a_place_with_what_and_remedy(kb: Run, tmp_path: Path) -> None:
    write_site(tmp_path / "articles", BROKEN)
    result = kb("check", "--quick")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[:2] == [
        "articles/orders/broken.md:3: link to 'orders/gone.md' leads nowhere "
        "(mend the path, or add the file) [error: broken-link]",
        "articles/orders/broken.md:5: the link to '#nowhere-at-all' finds no such heading in this "
        "article (link to a heading that is there) [warning: broken-anchor]",
    ]
    assert "Search was not compared: --quick leaves search out" in result.stdout
    assert "Failed: 7 articles, 1 error, 1 warning" in result.stdout


def test_paths_are_the_repositorys_wherever_it_is_run(
    kb: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_site(tmp_path / "articles", BROKEN)
    monkeypatch.chdir(tmp_path / "articles" / "orders")
    found = json.loads(kb("check", "..", "--quick", "--format", "json").stdout)
    assert {one["path"] for one in found["findings"]} == {"articles/orders/broken.md"}


def test_a_rule_can_be_left_out_and_a_level_can_fail(kb: Run, tmp_path: Path) -> None:
    write_site(tmp_path / "articles", BROKEN)
    quick = ("check", "--quick", "--ignore", "broken-link")
    assert kb(*quick).exit_code == 0
    assert kb(*quick, "--fail-on", "warning").exit_code == 1
    assert kb(*quick, "--ignore", "broken-anchor", "--fail-on", "note").exit_code == 0


@pytest.mark.parametrize(
    "words",
    [
        ("check", "--ignore", "no-such-rule"),
        ("check", "--format", "xml"),
        ("check", "--tolerance", "2"),
        ("check", "--against", "no-such-branch"),
        ("check", "--against", ""),
        ("check", "--against", " "),
        ("check", "no-such-folder"),
    ],
)
def test_wrong_use_exits_with_2(kb: Run, words: tuple[str, ...]) -> None:
    result = kb(*words)
    assert result.exit_code == 2
    assert result.stderr


def test_what_cannot_be_published_is_said_in_every_form(kb: Run, tmp_path: Path) -> None:
    (tmp_path / "articles" / "list.md").write_text("---\n- a\n---\n# B\n", encoding="utf-8")
    for form in ("text", "json", "sarif", "github"):
        result = kb("check", "--format", form)
        assert result.exit_code == 1
        assert "articles/list.md" in result.stdout
        assert "not a mapping" in result.stdout


def test_what_publishing_refuses_hides_no_other_finding(kb: Run, tmp_path: Path) -> None:
    twice = {"b.md": "---\nslug: twice\n---\n# B\n", "c.md": "---\nslug: twice\n---\n# C\n"}
    refused = {"orders/list.md": "---\n- a\n---\n# L\n", "zeroes.md": "---\na: \0\n---\n"}
    links = (
        "# D\n\n[l](orders/list.md) [c](c.md) [z](zeroes.md#there) [at](/articles/orders/list)\n"
    )
    write_site(tmp_path / "articles", BROKEN | twice | refused | {"d.md": links})
    result = kb("check", "--format", "json")
    found = json.loads(result.stdout)
    assert result.exit_code == 1
    assert [(one["path"], one["rule"]) for one in found["findings"]] == [
        ("articles/c.md", "refused"),
        ("articles/orders/broken.md", "broken-link"),
        ("articles/orders/list.md", "refused"),
        ("articles/zeroes.md", "refused"),
        ("articles/orders/broken.md", "broken-anchor"),
    ]
    assert (found["gate"], found["no_gate"]) == (None, "publishing refuses it")


def test_judged_lines_that_are_no_use_are_said_at_their_place_and_hide_nothing(
    kb: Run, tmp_path: Path
) -> None:
    write_site(tmp_path / "articles", BROKEN)
    append(tmp_path / "evaluation" / "queries.jsonl", b'\n{"id": "q9", "text": ')
    append(
        tmp_path / "evaluation" / "qrels.tsv", b"\n\nq9\torders/returns\t1\nq9\tcaf\xe9\t1\nnot one"
    )
    found = checked(kb("check", "--against", "HEAD", "--format", "json"))
    last = len(QUESTIONS)
    assert found["gate"]["queries"] == last
    assert [(one["path"], one["line"], one["rule"]) for one in found["findings"]] == [
        ("articles/orders/broken.md", 3, "broken-link"),
        ("evaluation/qrels.tsv", last + 3, "judged-refused"),
        ("evaluation/qrels.tsv", last + 4, "judged-refused"),
        ("evaluation/queries.jsonl", last + 1, "judged-refused"),
        ("articles/orders/broken.md", 5, "broken-anchor"),
    ]


def test_judged_lines_that_name_what_is_not_there_are_noted(kb: Run, tmp_path: Path) -> None:
    append(tmp_path / "evaluation" / "qrels.tsv", b"\nq9\torders/returns\t1")
    append(tmp_path / "evaluation" / "qrels.tsv", b"\nfollow my parcel\torders/track\t1")
    result = kb("check", "--quick", "--format", "json")
    assert result.exit_code == 0
    last = len(QUESTIONS)
    assert [
        (one["line"], one["level"], one["what"]) for one in json.loads(result.stdout)["findings"]
    ] == [
        (last + 1, "note", "no question has the id 'q9'"),
        (last + 2, "note", "customers see no article with the slug 'orders/track'"),
    ]


def test_articles_that_cannot_be_read_may_be_what_a_judged_line_means(
    kb: Run, tmp_path: Path
) -> None:
    (tmp_path / "articles" / "orders" / "returns.md").write_text("---\n- a\n---\n# B\n")
    found = checked(kb("check", "--format", "json"))
    assert [one["rule"] for one in found["findings"]] == ["refused"]


def test_a_gate_without_a_readable_question_says_so(kb: Run, tmp_path: Path) -> None:
    (tmp_path / "evaluation" / "queries.jsonl").write_text("not json")
    found = checked(kb("check", "--against", "HEAD", "--format", "json"))
    assert found["no_gate"] == "no judged question can be read"


@pytest.mark.parametrize("reading", ["search.inspection.link", "indexer.tree.FolderTree.files"])
def test_what_cannot_be_read_on_the_way_is_a_finding(
    reading: str, kb: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(*_: object) -> None:
        raise ContentError([Finding("orders/a.png", 1, "cannot be read", "mend it", "error")])

    monkeypatch.setattr(reading, unreadable)
    found = checked(kb("check", "--format", "json"))
    assert [(one["path"], one["rule"]) for one in found["findings"]] == [
        ("articles/orders/a.png", "refused")
    ]


def append(path: Path, text: bytes) -> None:
    with path.open("ab") as file:
        file.write(text)


def checked(result: Result) -> dict[str, Any]:
    """What a check that failed says as JSON."""
    assert result.exit_code == 1, result.output
    return cast("dict[str, Any]", json.loads(result.stdout))


def test_programs_read_what_they_expect(kb: Run, tmp_path: Path) -> None:
    write_site(tmp_path / "articles", BROKEN)
    sarif = json.loads(kb("check", "--quick", "--format", "sarif").stdout)
    check_sarif(sarif)
    assert len(sarif["runs"][0]["results"]) == 2
    lines = kb("check", "--quick", "--format", "github").stdout.splitlines()
    assert [bool(COMMAND.fullmatch(line)) for line in lines] == [True, True, True]
    assert lines[0] == "::notice title=Search was not compared::--quick leaves search out"
    assert lines[1].startswith("::error file=articles/orders/broken.md,line=3,title=Broken link::")


def test_an_edit_is_compared_with_a_commit_and_with_a_folder(kb: Run, tmp_path: Path) -> None:
    write_site(tmp_path / "before", SHOP)
    (tmp_path / "articles" / "orders" / "returns.md").write_text("# Send something back\n")
    for against in ("HEAD", "before"):
        result = kb("check", "--against", against, "--format", "json")
        found = json.loads(result.stdout)
        assert result.exit_code == 1
        assert found["gate"]["queries"] == len(QUESTIONS)
        assert found["gate"]["after"] < found["gate"]["before"]
        assert {one["answer"] for one in found["gate"]["worse"]} == {"orders/returns"}
        assert "answer-lost" in {one["rule"] for one in found["findings"]}


def test_a_commit_from_before_there_were_articles_is_nothing_to_compare_with(
    kb: Run, tmp_path: Path
) -> None:
    questions = git(tmp_path, "write-tree", "--prefix=evaluation/")
    git(tmp_path, "branch", "before", git(tmp_path, "commit-tree", "-m", "Questions", questions))
    write_site(tmp_path / "articles", BROKEN)
    for form in ("text", "json", "sarif", "github"):
        result = kb("check", "--against", "before", "--format", form)
        assert result.exit_code == 1, result.output
        assert "orders/gone.md" in result.stdout, "the other checks go on"
        assert "nothing to compare with: path 'articles': no such folder" in result.stdout
    good = kb("check", "--against", "before", "--ignore", "broken-link")
    assert good.exit_code == 0, good.output


def test_what_is_published_is_the_old_content_by_default(kb: Run, tmp_path: Path) -> None:
    assert kb("publish").exit_code == 0
    same = kb("check")
    assert same.exit_code == 0
    assert "0 worse, 0 better" in same.stdout
    (tmp_path / "articles" / "account" / "close.md").unlink()
    result = kb("check")
    assert result.exit_code == 1
    assert "'delete my account': account/close at rank 1 -> none" in result.stdout


def test_the_second_check_encodes_nothing(kb: Run, tmp_path: Path) -> None:
    write_site(tmp_path / "articles", {"new.md": "# Gift cards\n\nThey never expire.\n"})
    first, second = (json.loads(kb("check", "--format", "json").stdout) for _ in range(2))
    assert first["encoded"] > 0
    assert second["encoded"] == 0


def test_an_empty_folder_is_refused(kb: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = kb("check", "empty")
    assert result.exit_code == 1
    assert "no article to publish" in result.stdout


def test_cases_that_were_resolved_ask_too(kb: Run, tmp_path: Path) -> None:
    rows = [
        {
            "query": f"broken glass {n}",
            "article": "orders/returns",
            "at": f"2026-05-{n:02}T08:00:00Z",
        }
        for n in range(1, 21)
    ]
    past = "\n".join(json.dumps({**row, "outcome": "resolved"}) for row in rows)
    (tmp_path / "past.jsonl").write_text(past, encoding="utf-8")
    assert kb("publish").exit_code == 0
    assert kb("feedback", "import", "past.jsonl").exit_code == 0
    found = json.loads(kb("check", "--format", "json").stdout)
    assert found["gate"]["queries"] == len(QUESTIONS) + 4
    assert found["gate"]["worse"] == []
