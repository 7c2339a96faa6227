"""Every figure of the overview, counted once more by SQL that knows nothing of how we count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from odds import DAYS, MEMORY_SINCE, OFFERED, OVER, PLAIN, REVISED, SENT_HOLDOUT, SENT_SHOWN, Truth
from recounting import (
    CLICKS,
    DAY,
    ENDED,
    HELPED,
    MONTH,
    OF_WINDOW,
    OUTCOMES,
    VOTES,
    Pair,
    Told,
    began_in,
    exactly,
    likely,
    newcombe,
    same_outcomes,
    same_trend,
    usual,
    value,
)
from sqlalchemy import Connection, Row
from stores import NOW

from kb.figures import Difference, Overview, Point, Report
from kb.measures import MEASURES
from kb.overview import overview, shares
from kb.store.database import Database
from kb.store.moments import to_ms
from kb.store.windows import Window, steps

ALL = Window(NOW - 200 * DAY, NOW)
LONG = Window(NOW - 84 * DAY + dt.timedelta(hours=7), NOW - 2 * DAY)
NEWEST = f"SELECT max(c.started) FROM cases c WHERE {OF_WINDOW}"
CASES = f"""
SELECT c.id, c.started, c.surface, c.outcome, c.taken_back, c.holdout, c.plain,
  c.last > :idle AS busy,
  EXISTS (SELECT 1 FROM impressions i WHERE i.case_id = c.id AND i.surface <> 'suggest'
    AND i.query <> '' AND (NOT i.typing OR EXISTS (SELECT 1 FROM events e
      WHERE e.impression = i.id AND e.rejected IS NULL AND e.type IN {CLICKS}))) AS searched,
  EXISTS (SELECT 1 FROM events e WHERE e.case_id = c.id AND e.rejected IS NULL
    AND e.type IN {CLICKS}) AS opened,
  EXISTS (SELECT 1 FROM events e WHERE e.case_id = c.id AND e.rejected IS NULL
    AND e.type IN ('read', 'resolved')) AS "read",
  EXISTS (SELECT 1 FROM events e WHERE e.case_id = c.id AND e.type = 'form_open') AS form,
  EXISTS (SELECT 1 FROM events e WHERE e.case_id = c.id
    AND e.type IN ('suggestion_open', 'suggestion_resolved')) AS suggestion_opened,
  EXISTS (SELECT 1 FROM events e WHERE e.case_id = c.id
    AND e.type = 'suggestion_resolved') AS suggestion_resolved,
  (SELECT min(i.at) FROM impressions i WHERE i.case_id = c.id AND i.surface = 'suggest'
    AND CAST(i.articles AS TEXT) <> '[]') AS offer,
  (SELECT max(e.at) FROM events e WHERE e.case_id = c.id AND e.type = 'contact') AS ticket,
  c.started >= (SELECT min(i.at) FROM impressions i
    WHERE i.memory = 'm1' AND i.at >= :since AND i.at < :until) AS remembering
FROM cases c WHERE c.started >= :since AND c.started < :until AND {OF_WINDOW}
"""
LEFT = f"{ENDED} AND searched AND NOT busy"
FORM = "form AND NOT busy AND NOT holdout"
OFFER = "form AND NOT busy AND offer IS NOT NULL"
SENT_SINCE = "ticket >= offer"
OF_CASES: Mapping[str, tuple[str, str]] = {
    "cases": ("1 = 1", "1 = 1"),
    "helped": OUTCOMES["helped"],
    **{f"outcomes.{name}": OUTCOMES[name] for name in OUTCOMES if name != "helped"},
    "search_funnel.cases": (LEFT, LEFT),
    "search_funnel.opened": (LEFT, "opened"),
    "search_funnel.read": (LEFT, '"read"'),
    "search_funnel.resolved": (LEFT, "outcome = 'resolved'"),
    "search_funnel.assumed": (LEFT, "outcome = 'assumed'"),
    "form_funnel.forms": (FORM, FORM),
    "form_funnel.suggested": (FORM, "offer IS NOT NULL"),
    "form_funnel.opened": (f"{FORM} AND offer IS NOT NULL", "suggestion_opened"),
    "form_funnel.resolved": (f"{FORM} AND offer IS NOT NULL", "suggestion_resolved"),
    "form_funnel.sent": (FORM, "ticket IS NOT NULL"),
    "deflection.shown": (f"{OFFER} AND NOT holdout", SENT_SINCE),
    "deflection.holdout": (f"{OFFER} AND holdout", SENT_SINCE),
    "memory.helped": (f"{LEFT} AND remembering AND NOT plain", HELPED),
    "memory.helped_without": (f"{LEFT} AND remembering AND plain", HELPED),
    "memory.resolved": (f"{LEFT} AND remembering AND NOT plain", "outcome = 'resolved'"),
    "memory.resolved_without": (f"{LEFT} AND remembering AND plain", "outcome = 'resolved'"),
}
SEARCHES = f"""
WITH lists AS (SELECT i.surface, CAST(i.articles AS TEXT) = '[]' AS is_empty, i.typing,
  EXISTS (SELECT 1 FROM events e WHERE e.impression = i.id AND e.rejected IS NULL
    AND e.type IN {CLICKS}) AS clicked
  FROM impressions i WHERE i.at >= :since AND i.at < :until AND i.surface <> 'suggest'
    AND i.query <> '' AND (:surface = '' OR i.surface = :surface)
    AND (:lang = '' OR i.lang = :lang))
SELECT surface, count(*), count(CASE WHEN is_empty THEN 1 END),
  count(CASE WHEN NOT is_empty AND NOT clicked THEN 1 END)
FROM lists WHERE clicked OR NOT typing GROUP BY surface
"""
EVENTS = f"""
SELECT e.* FROM events e LEFT JOIN cases c ON c.id = e.case_id
WHERE e.at >= :since AND e.at < :until AND {OF_WINDOW}
ORDER BY e.at DESC, e.id DESC
"""


def same_report(found: Report, told: Told, counted: Mapping[str, Pair]) -> Iterator[str]:
    """Compare everything; the names of what was compared."""
    for name in set(OF_CASES) - {"helped"}:
        figure = value(found, name)
        pair = counted[name]
        assert figure == pair[0] if isinstance(figure, int) else exactly(figure, pair)
        yield name
    surfaces = [one for (one,) in told.all("SELECT DISTINCT surface FROM told")]
    assert set(found.by_surface) == set(surfaces)
    for one in surfaces:
        expected = told.pairs(OUTCOMES, "surface = :one", one=one)
        assert same_outcomes(found.by_surface[one], expected)
    sent, held = counted["deflection.shown"], counted["deflection.holdout"]
    assert newcombe(found.deflection.avoided, held, sent)
    for gained, one in (("gained", "helped"), ("gained_resolved", "resolved")):
        pairs = counted[f"memory.{one}"], counted[f"memory.{one}_without"]
        assert newcombe(getattr(found.memory, gained), *pairs)
    yield from same_searches(found, told)
    yield from same_events(found, told)


def same_searches(found: Report, told: Told) -> Iterator[str]:
    rows = told.all(SEARCHES)
    assert {one for one, *_ in rows} == set(found.searches_by_surface)
    for figures, of in [
        (found.searches, rows),
        *((found.searches_by_surface[one[0]], [one]) for one in rows),
    ]:
        total, empty, ignored = (sum(row[at] for row in of) for at in (1, 2, 3))
        assert figures.searches == total
        assert exactly(figures.without_hits, (empty, total))
        assert exactly(figures.without_clicks, (ignored, total - empty))
    yield from ("searches.without_hits", "searches.without_clicks")


def same_events(found: Report, told: Told) -> Iterator[str]:
    rows = told.all(EVENTS)
    votes = [row for row in rows if row.type in VOTES]
    counted = [row for row in votes if row.rejected is None]
    no = [row for row in counted if row.type == "not_resolved"]
    assert exactly(found.votes.yes, (len(counted) - len(no), len(counted)))
    for reason, times in found.votes.reasons.items():
        assert times == sum(row.reason == reason for row in no)
    assert found.votes.without_reason == sum(row.reason is None for row in no)
    for rejection, times in found.votes.rejected.items():
        assert times == sum(row.rejected == rejection for row in votes)
    ratings = [row.rating for row in rows if row.rating and row.rejected is None]
    assert found.ratings.times == {one: ratings.count(one) for one in set(ratings)}
    assert found.ratings.mean == (sum(ratings) / len(ratings) if ratings else None)
    told_comments = [row for row in rows if row.comment and row.rejected is None][:10]
    assert [(one.case, one.comment, to_ms(one.at)) for one in found.comments] == [
        (row.case_id, row.comment, row.at) for row in told_comments
    ]
    same_articles(found, counted)
    yield "votes.yes"


def same_articles(found: Report, counted: list[Row[Any]]) -> None:
    rows, among_all = [], usual(counted)
    for name in {row.article for row in counted}:
        no = sum(row.article == name and row.type == "not_resolved" for row in counted)
        yes = sum(row.article == name for row in counted) - no
        mean, low, high = likely(yes, no, among_all)
        if high < among_all:
            rows.append((high, name, yes, no, mean, low))
    expected = sorted(rows)[:5]
    for one, (high, name, yes, no, mean, low) in zip(found.least_helpful, expected, strict=True):
        assert (one.article, one.yes, one.no) == (name, yes, no)
        assert (one.helpfulness, one.low, one.high) == pytest.approx((mean, low, high), abs=1e-9)


def check(found: Overview, connection: Connection, window: Window) -> None:
    """Compare an overview with the tables; nothing that it says may be left out."""
    before = Told(connection, window.before, CASES)
    earlier = before.pairs(OF_CASES)
    compared = set(same_report(found.before, before, earlier))
    assert compared == set(MEASURES) - {"helped"}
    told = Told(connection, window, CASES)
    counted = told.pairs(OF_CASES)
    assert set(same_report(found, told, counted)) == compared
    assert exactly(found.helped, counted["helped"])
    assert same_trend(found.trend, window, lambda step: told.pairs(OUTCOMES, began_in(step)))
    assert [(found.demo,)] == told.all("SELECT count(*) FROM told WHERE id LIKE 'demo-%'")
    assert [(to_ms(found.newest_case),)] == told.all(NEWEST)  # type: ignore[arg-type]
    assert set(found.changes) == {name for name, _ in shares(found)}
    for name in set(found.changes) & set(OF_CASES):
        assert newcombe(found.changes[name], counted[name], earlier[name])
    for name in set(found.changes) - set(OF_CASES):
        now, then = value(found, name), value(found.before, name)
        assert newcombe(found.changes[name], (now.count, now.total), (then.count, then.total))


def test_every_figure_is_what_a_direct_count_says(visited: Database) -> None:
    for window in (
        MONTH,
        LONG,
        ALL,
        Window(MONTH.since, MONTH.until, surface="portal"),
        Window(MONTH.since, MONTH.until, lang="es"),
        Window(LONG.since, LONG.until, surface="suggest", lang="en"),
        Window(NOW - dt.timedelta(hours=1), NOW),
    ):
        found = overview(visited, window, NOW)
        with visited.engine.connect() as connection:
            check(found, connection, window)
            connection.rollback()


def test_every_share_has_a_sentence_that_says_what_it_counts(sqlite_url: str) -> None:
    database = Database.open(sqlite_url)
    names = {name for name, _ in shares(overview(database, MONTH, NOW))}
    database.close()
    assert names <= set(MEASURES)
    for measure in MEASURES.values():
        assert measure.says.endswith(".")
        assert measure.says.count(". ") == 0
        assert measure.name in names | {"cases"} or measure.name.endswith(
            ("busy", "silent", "cases", "forms")
        )


def test_a_site_without_cases_has_an_overview(database: Database) -> None:
    found = overview(database, MONTH, NOW)
    assert found.cases == found.before.cases == found.demo == 0
    assert all(one.value is None for one in found.changes.values())
    assert len(found.trend) == len(steps(MONTH)) == 29
    assert Overview.model_validate_json(found.model_dump_json()) == found


def covering(points: tuple[Point, ...], truth: float) -> list[bool]:
    """Whether each step's interval holds the truth."""
    ended = [one.helped for one in points if one.helped.total]
    return [one.low <= truth <= one.high for one in ended if one.low is not None and one.high]


def test_intervals_hold_the_truth_as_often_as_they_promise(visited_sqlite: Database) -> None:
    held: list[bool] = []
    eras = ((NOW - DAYS * DAY, MEMORY_SINCE, False, False), (MEMORY_SINCE, REVISED, False, True))
    for since, until, revised, memory in (*eras, (REVISED, OVER, True, True)):
        for surface in ("portal", "widget"):
            for lang in ("en", "es"):
                window = Window(since, until, surface, lang)
                found = overview(visited_sqlite, window, NOW)
                held += covering(found.trend, helped(lang, revised=revised, memory=memory))
    assert len(held) > 300
    assert 0.93 < sum(held) / len(held) < 0.975


def helped(lang: str, *, revised: bool, memory: bool) -> float:
    """Of all searchers, the few without memory among them."""
    without = Truth.searchers_helped(lang, revised=revised, memory=False)
    if not memory:
        return without
    remembering = Truth.searchers_helped(lang, revised=revised, memory=True)
    return (1 - PLAIN) * remembering + PLAIN * without


def test_the_effects_that_are_reported_are_those_that_were_simulated(
    visited_sqlite: Database,
) -> None:
    whole = overview(visited_sqlite, Window(MEMORY_SINCE, OVER), NOW)
    assert holds(whole.deflection.avoided, SENT_HOLDOUT - SENT_SHOWN)
    assert whole.form_funnel.suggested.total > 1000 * OFFERED
    revised = overview(visited_sqlite, Window(REVISED, OVER, "portal", "en"), NOW)
    gained = Truth.searchers_helped("en", revised=True, memory=True)
    gained -= Truth.searchers_helped("en", revised=True, memory=False)
    assert holds(revised.memory.gained, gained)
    improved = helped("en", revised=True, memory=True) - helped("en", revised=False, memory=True)
    assert holds(revised.changes["helped"], improved)


def holds(found: Difference, truth: float) -> bool:
    return found.low is not None and found.high is not None and found.low <= truth <= found.high
