"""The old and the new content, ready to be asked the same questions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.encoder import Encoder, FloatArray
from indexer.models import open_encoder
from indexer.snapshot import Snapshot
from kb.errors import ModelError
from search.engine import Engine


class Remembering:
    """An encoder that works out each query once: both sides are asked the same."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[str, FloatArray] = {}
        self.recipe = encoder.recipe

    def knows(self, word: str) -> bool:
        """As the encoder itself."""
        return self._encoder.knows(word)

    def encode_query(self, text: str) -> FloatArray:
        """As the encoder itself."""
        if text not in self._known:
            self._known[text] = self._encoder.encode_query(text)
        return self._known[text]

    def encode_passages(self, texts: Sequence[str], on_done: Callable[[], None]) -> FloatArray:
        """As the encoder itself."""
        return self._encoder.encode_passages(texts, on_done)


@dataclass(frozen=True, slots=True)
class Sides:
    """Engines without memory: it remembers what an article said before, and hides that it is gone.

    Both share an encoder where their recipes are equal.
    """

    old: Engine
    new: Engine

    @classmethod
    def of(cls, old: Snapshot, new: Snapshot, models: Path) -> Sides:
        """Both sides of a change; a side without its model is asked by keywords."""
        newer = _engine(new, models, None)
        return cls(_engine(old, models, newer.encoder), newer)


def _engine(snapshot: Snapshot, models: Path, known: Encoder | None) -> Engine:
    recipe = snapshot.manifest.recipe
    if recipe is None:
        return Engine(snapshot, None, snapshot.manifest.no_recipe_reason)
    if known is not None and known.recipe == recipe:
        return Engine(snapshot, known)
    try:
        return Engine(snapshot, Remembering(open_encoder(recipe, models)))
    except ModelError as error:
        return Engine(snapshot, None, str(error))
