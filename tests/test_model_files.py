"""A model's identity and pooling, read from its files alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from indexer.model_files import pooling_of, revision_of


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
