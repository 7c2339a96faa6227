"""The places of words, as a snapshot keeps them, are those that reading the text again finds."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import words
from indexer.places import Places, Spans, write_places
from indexer.postings import BM25F, FieldTerms, Postings, compile_postings
from search.engine import Engine


def stored(folder: Path, texts: list[str]) -> Places:
    """Places of passages whose text these are."""
    found = [words(text, "en") for text in texts]
    terms = [FieldTerms((), (), tuple(word.term for word in one), ()) for one in found]
    compile_postings(folder, terms, BM25F(), lambda length: length)
    spans = [Spans(tuple(w.start for w in one), tuple(w.end for w in one)) for one in found]
    postings = Postings.open(folder)
    write_places(folder, [one.body for one in terms], spans, postings)
    return Places(folder, postings)


TEXTS = st.lists(st.sampled_from(["Refunds, e-mail", "my refund", "", "退款 refund", "x " * 9]))


@given(TEXTS.filter(any), st.sets(st.sampled_from(["refund", "mail", "退款", "x", "unknown"])))
def test_the_words_found_are_those_of_the_text(texts: list[str], terms: set[str]) -> None:
    with TemporaryDirectory() as folder:
        places = stored(Path(folder), texts)
        for row, text in enumerate(texts):
            expected = [word for word in words(text, "en") if word.term in terms]
            assert places.find(row, terms) == expected


def test_a_published_passage_says_where_its_words_stand(engine: Engine) -> None:
    for row in range(engine.snapshot.passage_count):
        passage = engine.snapshot.passage(row)
        lang = engine.snapshot.articles[passage.article].lang
        found = words(passage.text, lang)
        assert engine.snapshot.keyword.places.find(row, {w.term for w in found}) == found
