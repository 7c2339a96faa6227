"""Text to unit vectors, and the recipe that says exactly how, so that queries match passages.

Serving needs onnxruntime and tokenizers only: a whole `kb search` takes a sixth of the time that
importing sentence-transformers does, and a web worker 190 MB (`make bench`).

Dynamic int8 depends on its batch, so one text is encoded a call,
on parallel threads: the same text always gets the same vector.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol
from weakref import WeakValueDictionary

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict
from tokenizers import Tokenizer

from kb.errors import ModelError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

FloatArray = npt.NDArray[np.float32]
Pooling = Literal["mean", "cls", "sentence-transformers"]

ONNX_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"
RECIPE_FILE = "recipe.json"
REMEDY = "delete its folder and run `kb publish`"


ENCODING_VERSION = 2
"""Part of the recipe; raise it when this module makes other vectors of the same model."""


class Recipe(BaseModel):
    """Everything a vector depends on; two vectors compare only where their recipes are equal."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    revision: str
    dimensions: int
    max_tokens: int
    pooling: Pooling
    quantisation: str
    query_prefix: str = ""
    passage_prefix: str = ""
    onnx_sha256: str = ""
    tokenizer_sha256: str = ""
    splitter: int = 0
    encoding: int = ENCODING_VERSION

    @property
    def id(self) -> str:
        """Short name of the recipe: equal where everything above is."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]


class Encoder(Protocol):
    """Text in, unit vectors out."""

    @property
    def recipe(self) -> Recipe:
        """How this encoder makes its vectors."""

    def knows(self, word: str) -> bool:
        """Whether a word is one the model has a token of its own for: no misspelling has."""

    def encode_query(self, text: str) -> FloatArray:
        """One vector, shape (dimensions,); a text over the model's length in windows."""

    def encode_passages(self, texts: Sequence[str], on_done: Callable[[], None]) -> FloatArray:
        """Vectors, shape (len(texts), dimensions); ``on_done`` is called after each text."""


class OnnxEncoder:
    """A quantised Transformer with mean or CLS pooling, run by onnxruntime."""

    def __init__(self, folder: Path, recipe: Recipe) -> None:
        self.recipe = recipe
        self._loaded = _load(folder, recipe)
        self._tokenizer = self._loaded.tokenizer

    def knows(self, word: str) -> bool:
        """Whether the model's vocabulary has the word as it stands."""
        return self._tokenizer.token_to_id(word) is not None

    def encode_query(self, text: str) -> FloatArray:
        """One unit vector, shape (dimensions,)."""
        windows = self._windows(self.recipe.query_prefix + text)
        return unit(np.mean([self._run(window) for window in windows], axis=0))

    def encode_passages(self, texts: Sequence[str], on_done: Callable[[], None]) -> FloatArray:
        """Unit vectors, shape (len(texts), dimensions), on as many threads as there are cores."""
        vectors = np.empty((len(texts), self.recipe.dimensions), dtype=np.float32)

        def encode(row: int) -> None:
            first_window, *_ = self._windows(self.recipe.passage_prefix + texts[row])
            vectors[row] = self._run(first_window)
            on_done()

        with ThreadPoolExecutor(os.cpu_count()) as threads:
            for _ in threads.map(encode, range(len(texts))):
                pass
        return vectors

    def _windows(self, text: str) -> list[list[int]]:
        """Token ids in pieces the model can read, each between its special tokens."""
        encoding = self._tokenizer.encode(text)
        return [encoding.ids, *(part.ids for part in encoding.overflowing)]

    def _run(self, ids: list[int]) -> FloatArray:
        tokens = np.asarray([ids], dtype=np.int64)
        feed = {"input_ids": tokens, "attention_mask": np.ones_like(tokens)}
        if "token_type_ids" in self._loaded.inputs:
            feed["token_type_ids"] = np.zeros_like(tokens)
        states = self._loaded.session.run(None, feed)[0][0]
        return unit(states[0] if self.recipe.pooling == "cls" else states.mean(axis=0))


@dataclass(frozen=True, eq=False)
class _Loaded:
    """A model's files in memory: both may be used by any number of threads."""

    session: InferenceSession
    inputs: frozenset[str]
    tokenizer: Tokenizer


_in_use: WeakValueDictionary[tuple[str, str, int], _Loaded] = WeakValueDictionary()
"""What some encoder of this process uses: the engines of customers and of the team, and of the
snapshot before and after a publish, share one copy of a model."""


def _load(folder: Path, recipe: Recipe) -> _Loaded:
    """A model's files, read and compared each time, opened once while anything uses them."""
    model = _verified(folder / ONNX_FILE, recipe.onnx_sha256)
    words = _verified(folder / TOKENIZER_FILE, recipe.tokenizer_sha256)
    key = (recipe.onnx_sha256, recipe.tokenizer_sha256, recipe.max_tokens)
    found = _in_use.get(key)
    if found is None:
        session, tokenizer = _session(model), Tokenizer.from_buffer(words)
        tokenizer.no_padding()
        tokenizer.enable_truncation(recipe.max_tokens)
        inputs = frozenset(one.name for one in session.get_inputs())
        found = _in_use.setdefault(key, _Loaded(session, inputs, tokenizer))
    return found


def _verified(path: Path, sha256: str) -> bytes:
    """A file's bytes; ModelError where they are not those that made the snapshot's vectors."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror} ({REMEDY})") from None
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        what = f"SHA-256 is {found[:12]}, {sha256[:12]} expected"
        raise ModelError(f"{path}: {what} ({REMEDY})")
    return data


def _session(model: bytes) -> InferenceSession:
    """A session on one thread: one text is too small to share between cores, texts are shared.

    onnxruntime starts a thread when it is imported, and a web server forks before it serves: so it
    is imported here, in the process that uses it.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def unit(vector: FloatArray) -> FloatArray:
    """The vector scaled to length 1; zeros stay zeros."""
    length = float(np.linalg.norm(vector))
    return np.asarray(vector / length if length else vector, dtype=np.float32)
