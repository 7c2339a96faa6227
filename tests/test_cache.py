"""Caches: only what changed is done again, and damage is found and worked out anew."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.cache import (
    KEEP_SECONDS,
    AsQueries,
    EmbeddingCache,
    FileCache,
    content_key,
    forget_vectors,
    vectors_file,
)
from indexer.encoder import FloatArray, Recipe, unit

SIZE = 8


class CountingEncoder:
    """Vectors from the bytes of a text, and a list of what was asked for."""

    recipe = Recipe(
        model="m",
        revision="r",
        dimensions=SIZE,
        max_tokens=9,
        pooling="mean",
        quantisation="int8",
    )

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def knows(self, word: str) -> bool:
        raise AssertionError(f"asked for {word}, which no cache needs")

    def encode_query(self, text: str) -> FloatArray:
        seed = int.from_bytes(text.encode()[:8], "big") + len(text)
        return unit(np.random.default_rng(seed).normal(size=SIZE).astype(np.float32))

    def encode_passages(self, texts: Sequence[str], on_done: Callable[[], None]) -> FloatArray:
        self.encoded += texts
        for _ in texts:
            on_done()
        return np.asarray([self.encode_query(text) for text in texts], dtype=np.float32)


def encode(path: Path, texts: Sequence[str]) -> tuple[FloatArray, list[str]]:
    """Vectors by a cache that was opened anew, and what had to be encoded."""
    encoder = CountingEncoder()
    vectors = EmbeddingCache(path, encoder).encode(texts, lambda: None)
    for row, text in enumerate(texts):
        assert vectors[row].tobytes() == encoder.encode_query(text).tobytes()
    return vectors, encoder.encoded


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vectors"


def test_only_new_texts_are_encoded_and_vectors_come_back_to_the_bit(path: Path) -> None:
    first, encoded = encode(path, ["a", "b", "a"])
    assert sorted(encoded) == ["a", "b"]
    again, encoded = encode(path, ["b", "c", "a"])
    assert encoded == ["c"]
    assert again[0].tobytes() == first[1].tobytes()
    assert encode(path, ["c", "b", "a"])[1] == []


def test_each_new_text_is_told_once_and_long_ones_come_first(path: Path) -> None:
    encoder = CountingEncoder()
    cache = EmbeddingCache(path, encoder)
    assert cache.missing(["a", "ccc", "bb", "a"]) == ["ccc", "bb", "a"]
    done: list[None] = []
    cache.encode(["a", "ccc", "bb", "a"], lambda: done.append(None))
    assert len(done) == 3
    assert cache.missing(["a", "ccc", "bb"]) == []


def test_no_text_is_no_vector(path: Path) -> None:
    assert encode(path, [])[0].shape == (0, SIZE)


def test_many_texts_are_kept_in_pieces(path: Path) -> None:
    texts = [str(n) for n in range(1_200)]
    assert len(encode(path, texts)[1]) == 1_200
    assert encode(path, texts)[1] == []


def test_a_torn_end_is_cut_off_and_encoded_again(path: Path) -> None:
    encode(path, ["a", "b", "c"])
    os.truncate(path, path.stat().st_size - 5)
    assert len(encode(path, ["a", "b", "c"])[1]) == 1
    assert encode(path, ["a", "b", "c"])[1] == []


def test_a_file_that_is_no_cache_at_all_is_started_anew(path: Path) -> None:
    path.write_bytes(os.urandom(10_000))
    assert sorted(encode(path, ["a", "b"])[1]) == ["a", "b"]
    assert encode(path, ["a", "b"])[1] == []


texts = st.lists(st.text(max_size=5), max_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts, texts, st.integers(0, 3_000), st.binary(min_size=1, max_size=40))
def test_whatever_happens_to_the_file_vectors_stay_right(
    path: Path, before: list[str], after: list[str], place: int, junk: bytes
) -> None:
    path.unlink(missing_ok=True)
    encode(path, before)
    if path.exists():
        data = bytearray(path.read_bytes())
        data[place : place + len(junk)] = junk
        path.write_bytes(data)
    encode(path, after)
    encode(path, [*before, *after])


def test_what_serves_no_one_goes_once_it_is_most_of_the_file(path: Path) -> None:
    encode(path, [str(n) for n in range(1_500)])
    cache = EmbeddingCache(path, CountingEncoder())
    cache.prune([str(n) for n in range(600)])
    assert encode(path, [str(n) for n in range(1_500)])[1] == []
    cache.prune(["7"])
    assert len(encode(path, [str(n) for n in range(1_500)])[1]) == 1_499


def test_what_must_not_be_kept_goes_at_once(path: Path) -> None:
    encode(path, ["a", "b", "c", "d"])
    cache = EmbeddingCache(path, CountingEncoder())
    whole = path.stat().st_size
    cache.keep_only(["d", "b", "never seen"])
    assert path.stat().st_size == whole / 2
    assert not list(path.parent.glob("*.partial"))
    assert cache.missing(["a", "b", "c", "d"]) == ["a", "c"]
    assert cache.encode(["e", "d"], lambda: None).shape == (2, SIZE)
    assert encode(path, ["a", "b", "c", "d", "e"])[1] == ["a", "c"]


def test_who_only_reads_leaves_a_file_that_another_process_writes(path: Path) -> None:
    encode(path, ["a", "b"])
    with path.open("ab") as file:
        file.write(b"the first half of a record")
    torn = path.read_bytes()
    assert encode(path, ["a", "b"])[1] == []
    assert path.read_bytes() == torn
    EmbeddingCache(path, CountingEncoder()).keep_only(["a", "b"])
    assert len(path.read_bytes()) < len(torn)


def test_vectors_of_other_recipes_are_removed_and_nothing_else(tmp_path: Path) -> None:
    mine = vectors_file(tmp_path, CountingEncoder.recipe)
    old = vectors_file(tmp_path, CountingEncoder.recipe.model_copy(update={"revision": "old"}))
    for one in (mine, old):
        encode(one, ["a"])
    queries = mine.with_name(f"queries-{CountingEncoder.recipe.id}")
    queries.write_bytes(b"past cases have vectors of their own")
    old.with_suffix(".partial").write_bytes(b"of a publisher that was killed")
    forget_vectors(tmp_path, {CountingEncoder.recipe.id})
    assert set(mine.parent.iterdir()) == {mine, queries}
    forget_vectors(tmp_path / "no-cache-yet", set())


def test_who_reads_vectors_while_they_are_removed_has_the_right_ones(tmp_path: Path) -> None:
    path = vectors_file(tmp_path, CountingEncoder.recipe)
    stop = threading.Event()

    def forget() -> None:
        while not stop.is_set():
            forget_vectors(tmp_path, set())

    forgetting = threading.Thread(target=forget)
    forgetting.start()
    try:
        for number in range(200):
            encode(path, ["a", "b", str(number)])
    finally:
        stop.set()
        forgetting.join()


def test_entries_may_go_while_others_look_for_old_ones(tmp_path: Path) -> None:
    cache = FileCache(tmp_path / "cache")
    stop = threading.Event()

    def prune() -> None:
        while not stop.is_set():
            cache.prune()

    pruning = threading.Thread(target=prune)
    pruning.start()
    try:
        for number in range(200):
            key = content_key(number)
            cache.put(key, b"x")
            (stored,) = (tmp_path / "cache").glob(f"{key[:2]}/{key[2:]}")
            os.utime(stored, (0, 0))
            assert cache.get(key) in (b"x", None)
    finally:
        stop.set()
        pruning.join()


def test_what_may_be_kept_is_not_written_again(path: Path) -> None:
    EmbeddingCache(path, CountingEncoder()).keep_only(["a"])
    assert not path.exists()
    encode(path, ["a", "b"])
    before = path.stat()
    EmbeddingCache(path, CountingEncoder()).keep_only(["b", "a"])
    assert path.stat().st_ino == before.st_ino
    EmbeddingCache(path, CountingEncoder()).keep_only([])
    assert path.stat().st_size == 0
    assert encode(path, ["a"])[1] == ["a"]


class Windowed(CountingEncoder):
    """An encoder whose queries are read otherwise than passages."""

    def encode_passages(self, texts: Sequence[str], on_done: Callable[[], None]) -> FloatArray:
        raise AssertionError("past cases are queries")


def test_past_cases_are_encoded_as_queries_in_their_order(path: Path) -> None:
    encoder = Windowed()
    done: list[None] = []
    as_queries = AsQueries(encoder)
    asked = [f"query {n}" for n in range(40)]
    found = as_queries.encode_passages(asked, lambda: done.append(None))
    assert len(done) == 40
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, [encoder.encode_query(text) for text in asked])
    np.testing.assert_array_equal(as_queries.encode_query("x"), encoder.encode_query("x"))
    assert as_queries.recipe is encoder.recipe
    cached = EmbeddingCache(path, as_queries).encode(asked, lambda: None)
    np.testing.assert_array_equal(cached, found)


def test_an_entry_comes_back_as_it_was_put(tmp_path: Path) -> None:
    cache = FileCache(tmp_path / "cache")
    key = content_key("a")
    assert cache.get(key) is None
    cache.put(key, b"value" * 1_000)
    assert cache.get(key) == b"value" * 1_000
    cache.put(key, b"other")
    assert FileCache(tmp_path / "cache").get(key) == b"other"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 200), st.integers(0, 7), st.integers(0, 200))
def test_a_damaged_entry_is_as_if_it_were_not_there(
    tmp_path: Path, place: int, bit: int, length: int
) -> None:
    cache, key, value = FileCache(tmp_path / "cache"), content_key("a"), bytes(range(100))
    cache.put(key, value)
    (stored,) = (tmp_path / "cache").glob("*/*")
    data = bytearray(stored.read_bytes())
    data[place % len(data)] ^= 1 << bit
    stored.write_bytes(data)
    assert cache.get(key) in (None, value)  # gzip does not check its header's time
    stored.write_bytes(data[:length])
    assert cache.get(key) in (None, value)


def test_entries_that_no_one_used_for_long_are_removed(tmp_path: Path) -> None:
    cache = FileCache(tmp_path / "cache")
    for name in ("old", "used", "new"):
        cache.put(content_key(name), b"x")
    long_ago = (tmp_path / "cache").stat().st_mtime - KEEP_SECONDS - 10
    for stored in (tmp_path / "cache").glob("*/*"):
        if stored.name != content_key("new")[2:]:
            os.utime(stored, (long_ago, long_ago))
    cache.get(content_key("used"))
    cache.prune()
    assert cache.get(content_key("old")) is None
    assert cache.get(content_key("used")) == cache.get(content_key("new")) == b"x"


@given(st.lists(st.text(max_size=3), max_size=3), st.lists(st.text(max_size=3), max_size=3))
def test_keys_are_equal_only_where_every_part_is(one: list[str], other: list[str]) -> None:
    assert (content_key(*one) == content_key(*other)) == (one == other)
