"""Memories on disk: written whole, checked to the byte, and never in the way of search."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lessons import CRACK, copy_of, history, imported, names, teach

from indexer import memory_build
from indexer.evidence import said, weigh
from indexer.manifest import MANIFEST, MemoryManifest, sha256_of_file, write_manifest
from indexer.memory import MEMORY, ResolutionMemory, open_memory
from indexer.memory_build import (
    Lessons,
    activate_memory,
    experience,
    forget,
    remove_memory,
    write_memory,
)
from indexer.pointer import PARTIAL, activate, ids_in, open_current, pointed
from kb.errors import DamagedSnapshotError
from kb.events import Resolution
from search.engine import Engine


def write(data: Path, past: Sequence[Resolution]) -> ResolutionMemory:
    """A memory of a past, not yet active; its vectors are made up."""
    snapshot = open_current(data)
    cases = weigh(past, lambda name: name)
    assert snapshot.manifest.recipe
    made = np.random.default_rng(3).normal(size=(len(cases), snapshot.manifest.recipe.dimensions))
    vectors = np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)
    return write_memory(Lessons(cases, vectors, {said(one) for one in past}), snapshot, data)


@pytest.fixture(scope="module")
def master(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop with a memory; copied, never changed."""
    data = copy_of(shop, tmp_path_factory.mktemp("taught") / "data")
    assert teach(data, history()).verdict == "activated"
    return data


@pytest.fixture
def taught(master: Path, tmp_path: Path) -> Path:
    """A copy of the shop with a memory."""
    return copy_of(master, tmp_path / "data")


@pytest.fixture
def untaught(shop: Path, tmp_path: Path) -> Path:
    """A copy of the shop without."""
    return copy_of(shop, tmp_path / "data")


def test_what_was_written_is_what_is_read(untaught: Path) -> None:
    past = [*history(), imported("dark", "orders/tracking", weight=-1.0, name="no")]
    past += [imported("no light", "orders/tracking", weight=-1.0, name="no")]
    cases = weigh(past, lambda name: name)
    written = write(untaught, past)
    opened = ResolutionMemory.open(untaught / MEMORY / written.id)
    assert [opened.case(row) for row in range(len(opened.cases))] == list(cases)
    assert opened.said() == {said(one) for one in past}
    tables = opened.tables
    assert [opened.names[row] for row in tables.article] == [case.article for case in cases]
    np.testing.assert_allclose(tables.weight, [case.weight for case in cases], rtol=1e-6)
    np.testing.assert_allclose(tables.largest, [case.largest for case in cases], rtol=1e-6)
    site = open_current(untaught)
    assert opened.names == tuple(article.name("en") for article in site.articles)
    assert tables.experience.shape == tables.model.bias.shape == (len(site.articles),)
    assert opened.manifest.recipe == site.manifest.recipe
    assert (opened.manifest.cases, opened.manifest.articles) == (len(past), 4)
    assert opened.manifest.snapshot == site.id


def test_the_wordings_of_one_case_are_one_voice(untaught: Path) -> None:
    last = imported("the bulb flickers", "orders/returns")
    before = [replace(last, query=query, weight=0.5) for query in ("it blinks", "bulb is bad")]
    memory = write(untaught, [*history(), last, *before])
    his = {
        int(memory.tables.voice[row])
        for row in range(len(memory.cases))
        if last.source in memory.case(row).sources
    }
    assert len(his) == 1
    assert memory.tables.voice.tolist().count(his.pop()) == 3
    assert len(set(memory.tables.voice.tolist())) == 43


def test_a_memory_is_used_once_it_is_activated(untaught: Path) -> None:
    assert open_memory(untaught) is None
    written = write(untaught, history())
    assert open_memory(untaught) is None
    activate_memory(untaught, written)
    opened = open_memory(untaught)
    assert opened
    assert opened.id == written.id


def test_the_same_lessons_make_the_same_memory_to_the_bit(untaught: Path) -> None:
    folders = [untaught / MEMORY / write(untaught, history()).id for _ in range(2)]
    for path in folders[0].iterdir():
        if path.name not in {MANIFEST, "tables.npz"}:  # they hold the time
            assert path.read_bytes() == (folders[1] / path.name).read_bytes()
    with np.load(folders[0] / "tables.npz") as one, np.load(folders[1] / "tables.npz") as other:
        assert all(one[name].tobytes() == other[name].tobytes() for name in one.files)


def flip(path: Path, place: float) -> None:
    """Change one bit of one byte."""
    data = bytearray(path.read_bytes())
    data[int(place * (len(data) - 1))] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("place", [0.0, 0.5, 1.0])
def test_one_flipped_byte_in_any_file_is_refused_by_name_and_search_does_without(
    place: float, taught: Path, caplog: pytest.LogCaptureFixture
) -> None:
    active = pointed(taught / MEMORY)
    assert active
    files = sorted(path for path in (taught / MEMORY / active.id).iterdir())
    assert {path.name for path in files} >= {MANIFEST, "cases.faiss", "tables.npz", "said.json"}
    for path in files:
        before = path.read_bytes()
        flip(path, place)
        caplog.clear()
        assert open_memory(taught) is None
        assert f"search does without memory: {path}: is not" in caplog.text
        assert "run `kb learn`" in caplog.text
        with pytest.raises(DamagedSnapshotError, match=path.name):
            ResolutionMemory.open(path.parent)
        path.write_bytes(before)
    flip(files[0], place)
    engine = Engine.open(taught)
    assert engine.memory is None
    assert names(engine, CRACK) == names(engine, CRACK, memory=False)


def test_a_missing_added_or_cut_file_is_refused_by_name(taught: Path) -> None:
    active = pointed(taught / MEMORY)
    assert active
    folder = taught / MEMORY / active.id
    for path in sorted(folder.iterdir()):
        before = path.read_bytes()
        path.unlink()
        with pytest.raises(DamagedSnapshotError, match=f"{path.name}: cannot be read: No such"):
            ResolutionMemory.open(folder)
        path.write_bytes(before[:-1])
        with pytest.raises(DamagedSnapshotError, match=f"{path.name}: is not"):
            ResolutionMemory.open(folder)
        path.write_bytes(before)
    (folder / "cases.pickle").write_bytes(b"x")
    with pytest.raises(DamagedSnapshotError, match=r"cases\.pickle: is not in the manifest"):
        ResolutionMemory.open(folder)


def test_a_pointer_that_names_another_manifest_is_no_memory(
    taught: Path, caplog: pytest.LogCaptureFixture
) -> None:
    active = pointed(taught / MEMORY)
    assert active
    activate(taught / MEMORY, active.id, "0" * 64)
    assert open_memory(taught) is None
    assert "is not the one that was activated" in caplog.text
    activate(taught / MEMORY, "20260101-000000-000-0123456789ab", active.sha256)
    assert open_memory(taught) is None
    (taught / MEMORY / "CURRENT").write_text("nonsense")
    assert open_memory(taught) is None
    assert Engine.open(taught).memory is None


def test_a_memory_of_another_model_is_not_used_and_said(
    taught: Path, caplog: pytest.LogCaptureFixture
) -> None:
    active = pointed(taught / MEMORY)
    assert active
    folder = taught / MEMORY / active.id
    manifest = MemoryManifest.model_validate_json((folder / MANIFEST).read_bytes())
    other = manifest.recipe.model_copy(update={"revision": "another"})
    sha256 = write_manifest(folder, manifest.model_copy(update={"recipe": other}))
    moved = folder.rename(folder.with_name(f"{active.id[:19]}-{sha256[:12]}"))
    activate(taught / MEMORY, moved.name, sha256)
    engine = Engine.open(taught)
    assert engine.memory is None
    assert f"memory {moved.name} was made with another model: run `kb learn`" in caplog.text
    assert names(engine, CRACK)


def test_only_the_last_memory_is_kept(untaught: Path) -> None:
    written = []
    for _ in range(4):
        memory = write(untaught, history())
        activate_memory(untaught, memory)
        written.append(memory.id)
    assert ids_in(untaught / MEMORY) == written[-1:]
    active = pointed(untaught / MEMORY)
    assert active
    assert active.id == written[-1]
    assert active.sha256 == sha256_of_file(untaught / MEMORY / active.id / MANIFEST)


def test_a_memory_that_was_opened_goes_on_when_its_folder_is_removed(taught: Path) -> None:
    engine = Engine.open(taught)
    assert engine.memory
    before = names(engine, CRACK)
    case = engine.memory.case(0)
    remove_memory(taught, engine.memory.id)
    assert names(engine, CRACK) == before
    assert engine.memory.case(0) == case


def test_what_a_killed_learner_left_is_swept_up(untaught: Path) -> None:
    left = untaught / MEMORY / f"20260101-000000-000{PARTIAL}"
    left.mkdir(parents=True)
    (left / "cases").write_bytes(b"half")
    write(untaught, history())
    assert not list((untaught / MEMORY).glob(f"*{PARTIAL}"))


def test_a_failed_write_leaves_the_active_memory(
    taught: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = pointed(taught / MEMORY)

    def fail(*_: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(memory_build, "write_records", fail)
        with pytest.raises(OSError, match="no space"):
            write(taught, history())
    assert pointed(taught / MEMORY) == before
    assert open_memory(taught)


def test_forgetting_removes_every_memory(taught: Path) -> None:
    forget(taught)
    assert not (taught / MEMORY).exists()
    assert open_memory(taught) is None
    forget(taught)


def test_a_memory_may_be_moved_with_its_data_folder(taught: Path) -> None:
    moved = Path(shutil.move(taught, taught.with_name("elsewhere")))
    assert names(Engine.open(moved), CRACK)[0] == "orders/returns"


@given(st.integers(1, 30), st.integers(1, 6), st.integers(1, 9))
def test_experience_is_the_mean_of_the_nearest_cases_however_many_are_compared_at_once(
    cases: int, articles: int, at_once: int
) -> None:
    random = np.random.default_rng(cases * 100 + articles)
    vectors = [
        random.normal(size=(n, 5)).astype(np.float32) for n in (cases, articles, 2 * articles)
    ]
    asked, titles, texts = vectors
    first = 2 * np.arange(articles)
    best = np.maximum((asked @ texts.T).reshape(cases, articles, 2).max(axis=2), asked @ titles.T)
    nearest = np.sort(best, axis=0)[-memory_build.NEAREST_CASES :].mean(axis=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(memory_build, "BATCH", at_once)
        np.testing.assert_allclose(experience(asked, titles, texts, first), nearest, atol=1e-5)
