"""The command line as people and scripts use it: what is printed where, and how it exits."""

from __future__ import annotations

import errno
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import pytest
from click.testing import CliRunner, Result
from conftest import ROOT, SHOP, write_site
from remaking import made_otherwise
from rich.console import Console

from indexer.lock import publishing
from kb.cli import COMMANDS, main, operations

Run = Callable[..., Result]

JUDGED = {
    "queries.jsonl": '{"id": "q1", "text": "where is my parcel"}\n',
    "qrels.tsv": "query-id\tcorpus-id\tscore\nq1\torders/tracking\t1\n",
}


@pytest.fixture
def kb(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command with data and articles of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KB_DATA", str(data))
    monkeypatch.setenv("KB_ARTICLES", str(write_site(tmp_path / "articles", SHOP)))
    return lambda *words: CliRunner().invoke(main, list(words))


def test_publish_says_what_it_did(kb: Run) -> None:
    result = kb("publish")
    assert result.exit_code == 0
    assert re.match(
        r"Published \S+: 6 articles \(en, es, zh\), \d+ passages, \d+ encoded, \d+\.\d s\n$",
        result.stdout,
    )


def test_one_article_is_not_said_to_be_many(
    kb: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_ARTICLES", str(write_site(tmp_path / "one", {"a.md": "# A\n\nText."})))
    assert ": 1 article (en), 1 passage, " in kb("publish").stdout
    assert ": 1 article, 0 errors, " in kb("check", "--quick").stdout


def test_publish_prints_json_alone_to_stdout(kb: Run) -> None:
    report = json.loads(kb("publish", "--json").stdout)
    assert report["articles"] == 6
    assert {"passages", "encoded", "seconds", "snapshot", "left_out", "notes"} <= report.keys()


def test_a_second_publish_encodes_nothing(kb: Run) -> None:
    kb("publish")
    assert json.loads(kb("publish", "--json").stdout)["encoded"] == 0


def test_a_publish_reads_nothing_while_another_is_at_work(
    kb: Run, data: Path, tmp_path: Path
) -> None:
    (tmp_path / "articles" / "broken.md").write_bytes(b"# A\n\n\xff\n")
    with publishing(data):
        result = kb("publish")
    assert result.exit_code == 3, "what it read by now could be older than what is served then"
    assert "broken.md" not in result.stderr


def test_what_cannot_be_published_is_listed_and_exits_with_1(kb: Run, tmp_path: Path) -> None:
    (tmp_path / "articles" / "broken.md").write_bytes(b"# A\n\n\xff\n")
    (tmp_path / "articles" / "list.md").write_text("---\n- a\n---\n# B\n")
    result = kb("publish")
    assert result.exit_code == 1
    assert "broken.md:3: byte 0xff is not UTF-8 (save the file as UTF-8)" in result.stderr
    assert "list.md:1: " in result.stderr
    assert not result.stdout


def test_a_failed_publish_leaves_the_old_one_served(kb: Run, tmp_path: Path) -> None:
    kb("publish")
    (tmp_path / "articles" / "broken.md").write_bytes(b"# A\n\n\xff\n")
    assert kb("publish").exit_code == 1
    assert "Send something back" in kb("search", "money back").stdout


def test_a_second_publisher_is_told_who_holds_the_lock(kb: Run, data: Path) -> None:
    with publishing(data):
        result = kb("publish")
    assert result.exit_code == 3
    assert re.search(r"process \d+ on \S+ since \S+ is publishing", result.stderr)


def test_files_left_out_are_named_with_their_reason(kb: Run, tmp_path: Path) -> None:
    (tmp_path / "articles" / "notitle.md").write_text("Only text.\n")
    stderr = kb("publish").stderr
    assert "Left out (a fragment: no title" in stderr
    assert "  notitle.md" in stderr


def test_the_same_note_in_many_files_is_one_line(kb: Run, tmp_path: Path) -> None:
    for number in range(3):
        text = f"---\ntitle: Number {number}\nzendesk_id: {number}\n---\n\nText {number}.\n"
        (tmp_path / "articles" / f"n{number}.md").write_text(text)
    stderr = kb("publish").stderr
    assert stderr.count("unknown key 'zendesk_id'") == 1
    assert "and 2 more" in stderr


def test_search_prints_title_place_snippet_and_address(kb: Run) -> None:
    kb("publish")
    stdout = kb("search", "when", "does", "the", "money", "arrive").stdout
    assert "1. Send something back" in stdout
    assert "Orders › When the money arrives" in stdout
    assert "/articles/orders/returns#when-the-money-arrives" in stdout
    assert "score" not in stdout


def test_explain_shows_each_signal(kb: Run) -> None:
    kb("publish")
    assert re.search(
        r"score \d\.\d{3} = keyword \d\.\d{3}, passage \d\.\d{3}, title \d\.\d{3}",
        kb("search", "--explain", "money back").stdout,
    )


def test_search_json_is_the_answer_of_the_api(kb: Run) -> None:
    kb("publish")
    answer = json.loads(kb("search", "--json", "pasword", "--lang", "en").stdout)
    assert answer["corrected"] == "password"
    assert answer["hits"][0]["slug"] == "account/password"
    assert answer["hits"][0].keys() == {
        "slug",
        "title",
        "url",
        "anchor",
        "heading",
        "snippet",
        "score",
        "matched",
    }


def test_an_empty_query_is_a_usage_error(kb: Run) -> None:
    kb("publish")
    result = kb("search", " ")
    assert result.exit_code == 2
    assert "the query is empty" in result.stderr


@pytest.mark.parametrize("command", [["search", "x"], ["serve"], ["evaluate", "."]])
def test_before_the_first_publish_the_remedy_is_named(kb: Run, command: list[str]) -> None:
    Path("queries.jsonl").write_text('{"id": "1", "text": "x"}\n')
    Path("qrels.tsv").write_text("1\ta\t1\n")
    result = kb(*command)
    assert result.exit_code == 3
    assert "run `kb publish`" in result.stderr


def test_a_missing_folder_is_named(kb: Run) -> None:
    result = kb("publish", "no/such/folder")
    assert result.exit_code == 2
    assert "no/such/folder: no such folder" in result.stderr


def test_a_wrong_setting_is_named_with_its_value(kb: Run) -> None:
    Path("kb.toml").write_text('[site]\ncolour = "reddish"\n')
    result = kb("publish")
    assert result.exit_code == 2
    assert "'site.colour': 'reddish'" in result.stderr


def test_rollback_serves_the_snapshot_before(kb: Run) -> None:
    first = json.loads(kb("publish", "--json").stdout)["snapshot"]
    second = json.loads(kb("publish", "--json").stdout)["snapshot"]
    assert kb("rollback").stdout == f"Serving {first}\n"
    listed = json.loads(kb("snapshots", "--json").stdout)
    assert [(one["id"], one["active"]) for one in listed] == [(second, False), (first, True)]
    assert json.loads(kb("rollback", second, "--json").stdout) == {"snapshot": second}


def test_rollback_to_nowhere_is_an_error(kb: Run) -> None:
    kb("publish")
    assert kb("rollback").exit_code == 1
    assert "no snapshot 'nonsense'" in kb("rollback", "nonsense").stderr


def test_a_damaged_snapshot_is_listed_and_exits_with_1(kb: Run, data: Path) -> None:
    snapshot = json.loads(kb("publish", "--json").stdout)["snapshot"]
    (data / "snapshots" / snapshot / "redirects.json").write_text("{ }")
    result = kb("snapshots")
    assert result.exit_code == 1
    assert "redirects.json" in result.stdout


@pytest.mark.parametrize("columns", [200, 80, 60, 40])
def test_however_narrow_the_terminal_a_snapshots_name_can_be_copied(
    kb: Run, data: Path, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged, good = (json.loads(kb("publish", "--json").stdout)["snapshot"] for _ in range(2))
    (data / "snapshots" / damaged / "redirects.json").write_text("{ }")
    monkeypatch.setattr(operations, "results", lambda: Console(width=columns))
    listed = kb("snapshots").stdout
    assert f" {good} " in listed
    assert f" {damaged} " in listed
    assert "redirects.json: is not what the manifest says (run `kb publish`, or" in listed


def test_before_the_first_publish_there_is_nothing_to_roll_back_to(kb: Run) -> None:
    result = kb("rollback")
    assert result.exit_code == 3
    assert "nothing has been published yet (run `kb publish`)" in result.stderr


def test_what_a_publish_may_not_write_is_one_line(
    kb: Run, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = str(data / "snapshots" / "new")
    denied = PermissionError(errno.EACCES, "Permission denied", place)  # root may write anywhere
    monkeypatch.setattr("kb.cli.publish.publish_alone", Mock(side_effect=denied))
    result = kb("publish")
    assert result.exit_code == 3
    assert result.stderr.startswith(f"Error: {place}: Permission denied (make it readable and wri")


@pytest.mark.parametrize("words", [["publish"], ["snapshots"], ["search", "x"], ["rollback"]])
def test_a_data_folder_that_is_none_is_one_line(
    kb: Run, words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("KB_DATA", str(tmp_path / "file"))
    result = kb(*words)
    assert result.exit_code == 3
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"Error: {tmp_path}/file")
    assert line.endswith("(set KB_DATA to a folder)")


@pytest.mark.parametrize("lacking", ["redirects.json", "keyword/place_ends.npy", "passages"])
def test_a_snapshot_of_an_older_release_ends_every_command_with_a_line_until_it_is_published_anew(
    kb: Run, data: Path, tmp_path: Path, lacking: str
) -> None:
    judged = write_site(tmp_path / "judged", JUDGED)
    snapshot = (
        data / "snapshots" / json.loads(kb("publish", "--json", "--no-learn").stdout)["snapshot"]
    )
    (snapshot / lacking).unlink()
    made_otherwise(snapshot)
    (older,) = (data / "snapshots").iterdir()
    for words in ("search", "money"), ("suggest", "My money is late"), ("evaluate", str(judged)):
        result = kb(*words)
        assert (result.exit_code, result.stdout) == (3, ""), result.exception
        said = result.stderr.splitlines()[-1]
        assert said.startswith(f"Error: {older / lacking}: ")
        assert said.endswith("(run `kb publish`, or `kb rollback`)")
    assert kb("learn").exit_code == 3
    assert kb("doctor").exit_code == 1
    assert kb("publish", "--no-learn").exit_code == 0
    assert kb("evaluate", str(judged)).exit_code == 0


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(kb: Run, command: str) -> None:
    result = kb(command, "--help")
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) > 4


def test_search_as_a_process_never_imports_torch(shop: Path) -> None:
    code = (
        "import sys; from kb.cli import main\n"
        "try: main(['search', 'password'])\n"
        "except SystemExit as end: assert not end.code\n"
        "assert 'torch' not in sys.modules and 'sentence_transformers' not in sys.modules"
    )
    environment = {"KB_DATA": str(shop), "PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Reset your password" in done.stdout


def test_folders_named_like_our_packages_where_it_runs_are_not_taken_for_them(
    kb: Run, tmp_path: Path
) -> None:
    for name in ("kb", "indexer", "search", "webapp"):
        (tmp_path / name).mkdir()
    command = [str(Path(sys.executable).with_name("kb")), "publish", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["articles"], report["notes"]) == (6, [])
    assert "Error" not in done.stderr


LOGS = """
import logging
from kb.cli import main
main.callback()
log = logging.getLogger("kb.delivery")
log.warning("%s was refused: 550 <jane.doe@customer.example>", "jane.doe@customer.example")
try:
    raise ValueError("jane.doe@customer.example")
except ValueError:
    log.exception("not sent")
"""


def test_no_commands_log_holds_an_address() -> None:
    done = subprocess.run([sys.executable, "-c", LOGS], capture_output=True, text=True, check=True)
    assert "was refused: 550" in done.stderr
    assert "ValueError" in done.stderr
    assert "jane" not in done.stderr
