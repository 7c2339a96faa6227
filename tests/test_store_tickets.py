"""Tickets in the store: whole or not at all, once however often sent, with what was tried."""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Table, func, select
from stores import NOW, done, shown, visit
from ticketing import draft

from kb.events import Visit
from kb.store import tickets as store
from kb.store.database import Database
from kb.store.journal import record
from kb.store.outbox import deliveries_of
from kb.store.tables import attachments, cases, deliveries, events, impressions, tickets
from kb.store.tickets import (
    PurgedTickets,
    add_ticket,
    export_tickets,
    purge_tickets_before,
    purge_tickets_of_case,
    read_ticket,
    tickets_of_case,
)
from kb.tickets import (
    ALPHABET,
    Attachment,
    Decision,
    Destination,
    FieldValue,
    Routing,
    Searched,
    Seen,
    Tried,
    new_reference,
)

DUE = NOW + dt.timedelta(hours=8)
TO = (Destination("team", "team@example.com", "example.com"), Destination("webhook", "desk"))


def decide(tried: Tried) -> Decision:
    return Decision(Routing("high", "support", "a rule"), DUE, tried, TO)


def count(database: Database, table: Table) -> int:
    with database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def tried(database: Database, who: Visit | None = None) -> Tried:
    reference = add_ticket(database, draft(visit=who or visit()), decide).reference
    ticket = read_ticket(database, reference)
    assert ticket
    return ticket.tried


def test_a_ticket_is_kept_as_it_was_sent(database: Database) -> None:
    sent = draft(
        page="https://shop.example.com/lamps",
        product="lamps",
        plan="pro",
        fields=(FieldValue("order", "Order", "A123"),),
        attachments=(Attachment("a.png", "image/png", b"\0\xff"), Attachment("b", "b/b", b"")),
    )
    receipt = add_ticket(database, sent, decide)
    assert receipt.new
    assert receipt.due == DUE
    found = read_ticket(database, receipt.reference)
    assert found
    for name in ("at", "email", "name", "subject", "message", "lang", "page", "product", "plan"):
        assert getattr(found, name) == getattr(sent, name)
    assert (found.fields, found.attachments) == (sent.fields, sent.attachments)
    assert (found.case, found.due) == ("case-1", DUE)
    assert found.routing == Routing("high", "support", "a rule")
    assert tickets_of_case(database, "case-1") == (found,)


def test_its_case_is_contacted_and_its_outbox_filled_with_it(database: Database) -> None:
    receipt = add_ticket(database, draft(), decide)
    with database.reading() as connection:
        event = connection.execute(select(events)).one()
        assert (event.case_id, event.type, event.rejected) == ("case-1", "contact", None)
        assert connection.execute(select(cases.c.surface)).scalar() == "suggest"
    team, hook = deliveries_of(database, receipt.reference)
    assert (team.medium, team.target, team.state) == ("team", "team@example.com", "waiting")
    assert re.fullmatch(rf"{receipt.reference}\.team\.[0-9a-f]{{8}}@example\.com", team.id)
    assert re.fullmatch(rf"{receipt.reference}\.webhook\.[0-9a-f]{{8}}", hook.id)


def test_the_same_message_sent_twice_is_one_ticket(database: Database) -> None:
    first = add_ticket(database, draft(), decide)
    again = add_ticket(database, draft(at=NOW + dt.timedelta(seconds=3)), decide)
    assert (again.reference, again.due, again.new) == (first.reference, first.due, False)
    assert (count(database, tickets), count(database, deliveries)) == (1, 2)
    assert count(database, events) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"key": "key-2"},
        {"message": "It lights again."},
        {"email": "bob@example.org"},
        {"fields": (FieldValue("a", "A", "1"),)},
        {"attachments": (Attachment("a", "a/a", b"1"),)},
    ],
)
def test_another_message_is_another_ticket_even_under_the_same_key(
    change: dict[str, object], database: Database
) -> None:
    first = add_ticket(database, draft(), decide)
    assert add_ticket(database, draft(**change), decide).reference != first.reference
    assert count(database, tickets) == 2


def test_many_clicks_at_once_are_one_ticket(database: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda _: add_ticket(database, draft(), decide), range(24)))
    assert len({one.reference for one in receipts}) == 1
    assert sum(one.new for one in receipts) == 1
    assert (count(database, tickets), count(database, events)) == (1, 1)
    assert count(database, deliveries) == 2


def test_a_ticket_that_cannot_be_stored_whole_leaves_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "add_event", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        add_ticket(database, draft(attachments=(Attachment("a", "a/a", b"1"),)), decide)
    for table in (tickets, attachments, deliveries, events, cases):
        assert count(database, table) == 0


def test_a_reference_that_is_taken_is_drawn_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter(["KB-2222-2222", "KB-2222-2222", "KB-3333-3333"])
    monkeypatch.setattr(store, "new_reference", lambda: next(drawn))
    assert add_ticket(database, draft(), decide).reference == "KB-2222-2222"
    assert add_ticket(database, draft(key="key-2"), decide).reference == "KB-3333-3333"


def test_what_a_database_cannot_store_costs_no_ticket(database: Database) -> None:
    field = FieldValue("a", "A", "c\0\ud800")
    sent = draft(subject="a\0b", message="half \ud800", fields=(field,))
    found = read_ticket(database, add_ticket(database, sent, decide).reference)
    assert found
    assert (found.subject, found.message) == ("ab", "half ?")


def test_a_reference_can_be_read_aloud() -> None:
    assert not set("01OILU") & set(ALPHABET)
    assert re.fullmatch(rf"KB-[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}", new_reference())


def test_what_was_tried_is_read_from_the_case(database: Database) -> None:
    lists = [
        shown("i1", 0, query="dark lamp"),
        shown("i2", 60, query="bulb", articles=(), scores=()),
        shown("i3", 120, query="Dark lamp"),
        shown("i4", 180, surface="suggest", query="my lamp is dark", articles=("a", "b", "c")),
        shown("i5", 0, query="another's", visit=visit("case-2")),
    ]
    acts = [
        done("open", 5, article="lamps"),
        done("read", 10, article="lamps"),
        done("not_resolved", 20, article="lamps"),
        done("suggestion_open", 190, article="a"),
        done("suggestion_reject", 195, article="b"),
        done("suggestion_reject", 196, article="c", rejected="not_shown"),
    ]
    record(database, lists, acts)
    later = draft(at=NOW + dt.timedelta(seconds=300))
    found = read_ticket(database, add_ticket(database, later, decide).reference)
    assert found
    minutes = [NOW + dt.timedelta(minutes=n) for n in (1, 2)]
    assert found.tried == Tried(
        searches=(
            Searched(minutes[0], "portal", "bulb", 0),
            Searched(minutes[1], "portal", "Dark lamp", 2),
        ),
        read=(Seen("lamps"),),
        suggested=(Seen("a"), Seen("b"), Seen("c")),
        opened=(Seen("a"),),
        rejected=(Seen("b"),),
        unhelpful=(Seen("lamps"),),
        failed=True,
    )


def test_nobody_was_offered_what_the_holdout_was_not_shown(database: Database) -> None:
    who = Visit("case-1", None, holdout=True, plain=False)
    record(database, [shown("i1", visit=who, surface="suggest")], [])
    assert tried(database, who).suggested == ()


def test_a_case_in_which_only_the_form_was_opened_has_not_failed(database: Database) -> None:
    record(database, [shown("i1", surface="suggest")], [done("form_open", article=None)])
    assert not tried(database).failed


@pytest.mark.parametrize(("read", "failed"), [(True, False), (False, True)])
def test_who_searched_and_read_nothing_had_failed(
    read: bool, failed: bool, database: Database
) -> None:
    record(database, [shown("i1", -9)], [done("read", -5)] if read else [])
    assert tried(database).failed is failed


def test_only_the_last_of_a_long_case_is_kept(database: Database) -> None:
    record(database, [shown(f"i{n}", n - 100, query=f"q{n}") for n in range(40)], [])
    searches = tried(database).searches
    assert [one.query for one in searches] == [f"q{n}" for n in range(10, 40)]


def fill(database: Database) -> None:
    """Three tickets of three cases, two days apart."""
    for number in range(3):
        one = draft(
            key=str(number),
            visit=visit(f"case-{number}"),
            at=NOW + dt.timedelta(days=2 * number),
            attachments=(Attachment("a", "a/a", b"1"),),
        )
        add_ticket(database, one, decide)


def test_old_tickets_go_with_all_that_belongs_to_them(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "AT_ONCE", 1)
    fill(database)
    purged = purge_tickets_before(database, NOW + dt.timedelta(days=3))
    assert purged == PurgedTickets(tickets=2, attachments=2, deliveries=4)
    assert tickets_of_case(database, "case-1") == ()
    assert len(tickets_of_case(database, "case-2")) == 1
    assert (count(database, attachments), count(database, deliveries)) == (1, 2)
    assert count(database, impressions) == 0


def test_the_tickets_of_one_case_go_on_demand(database: Database) -> None:
    fill(database)
    assert purge_tickets_of_case(database, "case-1") == PurgedTickets(1, 1, 2)
    assert purge_tickets_of_case(database, "case-1") == PurgedTickets()
    assert count(database, tickets) == 2


def test_an_export_holds_the_whole_ticket_and_what_was_sent_of_it(database: Database) -> None:
    files = (Attachment("a.png", "image/png", b"\x89\0\xff"),)
    add_ticket(database, draft(attachments=files), decide)
    (one,) = export_tickets(database, "case-1")
    exported = json.loads(one.model_dump_json())
    assert exported["ticket"]["message"] == draft().message
    assert base64.urlsafe_b64decode(exported["ticket"]["attachments"][0]["data"]) == files[0].data
    assert [sent["medium"] for sent in exported["deliveries"]] == ["team", "webhook"]
    assert export_tickets(database, "case-2") == ()


@given(st.text(max_size=20), st.text(max_size=20))
def test_parts_of_a_message_never_run_into_each_other(first: str, second: str) -> None:
    one = draft(subject=first, message=second)
    other = draft(subject=first + second, message="")
    assert (one.digest == other.digest) == (second == "")
