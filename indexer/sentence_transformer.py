"""sentence-transformers: the one module that imports it, and torch with it.

It exports models to ONNX (``python -m indexer.sentence_transformer``) and serves those that ONNX
cannot.
"""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from sentence_transformers import SentenceTransformer, export_dynamic_quantized_onnx_model

from indexer.encoder import (
    ONNX_FILE,
    RECIPE_FILE,
    TOKENIZER_FILE,
    FloatArray,
    Recipe,
    unit,
)
from indexer.model_files import pooling_of, revision_of, sha256_of
from indexer.passages import SPLITTER_VERSION
from kb.errors import ModelError

LONGEST_REASON = 300
"""Characters of what the library says, which may list every model that it knows."""


class SentenceTransformerEncoder:
    """Any other model, served by sentence-transformers itself (which imports torch)."""

    def __init__(self, source: Path) -> None:
        self._model = _load(source)
        self.recipe = _recipe(self._model, source)

    def knows(self, word: str) -> bool:
        """Whether the model's vocabulary has the word as it stands."""
        tokenizer = self._model.tokenizer
        tokens = tokenizer.tokenize(word)
        return len(tokens) == 1 and tokens != [tokenizer.unk_token]

    def encode_query(self, text: str) -> FloatArray:
        """One unit vector, shape (dimensions,)."""
        return self._encode(self.recipe.query_prefix + text)

    def encode_passages(self, texts: Sequence[str], on_done: Callable[[], None]) -> FloatArray:
        """Unit vectors, shape (len(texts), dimensions)."""
        vectors = []
        for text in texts:
            vectors.append(self._encode(self.recipe.passage_prefix + text))
            on_done()
        return np.asarray(vectors, dtype=np.float32).reshape(-1, self.recipe.dimensions)

    def _encode(self, text: str) -> FloatArray:
        return unit(np.asarray(self._model.encode(text, show_progress_bar=False)))


def _load(source: Path) -> SentenceTransformer:
    try:
        model: SentenceTransformer = SentenceTransformer(str(source), device="cpu")
    except (OSError, ValueError) as error:
        remedy = "set KB_MODEL to the folder of a sentence-transformers model"
        said = textwrap.shorten(str(error), LONGEST_REASON, placeholder=" …")
        raise ModelError(f"model {str(source)!r} cannot be loaded: {said} ({remedy})") from None
    return model


def _recipe(model: SentenceTransformer, source: Path) -> Recipe:
    """What sentence-transformers says of a model."""
    prompts = model.prompts or {}
    return Recipe(
        model=str(source),
        revision=revision_of(source),
        dimensions=int(model.get_embedding_dimension() or 0),
        max_tokens=int(model.max_seq_length or 512),
        pooling="sentence-transformers",
        quantisation="none",
        query_prefix=prompts.get("query", ""),
        passage_prefix=prompts.get("document", ""),
        splitter=SPLITTER_VERSION,
    )


def export(source: Path, folder: Path, quantisation: str) -> None:
    """Write model.onnx, tokenizer.json and recipe.json for a model to a folder."""
    options = {"export": True, "provider": "CPUExecutionProvider"}
    model = SentenceTransformer(str(source), backend="onnx", model_kwargs=options, device="cpu")
    work = folder / "work"
    model.save_pretrained(str(work))
    export_dynamic_quantized_onnx_model(model, quantisation, str(work))
    (quantised,) = (work / "onnx").glob("model_q*.onnx")
    quantised.rename(folder / ONNX_FILE)
    (work / TOKENIZER_FILE).rename(folder / TOKENIZER_FILE)
    shutil.rmtree(work)
    plain = {
        "model": _name(source),
        "pooling": pooling_of(source) or "mean",
        "quantisation": f"int8 dynamic {quantisation}",
        "onnx_sha256": sha256_of(folder / ONNX_FILE),
        "tokenizer_sha256": sha256_of(folder / TOKENIZER_FILE),
        "splitter": 0,
    }
    recipe = _recipe(model, source).model_copy(update=plain)
    (folder / RECIPE_FILE).write_text(recipe.model_dump_json(indent=2))


def _name(folder: Path) -> str:
    """A model's folder is often called ``model`` inside its package."""
    return folder.parent.name if folder.name == "model" else folder.name


if __name__ == "__main__":
    export(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
