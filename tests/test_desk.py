"""From form to store: cards masked, rules applied, an answer promised, everybody told."""

from __future__ import annotations

import datetime as dt
from typing import Any

from stores import NOW, done
from ticketing import described, draft, settings, smtp

from kb.desk import message_domain, receive
from kb.store.database import Database
from kb.store.journal import record
from kb.store.outbox import deliveries_of
from kb.store.tickets import read_ticket
from kb.tickets import FieldValue, Routing, Seen, Ticket

CARD = "4111 1111 1111 1111"
HOOK = {"name": "desk", "url": "https://desk.example.com", "secret": "0123456789abcdef"}


def sent(database: Database, contact: dict[str, Any], **changes: Any) -> Ticket:
    config = settings("", **contact)
    receipt = receive(database, config.contact, draft(**changes), described)
    found = read_ticket(database, receipt.reference)
    assert found
    assert found.due == receipt.due
    return found


def targets(database: Database, ticket: Ticket) -> set[tuple[str, str]]:
    return {(one.medium, one.target) for one in deliveries_of(database, ticket.id)}


def test_card_numbers_are_masked_and_nothing_else(database: Database) -> None:
    words = f"My card {CARD}, my phone +49 30 1234567, my mail ana@example.org"
    ticket = sent(database, {}, subject=f"Card {CARD}", message=words, product=CARD)
    assert ticket.subject == "Card [card]"
    assert ticket.message == words.replace(CARD, "[card]")
    assert ticket.product == "[card]"


def test_an_order_number_of_a_known_pattern_is_no_card(database: Database) -> None:
    fields = [{"name": "order", "pattern": "[0-9]{16}"}, {"name": "note"}]
    plain = CARD.replace(" ", "")
    values = (FieldValue("order", "Order", plain), FieldValue("note", "Note", plain))
    ticket = sent(database, {"fields": fields}, fields=values)
    assert [one.value for one in ticket.fields] == [plain, "[card]"]


def test_the_rule_that_matched_is_written_on_it(database: Database) -> None:
    rule = {"name": "dark", "words": ["dark"], "queue": "urgent", "priority": "urgent"}
    queues = {"urgent": {"to": "now@example.com"}, "support": {"to": "team@example.com"}}
    ticket = sent(database, {"rules": [rule], "queues": queues})
    assert ticket.routing == Routing("urgent", "urgent", "dark")
    assert targets(database, ticket) == {("team", "now@example.com")}


def test_an_answer_is_promised_within_support_hours(database: Database) -> None:
    hours = {"open": [{}], "answer_hours": 4}
    ticket = sent(database, {"hours": hours})  # NOW is Monday noon
    assert ticket.due == NOW + dt.timedelta(hours=4)


def test_everybody_who_is_to_know_is_told(database: Database) -> None:
    hooks = [HOOK, {**HOOK, "name": "other", "queues": ["other"]}]
    queues = {"support": {"to": "team@example.com"}, "other": {}}
    contact = {"smtp": smtp(25), "webhooks": hooks, "queues": queues}
    ticket = sent(database, contact)
    assert targets(database, ticket) == {
        ("team", "team@example.com"),
        ("customer", "ana@example.org"),
        ("webhook", "desk"),
    }
    quiet = sent(database, {**contact, "confirm": False}, key="key-2")
    assert ("customer", "ana@example.org") not in targets(database, quiet)


def test_what_was_tried_carries_the_titles_of_the_day(database: Database) -> None:
    record(database, [], [done("read", -5, article="lamps")])
    assert sent(database, {}).tried.read == (
        Seen("lamps", "About lamps", "https://help.example.com/articles/lamps"),
    )


def test_message_ids_end_in_the_senders_domain() -> None:
    assert message_domain(settings("", smtp=smtp(25)).contact) == "example.com"
    assert message_domain(settings("").contact) == "localhost"
