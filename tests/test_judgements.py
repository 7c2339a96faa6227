"""The files of judged queries: every line that is no use is named, and the others are read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.errors import ContentError
from search.judgements import (
    JudgedQuery,
    JudgedSet,
    read_judged_set,
    read_what_is_judged,
    unanswered,
    unasked,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path, b'{"id": "1", "text": "no light"}\n', b"1\tlamp\t2\n")


def write(folder: Path, queries: bytes, qrels: bytes) -> Path:
    (folder / "queries.jsonl").write_bytes(queries)
    (folder / "qrels.tsv").write_bytes(qrels)
    return folder


def places(folder: Path) -> list[tuple[str, int]]:
    return [(Path(one.path).name, one.line) for one in read_what_is_judged(folder).refused]


def test_a_set_knows_at_which_line_it_judges(tmp_path: Path) -> None:
    queries = b'{"id": "1", "text": "no light"}\r\n'
    write(tmp_path, queries, b"\nquery-id\tcorpus-id\tscore\r\n\n1\tlamp\t2\r\n")
    judged = read_judged_set(tmp_path)
    assert judged == JudgedSet(
        (JudgedQuery(id="1", text="no light"),), {"1": {"lamp": 2.0}}, {("1", "lamp"): 4}
    )


def test_every_useless_line_is_named(folder: Path) -> None:
    write(
        folder,
        b'{"id": "1"}\n\nnot json\n',
        b"\n1\tonly-two\n1\tlamp\tgood\n1\t\0\t1\t1\n1\ta\tinf\n",
    )
    with pytest.raises(ContentError) as caught:
        read_judged_set(folder)
    assert tuple(caught.value.findings) == read_what_is_judged(folder).refused
    assert places(folder) == [
        ("queries.jsonl", 1),
        ("queries.jsonl", 3),
        ("qrels.tsv", 2),
        ("qrels.tsv", 3),
        ("qrels.tsv", 4),
        ("qrels.tsv", 5),
    ]


def test_a_folder_without_judged_queries_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"queries\.jsonl:1: cannot be read"):
        read_judged_set(tmp_path)


def test_a_byte_that_is_not_utf8_is_named_at_its_line_and_hides_no_other(folder: Path) -> None:
    good = '{"id": "2", "text": "café"}\n'
    write(folder, good.encode() + good.encode("latin-1") + good.encode(), b"")
    reading = read_what_is_judged(folder)
    assert [one.text for one in reading.judged.queries] == ["café", "café"]
    (finding,) = reading.refused
    assert (finding.line, finding.what) == (2, "byte 0xe9 is not UTF-8")


@given(text=st.text(st.characters(codec="utf-8"), min_size=1))
def test_a_question_may_hold_any_character(
    text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    line = json.dumps({"id": "1", "text": text}, ensure_ascii=False).encode()
    folder = write(tmp_path_factory.mktemp("set"), line, b"")
    assert [one.text for one in read_judged_set(folder).queries] == [text]


@given(st.binary(), st.binary())
def test_whatever_the_files_hold_each_line_is_read_or_named(
    tmp_path_factory: pytest.TempPathFactory, queries: bytes, qrels: bytes
) -> None:
    reading = read_what_is_judged(write(tmp_path_factory.mktemp("set"), queries, qrels))
    assert all(one.line >= 1 for one in reading.refused)
    assert len(set(reading.judged.lines.values())) == len(reading.judged.lines)


def test_a_question_or_an_article_that_is_not_there_is_noted_at_its_line(folder: Path) -> None:
    write(folder, b'{"id": "1", "text": "no light"}\n', b"1\tlamp\t1\n2\tlamp\t1\n1\tlmap\t1\n")
    judged = read_judged_set(folder)
    assert [str(one) for one in unasked(judged, "evaluation")] == [
        "evaluation/qrels.tsv:2: no question has the id '2' (mend it, or add it to queries.jsonl)"
    ]
    assert [str(one) for one in unanswered(judged, {"lamp"}, "evaluation")] == [
        "evaluation/qrels.tsv:3: customers see no article with the slug 'lmap' "
        "(write what stands after /articles/ in its address)"
    ]
