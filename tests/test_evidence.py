"""Past cases count where several visitors agree, and no visitor counts for much."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import evidence
from indexer.evidence import (
    HALF_LIFE,
    MONTH,
    MOST_OF_A_VISITOR,
    MOST_OF_AN_ARTICLE,
    Case,
    fading,
    said,
    waiting,
    weigh,
)
from kb.events import Resolution

NOW = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def same(name: str) -> str:
    """Every article is there under its name."""
    return name


def vote(  # what one visitor said in a case
    query: str, article: str, visitor: str, age: dt.timedelta = 0 * DAY, weight: float = 1.0
) -> Resolution:
    source = f"case:{visitor}-{query}-{article}"
    return Resolution(query, article, NOW - age, weight, source, visitor)


def imported(query: str, article: str, age: dt.timedelta = 0 * DAY, number: int = 0) -> Resolution:
    source = f"import:{query}-{article}-{age.days}-{number}"
    return Resolution(query, article, NOW - age, 1.0, source)


def test_an_article_is_learned_about_once_two_visitors_agree() -> None:
    one = vote("lamp broke", "lamps", "anna")
    assert weigh([one], same) == ()
    assert weigh([one, vote("lamp is dead", "lamps", "anna")], same) == ()
    cases = weigh([one, vote("lamp is dead", "lamps", "ben")], same)
    assert [(case.query, case.article) for case in cases] == [
        ("lamp broke", "lamps"),
        ("lamp is dead", "lamps"),
    ]


@pytest.mark.parametrize(
    ("codes", "apart", "are_two"),
    [
        (("2026-04.aa", "2026-05.bb"), dt.timedelta(minutes=2), False),
        (("2026-04.aa", "2026-05.bb"), MONTH - dt.timedelta(minutes=2), False),
        (("2026-04.aa", "2026-05.bb"), MONTH, True),
        (("2026-05.aa", "2026-05.bb"), dt.timedelta(minutes=2), True),
        (("2026-05.aa", "2026-05.aa"), MONTH - dt.timedelta(minutes=2), False),
    ],
)
def test_who_votes_again_after_the_month_has_ended_is_not_taken_for_two(
    codes: tuple[str, str], apart: dt.timedelta, are_two: bool
) -> None:
    ages = (apart, dt.timedelta())
    votes = [vote("lamp broke", "lamps", code, age) for code, age in zip(codes, ages, strict=True)]
    assert bool(weigh(votes, same)) is are_two
    others = [vote("dark", "lamps", name, MONTH) for name in ("2026-04.cc", "2026-04.dd")]
    known = {said(one) for one in others}
    assert bool(waiting([*others, *votes], known)) is not are_two


def test_a_vote_and_an_imported_row_are_two() -> None:
    assert weigh([vote("lamp broke", "lamps", "2026-05.aa"), imported("dark", "lamps")], same)


def test_two_who_disagree_are_no_two_who_agree() -> None:
    for_it = vote("lamp broke", "lamps", "anna")
    against = vote("lamp broke", "lamps", "ben", weight=-1.0)
    assert weigh([for_it, against], same) == ()


def test_imported_rows_are_visitors_of_their_own() -> None:
    cases = weigh([imported("lamp broke", "lamps"), imported("no light", "lamps")], same)
    assert len(cases) == 2


def test_a_visitors_thousand_cases_of_an_article_count_as_the_last_one() -> None:
    many = [
        vote(f"wording {n}", "lamps", "anna", age=dt.timedelta(minutes=n)) for n in range(1_000)
    ]
    other = vote("no light", "lamps", "ben")
    assert weigh([*many, other], same) == weigh([many[0], other], same)


def test_a_visitor_counts_about_few_articles() -> None:
    ages = {f"article-{n:02}": dt.timedelta(minutes=n) for n in range(50)}
    many = [vote("lamp broke", name, "anna", age) for name, age in ages.items()]
    others = [vote("lamp broke", name, f"ben-{name}", age) for name, age in ages.items()]
    cases = weigh([*reversed(many), *others], same)
    assert [case.article for case in cases] == list(ages)[:MOST_OF_A_VISITOR]


def test_what_was_searched_before_in_the_same_case_stays_with_it() -> None:
    last = vote("lamp broke", "lamps", "anna")
    before = dataclasses.replace(last, query="no light", weight=0.5)
    other = vote("it is dark", "lamps", "ben")
    cases = weigh([last, before, other], same)
    assert {case.query: case.weight for case in cases} == {
        "lamp broke": 1.0,
        "no light": 0.5,
        "it is dark": 1.0,
    }


def test_equal_wordings_are_one_case_that_names_all_of_them_newest_first() -> None:
    told = [
        imported("Lamp  broke", "lamps", 2 * DAY),
        imported("lamp broke", "lamps", 1 * DAY),
        imported("LAMP BROKE ", "lamps", 3 * DAY),
    ]
    (case,) = weigh(told, same)
    assert (case.query, case.at) == ("lamp broke", NOW - DAY)
    assert case.sources == (told[1].source, told[0].source, told[2].source)
    assert case.largest == 1.0
    assert case.weight == pytest.approx(sum(fading(n * DAY) for n in range(3)))


def test_age_counts_back_from_the_newest_case_not_from_today() -> None:
    long_ago = [
        imported("lamp broke", "lamps", 9_000 * DAY),
        imported("dark", "lamps", 9_000 * DAY),
    ]
    assert [case.weight for case in weigh(long_ago, same)] == [1.0, 1.0]
    newer = [imported("a", "chairs", 9_000 * DAY - HALF_LIFE), imported("b", "chairs", 9_000 * DAY)]
    weights = {case.query: case.weight for case in weigh([*long_ago, *newer], same)}
    assert weights == pytest.approx({"lamp broke": 0.5, "dark": 0.5, "a": 1.0, "b": 0.5})


def test_a_case_that_does_not_count_makes_no_other_old() -> None:
    told = [imported("lamp broke", "lamps", HALF_LIFE), imported("dark", "lamps", HALF_LIFE)]
    lone = vote("chair", "chairs", "anna")
    assert weigh([*told, lone], same) == weigh(told, same)


def test_what_did_not_help_counts_against() -> None:
    told = [vote("lamp broke", "lamps", name, weight=-1.0) for name in ("anna", "ben")]
    (case,) = weigh(told, same)
    assert (case.weight, case.largest) == (-2.0, -1.0)


def test_for_and_against_are_kept_apart() -> None:
    good = [vote("lamp broke", "lamps", name) for name in ("anna", "ben")]
    bad = [vote("lamp broke", "lamps", name, weight=-0.5) for name in ("cleo", "dan")]
    assert sorted(case.weight for case in weigh([*good, *bad], same)) == [-1.0, 2.0]


def test_renamed_articles_are_followed_and_deleted_ones_left_out() -> None:
    told = [
        imported("lamp broke", "old-lamps"),
        imported("dark", "lamps"),
        imported("a", "gone"),
        imported("b", "gone"),
    ]
    names = {"old-lamps": "lamps", "lamps": "lamps", "gone": None}
    cases = weigh(told, names.get)
    assert [(case.article, case.query) for case in cases] == [
        ("lamps", "dark"),
        ("lamps", "lamp broke"),
    ]


def test_of_one_article_the_newest_cases_count(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_OF_AN_ARTICLE == 1_000
    monkeypatch.setattr(evidence, "MOST_OF_AN_ARTICLE", 3)
    told = [imported(f"query {n}", "lamps", n * DAY) for n in range(10)]
    assert [case.query for case in weigh(told, same)] == ["query 0", "query 1", "query 2"]


def test_nothing_teaches_nothing() -> None:
    assert weigh([], same) == ()
    assert waiting([], frozenset()) == frozenset()


resolutions = st.builds(
    lambda query, article, day, weight, visitor, number: Resolution(
        query,
        article,
        NOW - day * DAY,
        weight,
        f"import:{number}-{day}" if visitor is None else f"case:{visitor}-{number}",
        visitor,
    ),
    query=st.sampled_from(["lamp broke", "Lamp broke", "no light", "dark", "it hums"]),
    article=st.sampled_from(["lamps", "chairs", "old-lamps", "gone"]),
    day=st.integers(0, 3_000),
    weight=st.sampled_from([1.0, 0.5, 0.25, -0.5, -1.0]),
    visitor=st.sampled_from([None, "anna", "ben", "cleo"]),
    number=st.integers(0, 3),
)
pasts = st.lists(resolutions, max_size=25, unique=True)
NAMES = {"lamps": "lamps", "chairs": "chairs", "old-lamps": "lamps"}


@given(pasts.flatmap(lambda past: st.tuples(st.just(past), st.permutations(past))))
def test_the_order_in_which_cases_come_does_not_matter(
    orders: tuple[Sequence[Resolution], Sequence[Resolution]],
) -> None:
    assert weigh(orders[0], NAMES.get) == weigh(orders[1], NAMES.get)


@given(pasts)
def test_weights_are_bounded_by_the_cases_behind_them(past: list[Resolution]) -> None:
    for case in weigh(past, NAMES.get):
        assert 0 < abs(case.weight) <= len(case.sources)
        assert 0 < abs(case.largest) <= min(1.0, abs(case.weight) + 1e-9)
        assert (case.weight > 0) == (case.largest > 0)
        assert case.article in {"lamps", "chairs"}


@given(pasts)
def test_each_wording_of_an_article_stands_once_on_each_side(past: list[Resolution]) -> None:
    cases = weigh(past, NAMES.get)
    keys = [(case.article, case.query.casefold(), case.weight > 0) for case in cases]
    assert len(keys) == len(set(keys))


@given(pasts)
def test_no_visitor_is_behind_more_than_he_may(past: list[Resolution]) -> None:
    visitor_of = {one.source: one.visitor for one in past if one.visitor}
    behind: dict[str, set[str]] = {}
    for case in weigh(past, NAMES.get):
        for source in case.sources:
            if source in visitor_of:
                behind.setdefault(f"{visitor_of[source]} {case.article}", set()).add(source)
    assert all(len(sources) == 1 for sources in behind.values())


@given(pasts, st.lists(st.tuples(resolutions, st.sampled_from(["new", "old"])), max_size=12))
def test_what_a_single_visitor_adds_to_a_learned_past_changes_nothing(
    past: list[Resolution], added: list[tuple[Resolution, str]]
) -> None:
    known = {said(one) for one in past}
    his = [
        dataclasses.replace(
            one, visitor="eve", source="case:eve" if case == "old" else f"case:eve-{number}"
        )
        for number, (one, case) in enumerate(added)
    ]
    everything = [*past, *his]
    waits = waiting(everything, known)
    heard = [one for one in everything if one not in waits]
    assert weigh(heard, NAMES.get) == weigh(past, NAMES.get)


def hear(past: Sequence[Resolution], known: set[str]) -> set[Resolution]:
    return set(past) - waiting(past, known)


def test_a_visitor_alone_waits_for_another() -> None:
    past = [imported("lamp broke", "lamps"), imported("dark", "chairs")]
    known = {said(one) for one in past}
    anna = vote("no light", "lamps", "anna")
    ben = vote("it hums", "chairs", "ben")
    assert hear([*past, anna], known) == set(past)
    assert hear([*past, anna, ben], known) == {*past, anna, ben}


def test_a_visitor_waits_even_where_history_is_imported_at_the_same_time() -> None:
    past = [imported("lamp broke", "lamps"), imported("dark", "chairs")]
    his = [vote(f"query {n}", "lamps", "anna") for n in range(1_000)]
    assert hear([*past, *his], set()) == set(past)


def test_one_imported_row_waits_too_and_two_do_not() -> None:
    one, two = imported("lamp broke", "lamps"), imported("dark", "chairs")
    assert hear([one], set()) == set()
    assert hear([one, vote("no light", "lamps", "anna")], set()) == set()
    assert hear([one, two], set()) == {one, two}


def test_a_case_that_was_learned_from_waits_with_what_was_added_to_it() -> None:
    anna, ben = vote("lamp broke", "lamps", "anna"), vote("dark", "lamps", "ben")
    known = {said(anna), said(ben)}
    more = dataclasses.replace(anna, article="chairs")
    turned = dataclasses.replace(anna, weight=-1.0)
    assert hear([anna, ben, more, turned], known) == {anna, ben}


def test_a_case_keeps_its_type() -> None:
    (case,) = weigh([imported("a", "lamps", DAY), imported("a", "lamps")], same)
    assert case == Case(
        "a", "lamps", NOW, 1 + fading(DAY), 1.0, ("import:a-lamps-0-0", "import:a-lamps-1-0")
    )
