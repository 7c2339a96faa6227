"""The worker that empties the outbox: one claim at a time, in any number of processes.

Whatever happens between a claim and its mark, the delivery is sent again: at least once, under one
id. Mail and webhooks have a thread each, so that a receiver that hangs holds up no mail.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Sequence
from contextlib import ExitStack, closing
from functools import partial

from kb.config import Config
from kb.delivery.mail import confirmation_mail, send_mail, team_mail
from kb.delivery.sending import SendingError, pause_after
from kb.delivery.webhooks import send_webhook
from kb.errors import UnavailableError
from kb.lasting import keep_working
from kb.store.database import Database
from kb.store.outbox import (
    claim,
    deliveries_of,
    is_due,
    mark_delivered,
    mark_failed,
    park,
)
from kb.store.tickets import read_ticket
from kb.tickets import Delivery, Medium, Ticket

LOOKS_EVERY = 1.0
"""Seconds between two looks at an outbox in which nothing is due."""
WAITS_FOR_DATABASE = 10.0
_MAIL: tuple[Medium, ...] = ("team", "customer")
_WEBHOOKS: tuple[Medium, ...] = ("webhook",)
log = logging.getLogger(__name__)


def run_outbox(config: Config, stop: threading.Event) -> None:
    """Send what is due, and go on until ``stop`` is set; what is being sent then is finished."""
    hooks, mail = (partial(_run, config, media, stop) for media in (_WEBHOOKS, _MAIL))
    webhooks = threading.Thread(
        target=keep_working, args=(hooks, stop), name="kb-webhooks", daemon=True
    )
    webhooks.start()
    keep_working(mail, stop)
    webhooks.join()


def _run(config: Config, media: Sequence[Medium], stop: threading.Event) -> None:
    """One thread's work; a database that is away is waited for."""
    with ExitStack() as opened:
        database: Database | None = None
        while not stop.is_set():
            try:
                database = database or opened.enter_context(closing(Database.open(config.database)))
                sent = send_due(database, config, media, stop)
            except UnavailableError as error:
                log.warning("The outbox waits for its database: %s", error)
                stop.wait(WAITS_FOR_DATABASE)
            else:
                if not sent:
                    stop.wait(LOOKS_EVERY)


def send_due(
    database: Database,
    config: Config,
    media: Sequence[Medium] = (*_MAIL, *_WEBHOOKS),
    stop: threading.Event | None = None,
) -> int:
    """Send everything that is due now; how many tries that took."""
    tries, lease = 0, dt.timedelta(seconds=config.contact.retry.lease_seconds)
    while not (stop and stop.is_set()) and is_due(database, media, _now()):
        delivery = claim(database, media, _now(), lease)
        if delivery is None:  # another process was quicker
            break
        _deliver(database, delivery, config)
        tries += 1
    return tries


def _deliver(database: Database, delivery: Delivery, config: Config) -> None:
    """Send one, and mark what became of it."""
    if delivery.tries > config.contact.retry.tries:
        park(database, delivery, delivery.said or "whoever sent it was stopped each time", _now())
        return
    try:
        _send(database, delivery, config)
    except SendingError as error:
        _mark(database, delivery, str(error), error.final, config)
    except UnavailableError:
        raise  # the claim runs out, and it is tried again
    except Exception as error:  # one ticket that we cannot write must not hold up the others
        log.exception("%s could not be sent", delivery.id)
        _mark(database, delivery, f"{type(error).__name__}: {error}", False, config)
    else:
        mark_delivered(database, delivery, _now())


def _send(database: Database, delivery: Delivery, config: Config) -> None:
    ticket = read_ticket(database, delivery.ticket)
    if ticket is None:
        raise SendingError("its ticket was deleted", final=True)
    if delivery.medium == "webhook":
        send_webhook(ticket, delivery, _now(), config)
    else:
        send_mail(_mail(database, ticket, delivery, config), delivery.target, config.contact.smtp)


def _mail(database: Database, ticket: Ticket, delivery: Delivery, config: Config) -> bytes:
    if delivery.medium == "customer":
        return confirmation_mail(ticket, delivery, config)
    others = deliveries_of(database, ticket.id)
    receipt = next((one.id for one in others if one.medium == "customer"), None)
    return team_mail(ticket, delivery, receipt, config)


def _mark(database: Database, delivery: Delivery, said: str, final: bool, config: Config) -> None:
    """Try again after a pause, or leave it to a person."""
    retry = config.contact.retry
    if final or delivery.tries >= retry.tries:
        # By its ticket: an e-mail's own id looks like an address, and logs are masked.
        log.warning(
            "%s is parked: %s (`kb outbox retry %s`)", delivery.ticket, said, delivery.ticket
        )
        park(database, delivery, said, _now())
    else:
        if delivery.tries == 1:
            log.warning("%s waits, and is tried again: %s", delivery.ticket, said)
        mark_failed(database, delivery, said, _now() + pause_after(delivery.tries, retry))


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
