"""The trial that says how well gaps are found counts each question once, and labels as they are."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bench.gap_labels import Alike, exchanged
from bench.gaps import questions


@pytest.fixture
def judged(tmp_path: Path) -> Path:
    """A set with one judged query, and two older questions of which one has two answers."""
    (tmp_path / "queries.jsonl").write_text(json.dumps({"id": "q1", "text": "Lost my tabs"}))
    (tmp_path / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq1\trestore-tabs\t1\n")
    older = [("Print a page", "print"), ("Print a page", "save-as-pdf"), ("Mute a tab", "sound")]
    (tmp_path / "feedback.jsonl").write_text(
        "\n".join(
            json.dumps(
                {"query": text, "article": one, "at": "2020-01-02", "outcome": "resolved"},
            )
            for text, one in older
        )
    )
    return tmp_path


def test_an_older_question_that_several_articles_answered_is_one_question(judged: Path) -> None:
    answers = {one.texts["text"]: set(one.answers) for one in questions(judged, history=True)}
    assert answers == {
        "Lost my tabs": {"restore-tabs"},
        "Print a page": {"print", "save-as-pdf"},
        "Mute a tab": {"sound"},
    }
    assert [one.id for one in questions(judged, history=False)] == ["q1"]


def test_like_questions_agree_where_they_have_an_answer_in_common() -> None:
    vectors = np.asarray([[1, 0], [0.8, 0.6], [0.96, 0.28], [0, -1]], dtype=np.float32)
    alike = Alike.of("abcd", vectors)
    assert alike.pairs.tolist() == [[0, 1], [0, 2], [1, 2]]
    answers = {name: frozenset(of) for name, of in zip("abcd", ("x", "xy", "z", "z"), strict=True)}
    assert alike.agreement(answers) == pytest.approx(1 / 3)


def test_only_a_share_of_the_answers_is_exchanged_and_the_same_each_time() -> None:
    answers = {str(number): frozenset({str(number)}) for number in range(400)}
    drawn = exchanged(answers, 0.3, seed=1)
    kept = sum(drawn[name] == answers[name] for name in answers)
    assert 240 < kept < 320
    assert drawn == exchanged(answers, 0.3, seed=1)
    assert exchanged(answers, 0.0, seed=1) == answers
    assert set(drawn.values()) <= set(answers.values())
