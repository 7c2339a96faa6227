"""A model's identity and pooling, read from its files alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from indexer.manifest import sha256_of_file
from indexer.model_files import SETTLED_NS, pooling_of, revision_of, sha256_of


def test_a_models_identity_is_all_that_decides_its_vectors(tiny: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cls"
    shutil.copytree(tiny / "cls", folder)
    before = revision_of(folder)
    (folder / "README.md").write_text("Described anew.")
    assert revision_of(folder) == before == revision_of(tiny / "cls")
    shutil.copytree(tiny / "mean" / "1_Pooling", folder / "1_Pooling", dirs_exist_ok=True)
    assert revision_of(folder) != before
    shutil.copytree(tiny / "cls" / "1_Pooling", folder / "1_Pooling", dirs_exist_ok=True)
    assert revision_of(folder) == before
    data = bytearray((folder / "model.safetensors").read_bytes())
    data[-1] ^= 1
    (folder / "model.safetensors").write_bytes(data)
    assert revision_of(folder) != before


def test_a_file_is_read_once_while_it_stays_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, read = tmp_path / "model.safetensors", list[Path]()
    path.write_bytes(b"one")
    monkeypatch.setattr("time.time_ns", lambda: path.stat().st_ctime_ns + SETTLED_NS)

    def reading(one: Path) -> str:
        read.append(one)
        return sha256_of_file(one)

    monkeypatch.setattr("indexer.model_files.sha256_of_file", reading)
    assert sha256_of(path) == sha256_of(path) == sha256_of_file(path)
    assert read == [path]
    path.write_bytes(b"another")
    assert sha256_of(path) == sha256_of_file(path)
    assert read == [path, path]


def test_two_changes_within_one_tick_of_the_clock_are_both_seen(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    found = set()
    for number in range(100):
        path.write_bytes(b"%02d" % number)
        found.add(sha256_of(path))
    assert len(found) == 100


@pytest.mark.parametrize(
    ("config", "pooling"),
    [
        ({"pooling_mode": "mean"}, "mean"),
        ({"pooling_mode": "cls"}, "cls"),
        ({"pooling_mode": "max"}, None),
        ({"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False}, "mean"),
        ({"pooling_mode_cls_token": True}, "cls"),
        ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": True}, None),
    ],
)
def test_old_and_new_pooling_settings_are_read(
    config: dict[str, object], pooling: str | None, tmp_path: Path
) -> None:
    (tmp_path / "1_Pooling").mkdir()
    (tmp_path / "1_Pooling" / "config.json").write_text(json.dumps(config))
    assert pooling_of(tmp_path) == pooling
