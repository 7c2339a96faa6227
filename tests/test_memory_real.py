"""Memory on real questions: a year of them resolved, the ones that came after judged."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from conftest import SHARED_DATA, PublishReal
from lessons import copy_of, teach
from stores import done, shown, visit

from kb.config import Feedback
from kb.events import Resolution
from kb.history_file import read_history
from kb.store.database import Database
from kb.store.history import PastCase, import_history, resolutions
from kb.store.journal import cast, record
from search.engine import Engine
from search.evaluate import TextField, Trial, run
from search.judgements import JudgedSet, read_judged_set
from search.results import SearchRequest

FIREFOX = SHARED_DATA / "eval" / "firefox"
NOISE = 0.05


def firefox_past() -> list[PastCase]:
    """The older 70 % of real questions and the articles that answered them."""
    path = FIREFOX / "feedback.jsonl"
    rows = read_history(path.read_text(encoding="utf-8").split("\n"), str(path))
    found = [one.row for one in rows if one.row]
    return [PastCase(row.query, row.article, row.at, row.outcome) for row in found]


def with_noise(past: Sequence[PastCase], seed: int) -> list[PastCase]:
    """A share of the past with a random wrong article instead."""
    chance = random.Random(seed)
    articles = sorted(path.stem for path in (FIREFOX / "articles").glob("*.md"))
    wrong = set(chance.sample(range(len(past)), round(NOISE * len(past))))
    return [
        PastCase(
            one.query,
            chance.choice([name for name in articles if name != one.article]),
            one.at,
            one.outcome,
        )
        if row in wrong
        else one
        for row, one in enumerate(past)
    ]


def as_told(past: Sequence[PastCase]) -> list[Resolution]:
    """The past as the store tells it."""
    return [Resolution(one.query, one.article, one.at, 1.0, f"import:{one.id}") for one in past]


def quality(engine: Engine, judged: JudgedSet, trial: Trial) -> float:
    """nDCG@10."""
    return run(engine, judged, trial, lambda: None)[0].ndcg_10


@pytest.fixture(scope="module")
def judged(shared_data: Path) -> JudgedSet:
    """The newer 30 %."""
    return read_judged_set(FIREFOX)


@pytest.fixture(scope="module")
def published(publish_real: PublishReal, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Mozilla's help centre, published; copied, never changed."""
    data = tmp_path_factory.mktemp("firefox") / "data"
    publish_real("firefox", data)
    return data


@pytest.fixture(scope="module")
def taught(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with its past imported and learned; its votes are in ``kb.db``."""
    data = copy_of(published, tmp_path_factory.mktemp("taught") / "data")
    database = open_store(data)
    assert import_history(database, firefox_past()) == 948, "one row stands there twice"
    learned = teach(data, resolutions(database))
    database.close()
    assert learned.verdict == "activated"
    assert learned.tried
    assert learned.tried.with_memory > learned.tried.without + 0.1
    return data


def open_store(data: Path) -> Database:
    return Database.open(f"sqlite:///{data / 'kb.db'}")


@pytest.fixture(scope="module")
def engine(taught: Path) -> Engine:
    """What visitors search with."""
    return Engine.open(taught)


@pytest.mark.parametrize(("field", "least"), [("text", 0.545), ("text_long", 0.585)])
def test_what_resolved_real_questions_answers_those_that_came_after(
    engine: Engine, judged: JudgedSet, field: TextField, least: float
) -> None:
    assert quality(engine, judged, Trial(field=field)) >= least


def test_without_memory_it_is_as_if_nothing_had_been_learned(
    engine: Engine, published: Path, judged: JudgedSet
) -> None:
    untaught = Engine.open(published)
    for query in judged.queries[::6]:
        request = SearchRequest(query.text, memory=False)
        assert engine.search(request) == untaught.search(request)


def rankings(engine: Engine, judged: JudgedSet) -> Iterator[tuple[tuple[str, float], ...]]:
    for query in judged.queries:
        result = engine.search(SearchRequest(query.text))
        yield tuple((hit.article.slug, hit.score) for hit in result.hits)


def vote_a_thousand_times(database: Database, judged: JudgedSet) -> dict[str, int]:
    """What became of the votes of one visitor, half of them in one case, half in a case each."""
    per_hour, wrong = Feedback().votes_per_hour, "about-config-editor-firefox"
    came_of_it: dict[str, int] = {}
    for n in range(1_000):
        who = visit("case-all" if n % 2 else f"case-{n}", "eve")
        at = {"visit": who, "snapshot": f"s{n}"}
        query = judged.queries[n % len(judged.queries)].text
        record(database, [shown(f"i{n}", n, query=query, articles=(wrong,), visit=who)], [])
        rejected = cast(database, done("resolved", n, article=wrong, **at), per_hour)
        came_of_it[rejected or "counted"] = came_of_it.get(rejected or "counted", 0) + 1
    return came_of_it


@pytest.mark.soak
def test_one_visitor_who_votes_a_thousand_times_moves_no_ranking(
    taught: Path, judged: JudgedSet, tmp_path: Path
) -> None:
    data = copy_of(taught, tmp_path / "data")
    before = list(rankings(Engine.open(data), judged))
    database = open_store(data)
    came_of_it = vote_a_thousand_times(database, judged)
    assert came_of_it == {"counted": 30, "rate": 970}
    told = resolutions(database)
    with database.reading() as connection:
        kept = connection.exec_driver_sql("SELECT rejected FROM events").scalars().all()
    database.close()
    assert kept.count("rate") == 100, "those that do not count can be seen"
    learned = teach(data, told)
    assert learned.verdict == "activated"
    assert learned.waiting == len(told) - 948 > 0
    assert list(rankings(Engine.open(data), judged)) == before


@pytest.mark.soak
def test_one_visitor_who_votes_before_anything_was_learned_moves_none_either(
    published: Path, engine: Engine, judged: JudgedSet, tmp_path: Path
) -> None:
    data = copy_of(published, tmp_path / "data")
    database = open_store(data)
    import_history(database, firefox_past())
    vote_a_thousand_times(database, judged)
    learned = teach(data, resolutions(database))
    database.close()
    assert learned.waiting > 0
    assert list(rankings(Engine.open(data), judged)) == list(rankings(engine, judged))
