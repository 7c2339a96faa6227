"""Judged queries, read strictly and measured as documented."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import pytest
from click.testing import CliRunner

from kb.cli import main
from search.engine import Engine
from search.evaluate import SuggestEvaluation, Trial, run
from search.judgements import read_judged_set
from search.results import SearchRequest, SearchResult

QUERIES = [
    {"id": "1", "text": "money back", "answerable": True, "lang": "en"},
    {"id": "2", "text": "where is my delivery", "answerable": True, "lang": "en"},
    {"id": "3", "text": "restablecer contraseña", "answerable": True},
    {"id": "4", "text": "who won the football match", "answerable": False},
]
QRELS = """query-id\tcorpus-id\tscore
1\torders/returns\t1
2\torders/tracking\t2
3\tes:account/password\t1
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "queries.jsonl").write_text("\n".join(map(json.dumps, QUERIES)), encoding="utf-8")
    (tmp_path / "qrels.tsv").write_text(QRELS, encoding="utf-8")
    return tmp_path


def test_figures_are_over_the_judged_queries(engine: Engine, folder: Path) -> None:
    figures, _ = run(engine, read_judged_set(folder), Trial(), lambda: None)
    assert (figures.queries, figures.judged) == (4, 3)
    assert figures.ndcg_10 == 1
    assert figures.p_1 == 1
    assert figures.answerable_auroc == 1


def test_the_json_has_the_documented_names(engine: Engine, folder: Path) -> None:
    figures, _ = run(engine, read_judged_set(folder), Trial(), lambda: None)
    printed = json.loads(figures.model_dump_json(by_alias=True))
    assert {
        "queries",
        "judged",
        "ndcg@10",
        "recall@5",
        "recall@10",
        "mrr@10",
        "p@1",
        "hit@3",
        "latency_ms",
        "answerable_auroc",
        "snapshot",
        "recipe",
        "memory",
    } <= printed.keys()
    assert printed["latency_ms"].keys() == {"p50", "p95", "p99"}


def test_other_languages_slugs_carry_their_language(engine: Engine, folder: Path) -> None:
    _, answered = run(engine, read_judged_set(folder), Trial(), lambda: None)
    assert answered[2].slugs[0] == "es:account/password"
    assert answered[0].slugs[0] == "orders/returns"


def test_a_run_line_has_what_others_need(engine: Engine, folder: Path) -> None:
    _, answered = run(engine, read_judged_set(folder), Trial(), lambda: None)
    line = json.loads(answered[0].line())
    assert line.keys() == {"id", "confidence", "shown", "slugs"}
    assert line["shown"] == line["slugs"][: len(line["shown"])]


def test_without_both_kinds_there_is_no_auroc(engine: Engine, folder: Path) -> None:
    judged = read_judged_set(folder)
    answerable = type(judged)(judged.queries[:3], judged.judgements)
    figures, _ = run(engine, answerable, Trial(), lambda: None)
    assert figures.answerable_auroc is None


def test_a_long_text_is_put_as_a_draft(engine: Engine, folder: Path) -> None:
    long = {**QUERIES[0], "text_long": "Hello! " * 200 + "How do I send my order back?"}
    (folder / "queries.jsonl").write_text(json.dumps(long), encoding="utf-8")
    _, answered = run(engine, read_judged_set(folder), Trial(field="text_long"), lambda: None)
    assert answered[0].slugs[0] == "orders/returns"


def test_the_suggest_surface_says_what_drafts_would_get(engine: Engine, folder: Path) -> None:
    judged = read_judged_set(folder)
    figures, answered = run(engine, judged, Trial(surface="suggest"), lambda: None)
    assert isinstance(figures, SuggestEvaluation)
    offered = [one for one in answered if one.shown]
    assert 0 < len(offered) < len(answered)
    assert figures.suggested == len(offered) / len(answered)
    assert figures.suggested_hit_3 == 1
    assert figures.unanswerable_suggested == 0
    printed = json.loads(figures.model_dump_json(by_alias=True))
    assert {"hit@3", "suggested", "suggested_hit@3", "unanswerable_suggested"} <= printed.keys()


def test_the_search_surface_says_nothing_of_suggestions(engine: Engine, folder: Path) -> None:
    figures, _ = run(engine, read_judged_set(folder), Trial(), lambda: None)
    assert "suggested" not in figures.model_dump()


def test_a_suggestion_for_an_unanswerable_draft_is_a_wrong_one(
    engine: Engine, folder: Path
) -> None:
    wrongly = {**QUERIES[0], "answerable": False}
    (folder / "queries.jsonl").write_text(json.dumps(wrongly), encoding="utf-8")
    (folder / "qrels.tsv").write_text("", encoding="utf-8")
    figures, _ = run(engine, read_judged_set(folder), Trial(surface="suggest"), lambda: None)
    assert isinstance(figures, SuggestEvaluation)
    assert (figures.suggested, figures.suggested_hit_3) == (1, 0)
    assert figures.unanswerable_suggested == 1


def test_shares_of_nothing_are_none(engine: Engine, folder: Path) -> None:
    (folder / "queries.jsonl").write_text(json.dumps(QUERIES[3]), encoding="utf-8")
    figures, _ = run(engine, read_judged_set(folder), Trial(surface="suggest"), lambda: None)
    assert isinstance(figures, SuggestEvaluation)
    assert figures.suggested_hit_3 is None


def test_what_judgements_name_and_is_not_there_is_one_line_aside(
    engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_DATA", str(engine.snapshot.folder.parent.parent))
    evaluate = ("evaluate", str(folder), "--json")
    assert CliRunner().invoke(main, evaluate).stderr == ""
    (folder / "qrels.tsv").write_text(f"{QRELS}1\torders/back\t1\n7\torders/returns\t1\n")
    result = CliRunner().invoke(main, evaluate)
    assert result.exit_code == 0
    assert result.stderr == (
        f"{folder}/qrels.tsv:6: no question has the id '7' (mend it, or add it to queries.jsonl), "
        "and 1 more line like this\n"
    )
    assert json.loads(result.stdout)["judged"] == 3


def test_memory_is_left_out_where_it_is_not_wanted(engine: Engine, folder: Path) -> None:
    asked: list[SearchRequest] = []

    class Listening:
        snapshot = engine.snapshot
        recipe_id = engine.recipe_id

        def search(self, request: SearchRequest) -> SearchResult:
            asked.append(request)
            return engine.search(request)

    for memory in (True, False):
        asked.clear()
        run(
            cast("Engine", Listening()), read_judged_set(folder), Trial(memory=memory), lambda: None
        )
        assert {request.memory for request in asked} == {memory}
