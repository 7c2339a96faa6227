"""``kb feedback import``, ``kb learn``, ``kb memory`` and what other commands say of memory."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from conftest import SHOP, write_site
from lessons import CRACK, NOW, copy_of, history, shop_with
from stores import done, shown, visit
from test_learning import JUDGED, holding, poison, write_judged

from indexer import lock
from indexer.lock import learning
from indexer.memory import open_memory
from kb.cli import main
from kb.errors import BusyError
from kb.events import Resolution
from kb.store.database import Database
from kb.store.history import resolutions
from kb.store.journal import cast, record
from kb.store.retention import purge_case

Run = Callable[..., Result]


@pytest.fixture
def data(shop: Path, tmp_path: Path) -> Path:
    """A copy of the shop that has learned nothing."""
    return copy_of(shop, tmp_path / "data")


@pytest.fixture
def kb(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on the shop."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KB_DATA", str(data))
    return lambda *words: CliRunner().invoke(main, list(words))


def as_lines(past: Iterable[Resolution]) -> list[str]:
    """The past as another help desk would hand it over."""
    return [
        json.dumps(
            {
                "query": one.query,
                "article": one.article,
                "at": one.at.isoformat(),
                "outcome": "resolved" if one.weight > 0 else "not_resolved",
            }
        )
        for one in past
    ]


def written(folder: Path, lines: Iterable[str]) -> str:
    path = folder / "past.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


@pytest.fixture
def past(tmp_path: Path) -> str:
    """A file with the shop's history."""
    return written(tmp_path, as_lines(history()))


@pytest.fixture
def taught(kb: Run, past: str) -> Run:
    """The shop's commands, where it has learned."""
    assert kb("feedback", "import", past).exit_code == 0
    assert kb("learn").exit_code == 0
    return kb


def stored(data: Path) -> list[Resolution]:
    database = Database.open(f"sqlite:///{data / 'kb.db'}")
    try:
        return resolutions(database)
    finally:
        database.close()


def test_an_import_says_what_it_added_and_importing_again_adds_nothing(kb: Run, past: str) -> None:
    result = kb("feedback", "import", past)
    assert result.exit_code == 0, result.output
    assert result.stdout == (
        "Imported 42 cases, 0 known already, 0 lines not usable "
        "(`kb learn` makes a memory of them)\n"
    )
    again = json.loads(kb("feedback", "import", past, "--json").stdout)
    assert again == {"added": 0, "known": 42, "unusable": 0, "unpublished": {}}


def test_lines_that_are_no_use_are_named_and_the_others_imported(kb: Run, tmp_path: Path) -> None:
    lines = as_lines(history()[:3])
    lines[1:1] = ["no json", '{"query": "lamp"}']
    result = kb("feedback", "import", written(tmp_path, lines))
    assert result.exit_code == 0
    assert "past.jsonl:2: " in result.stderr
    assert "past.jsonl:3: article Field required (write " in result.stderr
    assert result.stdout.startswith("Imported 3 cases, 0 known already, 2 lines not usable")


def test_of_many_useless_lines_the_first_are_named(kb: Run, tmp_path: Path) -> None:
    result = kb("feedback", "import", written(tmp_path, ["broken"] * 30))
    assert result.exit_code == 1
    assert result.stderr.count("past.jsonl:") == 20
    assert "... and 10 more lines like these" in result.stderr


def test_what_people_left_in_a_query_is_masked_before_it_is_stored(
    kb: Run, tmp_path: Path, data: Path
) -> None:
    row = history()[0]
    line = as_lines([row])[0].replace(row.query, "I am jo@example.org, card 4111 1111 1111 1111")
    assert kb("feedback", "import", written(tmp_path, [line])).exit_code == 0
    (found,) = stored(data)
    assert "example.org" not in found.query
    assert "4111" not in found.query
    assert found.query.startswith("I am ")
    assert b"example.org" not in (data / "kb.db").read_bytes()


def test_articles_that_are_not_published_are_told(kb: Run, tmp_path: Path) -> None:
    line = as_lines(history()[:1])[0].replace(history()[0].article, "orders/dimming")
    result = kb("feedback", "import", written(tmp_path, [line, line]))
    assert result.exit_code == 0
    assert "article 'orders/dimming' is not published: 2 rows wait for it" in result.stderr
    assert "Imported 1 case, 1 known already, 0 lines not usable" in result.stdout
    result = kb("feedback", "import", written(tmp_path, [line]))
    assert "article 'orders/dimming' is not published: 1 row waits for it" in result.stderr


def test_history_may_be_imported_before_anything_is_published(
    tmp_path: Path, past: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_DATA", str(tmp_path / "empty"))
    result = CliRunner().invoke(main, ["feedback", "import", past])
    assert result.exit_code == 0
    assert "is not published" not in result.stderr


@pytest.mark.parametrize("between", ["\u2028", "\u0085", "\x0b", "\x1c"])
def test_a_line_ends_where_json_says_so(kb: Run, tmp_path: Path, between: str, data: Path) -> None:
    row = {"query": f"two{between}lines", "article": "a", "at": "2026-01-31", "outcome": "failed"}
    line = json.dumps(row, ensure_ascii=False)
    if between in "\x0b\x1c":
        line = json.dumps(row)
    (tmp_path / "past.jsonl").write_text(f"\ufeff{line}\r\n{line}\r\n", encoding="utf-8")
    result = kb("feedback", "import", str(tmp_path / "past.jsonl"), "--json")
    assert json.loads(result.stdout)["added"] == 1
    assert [one.query for one in stored(data)] == [f"two{between}lines"]


def test_a_file_that_is_not_there_is_a_usage_error(kb: Run) -> None:
    assert kb("feedback", "import", "nowhere.jsonl").exit_code == 2


def test_learning_says_what_came_of_it(kb: Run, past: str, data: Path) -> None:
    kb("feedback", "import", past)
    result = kb("learn")
    assert result.exit_code == 0, result.output
    memory = open_memory(data)
    assert memory
    assert result.stdout == (
        f"Learned from 42 of 42 cases about 4 articles; memory {memory.id} is in use\n"
    )
    learned = json.loads(kb("learn", "--json").stdout)
    assert (learned["verdict"], learned["looked_at"], learned["tried"]) == ("activated", 42, None)


def test_before_there_is_anything_to_learn_it_says_so(kb: Run) -> None:
    result = kb("learn")
    assert result.exit_code == 0
    assert result.stdout == "Nothing to learn yet: 0 cases, none that two visitors share\n"
    assert kb("memory").exit_code == 1
    assert "or what was learned is not used (`kb learn` says why)" in kb("memory").stderr


def test_a_memory_that_is_switched_off_is_not_called_unlearned(
    kb: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_FEEDBACK__MEMORY", "false")
    told = kb("memory")
    assert told.exit_code == 1
    assert told.stderr.startswith("Memory is switched off (memory under [feedback] in kb.toml)")


def test_a_memory_that_makes_judged_queries_worse_is_not_used_and_exits_with_1(
    kb: Run, tmp_path: Path, models: Path, past: str
) -> None:
    shop_with(tmp_path / "own", models)
    write_judged(tmp_path / "own" / "evaluation", JUDGED)
    environment = {"KB_DATA": str(tmp_path / "own" / "data")}

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, list(words), env=environment)

    run("feedback", "import", past)
    good = run("learn")
    assert good.exit_code == 0, good.output
    assert "on 10 queries" in good.stdout
    memory = json.loads(run("memory", "--json").stdout)["memory"]
    run("feedback", "import", written(tmp_path, as_lines(poison())))
    result = run("learn")
    assert result.exit_code == 1
    assert "makes judged queries worse; nDCG@10 " in result.stdout
    assert f"; {memory} stays" in result.stdout
    assert json.loads(run("memory", "--json").stdout)["memory"] == memory
    refused = run("learn", "--json")
    assert refused.exit_code == 1
    assert json.loads(refused.stdout)["verdict"] == "worse"


def test_who_learns_at_the_same_time_is_told(kb: Run, data: Path) -> None:
    with learning(data):
        result = kb("learn")
    assert result.exit_code == 3
    assert "is learning" in result.stderr


def test_votes_of_one_visitor_wait_and_it_is_told(taught: Run, data: Path) -> None:
    database = Database.open(f"sqlite:///{data / 'kb.db'}")
    for n in range(3):
        who = visit(f"case-{n}", "eve")
        record(database, [shown(f"i{n}", visit=who, query=f"crack {n}")], [])
        cast(database, done("resolved", 9, visit=who), 9)
    database.close()
    result = taught("learn")
    assert "; 3 new cases wait for a second visitor" in result.stdout
    assert json.loads(taught("learn", "--json").stdout)["waiting"] == 3


def test_what_was_learned_is_listed(taught: Run) -> None:
    result = taught("memory")
    assert result.exit_code == 0
    assert "from 42 cases about 4 articles" in result.stdout
    rows = [line.split() for line in result.stdout.splitlines()[2:]]
    assert rows[0] == ["12", "orders/returns"]
    listed = json.loads(taught("memory", "--json").stdout)
    assert listed["by_article"]["account/close"] == 10
    assert {"memory", "created", "cases", "articles", "snapshot"} <= listed.keys()


def test_what_past_cases_say_about_a_query_is_shown(taught: Run) -> None:
    lines = taught("memory", *CRACK.split()).stdout.splitlines()
    assert lines[0].startswith("+0.")
    assert lines[0].endswith(" Send something back")
    assert "2026-05-0" in lines[1]
    assert "crack" in lines[1]
    answer = json.loads(taught("memory", "--json", CRACK).stdout)
    first = answer["articles"][0]
    assert first["slug"] == "orders/returns"
    assert first["vote"] > 0
    assert first["cases"][0].keys() == {"query", "at", "cosine", "weight", "source"}


def test_an_empty_query_is_a_usage_error(taught: Run) -> None:
    result = taught("memory", " ")
    assert result.exit_code == 2
    assert "the query is empty" in result.stderr


def test_explain_names_the_cases_behind_a_vote(taught: Run) -> None:
    explained = taught("search", "--explain", "--lang", "en", CRACK).stdout
    first = explained.split("2. ")[0]
    assert "Send something back" in first
    assert ", memory 0." in first
    assert first.count("resolved 'crack in the glass' (2026-05-0") == 1
    assert "cosine 0." in first
    assert "resolved '" not in taught("search", "--lang", "en", CRACK).stdout


def test_evaluation_with_and_without_memory(taught: Run, tmp_path: Path) -> None:
    folder = write_judged(tmp_path / "judged", {CRACK: "orders/returns", **JUDGED})
    with_memory = json.loads(taught("evaluate", str(folder), "--json").stdout)
    without = json.loads(taught("evaluate", str(folder), "--no-memory", "--json").stdout)
    assert without["memory"] is None
    assert with_memory["memory"]
    assert with_memory["ndcg@10"] > without["ndcg@10"]


def test_publishing_learns_again(taught: Run, tmp_path: Path, data: Path) -> None:
    before = open_memory(data)
    write_site(tmp_path / "articles", SHOP)
    result = taught("publish")
    assert result.exit_code == 0, result.output
    assert "Learned from 42 of 42 cases" in result.stderr
    after = open_memory(data)
    assert before
    assert after
    assert after.id != before.id


def test_a_purged_row_is_nowhere_once_learned_again(
    taught: Run, tmp_path: Path, data: Path
) -> None:
    (secret,) = (one for one in stored(data) if one.query == "erase me")
    assert secret.at <= NOW
    assert holding(data, "erase me")
    assert taught("purge", "--case", secret.source).exit_code == 0
    taught("learn")
    assert b"erase me" not in (data / "kb.db").read_bytes()
    assert "erase me" not in taught("memory", "erase", "me").stdout


def test_a_purge_waits_for_whoever_learns_and_deletes_only_then(
    taught: Run, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (secret,) = (one for one in stored(data) if one.query == "erase me")
    waits = threading.Event()
    monkeypatch.setattr(lock.log, "warning", lambda *_: waits.set())
    with ThreadPoolExecutor() as pool:
        with learning(data):
            purging = pool.submit(taught, "purge", "--case", secret.source)
            assert waits.wait(60)
            assert secret in stored(data)
        assert purging.result().exit_code == 0
    assert secret not in stored(data)
    assert not holding(data, "erase me")


def test_what_is_learned_is_read_while_nobody_can_purge(
    taught: Run, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(database: Database) -> list[Resolution]:
        with pytest.raises(BusyError), learning(data):
            pass
        return resolutions(database)

    monkeypatch.setattr("kb.cli.learn.resolutions", read)
    assert taught("learn").exit_code == 0


def test_a_purge_that_was_cut_off_is_finished_by_the_next(taught: Run, data: Path) -> None:
    (secret,) = (one for one in stored(data) if one.query == "erase me")
    database = Database.open(f"sqlite:///{data / 'kb.db'}")
    purge_case(database, secret.source)  # and then the power failed
    database.close()
    assert holding(data, "erase me")
    assert taught("purge", "--case", secret.source).stdout == "Nothing to delete\n"
    assert not holding(data, "erase me")


def test_where_nothing_can_be_learned_again_the_purged_memory_goes(taught: Run, data: Path) -> None:
    (secret,) = (one for one in stored(data) if one.query == "erase me")
    shutil.rmtree(data / "snapshots")
    (data / "CURRENT").unlink()
    result = taught("purge", "--case", secret.source)
    assert (result.exit_code, result.stderr) == (0, "")
    assert not holding(data, "erase me")
