"""The database: opened by many at once, migrated once, and plain about what is wrong."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from conftest import ROOT
from sqlalchemy import Connection, create_engine, delete, func, select, text
from sqlalchemy.exc import IntegrityError
from stores import done, shown

from kb.errors import ConfigError, UnavailableError
from kb.store.database import Database, insert
from kb.store.journal import cast, record
from kb.store.tables import events, history, metadata

# The superuser may write anywhere, unless started like this.
AS_OTHERS = () if os.geteuid() else ("setpriv", "--bounding-set=-dac_override", "--inh-caps=-all")


def add(connection: Connection, name: str) -> None:
    row = {"id": name, "query": "q", "article": "a", "at": 1, "outcome": "resolved"}
    connection.execute(insert(connection, history), row)


def names(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(connection.scalars(select(history.c.id).order_by(history.c.id)))


def python(program: str, *arguments: str, before: Sequence[str] = ()) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*before, sys.executable, "-W", "error", "-c", program, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def definitions(connection: Connection) -> set[str]:
    """Indexes and tables in the database's own words."""
    if connection.dialect.name == "sqlite":
        asked = "SELECT sql FROM sqlite_master WHERE name NOT LIKE 'sqlite%'"
    else:
        asked = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'"
    rows = connection.scalars(text(asked))
    return {_plainly(row) for row in rows if row and "alembic" not in row}


def _plainly(definition: str) -> str:
    """As it would read had no migration copied the table, or added to it: SQLite keeps how."""
    words = definition.replace('"', "").replace("(false)", "false").split()
    return re.sub(r" ?([(),]) ?", r"\1", " ".join(words))


def test_the_migrations_make_the_tables_of_the_code(database: Database) -> None:
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_the_migrations_make_the_same_indexes(database: Database) -> None:
    with database.writing() as connection:
        migrated = definitions(connection)
        metadata.drop_all(connection)
        assert definitions(connection) == set()
        metadata.create_all(connection)
        assert definitions(connection) == migrated
        assert any("rejected IS NULL" in one for one in migrated)


def test_what_was_written_is_there_when_it_is_opened_again(empty_url: str) -> None:
    for name in "ab":
        database = Database.open(empty_url)
        with database.writing() as connection:
            add(connection, name)
        database.close()
    database = Database.open(empty_url)
    assert names(database) == ["a", "b"]
    database.close()


def test_what_fails_leaves_nothing(database: Database) -> None:
    def fail(connection: Connection) -> None:
        add(connection, "half")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        database.write(fail)
    assert names(database) == []
    with database.writing() as connection:
        add(connection, "whole")
    assert names(database) == ["whole"]


def test_a_wrong_statement_stays_an_error_of_its_own(database: Database) -> None:
    database.write(lambda connection: add(connection, "a"))
    with pytest.raises(IntegrityError):
        database.write(lambda connection: add(connection, "a"))


def test_a_reader_sees_one_moment_and_holds_up_no_writer(database: Database) -> None:
    with database.reading() as reading:
        before = reading.scalar(select(func.count()).select_from(history))
        with database.writing() as connection:
            add(connection, "new")
        assert reading.scalar(select(func.count()).select_from(history)) == before == 0
    assert names(database) == ["new"]


def test_many_threads_write_without_losing_a_row(database: Database) -> None:
    def write(number: int) -> None:
        database.write(lambda connection: add(connection, f"{number:03}"))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(write, range(200)))
    assert names(database) == [f"{number:03}" for number in range(200)]


def test_what_postgresql_gave_up_for_another_is_tried_again(postgresql_url: str) -> None:
    database = Database.open(postgresql_url)
    database.write(lambda connection: add(connection, "a"))
    database.write(lambda connection: add(connection, "b"))
    both = threading.Barrier(2)
    tries = []

    def swap(first: str, second: str) -> None:
        def work(connection: Connection) -> None:
            tries.append(first)
            connection.execute(delete(history).where(history.c.id == first))
            if len(tries) <= 2:
                both.wait()  # each now holds what the other wants next
            connection.execute(delete(history).where(history.c.id == second))
            add(connection, first)
            add(connection, second)

        database.write(work)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(swap, "ab", "ba"))
    assert len(tries) > 2  # on a busy machine the two may meet again
    assert names(database) == ["a", "b"]
    database.close()


def test_a_connection_that_the_server_closed_is_replaced(postgresql_url: str) -> None:
    database, other = Database.open(postgresql_url), Database.open(postgresql_url)
    with database.reading() as connection:
        backend = connection.scalar(select(func.pg_backend_pid()))
    with other.writing() as connection:
        assert connection.scalar(select(func.pg_terminate_backend(backend, 5000)))
    database.write(lambda connection: add(connection, "after"))
    assert names(database) == ["after"]
    database.close()
    other.close()


def test_a_connection_lost_in_the_middle_is_told_with_a_remedy(postgresql_url: str) -> None:
    database, other = Database.open(postgresql_url), Database.open(postgresql_url)

    def work(connection: Connection) -> None:
        backend = connection.scalar(select(func.pg_backend_pid()))
        with other.writing() as killing:
            killing.execute(select(func.pg_terminate_backend(backend, 5000)))
        add(connection, "lost")

    with pytest.raises(UnavailableError, match="check KB_DATABASE_URL"):
        database.write(work)
    assert names(database) == []
    database.close()
    other.close()


OPENING = "import sys; from kb.store.database import Database; Database.open(sys.argv[1]).close()"


def test_processes_that_start_together_migrate_once(empty_url: str) -> None:
    starting = [python(OPENING, empty_url) for _ in range(6)]
    said = [process.communicate() for process in starting]
    assert [process.returncode for process in starting] == [0] * 6, said
    database = Database.open(empty_url)
    with database.reading() as connection:
        context = MigrationContext.configure(connection)
        assert len(context.get_current_heads()) == 1
        assert compare_metadata(context, metadata) == []
    database.close()


def test_a_database_of_a_newer_release_is_not_touched(empty_url: str) -> None:
    database = Database.open(empty_url)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UnavailableError, match=r"9999 was made by a newer release \(update this"):
        Database.open(empty_url)
    database.close()


def test_sqlite_loses_nothing_and_keeps_nothing_that_was_deleted(sqlite_url: str) -> None:
    database = Database.open(sqlite_url)
    with database.reading() as connection:
        for name, value in {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1}.items():
            assert connection.exec_driver_sql(f"PRAGMA {name}").scalar() == value
    database.close()


def test_other_programs_may_use_the_sqlite_file_at_the_same_time(sqlite_url: str) -> None:
    database = Database.open(sqlite_url)
    holding, written = threading.Event(), threading.Event()

    def stranger() -> None:
        engine = create_engine(sqlite_url)
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            holding.set()
            assert not written.wait(0.3)
            connection.exec_driver_sql("COMMIT")
        engine.dispose()

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(stranger)
        holding.wait()
        database.write(lambda connection: add(connection, "late"))
        written.set()
        running.result()
    assert names(database) == ["late"]
    database.close()


def test_a_process_forked_in_a_transaction_keeps_nobody_waiting(sqlite_url: str) -> None:
    database = Database.open(sqlite_url)
    stop_reading, stop_writing = os.pipe()
    with database.writing() as connection:
        add(connection, "parent")
        child = os.fork()
        if not child:  # holds a copy of every descriptor until it is told to end
            os.close(stop_writing)
            os.read(stop_reading, 1)
            os._exit(0)
    database.write(lambda connection: add(connection, "after"))
    assert names(database) == ["after", "parent"]
    os.close(stop_writing)
    os.waitpid(child, 0)
    os.close(stop_reading)
    database.close()


@pytest.mark.parametrize(
    "url",
    [
        "mysql://user:hunter2@host/kb",
        "hunter2",
        "sqlite://",
        "sqlite:///:memory:",
        "postgresql://user:hunter2@host:port/kb",
        "",
    ],
)
def test_an_address_that_makes_no_sense_is_told_without_its_password(url: str) -> None:
    with pytest.raises(ConfigError, match=r"'database_url'.*postgresql://user:password") as caught:
        Database.open(url)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgresql_goes_by_several_names(scheme: str, postgresql_url: str) -> None:
    database = Database.open(postgresql_url.replace("postgresql", scheme, 1))
    with database.reading() as connection:
        assert connection.dialect.driver == "psycopg"
    database.close()


def test_a_server_that_is_not_there_is_told_without_the_password() -> None:
    with pytest.raises(UnavailableError, match=r"refused.*check KB_DATABASE_URL") as caught:
        Database.open("postgresql://user:hunter2@127.0.0.1:1/kb")
    assert "postgresql+psycopg://user:***@127.0.0.1:1/kb: " in str(caught.value)
    assert "hunter2" not in str(caught.value)
    with pytest.raises(UnavailableError) as caught:
        Database.open("postgresql://user@127.0.0.1:1/kb?password=hunter2")
    assert "hunter2" not in str(caught.value)


def test_a_user_without_rights_is_told_what_to_grant(postgresql_url: str) -> None:
    database = Database.open(postgresql_url)
    with database.writing() as connection:
        connection.execute(text("CREATE ROLE reader LOGIN"))
    with pytest.raises(UnavailableError, match=r"permission denied.*\(grant its user the right"):
        cast(
            Database.open(postgresql_url.replace("postgres:@", "reader@")),
            done("read"),
            per_hour=1,
        )
    with database.writing() as connection:
        connection.execute(text("DROP ROLE reader"))
    database.close()


def test_a_file_that_is_no_database_is_told_with_a_remedy(tmp_path: Path) -> None:
    path = tmp_path / "kb.db"
    path.write_text("Dear diary, " * 100)
    with pytest.raises(UnavailableError, match=f"{path}: file is not a database .restore it"):
        Database.open(f"sqlite:///{path}")


def test_a_folder_that_cannot_be_made_is_told_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnavailableError, match=f"{tmp_path}/file/sub: .*mend KB_DATA"):
        Database.open(f"sqlite:///{tmp_path}/file/sub/kb.db")


WRITING = """
import sys
from kb.errors import UnavailableError
from kb.store.database import Database
try:
    database = Database.open(sys.argv[1])
    with database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM history")
except UnavailableError as error:
    print(error)
"""


@pytest.mark.parametrize("removed", ["the queue too", "only the rights"])
def test_a_disk_that_is_read_only_is_told_with_a_remedy(
    removed: str, sqlite_url: str, tmp_path: Path
) -> None:
    Database.open(sqlite_url).close()
    folder = tmp_path / "store"
    if removed == "the queue too":
        (folder / "kb.db-queue").unlink()
    for path in (*folder.iterdir(), folder):
        path.chmod(path.stat().st_mode & ~0o222)
    said, wrong = python(WRITING, sqlite_url, before=AS_OTHERS).communicate()
    assert not wrong
    assert str(folder / "kb.db") in said
    assert "writable for the user that runs this" in said
    folder.chmod(0o755)


FILLING = """
import resource, sys
from stores import shown
from kb.errors import UnavailableError
from kb.store.database import Database
from kb.store.journal import record
database = Database.open(sys.argv[1])
record(database, [shown("before")], [])
_, most = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, most))
try:
    for batch in range(100):
        record(database, [shown(f"{batch}-{n}", query="long " * 100) for n in range(100)], [])
except UnavailableError as error:
    print(error)
"""


def test_a_full_disk_is_told_and_what_was_written_before_is_kept(sqlite_url: str) -> None:
    process = python("import sys; sys.path.insert(0, 'tests')\n" + FILLING, sqlite_url)
    said, wrong = process.communicate()
    assert not wrong
    assert "kb.db: " in said
    assert "disk" in said
    assert "space" in said
    database = Database.open(sqlite_url)
    record(database, [shown("after")], [])
    with database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        kept = set(connection.scalars(text("SELECT id FROM impressions")))
    assert {"before", "after"} <= kept
    database.close()


def test_tidying_up_waits_for_no_long_reader(sqlite_url: str) -> None:
    database = Database.open(sqlite_url)
    with database.reading() as connection:
        connection.execute(select(history)).all()
        database.write(lambda one: add(one, "a"))
        database.tidy()
    assert names(database) == ["a"]
    database.close()


def test_a_write_ahead_log_is_emptied_on_demand(sqlite_url: str, tmp_path: Path) -> None:
    database = Database.open(sqlite_url)
    record(database, [], [done("read", comment="my secret words")])
    with database.writing() as connection:
        connection.execute(delete(events))
    database.tidy()
    left = b"".join(path.read_bytes() for path in (tmp_path / "store").iterdir())
    assert b"my secret words" not in left
    database.close()


def test_who_only_looks_reads_what_is_there_and_cannot_write(
    database: Database, database_url: str
) -> None:
    record(database, [shown("i1")], [])
    looking = Database.look(database_url)
    assert looking
    with looking.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM impressions")) == 1
    with pytest.raises(UnavailableError), looking.reading() as connection:
        connection.execute(text("DELETE FROM impressions"))
    looking.close()


def test_there_is_nothing_to_look_at_before_something_was_written(tmp_path: Path) -> None:
    assert Database.look(f"sqlite:///{tmp_path}/kb.db") is None
    assert list(tmp_path.iterdir()) == []
