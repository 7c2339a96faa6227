"""Memory at full size: noise, other sites beside it, and a hundred thousand cases."""

from __future__ import annotations

import random
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from conftest import publish_folder
from lessons import copy_of, teach
from test_memory_real import (
    as_told,
    firefox_past,
    judged,
    open_store,
    published,
    quality,
    with_noise,
)

from kb.store.history import PastCase, import_history, resolutions
from search.engine import Engine
from search.evaluate import Trial
from search.judgements import JudgedSet, read_judged_set
from search.results import SearchRequest

pytestmark = pytest.mark.soak
__all__ = ["judged", "published"]  # fixtures

MANY = 100_000
OTHERS = ("stackfaq", "hint3-curekart")
Tell = Callable[[str], None]


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Tell:
    """Shows a figure while the tests run."""

    def show(text: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n{text}\n")

    return show


def quality_after(data: Path, past: Sequence[PastCase], judged: JudgedSet) -> float:
    """nDCG@10 once a past was learned."""
    assert teach(data, as_told(past)).verdict == "activated"
    return quality(Engine.open(data), judged, Trial())


def test_wrong_articles_in_a_twentieth_of_the_past_cost_less_than_two_percent(
    published: Path, judged: JudgedSet, tmp_path: Path, tell: Tell
) -> None:
    data, past = copy_of(published, tmp_path / "data"), firefox_past()
    clean = quality_after(data, past, judged)
    noisy = [quality_after(data, with_noise(past, seed), judged) for seed in range(3)]
    tell(f"nDCG@10 {clean:.4f}; with 5 % noise {noisy}")
    assert np.mean(noisy) > 0.98 * clean


def test_other_sites_in_the_same_help_centre_lose_nothing_to_speak_of(
    published: Path, tmp_path: Path, shared_data: Path, tell: Tell
) -> None:
    data = copy_of(published, tmp_path / "data")  # what is encoded already need not be again
    for name in ("firefox", *OTHERS):
        shutil.copytree(shared_data / "eval" / name / "articles", tmp_path / "articles" / name)
    publish_folder(tmp_path / "articles", data)
    assert teach(data, as_told(firefox_past())).verdict == "activated"
    engine = Engine.open(data)
    for name in OTHERS:
        others = read_judged_set(shared_data / "eval" / name)
        before = quality(engine, others, Trial(memory=False))
        after = quality(engine, others, Trial())
        tell(f"{name}: nDCG@10 {before:.4f} -> {after:.4f}")
        assert after >= before - 0.005


def made_up(number: int) -> Iterator[PastCase]:
    """Distinct cases: real questions with words left out, in another order, and joined."""
    chance = random.Random(5)
    known: set[tuple[str, str]] = set()
    real = firefox_past()
    by_article: dict[str, list[PastCase]] = {}
    for one in real:
        by_article.setdefault(one.article, []).append(one)
    while len(known) < number:
        one = chance.choice(real)
        words = one.query.split()
        if chance.random() < 0.5:
            words += chance.choice(by_article[one.article]).query.split()
        words = [word for word in words if chance.random() > 0.2]
        if len(words) > 1:
            place = chance.randrange(len(words) - 1)
            words[place : place + 2] = reversed(words[place : place + 2])
        query = " ".join(words)
        if words and (query, one.article) not in known:
            known.add((query, one.article))
            yield PastCase(query, one.article, one.at, one.outcome)


def median_ms(engine: Engine, judged: JudgedSet) -> tuple[float, float]:
    """Milliseconds of a search without and with memory, p50, one beside the other."""
    times: tuple[list[float], list[float]] = ([], [])
    for query in judged.queries * 3:
        for memory in (False, True):
            started = time.perf_counter()
            engine.search(SearchRequest(query.text, memory=memory))
            times[memory].append((time.perf_counter() - started) * 1000)
    return float(np.median(times[False])), float(np.median(times[True]))


def test_a_hundred_thousand_cases_are_learned_and_searched(
    published: Path, judged: JudgedSet, tmp_path: Path, tell: Tell
) -> None:
    data = copy_of(published, tmp_path / "data")
    database = open_store(data)
    started = time.monotonic()
    assert import_history(database, made_up(MANY)) == MANY
    imported = time.monotonic()
    learned = teach(data, resolutions(database))
    seconds = time.monotonic() - imported
    database.close()
    assert learned.verdict == "activated"
    assert learned.looked_at == MANY
    engine = Engine.open(data)
    without, with_memory = median_ms(engine, judged)
    tell(
        f"imported in {imported - started:.0f} s, learned from {learned.cases:,} in "
        f"{seconds:.0f} s; p50 {without:.2f} ms without, {with_memory:.2f} ms with memory; "
        f"nDCG@10 {quality(engine, judged, Trial()):.4f}"
    )
    assert quality(engine, judged, Trial()) > quality(engine, judged, Trial(memory=False)) + 0.1
