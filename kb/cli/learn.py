"""``kb learn``: a memory of past cases, made by hand, after a publish, and after a purge."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict
from pathlib import Path

import click

from indexer.lock import learning
from indexer.snapshot import Snapshot
from kb.cli.console import counted
from kb.cli.gaps import renew_gaps_after_learning
from kb.cli.progress import shown_progress
from kb.config import Config, load_config
from kb.errors import KBError
from kb.store.cases import settle
from kb.store.database import Database
from kb.store.history import resolutions
from kb.store.retention import Purged, purge_before
from kb.store.revisions import note
from kb.store.tickets import PurgedTickets, purge_tickets_before
from search.learning import Learned, Past, learn

NOTHING = "Nothing to learn yet"
OFF = "Memory is switched off (memory under [feedback] in kb.toml); none is in use"


@click.command("learn")
@click.option("--json", "as_json", is_flag=True, help="Print what came of it as JSON.")
def learn_command(as_json: bool) -> None:
    """Make a memory of past cases, try it on judged queries, and let search use it.

    Runs by itself after `kb publish` and every day inside `kb serve`. A memory that makes the
    judged queries worse is not used (exit 1).
    """
    config = load_config()
    learned = learn_from_store(config)
    if as_json:
        click.echo(json.dumps(asdict(learned), ensure_ascii=False))
    else:
        click.echo(sentence(learned))
    if learned.verdict == "worse":
        raise click.exceptions.Exit(1)


def learn_from_store(config: Config) -> Learned:
    """Settle outcomes, delete what is older than it may be, and learn from the rest.

    Which texts are served is noted here too: this runs after a publish, and where a help centre
    came from elsewhere with its first start; and gaps are looked for anew. Raises BusyError while
    another process learns.
    """
    from indexer.pointer import open_current

    snapshot = open_current(config.data)
    _note_texts(config, snapshot)
    with learning(config.data):
        learned = learn_alone(config, snapshot, purged=False)
    renew_gaps_after_learning(config)
    return learned


def _note_texts(config: Config, snapshot: Snapshot) -> None:
    about = snapshot.manifest
    database = Database.open(config.database)
    try:
        note(database, snapshot.id, about.created, about.commit, snapshot.texts)
    finally:
        database.close()


def learn_alone(config: Config, snapshot: Snapshot, purged: bool) -> Learned:
    """Settle, delete and learn, for whoever holds the learners' lock.

    ``purged``: something was deleted while it was held, and no trace may stay in the memory.
    """
    now = dt.datetime.now(dt.UTC)
    database = Database.open(config.database)
    try:
        settle(database, now)
        expired, _ = purge_expired(database, config, now)
        past = resolutions(database)
    finally:
        database.close()
    known = Past(
        resolutions=past,
        judged=_judged(snapshot),
        purged=purged,
        expired=expired.cases > 0,
        wanted=config.feedback.memory,
    )
    with shown_progress() as progress:
        return learn(known, config.data, progress)


def purge_expired(
    database: Database, config: Config, now: dt.datetime
) -> tuple[Purged, PurgedTickets]:
    """Delete cases and tickets that are older than the settings allow."""
    of_cases = dt.timedelta(days=config.feedback.keep_days)
    of_tickets = dt.timedelta(days=config.contact.keep_days)
    return (
        purge_before(database, now - of_cases, imported=False),
        purge_tickets_before(database, now - of_tickets),
    )


def _judged(snapshot: Snapshot) -> Path | None:
    """``evaluation/`` beside the folder that was published; of a repository as it was then."""
    about = snapshot.manifest
    if about.ref or not about.source:
        return snapshot.judged
    return Path(about.source).parent / "evaluation"


def learn_after_publish(config: Config) -> None:
    """Learn where there is anything to learn from; a failure never fails the publish."""
    if not config.has_database:
        return
    try:
        learned = learn_from_store(config)
    except KBError as error:
        click.echo(f"Memory was not renewed: {error}", err=True)
        return
    if learned.looked_at:
        click.echo(sentence(learned), err=True)


def sentence(learned: Learned) -> str:
    """What came of learning, in words."""
    waits = ""
    if learned.waiting:
        news = counted(learned.waiting, "new case waits", "new cases wait")
        waits = f"; {news} for a second visitor who says the same"
    if learned.verdict == "off":
        return OFF
    if learned.verdict == "nothing":
        looked_at = counted(learned.looked_at, "case")
        return f"{NOTHING}: {looked_at}, none that two visitors share{waits}"
    of_cases = (
        f"{learned.cases:,} of {counted(learned.looked_at, 'case')} "
        f"about {counted(learned.articles, 'article')}"
    )
    if learned.verdict == "activated":
        return f"Learned from {of_cases}{_tried(learned)}; memory {learned.memory} is in use{waits}"
    worse = f"a memory of {of_cases} makes judged queries worse{_tried(learned)}"
    kept = f"{learned.memory} stays" if learned.memory else "none is in use"
    return f"Not used: {worse}; {kept}{waits}"


def _tried(learned: Learned) -> str:
    one = learned.tried
    if one is None:
        return ""
    queries = counted(one.queries, "query", "queries")
    return f"; nDCG@10 {one.without:.3f} -> {one.with_memory:.3f} on {queries} ({one.on})"
