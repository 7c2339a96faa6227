"""The encoder: the same text always gives the same vector, by a recipe that names every choice."""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from indexer.encoder import ONNX_FILE, RECIPE_FILE, TOKENIZER_FILE, OnnxEncoder, Recipe, unit
from indexer.models import prepare_encoder, stored_recipe
from kb.errors import ModelError

RECIPE = Recipe(
    model="m", revision="r", dimensions=2, max_tokens=9, pooling="mean", quantisation="int8"
)
LONG = "To get your money back, open the order and choose Refund. " * 60


@pytest.fixture(scope="module")
def encoder(models: Path) -> OnnxEncoder:
    made = prepare_encoder("", models)
    assert isinstance(made, OnnxEncoder)
    return made


def test_a_text_alone_and_among_others_gives_the_same_bytes(encoder: OnnxEncoder) -> None:
    texts = ["refund", "How do I get my money back?", LONG, "退款", "", "a " * 300]
    among = encoder.encode_passages(texts * 3, lambda: None)
    for row, text in enumerate(texts * 3):
        (alone,) = encoder.encode_passages([text], lambda: None)
        assert alone.tobytes() == among[row].tobytes()


def test_a_query_gives_the_same_bytes_from_every_thread(encoder: OnnxEncoder) -> None:
    texts = ["How do I get my money back?", LONG] * 20
    with ThreadPoolExecutor(4) as threads:
        found = [vector.tobytes() for vector in threads.map(encoder.encode_query, texts)]
    assert len(set(found)) == 2


def test_a_model_in_use_is_not_loaded_again(encoder: OnnxEncoder, models: Path) -> None:
    """Customers' and the team's engine, and that of the next snapshot, live in one process."""
    before = _resident_bytes()
    more = [OnnxEncoder(_folder(models, encoder), encoder.recipe) for _ in range(5)]
    size = (_folder(models, encoder) / ONNX_FILE).stat().st_size
    assert _resident_bytes() - before < size
    assert {one.encode_query("refund").tobytes() for one in [encoder, *more]} == {
        encoder.encode_query("refund").tobytes()
    }


def _folder(models: Path, encoder: OnnxEncoder) -> Path:
    (folder,) = (
        path.parent
        for path in models.glob(f"*/{RECIPE_FILE}")
        if stored_recipe(path.parent).onnx_sha256 == encoder.recipe.onnx_sha256
    )
    return folder


def _resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def test_vectors_have_length_one_and_meaning(encoder: OnnxEncoder) -> None:
    vectors = encoder.encode_passages(
        ["How do I get my money back?", "refunds", "growing tomatoes"], lambda: None
    )
    assert vectors.shape == (3, encoder.recipe.dimensions)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2


def test_each_passage_is_told_when_it_is_done(encoder: OnnxEncoder) -> None:
    done: list[None] = []
    encoder.encode_passages(["a", "b", "c"], lambda: done.append(None))
    assert len(done) == 3
    assert encoder.encode_passages([], lambda: None).shape == (0, encoder.recipe.dimensions)


def test_a_long_query_is_read_whole_in_windows_of_the_models_length(encoder: OnnxEncoder) -> None:
    windows = encoder._windows(LONG)
    first, last = encoder._windows("")[0]
    assert len(windows) == 4
    assert all(len(window) <= encoder.recipe.max_tokens for window in windows)
    assert all((window[0], window[-1]) == (first, last) for window in windows)
    words = [token for window in windows for token in window[1:-1]]
    assert len(words) == 60 * 14
    tomatoes = encoder.encode_query("growing tomatoes")
    ending = encoder.encode_query(LONG + "Growing tomatoes takes sun. " * 60)
    assert ending @ tomatoes > encoder.encode_query(LONG) @ tomatoes + 0.1


def test_a_word_is_known_where_the_model_has_a_token_for_it(encoder: OnnxEncoder) -> None:
    assert encoder.knows("password")
    assert not encoder.knows("pasword")


@pytest.mark.parametrize("name", [ONNX_FILE, TOKENIZER_FILE])
def test_a_file_that_is_not_the_recipes_is_refused_by_name(
    name: str, encoder: OnnxEncoder, models: Path, tmp_path: Path
) -> None:
    (stored,) = models.glob("*/")
    folder = tmp_path / "model"
    shutil.copytree(stored, folder)
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(data)
    with pytest.raises(ModelError, match=rf"{name}: SHA-256 is .* expected \(.*kb publish"):
        OnnxEncoder(folder, encoder.recipe)
    (folder / name).unlink()
    with pytest.raises(ModelError, match=rf"{name}: No such file"):
        OnnxEncoder(folder, encoder.recipe)


@pytest.mark.parametrize("field", list(Recipe.model_fields))
def test_recipes_that_differ_in_anything_have_different_ids(field: str) -> None:
    value = getattr(RECIPE, field)
    other = "cls" if field == "pooling" else value + (1 if isinstance(value, int) else "x")
    changed = RECIPE.model_copy(update={field: other})
    assert changed.id != RECIPE.id
    assert Recipe.model_validate_json(changed.model_dump_json()).id == changed.id


def test_a_zero_vector_stays_zero() -> None:
    assert unit(np.zeros(3, dtype=np.float32)).tolist() == [0, 0, 0]


def test_serving_never_imports_torch(published: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from search.engine import Engine\n"
        "from search.results import SearchRequest\n"
        f"result = Engine.open(Path({str(published)!r})).search(SearchRequest(text='publish'))\n"
        "assert result.mode == 'hybrid', result\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'optimum', 'whoosh.writing'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    root = Path(__file__).parents[1]
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False
    )
    assert ran.stdout.strip() == "[]", ran.stderr


@pytest.mark.parametrize("module", ["search.engine", "indexer.publish", "webapp", "kb.cli"])
def test_importing_what_serves_or_publishes_leaves_torch_alone(module: str) -> None:
    program = f"import sys, {module}; print('torch' in sys.modules)"
    root = Path(__file__).parents[1]
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False
    )
    assert ran.stdout.strip() == "False", ran.stderr
