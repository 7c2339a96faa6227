"""Bring a database to the tables of this version, once, however many processes start together."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select

from kb.errors import UnavailableError

if TYPE_CHECKING:
    from kb.store.database import Database

FOLDER = Path(__file__).parent / "migrations"
_LOCK = 0x6B62_6D69_6772_6174
"""PostgreSQL's advisory locks are numbers: "kbmigrat"."""
_alembic = threading.Lock()
"""Alembic keeps the connection it works on in globals of the process."""


def settings() -> Config:
    """Alembic's settings, without a file."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def migrate(database: Database) -> None:
    """Migrate to the newest version; UnavailableError where the database is newer than that."""
    config = settings()
    scripts = ScriptDirectory.from_config(config)
    with database.reading() as connection:
        version = MigrationContext.configure(connection).get_current_revision()
    if version == scripts.get_current_head():
        return
    known = {script.revision for script in scripts.walk_revisions()}
    if version is not None and version not in known:
        raise UnavailableError(
            f"{database.place}: version {version} was made by a newer release "
            "(update this one, or restore a backup)"
        )
    with _alembic, database.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")  # reads the version again: another may have been first
