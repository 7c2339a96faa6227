"""Learning: past cases change what is found, and only for the better."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from conftest import Silence
from lessons import ASKED, CRACK, NOW, copy_of, history, imported, names, teach

from indexer.memory import MEMORY, open_memory
from indexer.pointer import ids_in
from kb.errors import NoSnapshotError, UnavailableError
from kb.events import Resolution
from search import learning as module
from search.engine import Engine
from search.learning import Past, Tried, learn

JUDGED = {
    "parcel": "orders/tracking",
    "delivery is late": "orders/tracking",
    "where is my parcel": "orders/tracking",
    "reset my password": "account/password",
    "forgot the password": "account/password",
    "the password mail": "account/password",
    "delete my account": "account/close",
    "close account": "account/close",
    "money back": "orders/returns",
    "return an order": "orders/returns",
}


@pytest.fixture
def data(shop: Path, tmp_path: Path) -> Path:
    """A copy of the shop that has learned nothing."""
    return copy_of(shop, tmp_path / "data")


@pytest.fixture
def judged(tmp_path: Path) -> Path:
    """Judged queries of the shop."""
    return write_judged(tmp_path / "evaluation", JUDGED)


def write_judged(folder: Path, judged: dict[str, str]) -> Path:
    folder.mkdir()
    queries = [json.dumps({"id": str(n), "text": text}) for n, text in enumerate(judged)]
    (folder / "queries.jsonl").write_text("\n".join(queries))
    rows = [f"{n}\t{name}\t1\n" for n, name in enumerate(judged.values())]
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n" + "".join(rows))
    return folder


def vote(query: str, article: str, visitor: str) -> Resolution:
    return Resolution(query, article, NOW, 1.0, f"case:{visitor}-{query}-{article}", visitor)


def poison() -> list[Resolution]:
    """Everything that was ever asked was resolved by the wrong article, and many times."""
    articles = list(ASKED)
    wrong = dict(zip(articles, [*articles[1:], articles[0]], strict=True))
    asked = [(query, article) for article, queries in ASKED.items() for query in queries]
    asked += list(JUDGED.items())
    return [imported(query, wrong[article], day) for query, article in asked for day in range(4)]


def many() -> list[Resolution]:
    """Enough history to try a memory on its newest part."""
    polite = {
        article: [*queries, *(f"please help, {query}" for query in queries)]
        for article, queries in ASKED.items()
    }
    return history(polite)


def test_cases_teach_an_article_whose_words_customers_do_not_use(data: Path) -> None:
    before = Engine.open(data)
    learned = teach(data, history())
    after = Engine.open(data)
    assert learned.verdict == "activated"
    assert after.memory
    assert learned.memory == after.memory.id
    assert (learned.looked_at, learned.cases, learned.articles) == (42, 42, 4)
    assert names(before, CRACK)[0] != "orders/returns"
    assert names(after, CRACK)[0] == "orders/returns"


def test_on_a_new_site_two_customers_who_agree_are_heard(data: Path) -> None:
    said = [
        vote("the glass is cracked", "orders/returns", "anna"),
        vote("the glass is cracked", "orders/returns", "ben"),
    ]
    assert names(Engine.open(data), "the glass is cracked")[0] != "orders/returns"
    assert teach(data, said).verdict == "activated"
    engine = Engine.open(data)
    assert names(engine, "the glass is cracked")[0] == "orders/returns"
    for query, article in JUDGED.items():
        assert names(engine, query)[0] == article


def test_one_customer_is_not_heard_until_another_speaks(data: Path) -> None:
    teach(data, history())
    before = Engine.open(data)
    his = [vote(f"{query} {n}", "account/close", "eve") for n in range(250) for query in JUDGED]
    learned = teach(data, [*history(), *his])
    assert learned.waiting == len(his)
    assert learned.looked_at == len(his) + 42
    assert learned.cases == 42
    after = Engine.open(data)
    for query in JUDGED:
        assert names(before, query) == names(after, query)
    another = teach(data, [*history(), *his, vote("lamp shade", "orders/returns", "ben")])
    assert another.waiting == 0
    assert another.cases == 44


def test_one_customer_alone_teaches_nothing(data: Path) -> None:
    learned = teach(data, [vote(query, "account/close", "eve") for query in JUDGED])
    assert (learned.verdict, learned.memory, learned.waiting) == ("nothing", None, len(JUDGED))
    assert open_memory(data) is None


def test_without_any_case_there_is_nothing_to_learn_and_an_old_memory_goes(data: Path) -> None:
    assert teach(data, []).verdict == "nothing"
    teach(data, history())
    learned = teach(data, [])
    assert (learned.verdict, learned.memory, learned.looked_at) == ("nothing", None, 0)
    assert open_memory(data) is None


def test_a_memory_that_makes_judged_queries_worse_is_not_used(data: Path, judged: Path) -> None:
    learned = teach(data, poison(), judged)
    assert (learned.verdict, learned.memory) == ("worse", None)
    assert learned.tried
    assert learned.tried.worse
    assert (learned.tried.on, learned.tried.queries) == (str(judged), len(JUDGED))
    assert learned.tried.with_memory < learned.tried.without
    assert open_memory(data) is None
    assert not ids_in(data / MEMORY)


def test_the_memory_before_stays_where_a_new_one_is_worse(data: Path, judged: Path) -> None:
    good = teach(data, history(), judged)
    assert good.verdict == "activated"
    bad = teach(data, [*history(), *poison()], judged)
    assert (bad.verdict, bad.memory) == ("worse", good.memory)
    kept = open_memory(data)
    assert kept
    assert kept.id == good.memory
    assert ids_in(data / MEMORY) == [good.memory]


def test_a_good_memory_is_tried_on_the_sites_own_judged_queries(data: Path, judged: Path) -> None:
    learned = teach(data, history(), judged)
    assert learned.tried
    assert learned.tried.on == str(judged)
    assert learned.tried.with_memory >= learned.tried.without - module.WORSE
    assert 0 < learned.tried.without <= 1


@pytest.mark.parametrize("loss", [0.0, module.WORSE, -0.1])
def test_a_query_here_and_there_is_no_loss(loss: float) -> None:
    assert not Tried("x", 100, 0.5, 0.5 - loss).worse
    assert Tried("x", 100, 0.5, 0.4).worse


def test_without_judged_queries_a_memory_is_tried_on_its_newest_cases(data: Path) -> None:
    learned = teach(data, many())
    assert learned.tried
    assert learned.tried.on == "the newest cases"
    assert learned.tried.queries >= module.FEWEST_TRIED
    assert learned.verdict == "activated"
    assert ids_in(data / MEMORY) == [learned.memory], "the rehearsal is gone"


def test_history_whose_newest_part_contradicts_the_rest_is_not_used(data: Path) -> None:
    older = [imported(one.query, one.article, 100 + day) for one in history() for day in range(2)]
    articles = list(ASKED)
    newest = [
        imported(f"{query} again", articles[(articles.index(article) + 1) % 4])
        for article, queries in ASKED.items()
        for query in queries[:8]
    ]
    learned = teach(data, [*older, *newest])
    assert learned.verdict == "worse"
    assert learned.tried
    assert learned.tried.on == "the newest cases"


def test_judged_queries_of_another_site_are_not_asked(data: Path, tmp_path: Path) -> None:
    others = {f"{query} in Firefox": f"mozilla-{n}" for n, query in enumerate(JUDGED)}
    folder = write_judged(tmp_path / "evaluation", others)
    assert teach(data, history(), folder).tried is None
    learned = teach(data, many(), folder)
    assert learned.tried
    assert learned.tried.on == "the newest cases"


def test_judged_queries_that_cannot_be_read_are_told_and_left_out(
    data: Path, judged: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (judged / "qrels.tsv").write_text("nonsense\n")
    assert teach(data, history(), judged).verdict == "activated"
    assert "judged queries are left out" in caplog.text
    assert "qrels.tsv:1" in caplog.text


@pytest.mark.parametrize("judgement", ["99\torders/returns\t1\n", ""])
def test_judgements_of_no_query_are_passed_over(data: Path, judged: Path, judgement: str) -> None:
    (judged / "qrels.tsv").write_text(judgement)
    learned = teach(data, history(), judged)
    assert (learned.verdict, learned.tried) == ("activated", None)
    assert teach(data, history(), judged.with_name("nowhere")).verdict == "activated"


def test_queries_without_a_word_harm_nothing(data: Path, judged: Path) -> None:
    empty = [imported(query, "orders/returns", -n) for n, query in enumerate(["\0", "\u200b", "?"])]
    assert teach(data, [*many(), *empty]).verdict == "activated"
    with (judged / "queries.jsonl").open("a") as file:
        file.write('\n{"id": "x", "text": ""}\n')
    with (judged / "qrels.tsv").open("a") as file:
        file.write("x\torders/returns\t1\n")
    learned = teach(data, many(), judged)
    assert learned.tried
    assert learned.tried.queries == len(JUDGED)


def holding(data: Path, text: str) -> list[str]:
    """Files in which a text stands."""
    folders = (data / MEMORY, data / "cache")
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [str(path) for path in files if text.encode() in path.read_bytes()]


SECRET = "my neighbour Zebulon broke the lamp"


def test_what_was_purged_leaves_no_trace(data: Path) -> None:
    known = [*history(), imported(SECRET, "orders/returns")]
    teach(data, known)
    (vectors,) = (data / "cache").glob("queries-*")
    size = vectors.stat().st_size
    assert holding(data, SECRET)
    learned = learn(Past(history(), None, purged=True), data, Silence())
    assert learned.verdict == "activated"
    assert not holding(data, SECRET)
    assert not holding(data, "Zebulon")
    assert vectors.stat().st_size == size * 42 // 43
    assert ids_in(data / MEMORY) == [learned.memory]


def test_it_leaves_no_trace_even_where_nothing_can_be_learned_again(
    data: Path, judged: Path
) -> None:
    teach(data, [*history(), imported(SECRET, "orders/returns")])
    learned = learn(Past(poison(), judged, purged=True), data, Silence())
    assert (learned.verdict, learned.memory) == ("worse", None)
    assert not holding(data, SECRET)
    teach(data, [*history(), imported(SECRET, "orders/returns")])
    shutil.rmtree(data / "snapshots")
    with pytest.raises(NoSnapshotError):
        learn(Past([], None, purged=True), data, Silence())
    assert not holding(data, SECRET)


def test_after_a_purge_one_visitor_still_waits_for_another(data: Path) -> None:
    teach(data, [*history(), imported(SECRET, "orders/returns")])
    eve = vote("lamp shade", "orders/returns", "eve")
    learned = learn(Past([*history(), eve], None, purged=True), data, Silence())
    assert (learned.verdict, learned.waiting) == ("activated", 1)


class Noting:
    """Progress that is written down."""

    def __init__(self) -> None:
        self.totals: dict[str, int] = {}
        self.done: dict[str, int] = {}

    def step(self, name: str, total: int) -> Callable[[], None]:
        self.totals[name] = total
        self.done[name] = 0

        def on_done() -> None:
            self.done[name] += 1

        return on_done


def learn_noting(data: Path, past: Sequence[Resolution]) -> Noting:
    noting = Noting()
    learn(Past(past), data, noting)
    return noting


def test_each_query_is_encoded_once_however_often_is_learned(data: Path) -> None:
    first = learn_noting(data, history())
    assert first.totals["Encoding"] == first.done["Encoding"] == 42
    assert first.totals["Learning"] == first.done["Learning"] == 1
    assert learn_noting(data, history()).totals["Encoding"] == 0
    more = [imported(query, "orders/returns") for query in ("one more", "and another")]
    assert learn_noting(data, [*history(), *more]).totals["Encoding"] == 2


def test_without_vectors_there_is_no_memory(data: Path) -> None:
    (data / "models").unlink()
    with pytest.raises(UnavailableError, match="kb doctor"):
        teach(data, history())


def test_before_the_first_publish_the_remedy_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoSnapshotError, match="kb publish"):
        teach(tmp_path, history())


def test_a_damaged_memory_is_learned_anew(data: Path) -> None:
    first = teach(data, history())
    assert first.memory
    (data / MEMORY / first.memory / "said.json").write_bytes(b"[]")
    assert open_memory(data) is None
    assert teach(data, history()).verdict == "activated"
    assert open_memory(data)


def test_cases_of_articles_that_are_not_published_wait_for_them(data: Path) -> None:
    lost = [imported("dim light", "orders/dimming"), imported("too dark", "orders/dimming")]
    learned = teach(data, [*history(), *lost])
    assert (learned.looked_at, learned.cases) == (44, 42)


def test_other_languages_learn_under_their_own_names(data: Path) -> None:
    asked = ["he perdido la clave", "no puedo entrar", "clave perdida", "no me deja entrar"]
    past = [imported(query, "es:account/password", day) for day, query in enumerate(asked)]
    learned = teach(data, [*history(), *past])
    memory = open_memory(data)
    assert memory
    assert learned.articles == 5
    assert "es:account/password" in {memory.case(row).article for row in range(len(memory.cases))}
