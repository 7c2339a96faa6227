"""The pointer: moved in one step, moved back by hand, and never to what is not whole."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from test_manifest import describe

from indexer.encoder import Recipe
from indexer.lock import publishing
from indexer.manifest import MANIFEST, sha256_of_file, write_manifest
from indexer.pointer import (
    CURRENT,
    SNAPSHOTS,
    activate,
    clean_partials,
    kept_recipes,
    list_snapshots,
    open_current,
    prune,
    read_pointer,
    roll_back,
    snapshot_ids,
)
from kb.errors import (
    BusyError,
    DamagedSnapshotError,
    KBError,
    NoSnapshotError,
    UnavailableError,
)

RECIPE = Recipe(
    model="m", revision="r", dimensions=8, max_tokens=9, pooling="mean", quantisation="int8"
)


def add(data: Path, day: int, activated: bool = True, recipe: Recipe | None = None) -> str:
    """A snapshot of one file, as old as its day; only its manifest makes sense."""
    partial = data / SNAPSHOTS / f"202601{day:02}-000000-000.partial"
    partial.mkdir(parents=True)
    (partial / "file").write_text(str(day))
    sha256 = write_manifest(partial, describe(partial, recipe=recipe))
    done = partial.rename(partial.with_name(f"{partial.stem}-{sha256[:12]}"))
    if activated:
        activate(data, done.name, sha256)
    return done.name


def damage(data: Path, snapshot_id: str) -> None:
    (data / SNAPSHOTS / snapshot_id / "file").write_text("other")


def test_before_the_first_publish_nothing_is_served(tmp_path: Path) -> None:
    assert read_pointer(tmp_path) is None
    assert snapshot_ids(tmp_path) == []
    assert list_snapshots(tmp_path) == []
    with pytest.raises(NoSnapshotError, match=r"nothing has been published yet \(run `kb publish`"):
        open_current(tmp_path)
    for wanted in (None, "x"):
        with pytest.raises(NoSnapshotError, match=r"nothing has been published yet \(run"):
            roll_back(tmp_path, wanted)


def test_a_folder_that_cannot_be_read_is_named_with_its_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(UnavailableError, match=r"file/CURRENT: Not a directory \(set KB_DATA"):
        open_current(tmp_path / "file")
    (tmp_path / SNAPSHOTS).write_text("no folder")
    with pytest.raises(UnavailableError, match=r"snapshots: Not a directory \(set KB_DATA to a"):
        list_snapshots(tmp_path)


def test_snapshots_are_listed_newest_first_with_their_damage(tmp_path: Path) -> None:
    old, middle, new = (add(tmp_path, day) for day in (1, 2, 3))
    damage(tmp_path, middle)
    (tmp_path / SNAPSHOTS / "notes").mkdir()
    (tmp_path / SNAPSHOTS / "20260104-000000-000.partial").mkdir()
    listed = list_snapshots(tmp_path)
    assert [one.id for one in listed] == [new, middle, old]
    assert [one.active for one in listed] == [True, False, False]
    assert [one.manifest is None for one in listed] == [False, True, False]
    assert "file: is not what the manifest says" in (listed[1].damage or "")


def test_rolling_back_serves_the_newest_older_one_that_is_whole(tmp_path: Path) -> None:
    old, middle, _ = (add(tmp_path, day) for day in (1, 2, 3))
    damage(tmp_path, middle)
    assert roll_back(tmp_path) == old == read_pointer(tmp_path)
    with pytest.raises(KBError, match=f"no snapshot older than {old} is whole"):
        roll_back(tmp_path)
    assert read_pointer(tmp_path) == old


def test_rolling_back_waits_for_nobody_and_says_who_publishes(tmp_path: Path) -> None:
    _, new = (add(tmp_path, day) for day in (1, 2))
    with publishing(tmp_path), pytest.raises(BusyError) as caught:
        roll_back(tmp_path)
    assert f"process {os.getpid()} on " in str(caught.value)
    assert "is publishing" in str(caught.value)
    assert read_pointer(tmp_path) == new


def test_nothing_is_published_while_one_rolls_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, _ = (add(tmp_path, day) for day in (1, 2))

    def refused(data: Path, *known: str) -> None:
        with pytest.raises(BusyError), publishing(data):
            pass
        activate(data, *known)

    monkeypatch.setattr("indexer.pointer.activate", refused)
    assert roll_back(tmp_path) == old == read_pointer(tmp_path)
    with publishing(tmp_path):
        pass


def test_the_recipes_of_all_snapshots_on_disk_are_known(tmp_path: Path) -> None:
    made = [RECIPE.model_copy(update={"revision": name}) for name in ("a", "b")]
    assert kept_recipes(tmp_path) == frozenset()
    for day, recipe in enumerate([*made, None, made[1]], 1):
        add(tmp_path, day, recipe=recipe)
    assert kept_recipes(tmp_path) == {one.id for one in made}
    prune(tmp_path, 3)
    assert kept_recipes(tmp_path) == {made[1].id}


def test_a_manifest_that_cannot_be_read_names_no_recipe(tmp_path: Path) -> None:
    snapshot_id = add(tmp_path, 1, recipe=RECIPE)
    (tmp_path / SNAPSHOTS / snapshot_id / MANIFEST).write_text("{}")
    assert kept_recipes(tmp_path) == frozenset()


def test_any_whole_snapshot_may_be_chosen_also_a_newer_one(tmp_path: Path) -> None:
    old, middle, new = (add(tmp_path, day) for day in (1, 2, 3))
    assert roll_back(tmp_path, old) == old
    assert roll_back(tmp_path, new) == new == read_pointer(tmp_path)
    damage(tmp_path, middle)
    with pytest.raises(DamagedSnapshotError, match="file: is not what the manifest says"):
        roll_back(tmp_path, middle)
    with pytest.raises(NoSnapshotError, match=rf"no snapshot 'x' \(there are: {new}, "):
        roll_back(tmp_path, "x")
    assert read_pointer(tmp_path) == new


def test_the_pointer_names_a_snapshot_and_the_hash_of_its_manifest(tmp_path: Path) -> None:
    snapshot_id = add(tmp_path, 1)
    sha256 = sha256_of_file(tmp_path / SNAPSHOTS / snapshot_id / MANIFEST)
    assert (tmp_path / CURRENT).read_text() == f"{snapshot_id} {sha256}\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == [CURRENT, SNAPSHOTS]


@pytest.mark.parametrize("text", ["", "x", "20260101-000000-000-0123456789ab", "\xff" * 90])
def test_a_pointer_that_says_nothing_is_as_if_it_were_not_there(text: str, tmp_path: Path) -> None:
    add(tmp_path, 1)
    (tmp_path / CURRENT).write_text(text, encoding="latin-1")
    assert read_pointer(tmp_path) is None


def test_whoever_reads_while_the_pointer_moves_sees_the_old_or_the_new(tmp_path: Path) -> None:
    ids = [add(tmp_path, day) for day in (1, 2)]
    hashes = [sha256_of_file(tmp_path / SNAPSHOTS / one / MANIFEST) for one in ids]
    seen: list[str | None] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            seen.append(read_pointer(tmp_path))

    reader = threading.Thread(target=read)
    reader.start()
    for turn in range(200):
        activate(tmp_path, ids[turn % 2], hashes[turn % 2])
    stop.set()
    reader.join()
    assert seen
    assert set(seen) <= set(ids)


def test_a_pointer_that_cannot_be_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = add(tmp_path, 1)
    new = add(tmp_path, 2, activated=False)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        activate(tmp_path, new, "0" * 64)
    assert read_pointer(tmp_path) == old


def test_pruning_keeps_the_newest_and_the_active(tmp_path: Path) -> None:
    ids = [add(tmp_path, day) for day in range(1, 7)]
    prune(tmp_path, 4)
    assert snapshot_ids(tmp_path) == ids[:1:-1]
    roll_back(tmp_path, ids[2])
    prune(tmp_path, 1)
    assert snapshot_ids(tmp_path) == ids[:1:-1]
    roll_back(tmp_path, ids[4])
    prune(tmp_path, 2)
    assert snapshot_ids(tmp_path) == [ids[5], ids[4]]


def test_a_snapshot_that_is_half_removed_is_no_snapshot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [add(tmp_path, day) for day in (1, 2)]

    def killed(folder: Path) -> None:
        (folder / "file").unlink()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("shutil.rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            prune(tmp_path, 1)
    assert [(one.id, one.damage) for one in list_snapshots(tmp_path)] == [(ids[1], None)]
    clean_partials(tmp_path)
    assert len(list((tmp_path / SNAPSHOTS).iterdir())) == 1


def test_what_a_killed_publisher_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    clean_partials(tmp_path)
    snapshot_id = add(tmp_path, 1)
    left = tmp_path / SNAPSHOTS / "20260104-000000-000.partial" / "keyword"
    left.mkdir(parents=True)
    (left / "file").write_text("x")
    clean_partials(tmp_path)
    assert [path.name for path in (tmp_path / SNAPSHOTS).iterdir()] == [snapshot_id]


def test_snapshots_that_are_all_damaged_are_an_error_that_names_the_active_one(
    tmp_path: Path,
) -> None:
    for day in (1, 2):
        newest = add(tmp_path, day)
        damage(tmp_path, newest)
    with pytest.raises(DamagedSnapshotError, match=f"{newest}/file: is not what"):
        open_current(tmp_path)
