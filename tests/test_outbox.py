"""The outbox: claimed by one, sent again after a death, tried until it arrives or is parked."""

from __future__ import annotations

import datetime as dt
import random
import subprocess
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from stores import NOW, visit
from ticketing import (
    SECRET,
    Mailbox,
    described,
    draft,
    free_port,
    lines,
    mail_server,
    receiver,
    settings,
    smtp,
    start,
)

from kb.config import Config
from kb.delivery import mail
from kb.delivery import outbox as worker
from kb.delivery.outbox import run_outbox, send_due
from kb.desk import receive
from kb.store.database import Database
from kb.store.outbox import (
    Backlog,
    backlog,
    claim,
    deliveries_of,
    drop,
    is_due,
    mark_delivered,
    mark_failed,
    park,
    retry,
    undelivered,
)
from kb.store.tables import deliveries, tickets
from kb.store.tickets import purge_tickets_of_case
from kb.tickets import Delivery, Medium

LEASE = dt.timedelta(minutes=5)
SECOND = dt.timedelta(seconds=1)
TEAM: tuple[Medium, ...] = ("team",)
FAST = {"first_seconds": 0.01, "longest_seconds": 0.01, "lease_seconds": 0.2}


def send(database: Database, config: Config, number: int = 0, **changes: Any) -> str:
    one = draft(key=f"key-{number}", visit=visit(f"case-{number}"), **changes)
    return receive(database, config.contact, one, described).reference


def only(database: Database, ticket: str, medium: Medium = "team") -> Delivery:
    (one,) = [one for one in deliveries_of(database, ticket) if one.medium == medium]
    return one


def test_a_delivery_is_claimed_by_one_until_its_lease_ends(database: Database) -> None:
    send(database, settings(""))
    assert not is_due(database, TEAM, NOW - SECOND)
    assert not is_due(database, ("webhook",), NOW)
    assert is_due(database, TEAM, NOW)
    first = claim(database, TEAM, NOW, LEASE)
    assert first
    assert first.tries == 1
    assert claim(database, TEAM, NOW + LEASE - SECOND, LEASE) is None
    again = claim(database, TEAM, NOW + LEASE, LEASE)
    assert again
    assert (again.id, again.tries) == (first.id, 2)
    assert again.claim != first.claim


def test_many_senders_claim_every_delivery_once(database: Database) -> None:
    for number in range(20):
        send(database, settings(""), number)
    with ThreadPoolExecutor(8) as pool:
        claimed = list(pool.map(lambda _: claim(database, TEAM, NOW, LEASE), range(30)))
    ids = [one.id for one in claimed if one]
    assert len(ids) == len(set(ids)) == 20


def test_who_lost_its_claim_changes_nothing_but_that_it_arrived(database: Database) -> None:
    ticket = send(database, settings(""))
    slow = claim(database, TEAM, NOW, LEASE)
    quick = claim(database, TEAM, NOW + LEASE, LEASE)
    assert slow
    assert quick
    mark_failed(database, slow, "late", NOW)
    park(database, slow, "late", NOW)
    assert only(database, ticket).claim == quick.claim
    mark_delivered(database, slow, NOW)
    assert only(database, ticket).state == "delivered"
    mark_failed(database, quick, "a second time", NOW)
    assert only(database, ticket).state == "delivered"
    assert backlog(database) == Backlog()


def test_what_waits_and_what_needs_a_person_is_counted(database: Database) -> None:
    for number in range(3):
        send(database, settings("", confirm=False), number)
    taken = claim(database, TEAM, NOW, LEASE)
    assert taken
    park(database, taken, "no such user", NOW)
    assert backlog(database) == Backlog(waiting=2, parked=1, since=NOW)
    assert backlog(database).waited(NOW + 90 * SECOND) == 90


def test_what_is_parked_is_listed_and_sent_again_on_demand(database: Database) -> None:
    tickets = [send(database, settings(""), number) for number in range(3)]
    for _ in range(2):
        taken = claim(database, TEAM, NOW, LEASE)
        assert taken
        park(database, taken, "no such user", NOW)
    parked = [one for one in undelivered(database) if one.state == "parked"]
    assert [one.said for one in parked] == ["no such user"] * 2
    assert len(undelivered(database)) == 3
    assert retry(database, parked[0].id, NOW) == 1
    assert only(database, parked[0].ticket).tries == 0
    assert retry(database, parked[1].ticket, NOW) == 1
    assert retry(database, "KB-NONE-NONE", NOW) == 0
    assert retry(database, None, NOW) == 3
    assert {only(database, one).state for one in tickets} == {"waiting"}


def test_what_is_parked_can_be_given_up(database: Database) -> None:
    tickets_ = [send(database, settings("", confirm=False), number) for number in range(3)]
    for _ in range(2):
        taken = claim(database, TEAM, NOW, LEASE)
        assert taken
        park(database, taken, "no such user", NOW)
    assert drop(database, tickets_[2]) == 0  # it waits, and may arrive
    assert drop(database, only(database, tickets_[0]).id) == 1
    assert drop(database, tickets_[1]) == 1
    assert backlog(database) == Backlog(waiting=1, since=NOW)
    with database.reading() as connection:
        kept = connection.scalars(select(tickets.c.id)).all()
    assert set(kept) == set(tickets_)


def test_what_is_being_sent_is_not_sent_again_on_demand(database: Database) -> None:
    send(database, settings(""))
    claim(database, TEAM, NOW, LEASE)
    assert retry(database, None, NOW) == 0


def test_team_customer_and_receiver_get_a_ticket(database: Database) -> None:
    with mail_server() as (mailbox, port), receiver() as seen:
        hook = {"name": "desk", "url": seen.url, "secret": SECRET}
        config = settings("", smtp=smtp(port), webhooks=[hook])
        ticket = send(database, config)
        assert send_due(database, config) == 3
        assert send_due(database, config) == 0
    assert {one.state for one in deliveries_of(database, ticket)} == {"delivered"}
    (team,), (receipt,) = mailbox.to("team@example.com"), mailbox.to("ana@example.org")
    assert team["References"] == receipt["Message-ID"]
    assert seen.headers[0]["Idempotency-Key"] == only(database, ticket, "webhook").id
    assert undelivered(database) == ()


def test_a_server_that_is_away_is_tried_until_it_is_back(database: Database) -> None:
    port = free_port()
    config = settings("", smtp=smtp(port), retry={**FAST, "tries": 50}, confirm=False)
    ticket = send(database, config)
    assert send_due(database, config, TEAM) >= 1
    failed = only(database, ticket)
    assert failed.state == "waiting"
    assert "refused" in (failed.said or "")
    with mail_server(port) as (mailbox, _):
        while only(database, ticket).state == "waiting":
            time.sleep(0.02)
            send_due(database, config, TEAM)
    (sent,) = mailbox.mails
    assert sent["Message-ID"] == f"<{failed.id}>"
    assert only(database, ticket).said is None


def assert_sent_twice(mailbox: Mailbox, database: Database, ticket: str) -> None:
    """Two mails that a reader's program takes for one, and one delivery."""
    first, second = mailbox.mails
    assert first["Message-ID"] == second["Message-ID"] == f"<{only(database, ticket).id}>"
    assert first["Subject"] == second["Subject"]
    assert only(database, ticket).state == "delivered"


def test_a_sender_that_dies_before_it_could_mark_a_mail_sends_it_again_under_the_same_id(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Death(BaseException):
        pass

    def die(*_: object) -> None:
        raise Death

    with mail_server() as (mailbox, port):
        config = settings("", smtp=smtp(port), retry=FAST, confirm=False)
        ticket = send(database, config)
        with monkeypatch.context() as patch:
            patch.setattr(worker, "mark_delivered", die)
            with pytest.raises(Death):
                send_due(database, config)
        assert only(database, ticket).state == "waiting"
        while not send_due(database, config):
            time.sleep(0.02)  # until the lease ends
    assert_sent_twice(mailbox, database, ticket)


def test_a_server_that_dies_after_it_took_a_mail_gets_it_again_under_the_same_id(
    database: Database,
) -> None:
    with mail_server() as (mailbox, port):
        mailbox.hangs_up = True
        config = settings("", smtp=smtp(port), retry=FAST, confirm=False)
        ticket = send(database, config)
        while only(database, ticket).state == "waiting":
            send_due(database, config)
            time.sleep(0.02)
    assert_sent_twice(mailbox, database, ticket)


def test_pauses_grow_and_vary(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    config = settings("", smtp=smtp(free_port()), confirm=False)
    ticket, moment = send(database, config), NOW
    monkeypatch.setattr(worker, "_now", lambda: moment)
    pauses = []
    for _ in range(4):
        send_due(database, config, TEAM)
        pauses.append((only(database, ticket).next_try - moment).total_seconds())
        moment = only(database, ticket).next_try
    for pause, usual in zip(pauses, (30, 60, 120, 240), strict=True):
        assert 0.74 * usual < pause < 1.26 * usual
    assert pauses != [30, 60, 120, 240]


def test_after_enough_tries_it_is_parked(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    retries = {**FAST, "tries": 3}
    config = settings("", smtp=smtp(free_port()), retry=retries, confirm=False)
    ticket = send(database, config)
    while only(database, ticket).state == "waiting":
        send_due(database, config)
        time.sleep(0.02)
    assert only(database, ticket).tries == 3
    first, *_, last = caplog.messages
    assert f"{ticket} waits, and is tried again: 127.0.0.1:" in first
    assert f"kb outbox retry {ticket}" in last
    assert len(caplog.messages) == 2
    assert send_due(database, config) == 0


def test_what_kills_its_sender_every_time_is_parked_too(database: Database) -> None:
    config = settings("", smtp=smtp(free_port()), retry={"tries": 2}, confirm=False)
    ticket, now = send(database, config), NOW
    for _ in range(2):
        claim(database, TEAM, now, LEASE)
        now += LEASE
    send_due(database, config)
    assert only(database, ticket).state == "parked"
    assert "stopped each time" in (only(database, ticket).said or "")


def test_a_customer_whose_address_is_refused_is_parked_and_the_team_gets_the_ticket(
    database: Database,
) -> None:
    with mail_server() as (mailbox, port):
        mailbox.refuses = {"ana@example.org": "550 No such user"}
        config = settings("", smtp=smtp(port))
        ticket = send(database, config)
        send_due(database, config)
    assert only(database, ticket, "customer").state == "parked"
    assert only(database, ticket, "team").state == "delivered"


def test_a_ticket_that_cannot_be_written_holds_up_no_other(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = mail.team_mail

    def fail_once(ticket: Any, *rest: Any) -> bytes:
        if ticket.subject == "hostile":
            raise ZeroDivisionError
        return write(ticket, *rest)

    monkeypatch.setattr(worker, "team_mail", fail_once)
    with mail_server() as (mailbox, port):
        config = settings("", smtp=smtp(port), confirm=False)
        bad = send(database, config, 1, subject="hostile")
        good = send(database, config, 2)
        assert send_due(database, config) == 2
    assert only(database, bad).said == "ZeroDivisionError: "
    assert only(database, bad).state == "waiting"
    assert only(database, good).state == "delivered"
    assert len(mailbox.mails) == 1


def test_a_delivery_whose_ticket_was_deleted_goes_with_it(database: Database) -> None:
    send(database, settings(""), 7)
    purge_tickets_of_case(database, "case-7")
    assert undelivered(database) == ()


def test_the_worker_sends_what_comes_in_and_stops_when_told(database_url: str) -> None:
    with mail_server() as (mailbox, port), receiver() as seen:
        hook = {"name": "desk", "url": seen.url, "secret": SECRET}
        config = settings(database_url, smtp=smtp(port), webhooks=[hook])
        stop = threading.Event()
        thread = threading.Thread(target=run_outbox, args=(config, stop))
        thread.start()
        database = Database.open(database_url)
        send(database, config)
        while undelivered(database):
            time.sleep(0.05)
        stop.set()
        thread.join()
        database.close()
    assert len(mailbox.mails) == 2
    assert len(seen.bodies) == 1


def test_the_worker_waits_for_a_database_that_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(worker, "WAITS_FOR_DATABASE", 0.05)
    blocker = tmp_path / "store"
    blocker.write_text("")
    stop = threading.Event()
    with mail_server() as (mailbox, port):
        config = settings(f"sqlite:///{blocker}/kb.db", smtp=smtp(port), confirm=False)
        thread = threading.Thread(target=run_outbox, args=(config, stop))
        thread.start()
        while "The outbox waits for its database" not in caplog.text:
            time.sleep(0.05)
        blocker.unlink()
        database = Database.open(config.database)
        send(database, config)
        while undelivered(database):
            time.sleep(0.05)
        stop.set()
        thread.join()
        database.close()
    assert len(mailbox.mails) == 1


class Storm:
    """Tickets that come in while those who write, send and receive them die."""

    def __init__(self, url: str, folder: Path, count: int) -> None:
        retries = {**FAST, "tries": 1000}
        self.config = settings(url, smtp=smtp(free_port()), retry=retries, confirm=False)
        self.acknowledged, self.mailed = folder / "acknowledged", folder / "mailed"
        self.commands: dict[str, tuple[str, ...]] = {
            "write": ("write", str(self.acknowledged), str(count)),
            "send": ("send",),
            "mail": ("mail", str(self.mailed)),
        }
        self.running = {name: self.begin(name) for name in self.commands}

    def begin(self, name: str) -> subprocess.Popen[str]:
        what, *arguments = self.commands[name]
        return start(what, self.config, *arguments)

    def kill(self, name: str) -> None:
        """``kill -9`` one of them, which has met no error until then, and start it again."""
        self.end(name)
        self.running[name] = self.begin(name)

    def end(self, name: str) -> None:
        self.running[name].kill()
        said = self.running[name].communicate()[1].splitlines()
        assert [one for one in said if "waits, and is tried again" not in one] == []

    def finish(self, database: Database) -> None:
        """Wait until everything is written and delivered."""
        assert self.running["write"].communicate()[1] == ""
        while undelivered(database):
            time.sleep(0.1)
        for name in ("send", "mail"):
            self.end(name)


def assert_storm_loses_nothing(url: str, folder: Path, count: int, kills: int) -> None:
    """Every ticket is stored once and delivered; a repeat has the Message-ID of the first."""
    database = Database.open(url)
    dice, storm = random.Random(kills), Storm(url, folder, count)
    for _ in range(kills):
        time.sleep(dice.uniform(0.3, 1.5))
        storm.kill(dice.choice(["write", "send", "mail"]))
    storm.finish(database)
    with database.reading() as connection:
        stored = connection.execute(
            select(deliveries.c.id, tickets.c.subject).join_from(
                deliveries, tickets, tickets.c.id == deliveries.c.ticket_id
            )
        ).all()
    database.close()
    assert lines(storm.acknowledged) == [str(number) for number in range(count)]
    assert len(stored) == count
    mailed = set(lines(storm.mailed))
    assert mailed == {f"<{one.id}> [{one.id[:12]}] {one.subject}" for one in stored}


def test_no_ticket_is_lost_while_writers_senders_and_the_mail_server_die(
    database_url: str, tmp_path: Path
) -> None:
    assert_storm_loses_nothing(database_url, tmp_path, count=30, kills=4)


@pytest.mark.soak
def test_no_ticket_of_three_hundred_is_lost_in_thirty_deaths(
    database_url: str, tmp_path: Path
) -> None:
    assert_storm_loses_nothing(database_url, tmp_path, count=300, kills=30)


def test_what_nobody_foresaw_holds_up_the_worker_for_a_moment(
    database_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken = set[Sequence[Medium]]()

    def breaks_once(database: Database, media: Sequence[Medium], now: dt.datetime) -> bool:
        if media not in broken:
            broken.add(media)
            raise MemoryError
        return is_due(database, media, now)

    monkeypatch.setattr(worker, "is_due", breaks_once)
    with mail_server() as (mailbox, port), receiver() as seen:
        hook = {"name": "desk", "url": seen.url, "secret": SECRET}
        config = settings(database_url, smtp=smtp(port), webhooks=[hook], confirm=False)
        database = Database.open(database_url)
        send(database, config)
        stop = threading.Event()
        thread = threading.Thread(target=run_outbox, args=(config, stop))
        thread.start()
        while thread.is_alive() and undelivered(database):
            time.sleep(0.05)
        stop.set()
        thread.join()
        database.close()
    assert (len(mailbox.mails), len(seen.bodies)) == (1, 1)
    assert "kb-webhooks broke off" in caplog.text
