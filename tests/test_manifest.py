"""The manifest: what a snapshot consists of, to the byte, and which format it has."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path

import pytest

from indexer import manifest as manifest_module
from indexer.manifest import (
    FORMAT,
    MANIFEST,
    Counts,
    Manifest,
    file_hashes,
    read_verified,
    sha256_of_file,
    write_manifest,
)
from kb.errors import DamagedSnapshotError


def describe(folder: Path, **changes: object) -> Manifest:
    made = Manifest(
        format=FORMAT,
        created=dt.datetime(2026, 1, 2, tzinfo=dt.UTC),
        commit=None,
        site_lang="en",
        languages=("en",),
        recipe=None,
        no_recipe_reason="no model",
        counts=Counts(articles=1, passages=1, assets=0),
        files=file_hashes(folder),
    )
    return made.model_copy(update=changes)


def finish(folder: Path, **changes: object) -> Path:
    """Write the manifest and give the folder the name that checks it."""
    sha256 = write_manifest(folder, describe(folder, **changes))
    assert sha256 == sha256_of_file(folder / MANIFEST)
    return folder.rename(folder.with_name(f"20260102-000000-000-{sha256[:12]}"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "x.partial"
    (made / "deep" / "er").mkdir(parents=True)
    (made / "a").write_text("a")
    (made / "deep" / "er" / MANIFEST).write_text("another file of this name")
    return made


def test_a_whole_snapshot_is_read(folder: Path) -> None:
    done = finish(folder)
    manifest = read_verified(done, Manifest)
    assert (
        manifest == read_verified(done, Manifest, sha256_of_file(done / MANIFEST)) == describe(done)
    )
    assert manifest.files == {
        "a": hashlib.sha256(b"a").hexdigest(),
        "deep/er/manifest.json": hashlib.sha256(b"another file of this name").hexdigest(),
    }


def test_another_manifest_than_the_pointers_is_refused(folder: Path) -> None:
    done = finish(folder)
    with pytest.raises(DamagedSnapshotError, match=r"manifest\.json: is not the one that was"):
        read_verified(done, Manifest, "0" * 64)


def test_a_snapshot_under_another_name_is_refused(folder: Path) -> None:
    done = finish(folder)
    renamed = done.rename(done.with_name("20260102-000000-000-0123456789ab"))
    with pytest.raises(DamagedSnapshotError, match="is not the one that was activated"):
        read_verified(renamed, Manifest)


def test_a_snapshot_of_another_format_says_so(folder: Path) -> None:
    done = finish(folder, format=FORMAT + 1)
    with pytest.raises(DamagedSnapshotError, match=f"has format {FORMAT + 1}, this is {FORMAT}"):
        read_verified(done, Manifest)


def test_a_manifest_that_makes_no_sense_is_refused_even_if_its_hash_is_right(folder: Path) -> None:
    text = json.dumps({"format": FORMAT})
    (folder / MANIFEST).write_text(text)
    done = folder.rename(folder.with_name(f"x-{hashlib.sha256(text.encode()).hexdigest()[:12]}"))
    with pytest.raises(DamagedSnapshotError, match=r"manifest\.json: cannot be read: .*required"):
        read_verified(done, Manifest)


def test_a_folder_without_a_manifest_is_no_snapshot(folder: Path) -> None:
    with pytest.raises(DamagedSnapshotError, match=r"cannot be read: No such file.*kb publish"):
        read_verified(folder, Manifest)


def test_every_file_and_folder_is_forced_to_disk(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forced: list[Path] = []
    monkeypatch.setattr(manifest_module, "fsync", forced.append)
    write_manifest(folder, describe(folder))
    everything = {folder, *folder.rglob("*")}
    assert set(forced) == everything
    assert len(forced) == len(everything)


def test_forcing_to_disk_works_on_files_and_folders(folder: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    manifest_module.fsync(folder)
    manifest_module.fsync(folder / "a")
    assert len(list(Path("/proc/self/fd").iterdir())) == before
