"""Behind every figure are as many cases as it says, and a case tells all that happened in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, get_args

import pytest
from recounting import DAY, MONTH, OF_WINDOW, TODAY, Told, value
from sqlalchemy import text
from stores import NOW, done, shown, visit

from kb.insights import CaseRow
from kb.measures import MEASURES
from kb.overview import overview
from kb.store.article_insights import articles
from kb.store.case_insights import Ending, Selection, behind, case
from kb.store.comments import comments
from kb.store.database import Database
from kb.store.journal import cast, record
from kb.store.moments import to_ms
from kb.store.pages import SIZE
from kb.store.query_insights import queries
from kb.store.windows import Window

WEEK = Window(NOW - 7 * DAY, NOW)
LATER = NOW + DAY
PASSWORD = "account/password"
VOTERS = f"""SELECT e.article, e.case_id FROM events e JOIN cases c ON c.id = e.case_id
  WHERE e.at >= :since AND e.at < :until AND e.rejected IS NULL AND {OF_WINDOW}
    AND e.type IN ('resolved', 'not_resolved', 'suggestion_resolved')"""


def every(database: Database, window: Window, selection: Selection) -> Iterator[CaseRow]:
    """All pages."""
    first = behind(database, window, selection, 1, NOW)
    yield from first.items
    for number in range(2, first.pages + 1):
        page = behind(database, window, selection, number, NOW)
        assert (page.number, page.pages, page.total) == (number, first.pages, first.total)
        yield from page.items


def total(database: Database, **chosen: Any) -> int:
    return behind(database, MONTH, Selection(**chosen), 1, NOW).total


def test_behind_every_figure_are_as_many_cases_as_it_says(visited: Database) -> None:
    found = overview(visited, MONTH, NOW)
    for measure in MEASURES.values():
        if measure.base is None:
            with pytest.raises(ValueError, match="counts no cases"):
                total(visited, measure=measure.name)
            continue
        figure = value(found, measure.name)
        hits = figure if isinstance(figure, int) else figure.count
        assert total(visited, measure=measure.name) == hits
        if not isinstance(figure, int):
            assert total(visited, measure=measure.name, of="base") == figure.total


def test_behind_every_figure_of_an_article_and_of_a_question(visited: Database) -> None:
    for row in articles(visited, MONTH, NOW)[:5]:
        for name in ("resolved", "assumed", "failed", "contacted", "taken_back"):
            share = getattr(row.outcomes, name)
            assert total(visited, article=row.article, ending=name) == share.count
        assert total(visited, article=row.article, ending="helped") == row.helped.count
        assert total(visited, article=row.article, ending="elsewhere") == row.elsewhere.count
        assert total(visited, article=row.article, ending="ended") == row.helped.total
        numbers = row.outcomes.busy, row.outcomes.silent
        assert (
            tuple(total(visited, article=row.article, ending=one) for one in ("busy", "silent"))
            == numbers
        )
    for asked in queries(visited, MONTH, NOW, "all", 1).items[:5]:
        assert total(visited, query=asked.query.upper()) == asked.cases
        assert total(visited, query=asked.query, ending="failed") == asked.outcomes.failed.count


def test_the_endings_of_all_cases_are_all_cases(visited: Database) -> None:
    number = {one: total(visited, ending=one) for one in get_args(Ending)}
    parts = ("resolved", "assumed", "failed", "contacted")
    assert number["ended"] == sum(number[one] for one in parts)
    assert number["helped"] == number["resolved"] + number["assumed"]
    assert number["elsewhere"] == 0
    assert total(visited) == number["ended"] + number["busy"] + number["silent"]


def test_the_pages_are_all_cases_newest_first(visited: Database) -> None:
    rows = list(every(visited, WEEK, Selection(measure="helped", of="base")))
    with visited.reading() as connection:
        direct = connection.execute(
            text(
                "SELECT id, started, surface, outcome, taken_back, article FROM cases"
                " WHERE outcome IS NOT NULL AND started >= :since AND started < :until"
                " ORDER BY started DESC"
            ),
            {"since": to_ms(WEEK.since), "until": to_ms(WEEK.until)},
        ).all()
    assert len(rows) > 3 * SIZE
    assert [
        (one.id, to_ms(one.started), one.surface, one.outcome, one.taken_back, one.article)
        for one in rows
    ] == [tuple(one) for one in direct]
    assert {one.demo for one in rows} == {False, True}
    assert all(one.demo == one.id.startswith("demo-") for one in rows)


def test_all_that_is_chosen_must_hold(visited: Database) -> None:
    first, second, third = behind(visited, MONTH, Selection(ending="failed"), 1, NOW).items[:3]
    ids = (first.id, third.id)
    assert total(visited, ids=ids) == total(visited, ids=ids, ending="failed") == 2
    assert total(visited, ids=ids, ending="resolved") == total(visited, ids=()) == 0
    assert second.id not in ids


def test_a_page_that_is_not_there_is_the_nearest_one(database: Database) -> None:
    record(database, [shown("i1")], [])
    for number in (-1, 0, 7):
        found = behind(database, TODAY, Selection(), number, LATER)
        assert (found.number, found.pages, len(found.items)) == (1, 1, 1)


def test_a_case_is_told_from_its_first_list_to_its_last_event(database: Database) -> None:
    lists = [shown("i1"), shown("i2", 9, query="Reset  password"), shown("i3", 20, query="mail")]
    record(database, lists, [done("open", impression="i1"), done("read", 5, impression="i1")])
    wrong = done("not_resolved", 30, reason="out_of_date", comment="old picture")
    cast(database, wrong, per_hour=9)
    cast(database, done("not_resolved", 31), per_hour=9)
    found = case(database, "case-1", LATER)
    assert found is not None
    assert found.row.queries == ("reset password", "mail")
    assert (found.row.outcome, found.row.article, found.ticket) == ("failed", PASSWORD, None)
    kinds = ["list", "open", "read", "list", "list", "not_resolved", "not_resolved"]
    assert [one.kind for one in found.steps] == kinds
    assert found.steps[0].articles == (PASSWORD, f"es:{PASSWORD}")
    assert (found.steps[5].reason, found.steps[5].comment) == ("out_of_date", "old picture")
    assert found.steps[6].rejected == "duplicate"


def test_a_case_that_is_not_there_is_none(database: Database) -> None:
    record(database, [], [done("resolved", rejected="robot")])
    assert case(database, "case-1", LATER) is None


def test_a_case_is_told_as_it_stands_though_nobody_has_counted_since(database: Database) -> None:
    record(database, [shown("i1")], [])
    cast(database, done("resolved", 9), per_hour=9)
    soon = case(database, "case-1", NOW + 10 * DAY / 86_400)
    assert soon is not None
    assert (soon.row.outcome, soon.row.article) == ("resolved", PASSWORD)


@pytest.mark.parametrize("surface", ["portal", "suggest"])
@pytest.mark.parametrize("memory", [None, "m1"])
def test_a_case_says_whether_suggestions_and_memory_had_a_part_in_it(
    database: Database, surface: str, memory: str | None
) -> None:
    record(database, [shown("i1"), shown("i2", 5, surface=surface, memory=memory)], [])
    found = case(database, "case-1", LATER)
    assert found is not None
    assert (found.offered, found.remembered) == (surface == "suggest", memory is not None)


def test_the_cases_of_a_question_that_found_nothing_or_of_which_nothing_was_opened(
    database: Database,
) -> None:
    nothing: dict[str, Any] = {"articles": (), "scores": ()}
    for name, more in (("empty", nothing), ("ignored", {}), ("opened", {}), ("other", nothing)):
        who = visit(name)
        asked = "Print  labels" if name != "other" else "scan labels"
        acts = [done("open", 1, visit=who, impression=name)] if name == "opened" else []
        record(database, [shown(name, visit=who, query=asked, **more)], acts)

    def ids(**chosen: Any) -> set[str]:
        chosen = {"query": "print labels"} | chosen
        return {one.id for one in behind(database, TODAY, Selection(**chosen), 1, LATER).items}

    assert ids() == {"empty", "ignored", "opened"}
    assert ids(only="without_hits") == {"empty"}
    assert ids(only="without_clicks") == {"ignored"}


@pytest.mark.parametrize("chosen", [WEEK, replace(MONTH, surface="portal", lang="es")])
def test_behind_an_articles_votes_are_the_cases_in_which_they_were_cast(
    visited: Database, chosen: Window
) -> None:
    with visited.reading() as connection:
        told = Told(connection, chosen, VOTERS)
        rows = told.all("SELECT article, count(DISTINCT case_id) AS voters FROM told GROUP BY 1")
    assert len(rows) > 3
    for row in rows:
        selection = Selection(article=row.article, voted=True)
        assert behind(visited, chosen, selection, 1, NOW).total == row.voters


def test_comments_come_newest_first_and_rejected_ones_never(visited: Database) -> None:
    with visited.reading() as connection:
        direct = connection.execute(
            text(
                "SELECT case_id, comment, at FROM events WHERE comment IS NOT NULL"
                " AND rejected IS NULL AND at >= :since AND at < :until ORDER BY at DESC, id DESC"
            ),
            {"since": to_ms(MONTH.since), "until": to_ms(MONTH.until)},
        ).all()
    pages = [comments(visited, MONTH, number) for number in range(1, 1 + -(-len(direct) // SIZE))]
    found = [(one.case, one.comment, to_ms(one.at)) for page in pages for one in page.items]
    assert len(pages) > 1
    assert found == [tuple(one) for one in direct]
    assert {page.total for page in pages} == {len(direct)}


def test_comments_of_another_surface_are_left_out(database: Database) -> None:
    record(database, [shown("i1", surface="widget")], [])
    cast(database, done("resolved", 5, comment="thanks"), per_hour=9)
    record(database, [], [done("read", 1, visit=visit("case-2"))])
    cast(database, done("resolved", 5, comment="good", visit=visit("case-2")), per_hour=9)
    behind(database, TODAY, Selection(), 1, LATER)  # settles
    widget = Window(TODAY.since, TODAY.until, surface="widget")
    assert [one.comment for one in comments(database, widget, 1).items] == ["thanks"]
