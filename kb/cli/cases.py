"""``kb case`` and ``kb purge``: what is stored about a visitor's case, and how it goes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Mapping

import click
from rich.markup import escape
from rich.table import Table

from indexer.lock import learning
from indexer.memory_build import forget
from indexer.pointer import open_current
from kb.cli.console import counted, results
from kb.cli.gaps import renew_gaps_after_learning
from kb.cli.learn import learn_alone, purge_expired, sentence
from kb.cli.report_tables import REASONS, REJECTIONS
from kb.config import Config, load_config
from kb.errors import KBError, NoSnapshotError
from kb.secret import secret_key
from kb.store.cases import settle
from kb.store.database import Database
from kb.store.retention import (
    CaseExport,
    ExportedEvent,
    Purged,
    export_case,
    purge_before,
    purge_case,
)
from kb.store.tickets import (
    ExportedTicket,
    PurgedTickets,
    export_tickets,
    purge_tickets_before,
    purge_tickets_of_case,
    read_ticket,
)
from kb.tickets import PREFIX
from search.learning import Learned

CASE = "case:"
"""Before a case's id, where memory names its sources."""
_ONE = {
    "cases": "case",
    "impressions": "impression",
    "events": "event",
    "history": "imported row",
    "tickets": "ticket",
    "attachments": "attachment",
    "deliveries": "delivery record",
}


@click.command()
@click.argument("case_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print everything that is stored, as JSON.")
def case(case_id: str, as_json: bool) -> None:
    """Show what is stored about the case ID: what was shown, what was done, its outcome.

    ID is a case's id, the value of a visitor's cookie, or the reference of a message, as
    KB-7F3K-92QD. Exits with 1 where nothing is stored.
    """
    config = load_config()
    database = Database.open(config.database)
    try:
        wanted = _case_id(database, config, case_id)
        settle(database, dt.datetime.now(dt.UTC))
        found = export_case(database, wanted)
        sent = export_tickets(database, wanted)
    finally:
        database.close()
    if found is None and not sent:
        click.echo(f"Nothing is stored about case {case_id!r}.", err=True)
        raise SystemExit(1)
    if as_json:
        stored = found or CaseExport(case=None, impressions=(), events=())
        click.echo(_Everything(**dict(stored), tickets=sent).model_dump_json(indent=2))
        return
    if found:
        _print(found)
    for one in sent:
        click.echo(f"Ticket {one.ticket.id} of {one.ticket.at:%Y-%m-%d %H:%M}")


class _Everything(CaseExport):
    """What ``kb case --json`` prints: a case and the tickets that came of it."""

    tickets: tuple[ExportedTicket, ...]


def _case_id(database: Database, config: Config, named: str) -> str:
    """The id in ``case:ID``, as memory names its sources, in a cookie's value, or of a ticket."""
    if named.upper().startswith(f"{PREFIX}-"):
        ticket = read_ticket(database, named.upper())
        return ticket.case if ticket else named
    if "." not in named:
        return named.removeprefix(CASE)
    from webapp.tokens import TokenError, Tokens  # Flask comes with it

    try:
        return Tokens(secret_key(config).encode()).case_in(named)
    except TokenError as error:
        raise click.BadParameter(str(error), param_hint="ID") from None


def _print(found: CaseExport) -> None:
    if found.case:
        outcome = found.case.outcome or "no outcome yet"
        taken_back = ", taken back" if found.case.taken_back else ""
        click.echo(f"Case {found.case.id} ({found.case.surface}): {outcome}{taken_back}")
    rows = [
        (one.at, one.surface, one.query, " ".join(one.articles[:3])) for one in found.impressions
    ] + [(one.at, _happened(one), one.comment or "", one.article or "") for one in found.events]
    table = Table(box=None, pad_edge=False)
    for name in ("when", "what", "words", "articles"):
        table.add_column(name)
    for at, *words in sorted(rows):
        table.add_row(f"{at:%Y-%m-%d %H:%M:%S}", *(escape(word) for word in words))
    results().print(table)


def _happened(one: ExportedEvent) -> str:
    """An event in words: what a vote brought with it, and whether it counts."""
    said = [str(one.type)]
    if one.rating:
        said.append(f"{one.rating} of 5")
    if one.reason:
        said.append(REASONS[one.reason])
    if one.rejected:
        said.append(f"does not count: {REJECTIONS[one.rejected]}")
    return ", ".join(said)


@click.command()
@click.option(
    "--before",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="Delete cases in which nothing happened since, older tickets and history (UTC).",
)
@click.option(
    "--case",
    "case_id",
    metavar="ID",
    help="Delete everything about one case; ID as in `kb case`.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was deleted as JSON.")
def purge(before: dt.datetime | None, case_id: str | None, as_json: bool) -> None:
    """Delete what is stored about visitors: by default what is older than it may be.

    That is feedback.keep_days for cases and contact.keep_days for tickets. Imported history has no
    age limit of its own: only --before deletes it, or --case import:ID. Memory is made anew; where
    it is being made just now, this waits, or what goes would be learned once more.
    """
    if before and case_id:
        raise click.UsageError("choose one of --before and --case")
    moment = _past(before) if before else None
    config = load_config()
    with learning(config.data, wait=True):
        purged = _purge(config, moment, case_id)
        deleted = {name: count for one in purged for name, count in dataclasses.asdict(one).items()}
        click.echo(json.dumps(deleted) if as_json else _words(deleted))
        # Also where nothing was left to delete: a purge before may have been cut off here.
        learned = _relearn(config) if before or case_id or any(deleted.values()) else None
    if learned:
        click.echo(sentence(learned), err=True)
        renew_gaps_after_learning(config)


def _past(before: dt.datetime) -> dt.datetime:
    """The moment (UTC); UsageError where it is still to come, and all there is would go."""
    moment = before.replace(tzinfo=dt.UTC)
    if moment > dt.datetime.now(dt.UTC):
        raise click.UsageError(
            f"--before {before:%Y-%m-%d} is in the future (name a day before now)"
        )
    return moment


def _purge(
    config: Config, before: dt.datetime | None, case_id: str | None
) -> tuple[Purged, PurgedTickets]:
    database = Database.open(config.database)
    try:
        return _purged(database, config, before, case_id)
    finally:
        database.close()


def _purged(
    database: Database, config: Config, before: dt.datetime | None, case_id: str | None
) -> tuple[Purged, PurgedTickets]:
    if case_id:
        wanted = _case_id(database, config, case_id)
        return purge_case(database, wanted), purge_tickets_of_case(database, wanted)
    if before:
        return purge_before(database, before), purge_tickets_before(database, before)
    return purge_expired(database, config, dt.datetime.now(dt.UTC))


def _words(deleted: Mapping[str, int]) -> str:
    rows = [(count, _ONE[name]) for name, count in deleted.items() if count]
    words = [counted(count, name) for count, name in rows]
    return f"Deleted {', '.join(words)}" if words else "Nothing to delete"


def _relearn(config: Config) -> Learned | None:
    """Rebuild the memory, so that it forgets what was deleted; None where nothing is published."""
    try:
        return learn_alone(config, open_current(config.data), purged=True)
    except KBError as error:
        forget(config.data)  # rather none than one in which it still is
        if isinstance(error, NoSnapshotError):
            return None
        raise
