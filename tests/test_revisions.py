"""A text is noted when it is new, and every snapshot has one text of an article."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from conftest import publish_folder
from hypothesis import given
from hypothesis import strategies as st
from stores import NOW

from indexer.pointer import open_current
from kb.store.database import Database
from kb.store.revisions import Noted, in_force, note, revisions_of

HOUR = dt.timedelta(hours=1)


def of(database: Database, article: str) -> list[tuple[str, str]]:
    with database.reading() as connection:
        return [(one.snapshot, one.revision) for one in revisions_of(connection, article)]


def test_only_a_new_text_is_noted(database: Database) -> None:
    assert note(database, "s1", NOW, "c1", {"one": "a", "two": "b"}) == 2
    assert note(database, "s2", NOW + HOUR, "c2", {"one": "a", "two": "c"}) == 1
    assert (of(database, "one"), of(database, "two")) == ([("s1", "a")], [("s1", "b"), ("s2", "c")])
    with database.reading() as connection:
        assert revisions_of(connection, "two")[1] == Noted("s2", "c", "c2", NOW + HOUR)


def test_noting_a_snapshot_again_changes_nothing(database: Database) -> None:
    note(database, "s1", NOW, None, {"one": "a"})
    note(database, "s2", NOW, None, {"one": "b"})
    assert note(database, "s2", NOW + HOUR, "c9", {"one": "b"}) == 0
    assert note(database, "s1", NOW + HOUR, None, {"one": "a"}) == 0
    assert of(database, "one") == [("s1", "a"), ("s2", "b")]


def test_a_text_that_comes_back_is_a_revision_of_its_own(database: Database) -> None:
    for snapshot, text in (("s1", "a"), ("s2", "b"), ("s3", "a")):
        note(database, snapshot, NOW, None, {"one": text})
    assert of(database, "one") == [("s1", "a"), ("s2", "b"), ("s3", "a")]


def test_an_older_snapshot_may_be_noted_later(database: Database) -> None:
    note(database, "s5", NOW, None, {"one": "b"})
    note(database, "s2", NOW, None, {"one": "a"})
    assert of(database, "one") == [("s2", "a"), ("s5", "b")]


@given(st.lists(st.integers(0, 99), unique=True), st.integers(0, 99))
def test_the_text_in_force_is_the_last_one_noted_before(noted: list[int], asked: int) -> None:
    rows = [Noted(f"{one:02}", str(one), None, NOW) for one in sorted(noted)]
    position = in_force(rows, f"{asked:02}")
    before = [one for one in noted if one <= asked]
    assert (None if position is None else int(rows[position].revision)) == max(before, default=None)


def test_a_snapshot_knows_what_was_written(tmp_path: Path, models: Path) -> None:
    data, folder = tmp_path / "data", tmp_path / "articles"
    (data / "models").parent.mkdir()
    (data / "models").symlink_to(models)
    (folder / "includes").mkdir(parents=True)
    (folder / "one.md").write_text("# One\n\nSome text.\n")
    (folder / "two.es.md").write_text("# Dos\n\nTexto.\n")
    publish_folder(folder, data)
    first = open_current(data).texts
    assert set(first) == {"one", "es:two"}
    (folder / "one.md").write_text("---\ncategory: elsewhere\n---\n\n# One\n\nSome text.\n")
    (folder / "two.es.md").write_text("# Dos\n\nOtro texto.\n")
    publish_folder(folder, data)
    second = open_current(data).texts
    assert (first["one"] == second["one"], first["es:two"] == second["es:two"]) == (True, False)
