"""What earlier publishes worked out, by content: only what changed is done again.

A cache may be deleted at any time, also while it is read. An entry that a crash left half-written
is found by its checksum and worked out again; nothing is fsynced.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import time
import zlib
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer.encoder import Encoder, FloatArray, Recipe

VECTORS = "vectors-"
KEEP_SECONDS = 30 * 24 * 3600
"""Entries that no publish has used for 30 days are removed."""


def content_key(*parts: object) -> str:
    """A name for what was made of these parts; their boundaries count."""
    digest = hashlib.sha256()
    for part in parts:
        text = str(part).encode()
        digest.update(len(text).to_bytes(8, "big") + text)
    return digest.hexdigest()


class FileCache:
    """One compressed file an entry."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def get(self, key: str) -> bytes | None:
        """The entry, or None where it is absent or damaged."""
        path = self._path(key)
        try:
            data = gzip.decompress(path.read_bytes())
            os.utime(path)
        except (FileNotFoundError, EOFError, gzip.BadGzipFile, zlib.error):
            return None
        return data or None  # a crash leaves empty files, too

    def put(self, key: str, data: bytes) -> None:
        """Store an entry."""
        path = self._path(key)
        path.parent.mkdir(exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}.partial")
        partial.write_bytes(gzip.compress(data, compresslevel=1))
        partial.replace(path)

    def prune(self) -> None:
        """Remove what has not been used for long."""
        oldest = time.time() - KEEP_SECONDS
        for path in self._folder.glob("*/*"):
            with suppress(FileNotFoundError):  # a preview removes them too
                if path.stat().st_mtime < oldest:
                    path.unlink()

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / key[2:]


def vectors_file(data: Path, recipe: Recipe) -> Path:
    """Where a data folder keeps the vectors that one recipe made."""
    return data / "cache" / f"{VECTORS}{recipe.id}"


def forget_vectors(data: Path, recipes: Collection[str]) -> None:
    """Remove the vectors of all recipes but these, named by their ids."""
    for path in (data / "cache").glob(f"{VECTORS}*"):
        if path.name.removeprefix(VECTORS) not in recipes:
            path.unlink(missing_ok=True)


class EmbeddingCache:
    """Vectors by text, for one recipe: a file of fixed records that only grows at its end."""

    def __init__(self, path: Path, encoder: Encoder) -> None:
        self._path = path
        self._encoder = encoder
        self._record = np.dtype(
            [("key", "S32"), ("crc", "<u4"), ("vector", "<f4", (encoder.recipe.dimensions,))]
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        self._stored = self._read()
        self._row_of = {bytes(key): row for row, key in enumerate(self._stored["key"])}

    def _read(self) -> npt.NDArray[np.void]:
        """Whole records with the right checksum."""
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            data = b""
        whole = len(data) // self._record.itemsize
        stored = np.frombuffer(data, dtype=self._record, count=whole)
        good = [zlib.crc32(vector.tobytes()) == crc for _, crc, vector in stored]
        kept: npt.NDArray[np.void] = stored[np.asarray(good, dtype=bool)]
        self._torn = len(data) != kept.nbytes
        return kept

    def missing(self, texts: Sequence[str]) -> list[str]:
        """The distinct texts without a vector yet, longest first, so that threads end together."""
        new = {text for text in texts if _key(text) not in self._row_of}
        return sorted(new, key=lambda text: (-len(text), text))

    def encode(self, texts: Sequence[str], on_done: Callable[[], None]) -> FloatArray:
        """Vectors, shape (len(texts), dimensions); ``on_done`` is called for each new one."""
        new = self.missing(texts)
        for start in range(0, len(new), 512):
            self._add(new[start : start + 512], on_done)
        rows = [self._row_of[_key(text)] for text in texts]
        vectors = self._stored["vector"][rows]
        return np.ascontiguousarray(vectors, dtype=np.float32)

    def _add(self, texts: Sequence[str], on_done: Callable[[], None]) -> None:
        """Encode and append, in pieces: a publish that is cut off keeps what it did."""
        added = np.empty(len(texts), dtype=self._record)
        added["key"] = [_key(text) for text in texts]
        added["vector"] = self._encoder.encode_passages(texts, on_done)
        added["crc"] = [zlib.crc32(vector.tobytes()) for vector in added["vector"]]
        if self._torn:
            self._write()
        with self._path.open("ab") as file:
            file.write(added.tobytes())
        first = len(self._stored)
        self._stored = np.concatenate([self._stored, added])
        self._row_of |= {bytes(key): first + row for row, key in enumerate(added["key"])}

    def prune(self, texts: Sequence[str]) -> None:
        """Keep only the vectors of these texts, once most of the file serves no one."""
        if len(self._stored) > 2 * len({_key(text) for text in texts}) + 1000:
            self.keep_only(texts)

    def keep_only(self, texts: Sequence[str]) -> None:
        """Remove the vectors of all other texts."""
        used = {_key(text) for text in texts}
        rows = [row for key, row in self._row_of.items() if key in used]
        if self._torn or len(rows) < len(self._stored):
            self._stored = self._stored[rows]
            self._row_of = {bytes(key): row for row, key in enumerate(self._stored["key"])}
            self._write()

    def _write(self) -> None:
        """Let the file hold what is known, and nothing else."""
        partial = self._path.with_suffix(".partial")
        self._stored.tofile(partial)
        partial.replace(self._path)
        self._torn = False


class AsQueries:
    """An encoder that gives queries' vectors where passages' are asked for: past cases are queries.

    A long draft is encoded in windows, as when it is asked.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.recipe = encoder.recipe

    def knows(self, word: str) -> bool:
        """As the encoder itself."""
        return self._encoder.knows(word)

    def encode_query(self, text: str) -> FloatArray:
        """As the encoder itself."""
        return self._encoder.encode_query(text)

    def encode_passages(self, texts: Sequence[str], on_done: Callable[[], None]) -> FloatArray:
        """Vectors, shape (len(texts), dimensions), on as many threads as there are cores."""

        def encode(text: str) -> FloatArray:
            vector = self._encoder.encode_query(text)
            on_done()
            return vector

        with ThreadPoolExecutor(os.cpu_count()) as threads:
            return np.asarray(list(threads.map(encode, texts)), dtype=np.float32)


def _key(text: str) -> bytes:
    """Numpy cuts zero bytes off the end of a text field, so the key never ends with one."""
    return hashlib.sha256(text.encode()).digest()[:31] + b"\x01"
