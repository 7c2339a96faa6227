"""Made-up visitors do what real ones do, are told apart, write to nobody, and can be removed."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browser.serving import running
from click.testing import CliRunner, Result
from stores import done, visit
from visiting import Centre, open_centre, search

from kb.cli import main
from kb.history_file import HistoryRow
from kb.store.database import Database
from kb.store.history import resolutions
from kb.store.journal import cast
from webapp.demo_traffic import parts
from webapp.tokens import Demo, TokenError, Tokens

NOW = dt.datetime.now(dt.UTC)
SECRET = "a secret that only tests know"
MAIL = {"smtp": {"host": "127.0.0.1", "port": 9, "sender": "help@example.com"}}
Run = Callable[..., Result]


def row(query: str, article: str, outcome: str, days: int) -> HistoryRow:
    at = NOW - dt.timedelta(days=days)
    return HistoryRow.model_validate(
        {"query": query, "article": article, "outcome": outcome, "at": at}
    )


HISTORY = [
    row(f"import the history of another help desk {number}", slug, outcome, number)
    for number in range(8)
    for slug in ("for-operators/import-history", "no/such")
    for outcome in ("resolved", "assumed", "failed", "contacted", "not_resolved")
]


@pytest.fixture
def kb(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on the product's own help centre, with a database and a key of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KB_DATA", str(published))
    monkeypatch.setenv("KB_DATABASE_URL", f"sqlite:///{tmp_path / 'events.db'}")
    monkeypatch.setenv("KB_SECRET_KEY", SECRET)
    return lambda *words: CliRunner().invoke(main, ["demo-traffic", *words])


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "history.jsonl"
    path.write_text("".join(f"{one.model_dump_json()}\n" for one in HISTORY), encoding="utf-8")
    return str(path)


@pytest.fixture
def centre(published: Path, tmp_path: Path) -> Centre:
    """A help centre whose messages would leave the house."""
    return open_centre(published, tmp_path, contact=MAIL)


@pytest.fixture
def server(centre: Centre) -> Iterator[str]:
    """The same, behind a real port."""
    with running(centre.app) as address:
        yield address


def counts(centre: Centre, *tables: str) -> dict[str, int]:
    return {one: centre._read(f"SELECT count(*) FROM {one}")[0][0] for one in tables}


def test_made_up_visitors_search_read_vote_and_write(
    kb: Run, file: str, server: str, centre: Centre
) -> None:
    told = json.loads(kb(file, "--url", server, "--json").stdout)
    rows = centre.rows("SELECT id, started, last, visitor FROM cases")
    assert told["visitors"] == len(HISTORY) == len(rows)
    assert all(one.startswith("demo-") for one, *_ in rows)
    assert len({visitor for *_, visitor in rows}) == len(rows)
    month = (NOW - dt.timedelta(days=28, minutes=5)).timestamp() * 1000
    assert all(month < started <= last < NOW.timestamp() * 1000 for _, started, last, _ in rows)
    types = Counter(one for (one,) in centre.rows("SELECT type FROM events WHERE rejected IS NULL"))
    assert {"open", "read", "resolved", "not_resolved", "form_open", "contact"} <= set(types)
    assert types["contact"] == told["tickets"]
    assert types["form_open"] >= told["forms"]
    votes = types["resolved"] + types["not_resolved"] + types["suggestion_resolved"]
    assert votes == told["votes"]
    assert {one for (one,) in centre.rows("SELECT DISTINCT surface FROM impressions")} == {
        "portal",
        "suggest",
    }


def test_nobody_is_written_to(kb: Run, file: str, server: str, centre: Centre) -> None:
    told = json.loads(kb(file, "--url", server, "--json").stdout)
    assert told["tickets"] > 0
    centre.rows("SELECT 1")
    assert counts(centre, "tickets", "deliveries") == {"tickets": 0, "deliveries": 0}


def test_the_same_seed_makes_the_same_visitors(kb: Run, file: str) -> None:
    def played(seed: str) -> dict[str, int]:
        told: dict[str, int] = json.loads(kb(file, "--json", "--seed", seed).stdout)
        assert kb("--remove").exit_code == 0
        return told

    assert played("1") == played("1") != played("2")


def test_memory_learns_nothing_of_them_and_they_come_once(
    kb: Run, file: str, tmp_path: Path
) -> None:
    assert json.loads(kb(file, "--json", "--limit", "20").stdout)["votes"] > 0
    database = Database.open(f"sqlite:///{tmp_path / 'events.db'}")
    assert resolutions(database) == []
    database.close()
    again = kb(file)
    assert again.exit_code == 1
    assert "kb demo-traffic --remove" in again.stderr


def test_demonstration_traffic_is_removed_and_nothing_else(
    kb: Run, file: str, tmp_path: Path
) -> None:
    assert kb(file).exit_code == 0
    database = Database.open(f"sqlite:///{tmp_path / 'events.db'}")
    cast(database, done("resolved", visit=visit("real")), per_hour=9)
    removed = kb("--remove", "--json")
    assert json.loads(removed.stdout) == {"cases": len(HISTORY)}
    with database.reading() as connection:
        left = {
            table: connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()
            for table in ("cases", "impressions", "events", "readings")
        }
    database.close()
    assert left == {"cases": 1, "impressions": 0, "events": 1, "readings": 0}
    assert kb("--remove").stdout == "Removed 0 demonstration cases\n"


def test_a_server_with_another_key_is_left_alone(
    kb: Run, file: str, server: str, centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_SECRET_KEY", "another secret of at least this length")
    refused = kb(file, "--url", server)
    assert refused.exit_code == 1
    assert "does not know our key" in refused.stderr
    assert search(centre.client())["hits"]
    ((case,),) = centre.rows("SELECT id FROM cases")
    assert not case.startswith("demo-")


def test_no_server_and_no_file_are_told(kb: Run, file: str, tmp_path: Path) -> None:
    assert kb(file, "--url", "http://127.0.0.1:9").exit_code == 3
    assert kb().exit_code == kb(file, "--remove").exit_code == 2
    empty = tmp_path / "empty.jsonl"
    empty.write_text("nonsense\n")
    assert "no row that can be used" in kb(str(empty)).stderr


@pytest.mark.parametrize("url", ["notaurl", "http://[", "http://a b", "http://127.0.0.1:no"])
def test_what_is_no_address_is_said(kb: Run, file: str, url: str) -> None:
    refused = kb(file, "--url", url)
    assert refused.exit_code == 2
    assert f"{url!r} is no address" in refused.stderr


@pytest.mark.parametrize(
    "words",
    [("--days", "-5"), ("--days", "0"), ("--days", "9999999"), ("--limit", "0"), ("--limit", "-3")],
)
def test_days_and_numbers_that_make_no_sense_are_refused(
    kb: Run, file: str, words: tuple[str, str]
) -> None:
    refused = kb(file, *words)
    assert refused.exit_code == 2
    assert "is not in the range" in refused.stderr


def test_a_header_that_is_not_ours_changes_nothing(centre: Centre) -> None:
    foreign = Tokens(b"guessed").sign_demo(Demo("demo-1", NOW - dt.timedelta(days=9), "v"))
    answer = centre.client().get(
        "/api/v1/search", query_string={"q": "publish"}, headers={"KB-Demo": foreign}
    )
    assert "KB-Demo" not in answer.headers
    ((case, started),) = centre.rows("SELECT id, started FROM cases")
    assert not case.startswith("demo-")
    assert started > (NOW - dt.timedelta(minutes=5)).timestamp() * 1000


def test_only_a_marked_case_can_be_pretended() -> None:
    tokens = Tokens(SECRET.encode())
    good = Demo("demo-1", NOW.replace(microsecond=0), "v")
    assert tokens.read_demo(tokens.sign_demo(good)) == good
    with pytest.raises(TokenError):
        tokens.read_demo(tokens.sign_demo(Demo("real", NOW, "v")))


def test_visitors_are_spread_as_history_is() -> None:
    rows = [row("q", "a", "resolved", days) for days in (100, 60, 0)]
    since = NOW - dt.timedelta(days=10)
    moments = [one.at for one in parts(rows, 1, since, NOW)]
    assert [round((one - since) / dt.timedelta(hours=1)) for one in moments] == [0, 96, 240]
    assert [one.at for one in parts(rows, 1, None, NOW)] == [one.at for one in rows]
    assert [one.at for one in parts(rows[:1], 1, since, NOW)] == [since]
