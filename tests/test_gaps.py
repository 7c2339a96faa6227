"""What customers ask and nothing answers: grouped, named, ranked, and explained."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import Silence
from hypothesis import given, settings
from hypothesis import strategies as st
from lessons import NOW, copy_of

from kb.events import Outcome, Surface
from kb.insights import Missing
from kb.store.unresolved import Asked, Unresolved
from search.engine import Engine
from search.gap_finder import GapFinder
from search.gaps import (
    Cluster,
    Nearest,
    find,
    look,
    missing,
    nearest,
    subject,
    text_of,
    texts_of,
    without_subject,
)

GLASS = (
    "the lamp shade is cracked",
    "cracked lamp shade",
    "lamp shade arrived with a crack",
    "shade of my lamp cracked",
)
INVOICE = ("invoice with VAT number", "I need an invoice with my VAT number", "VAT invoice")


def asked(query: str, articles: Sequence[str] = (), surface: Surface = "portal") -> Asked:
    return Asked(query, surface, "en", tuple(articles))


def case(name: str, *queries: str, sent: bool = False, visitor: str | None = None) -> Unresolved:
    outcome: Outcome = "contacted" if sent else "failed"
    started = NOW - dt.timedelta(hours=len(name))
    return Unresolved(name, visitor, started, outcome, sent, tuple(map(asked, queries)))


def several(queries: Sequence[str], name: str, sent: int = 0) -> list[Unresolved]:
    """A case for each question, the first of them with a ticket."""
    return [case(f"{name}{n}", query, sent=n < sent) for n, query in enumerate(queries)]


@pytest.fixture(scope="module")
def finder(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> GapFinder:
    return GapFinder.open(copy_of(shop, tmp_path_factory.mktemp("gaps") / "data"))


def clusters(finder: GapFinder, cases: Sequence[Unresolved]) -> tuple[Cluster, ...]:
    return finder.clusters(cases, Silence())


def test_questions_that_mean_the_same_are_one_gap_and_a_lone_one_is_none(
    finder: GapFinder,
) -> None:
    cases = [*several(GLASS, "g"), *several(INVOICE, "v"), case("lone", "opening hours at easter")]
    found = clusters(finder, cases)
    assert [sorted(one.case for one in cluster.cases) for cluster in found] == [
        ["g0", "g1", "g2", "g3"],
        ["v0", "v1", "v2"],
    ]


def test_tickets_count_so_that_what_costs_most_comes_first(finder: GapFinder) -> None:
    cases = [*several(GLASS, "g"), *several(INVOICE, "v", sent=3)]
    first, second = clusters(finder, cases)
    assert (first.people, first.cost) == (3, 3)
    assert (second.people, second.cost) == (4, 0)


def test_a_person_who_asks_every_hour_is_one_person(finder: GapFinder) -> None:
    cases = [case(f"c{n}", query, visitor="ann") for n, query in enumerate(GLASS)]
    (found,) = clusters(finder, [*cases, case("d", GLASS[0]), case("e", GLASS[1])])
    assert (len(found.cases), found.people) == (6, 3)


def test_a_gap_is_named_in_the_words_that_most_people_chose(finder: GapFinder) -> None:
    many = [case(f"m{n}", "  Cracked LAMP shade") for n in range(4)]
    (found,) = clusters(finder, [*several(GLASS, "g"), *many])
    assert found.wordings[0].query == "Cracked LAMP shade"
    assert found.wordings[0].cases == 5


def test_a_draft_is_named_by_its_subject(finder: GapFinder) -> None:
    body = "\n\nGood morning, my lamp shade is cracked. What can I do? " + "Regards " * 20
    drafts = [asked(query + body, surface="suggest") for query in GLASS]
    cases = [replace(case(f"c{n}", "x"), asked=(one,)) for n, one in enumerate(drafts)]
    (found,) = clusters(finder, cases)
    assert {one.query for one in found.wordings} == set(GLASS)


def test_ids_are_the_same_from_run_to_run_and_differ_between_gaps(
    finder: GapFinder,
) -> None:
    cases = [*several(GLASS, "g"), *several(INVOICE, "v")]
    first = look(finder.engine, clusters(finder, cases))
    again = look(finder.engine, clusters(finder, [*reversed(cases), case("lone", "easter")]))
    assert [one.id for one in first] == [one.id for one in again]
    same = look(finder.engine, clusters(finder, cases)[:1] * 2)
    assert len({one.id for one in same}) == 2


def test_a_gap_says_who_asked_when_and_how_it_ended(finder: GapFinder) -> None:
    (gap,) = look(finder.engine, clusters(finder, several(GLASS, "g" * 3, sent=1)))
    assert (gap.cases, gap.people, gap.cost, gap.failed) == (4, 4, 1, 3)
    assert gap.first == gap.last == NOW - dt.timedelta(hours=4)
    assert sorted(gap.case_ids) == ["ggg0", "ggg1", "ggg2", "ggg3"]
    assert sum(one.cases for one in gap.wordings) == 4


def test_the_nearest_article_is_the_engines(finder: GapFinder) -> None:
    cases = several(("reset link does not come", "the reset mail does not come"), "c")
    (found,) = clusters(finder, cases)
    near = nearest(finder.engine, found)
    assert near.article == "account/password"
    assert 0 < near.fit <= 1


def test_without_an_article_nothing_is_near() -> None:
    assert missing([case("c", "x")], Nearest(None, 0.0)) == "nothing_near"
    assert missing([case("c", "x")], Nearest("a", 0.2)) == "nothing_near"


@pytest.mark.parametrize(
    ("listed", "opened", "rejected", "why"),
    [
        (("a",), ("a",), (), "did_not_help"),
        (("b",), (), ("a",), "did_not_help"),
        (("b", "c", "a"), ("b",), (), "not_opened"),
        (("b", "c", "d", "a"), (), (), "ranked_low"),
        ((), (), (), "ranked_low"),
    ],
)
def test_why_the_nearest_article_did_not_do(
    listed: tuple[str, ...], opened: tuple[str, ...], rejected: tuple[str, ...], why: Missing
) -> None:
    one = replace(
        case("c", "x"),
        asked=(asked("x", listed),),
        opened=frozenset(opened),
        rejected=frozenset(rejected),
    )
    assert missing([one], Nearest("a", 0.9)) == why


def test_what_happened_in_most_cases_counts() -> None:
    shown = replace(case("s", "x"), asked=(asked("x", ("a",)),))
    read = replace(shown, opened=frozenset({"a"}))
    assert missing([shown, shown, read], Nearest("a", 0.9)) == "not_opened"
    assert missing([shown, read, read], Nearest("a", 0.9)) == "did_not_help"


def test_the_second_look_encodes_nothing_and_forgets_what_was_purged(
    shop: Path, tmp_path: Path
) -> None:
    finder = GapFinder.open(copy_of(shop, tmp_path / "data"))
    cases = several(GLASS, "g")
    clusters(finder, cases)
    (file,) = finder.cache.glob("unresolved-*")
    before = file.stat()
    clusters(finder, cases)
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    finder.clusters(cases[:2], Silence(), forget=True)
    assert file.stat().st_size == before.st_size / 2


@st.composite
def pasts(draw: st.DrawFn) -> list[Unresolved]:
    """Cases that ask some of a few questions."""
    words = st.sampled_from(["a", "b", "c", "d", "e", "A ", "f\nbody"])
    asking = draw(st.lists(st.lists(words, min_size=1, max_size=3), max_size=12))
    return [case(f"case-{n}", *queries) for n, queries in enumerate(asking)]


def found_in(cases: Sequence[Unresolved]) -> tuple[Cluster, ...]:
    texts = texts_of(cases)
    every = np.random.default_rng(1).normal(size=(256, 8)).astype(np.float32)
    vectors = np.asarray([every[sum(map(ord, text)) % 256] for text in texts]).reshape(-1, 8)
    return find(cases, without_subject(texts, vectors, subject(every)))


@settings(deadline=None)
@given(pasts(), st.randoms(use_true_random=False))
def test_the_order_of_cases_changes_nothing(cases: list[Unresolved], random: object) -> None:
    shuffled = list(cases)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert found_in(shuffled) == found_in(cases)


@settings(deadline=None)
@given(pasts())
def test_a_case_is_in_one_gap_at_most_and_equal_ones_in_the_same(cases: list[Unresolved]) -> None:
    of_case = {one.case: n for n, cluster in enumerate(found_in(cases)) for one in cluster.cases}
    assert len(of_case) == sum(len(cluster.cases) for cluster in found_in(cases))
    for one in cases:
        for other in cases:
            if one is not other and set(map(text_of, one.asked)) == set(map(text_of, other.asked)):
                assert of_case[one.case] == of_case[other.case]


def test_where_nothing_was_asked_there_is_no_gap(engine: Engine) -> None:
    assert found_in([]) == ()
    assert look(engine, ()) == ()
