"""``kb watch``: publishes what was pushed, where no git host can call us."""

from __future__ import annotations

import datetime as dt
import time

import click

from indexer.git.place import MissingError
from indexer.git.reading import opened
from indexer.pointer import served_or_rolled_back
from kb.builds import Build
from kb.cli.building import build_next
from kb.cli.telling import Teller
from kb.config import Config, load_config
from kb.errors import ConfigError, UnavailableError
from kb.store import builds, untold
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

    What cannot be reached is tried again. What cannot be published is told once, be it a commit or
    that the branch is missing, until it was well in between. A commit that was rolled back stays so
    until there is another.
    """
    config = load_config()
    if not config.git.repo:
        raise ConfigError("setting 'git.repo': not set (name the repository to watch)")
    database = Database.open(config.database)
    try:
        with Teller(config) as teller:
            watching = Watching(database, config)
            while True:
                built = watching.look()
                if built:
                    teller.tell(built)
                if once:
                    teller.finish()
                    break
                time.sleep(every)
    finally:
        database.close()
    raise SystemExit(1 if built and built.state == "failed" else 0)


class Watching:
    """Looks at one repository, and remembers what could not be published."""

    def __init__(self, database: Database, config: Config) -> None:
        self._database = database
        self._config = config
        self._failed: str | None = None

    def look(self) -> Build | None:
        """Publish the newest commit if it is news: not served, not rolled back, not failed.

        Where there is none, that is news, too, and once. Raises ConfigError where the repository
        could never be one.
        """
        newest = self._newest()
        known = {one.commit for one in served_or_rolled_back(self._config.data)}
        if newest is None or newest == self._failed:
            return None
        if newest in known:
            self._forget()
            return None
        builds.ask(self._database, "watch", dt.datetime.now(dt.UTC))
        built = build_next(self._database, self._config)
        if built and built.state == "published":
            self._failed = None
            click.echo(f"Published {built.snapshot}: commit {built.commit}")
        if built and built.state == "failed":  # for another reason: it is tried again
            self._failed = newest if newest in built.log else built.commit
        return built

    def _forget(self) -> None:
        """What failed was mended in the repository: if it happens again, that is news."""
        if self._failed:
            untold.forget_failures(self._database)
            self._failed = None

    def _newest(self) -> str | None:
        """The newest commit, or what is missing; None where nobody can be asked."""
        try:
            with opened(self._config.git, self._config.data) as tree:
                return tree.commit
        except MissingError as error:
            return str(error)
        except UnavailableError as error:
            click.echo(f"{error} (trying again)", err=True)
            return None
