"""Three tiny models with random weights, made by the libraries that make real ones.

Run as a program (``python tests/tiny_models.py FOLDER``), so that tests need not import torch;
``expected.npy`` beside each holds what sentence-transformers itself makes of TEXT.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import (
    Dense,
    Normalize,
    Pooling,
    Transformer,
)
from transformers import BertConfig, BertModel, BertTokenizerFast

WORDS = "the a how do i get my money back reset password where is it what can you help with".split()
SIZE = 32
TEXT = "how do i reset my password"


def make(folder: Path) -> None:
    """Write ``cls``, ``mean`` and ``dense`` below a folder."""
    torch.manual_seed(0)
    base = folder / "base"
    base.mkdir(parents=True)
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    (base / "vocab.txt").write_text("\n".join([*special, *WORDS]))
    BertTokenizerFast(str(base / "vocab.txt")).save_pretrained(str(base))  # type: ignore[no-untyped-call]
    config = BertConfig(  # type: ignore[no-untyped-call]
        vocab_size=len(special) + len(WORDS),
        hidden_size=SIZE,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=SIZE,
        max_position_embeddings=16,
        initializer_range=0.3,  # enough for tokens to change each other
    )
    BertModel(config).save_pretrained(str(base))  # type: ignore[no-untyped-call]
    _save(folder / "cls", base, Pooling(SIZE, "cls"), Normalize())
    _save(folder / "mean", base, Pooling(SIZE, "mean"))
    _save(folder / "dense", base, Pooling(SIZE, "mean"), Dense(SIZE, 8))


def _save(folder: Path, base: Path, *modules: object) -> None:
    prompts = {"query": "help ", "document": "back "}
    transformer = Transformer(str(base), max_seq_length=12)
    model = SentenceTransformer(modules=[transformer, *modules], device="cpu", prompts=prompts)
    model.save(str(folder))
    np.save(folder / "expected.npy", model.encode(TEXT, prompt_name="query"))


if __name__ == "__main__":
    make(Path(sys.argv[1]))
