"""``kb case`` and ``kb purge`` as operators use them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import insert
from stores import NOW, done, shown, visit
from ticketing import described, draft

from kb.cli import main
from kb.contact_settings import Contact
from kb.desk import receive
from kb.store.database import Database
from kb.store.journal import cast, record
from kb.store.moments import to_ms
from kb.store.tables import history

Run = Callable[..., Result]


@pytest.fixture
def kb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command with a data folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KB_DATA", str(tmp_path / "data"))
    return lambda *words: CliRunner().invoke(main, list(words))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    """One old case and one of now, and old imported history."""
    opened = Database.open(f"sqlite:///{tmp_path / 'data' / 'kb.db'}")
    who = visit("new")
    now = (dt.datetime.now(dt.UTC) - NOW).total_seconds()
    record(opened, [shown("i1", query="[bold]lamp")], [])
    cast(opened, done("not_resolved", 1, comment="it [b]broke"), 9)
    record(opened, [shown("i2", now, visit=who)], [done("read", now, visit=who)])
    imported = dt.datetime(2019, 1, 1, tzinfo=dt.UTC)
    row = {"id": "x", "query": "q", "article": "a", "at": to_ms(imported), "outcome": "resolved"}
    with opened.writing() as connection:
        connection.execute(insert(history).values(row))
    yield opened
    opened.close()


def deleted(result: Result) -> dict[str, int]:
    return {name: count for name, count in json.loads(result.stdout).items() if count}


def test_a_case_is_shown_with_what_was_shown_and_done(kb: Run, store: Database) -> None:
    result = kb("case", "case-1")
    assert result.exit_code == 0
    first, _, seen, act = result.stdout.splitlines()
    assert first == "Case case-1 (portal): failed"
    assert (
        seen.split()
        == "2026-05-04 12:00:00 portal [bold]lamp account/password es:account/password".split()
    )
    assert act.split() == "2026-05-04 12:00:01 not_resolved it [b]broke account/password".split()


def test_an_outcome_is_told_as_it_stands_though_nobody_has_counted_since(
    kb: Run, store: Database
) -> None:
    assert kb("case", "new").stdout.startswith("Case new (portal): no outcome yet\n")
    now = (dt.datetime.now(dt.UTC) - NOW).total_seconds()
    cast(store, done("resolved", now, visit=visit("new")), 9)
    assert kb("case", "new").stdout.startswith("Case new (portal): resolved\n")


def test_votes_are_shown_with_all_they_brought_and_whether_they_count(
    kb: Run, store: Database
) -> None:
    cast(store, done("not_resolved", 2, reason="out_of_date"), 9)
    cast(store, done("resolved", 3), 9)
    cast(store, done("rating", 4, article=None, snapshot=None, rating=2), 9)
    text = " ".join(kb("case", "case-1").stdout.split())
    assert "12:00:01 not_resolved, out of date it [b]broke" in text
    assert "12:00:03 resolved, does not count: second vote" in text
    assert "12:00:04 rating, 2 of 5" in text


def test_a_case_goes_by_the_name_that_memory_gives_it(kb: Run, store: Database) -> None:
    assert kb("case", "case:case-1").stdout == kb("case", "case-1").stdout


def test_a_case_is_exported_as_json(kb: Run, store: Database) -> None:
    exported = json.loads(kb("case", "new", "--json").stdout)
    assert exported["case"]["id"] == "new"
    assert [one["type"] for one in exported["events"]] == ["read"]


def test_a_case_of_which_nothing_is_stored_exits_with_1(kb: Run, store: Database) -> None:
    result = kb("case", "nobody", "--json")
    assert result.exit_code == 1
    assert result.stderr == "Nothing is stored about case 'nobody'.\n"
    assert not result.stdout


def test_purge_deletes_what_is_older_than_the_settings_say_but_no_history(
    kb: Run, store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    age = dt.datetime.now(dt.UTC) - NOW
    monkeypatch.setenv("KB_FEEDBACK__KEEP_DAYS", str(age.days + 2))
    assert kb("purge").stdout == "Nothing to delete\n"
    monkeypatch.setenv("KB_FEEDBACK__KEEP_DAYS", str(age.days - 2))
    result = kb("purge")
    assert result.stdout == "Deleted 1 case, 1 impression, 1 event\n"
    assert result.stderr == ""  # nothing is published, so nothing was learned


def test_purge_before_a_day_deletes_history_too(kb: Run, store: Database) -> None:
    result = kb("purge", "--before", "2026-05-04", "--json")
    assert deleted(result) == {"history": 1}
    result = kb("purge", "--before", "2026-05-04T12:00:02", "--json")
    assert deleted(result) == {"cases": 1, "impressions": 1, "events": 1}


def test_purge_of_one_case_deletes_everything_about_it(kb: Run, store: Database) -> None:
    assert kb("purge", "--case", "case:new").stdout == "Deleted 1 case, 1 impression, 1 event\n"
    assert kb("case", "new").exit_code == 1
    result = kb("purge", "--case", "new")
    assert result.exit_code == 0
    assert result.stdout == "Nothing to delete\n"
    assert "kb learn" not in result.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("--before", "2026-05-04", "--case", "new"),
        ("--before", "yesterday"),
        ("--before", "2099-01-01"),
    ],
)
def test_what_cannot_be_meant_is_refused(words: tuple[str, ...], kb: Run, store: Database) -> None:
    assert kb("purge", *words).exit_code == 2
    assert kb("case", "new").exit_code == 0


def test_a_database_that_is_not_there_exits_with_3(
    kb: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_DATABASE_URL", "postgresql://user:hunter2@127.0.0.1:1/kb")
    for words in (("case", "new"), ("purge",)):
        result = kb(*words)
        assert result.exit_code == 3
        assert "refused" in result.stderr
        assert "hunter2" not in result.output


def test_the_tickets_of_a_case_are_shown_and_go_with_it(kb: Run, store: Database) -> None:
    ticket = receive(store, Contact(), draft(visit=visit("new")), described).reference
    assert f"Ticket {ticket}" in kb("case", "new").stdout
    (sent,) = json.loads(kb("case", "new", "--json").stdout)["tickets"]
    assert sent["ticket"]["id"] == ticket
    assert "1 ticket" in kb("purge", "--case", "new").stdout
    assert kb("case", "new").exit_code == 1


def test_a_case_goes_by_the_reference_that_its_customer_was_given(kb: Run, store: Database) -> None:
    ticket = receive(store, Contact(), draft(visit=visit("new")), described).reference
    assert kb("case", ticket).stdout == kb("case", "new").stdout
    assert kb("case", ticket.lower()).stdout == kb("case", "new").stdout
    assert kb("purge", "--case", ticket).stdout.startswith("Deleted 1 case, 1 impression, 2 events")
    assert kb("case", ticket).exit_code == 1
    assert kb("case", "case-1").exit_code == 0
    assert kb("purge", "--case", "KB-2222-2222").stdout == "Nothing to delete\n"
