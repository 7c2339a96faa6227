"""Real questions, with the articles taken out that answer most: these must show as gaps."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.gaps import kmeans, most_asked, ours, questions, replay, vectors_of, without

pytestmark = pytest.mark.soak


@pytest.mark.parametrize(("name", "least"), [("firefox", 4), ("stackfaq", 9)])
def test_missing_articles_are_found_where_k_means_finds_fewer(
    shared_data: Path, tmp_path: Path, models: Path, name: str, least: int
) -> None:
    (tmp_path / "models").symlink_to(models)
    asked = questions(shared_data / "eval" / name, history=False)
    taken = most_asked(asked, 1, 10)
    engine = without(shared_data / "eval" / name / "articles", taken, tmp_path / "data")
    trial = replay(engine, asked, taken, "text")
    vectors = vectors_of(trial)
    found = trial.found(ours(trial, vectors), 0.5)
    assert len(found) >= least
    assert len(found) >= max(
        len(trial.found(kmeans(trial, vectors, k, 0), 0.5)) for k in (15, 30, 60)
    )
