"""The questions a help centre is judged by."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from kb.events import Resolution
from search.judged import collect

NOW = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)


def cases(count: int, weight: float = 1.0) -> list[Resolution]:
    return [
        Resolution(f"question {row}", "lamp", NOW + dt.timedelta(days=row), weight, f"case:{row}")
        for row in range(count)
    ]


def write(folder: Path, queries: str, qrels: str) -> Path:
    folder.mkdir()
    (folder / "queries.jsonl").write_text(queries, encoding="utf-8")
    (folder / "qrels.tsv").write_text(qrels, encoding="utf-8")
    return folder


def test_own_questions_come_with_the_newest_fifth_of_the_cases(tmp_path: Path) -> None:
    own = write(tmp_path / "evaluation", '{"id": "1", "text": "no light"}\n', "1\tlamp\t1\n")
    judged = collect(own, cases(10))
    assert [query.text for query, _ in judged.queries] == ["no light", "question 8", "question 9"]
    assert judged.asked == {"lamp": 11}


def test_cases_that_did_not_help_ask_nothing(tmp_path: Path) -> None:
    judged = collect(tmp_path / "evaluation", cases(10, weight=-1.0))
    assert judged.queries == []
    assert judged.asked == {}


def test_one_case_in_several_wordings_counts_once(tmp_path: Path) -> None:
    twice = [Resolution(text, "lamp", NOW, 1.0, "case:1") for text in ("dark", "no light")]
    assert collect(None, twice).asked == {"lamp": 1}


def test_a_line_that_is_no_use_does_without_it(tmp_path: Path) -> None:
    queries = 'not json\n{"id": "1", "text": "no light"}\n'
    judged = collect(write(tmp_path / "evaluation", queries, "1\tlamp\t1\n"), [])
    assert [query.text for query, _ in judged.queries] == ["no light"]
    assert judged.own
    assert [one.line for one in judged.own.refused] == [1]
