"""``kb watch``: publishes what was pushed, where no git host can call us."""

from __future__ import annotations

import datetime as dt
import time

import click

from indexer.git.reading import opened
from indexer.pointer import served_or_rolled_back
from kb.builds import Build
from kb.cli.building import build_next
from kb.config import Config, load_config
from kb.errors import ConfigError, UnavailableError
from kb.store import builds
from kb.store.database import Database


@click.command()
@click.option(
    "--every",
    default=60,
    show_default=True,
    type=click.IntRange(5, 86_400),
    metavar="SECONDS",
    help="How often to look.",
)
@click.option("--once", is_flag=True, help="Look once, publish if there is news, and end.")
def watch(every: int, once: bool) -> None:
    """Look at the repository of the settings now and then, and publish what is new in it.

    What cannot be reached is tried again. A commit that cannot be published is told once, and one
    that was rolled back stays so until there is another.
    """
    config = load_config()
    if not config.git.repo:
        raise ConfigError("setting 'git.repo': not set (name the repository to watch)")
    database = Database.open(config.database)
    failed: str | None = None
    try:
        while True:
            built = look(database, config, failed)
            if built and built.state == "failed":
                failed = built.commit
            if once:
                raise SystemExit(1 if built and built.state == "failed" else 0)
            time.sleep(every)
    finally:
        database.close()


def look(database: Database, config: Config, failed: str | None = None) -> Build | None:
    """Publish the newest commit if it is news: not served, not rolled back, not ``failed``."""
    try:
        with opened(config.git, config.data) as tree:
            newest = tree.commit
    except UnavailableError as error:
        click.echo(f"{error} (trying again)", err=True)
        return None
    known = {one.commit for one in served_or_rolled_back(config.data)}
    if newest in {failed, *known}:
        return None
    builds.ask(database, "watch", dt.datetime.now(dt.UTC))
    built = build_next(database, config)
    if built and built.state == "published":
        click.echo(f"Published {built.snapshot}: commit {built.commit}")
    return built
