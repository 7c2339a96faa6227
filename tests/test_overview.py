"""Every figure of the overview, counted once more by SQL that knows nothing of how we count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from odds import (
    MEMORY_SINCE,
    OFFERED,
    OVER,
    PLAIN,
    REVISED,
    SENT_HOLDOUT,
    SENT_SHOWN,
    Truth,
)
from pydantic import BaseModel
from scipy.stats import beta, binomtest
from sqlalchemy import Connection, Row, func, select, text
from stores import NOW
from traffic import enough, simulate

from kb.events import Surface
from kb.figures import Difference, Outcomes, Overview, Point, Report, Share
from kb.measures import MEASURES
from kb.overview import overview, shares
from kb.store.database import Database
from kb.store.groups import began, facts, matching
from kb.store.moments import to_ms
from kb.store.tables import cases
from kb.store.windows import Window, steps

DAY = dt.timedelta(days=1)
MONTH = Window(NOW - 28 * DAY, NOW)
ALL = Window(NOW - 200 * DAY, NOW)
LONG = Window(NOW - 84 * DAY + dt.timedelta(hours=7), NOW - 2 * DAY)

CASES = """
CREATE TEMPORARY TABLE told AS SELECT
  c.id, c.started, c.surface, c.outcome, c.taken_back, c.holdout, c.plain,
  c.last > :idle AS busy,
  EXISTS (SELECT 1 FROM impressions i WHERE i.case_id = c.id AND i.surface <> 'suggest'
    AND i.query <> '' AND (NOT i.typing OR EXISTS (SELECT 1 FROM events e
      WHERE e.impression = i.id AND e.rejected IS NULL
      AND e.type IN ('open', 'read', 'resolved', 'not_resolved')))) AS searched,
  EXISTS (SELECT 1 FROM events e WHERE e.case_id = c.id AND e.rejected IS NULL
    AND e.type IN ('open', 'read', 'resolved', 'not_resolved')) AS opened,
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
FROM cases c
WHERE c.started >= :since AND c.started < :until
  AND (:surface = '' OR c.surface = :surface)
  AND (:lang = '' OR :lang = (SELECT i.lang FROM impressions i WHERE i.case_id = c.id
    ORDER BY i.at LIMIT 1))
"""
ENDED = "outcome IS NOT NULL"
HELPED = "outcome IN ('resolved', 'assumed')"
LEFT = f"{ENDED} AND searched AND NOT busy"
FORM = "form AND NOT busy AND NOT holdout"
OFFER = "form AND NOT busy AND offer IS NOT NULL"
SENT_SINCE = "ticket >= offer"
OF_CASES: Mapping[str, tuple[str, str]] = {
    "cases": ("1 = 1", "1 = 1"),
    "helped": (ENDED, HELPED),
    "outcomes.resolved": (ENDED, "outcome = 'resolved'"),
    "outcomes.assumed": (ENDED, "outcome = 'assumed'"),
    "outcomes.failed": (ENDED, "outcome = 'failed'"),
    "outcomes.contacted": (ENDED, "outcome = 'contacted'"),
    "outcomes.taken_back": ("outcome = 'contacted'", "taken_back"),
    "outcomes.busy": ("1 = 1", "outcome IS NULL AND busy"),
    "outcomes.silent": ("1 = 1", "outcome IS NULL AND NOT busy"),
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
SEARCHES = """
WITH lists AS (SELECT i.surface, CAST(i.articles AS TEXT) = '[]' AS is_empty, i.typing,
  EXISTS (SELECT 1 FROM events e WHERE e.impression = i.id AND e.rejected IS NULL
    AND e.type IN ('open', 'read', 'resolved', 'not_resolved')) AS clicked
  FROM impressions i WHERE i.at >= :since AND i.at < :until AND i.surface <> 'suggest'
    AND i.query <> '' AND (:surface = '' OR i.surface = :surface)
    AND (:lang = '' OR i.lang = :lang))
SELECT surface, count(*), count(CASE WHEN is_empty THEN 1 END),
  count(CASE WHEN NOT is_empty AND NOT clicked THEN 1 END)
FROM lists WHERE clicked OR NOT typing GROUP BY surface
"""
EVENTS = """
SELECT e.* FROM events e LEFT JOIN cases c ON c.id = e.case_id
WHERE e.at >= :since AND e.at < :until AND (:surface = '' OR c.surface = :surface)
  AND (:lang = '' OR :lang = (SELECT i.lang FROM impressions i WHERE i.case_id = e.case_id
    ORDER BY i.at LIMIT 1))
ORDER BY e.at DESC, e.id DESC
"""


class Told:
    """What the tables say of a window, in SQL of our own."""

    def __init__(self, connection: Connection, window: Window) -> None:
        self.connection = connection
        self.bound = {
            "since": to_ms(window.since),
            "until": to_ms(window.until),
            "surface": window.surface or "",
            "lang": window.lang or "",
        }
        connection.execute(text("DROP TABLE IF EXISTS told"))
        idle = to_ms(NOW - dt.timedelta(minutes=30))
        connection.execute(text(CASES), {**self.bound, "idle": idle})

    def all(self, asked: str) -> list[Row[Any]]:
        names = {one for one in self.bound if f":{one}" in asked}
        bound = {name: self.bound[name] for name in names}
        return list(self.connection.execute(text(asked), bound).all())

    def number(self, where: str) -> int:
        ((found,),) = self.all(f"SELECT count(*) FROM told WHERE {where}")
        return int(found)

    def pair(self, measure: str, where: str = "1 = 1") -> tuple[int, int]:
        base, hit = OF_CASES[measure]
        return self.number(f"{where} AND {base} AND {hit}"), self.number(f"{where} AND {base}")


def exactly(share: Share, pair: tuple[int, int]) -> bool:
    """Whether a share is so many of so many, with Wilson's interval."""
    count, total = pair
    assert (share.count, share.total) == pair
    if not total:
        return (share.share, share.low, share.high) == (None, None, None)
    interval = wilson(pair)
    assert share.share == count / total
    assert (share.low, share.high) == pytest.approx(interval, abs=1e-12)
    return True


def wilson(pair: tuple[int, int]) -> tuple[float, float]:
    found = binomtest(*pair).proportion_ci(0.95, method="wilson")
    return float(found.low), float(found.high)


def newcombe(found: Difference, one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether a difference is the one of two shares, with the interval of Newcombe's method 10."""
    if not one[1] or not other[1]:
        return (found.value, found.low, found.high) == (None, None, None)
    first, second = one[0] / one[1], other[0] / other[1]
    (low, high), (other_low, other_high) = wilson(one), wilson(other)
    below = ((first - low) ** 2 + (other_high - second) ** 2) ** 0.5
    above = ((high - first) ** 2 + (second - other_low) ** 2) ** 0.5
    expected = first - second - below, first - second + above
    assert found.value == first - second
    assert (found.low, found.high) == pytest.approx(expected, abs=1e-12)
    return True


def value(found: BaseModel, name: str) -> Any:
    for part in name.split("."):
        found = getattr(found, part)
    return found


def same_outcomes(found: Outcomes, told: Told, where: str) -> bool:
    for name in ("resolved", "assumed", "failed", "contacted", "taken_back"):
        assert exactly(getattr(found, name), told.pair(f"outcomes.{name}", where))
    busy, silent = (told.pair(f"outcomes.{name}", where)[0] for name in ("busy", "silent"))
    return (found.busy, found.silent) == (busy, silent)


def same_report(found: Report, told: Told) -> Iterator[str]:
    """Compare everything; the names of what was compared."""
    for name in OF_CASES:
        if name == "helped":
            continue
        figure = value(found, name)
        pair = told.pair(name)
        assert figure == pair[0] if isinstance(figure, int) else exactly(figure, pair)
        yield name
    surfaces = [one for (one,) in told.all("SELECT DISTINCT surface FROM told")]
    assert set(found.by_surface) == set(surfaces)
    for one in surfaces:
        assert same_outcomes(found.by_surface[one], told, f"surface = '{one}'")
    sent, held = told.pair("deflection.shown"), told.pair("deflection.holdout")
    assert newcombe(found.deflection.avoided, held, sent)
    for gained, one in (("gained", "helped"), ("gained_resolved", "resolved")):
        pairs = told.pair(f"memory.{one}"), told.pair(f"memory.{one}_without")
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
    votes = [row for row in rows if row.type in {"resolved", "not_resolved", "suggestion_resolved"}]
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
    usual = sum(row.type != "not_resolved" for row in counted) / max(len(counted), 1)
    prior = min(max(usual, 0.01), 0.99)
    rows = []
    for name in {row.article for row in counted}:
        no = sum(row.article == name and row.type == "not_resolved" for row in counted)
        yes = sum(row.article == name for row in counted) - no
        good, bad = yes + 4 * prior, no + 4 * (1 - prior)
        low, high = beta(good, bad).ppf([0.025, 0.975])
        if high < usual:
            rows.append((high, name, yes, no, good / (good + bad), low))
    expected = sorted(rows)[:5]
    for one, (high, name, yes, no, mean, low) in zip(found.least_helpful, expected, strict=True):
        assert (one.article, one.yes, one.no) == (name, yes, no)
        assert (one.helpfulness, one.low, one.high) == pytest.approx((mean, low, high), abs=1e-9)


def same_trend(trend: tuple[Point, ...], told: Told, window: Window) -> bool:
    assert trend[0].since == window.since
    assert trend[-1].until == window.until
    for point, after in zip(trend, [*trend[1:], None], strict=True):
        assert after is None or point.until == after.since
        where = f"started >= {to_ms(point.since)} AND started < {to_ms(point.until)}"
        assert same_outcomes(point.outcomes, told, where)
        assert exactly(point.helped, told.pair("helped", where))
    return True


def check(found: Overview, connection: Connection, window: Window) -> None:
    """Compare an overview with the tables; nothing that it says may be left out."""
    before = Told(connection, window.before)
    earlier = {name: before.pair(name) for name in OF_CASES}
    compared = set(same_report(found.before, before))
    assert compared == set(MEASURES) - {"helped"}
    told = Told(connection, window)
    assert set(same_report(found, told)) == compared
    assert exactly(found.helped, told.pair("helped"))
    assert same_trend(found.trend, told, window)
    assert found.demo == told.number("id LIKE 'demo-%'")
    assert [(to_ms(found.newest_case),)] == told.all("SELECT max(started) FROM cases")  # type: ignore[arg-type]
    assert set(found.changes) == {name for name, _ in shares(found)}
    for name in set(found.changes) & set(OF_CASES):
        assert newcombe(found.changes[name], told.pair(name), earlier[name])
    for name in set(found.changes) - set(OF_CASES):
        now, then = value(found, name), value(found.before, name)
        assert newcombe(found.changes[name], (now.count, now.total), (then.count, then.total))


def test_every_figure_is_what_a_direct_count_says(database: Database) -> None:
    simulate(database, cases=enough(database))
    for window in (
        MONTH,
        LONG,
        ALL,
        Window(MONTH.since, MONTH.until, surface="portal"),
        Window(MONTH.since, MONTH.until, lang="es"),
        Window(LONG.since, LONG.until, surface="suggest", lang="en"),
        Window(NOW - dt.timedelta(hours=1), NOW),
    ):
        found = overview(database, window, NOW)
        with database.engine.connect() as connection:
            check(found, connection, window)
            connection.rollback()


def test_behind_every_figure_are_as_many_cases_as_it_says(database: Database) -> None:
    simulate(database, cases=2_000)
    found = overview(database, MONTH, NOW)
    with database.reading() as connection:
        known = facts(connection, MONTH, NOW)
        for measure in MEASURES.values():
            if measure.base is None or measure.hit is None:
                continue
            base = matching(measure.base, known)
            asked = select(func.count()).select_from(cases).where(began(MONTH), base)
            total = connection.scalar(asked)
            count = connection.scalar(asked.where(matching(measure.hit, known)))
            figure = value(found, measure.name)
            assert count == figure if isinstance(figure, int) else figure.count
            assert isinstance(figure, int) or total == figure.total


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


def test_intervals_hold_the_truth_as_often_as_they_promise(sqlite_url: str) -> None:
    database = Database.open(sqlite_url)
    truth = simulate(database)
    held: list[bool] = []
    eras = ((truth.since, MEMORY_SINCE, False, False), (MEMORY_SINCE, REVISED, False, True))
    for since, until, revised, memory in (*eras, (REVISED, OVER, True, True)):
        for surface in ("portal", "widget"):
            for lang in ("en", "es"):
                window = Window(since, until, surface, lang)
                found = overview(database, window, NOW)
                held += covering(found.trend, helped(lang, revised=revised, memory=memory))
    database.close()
    assert len(held) > 300
    assert 0.93 < sum(held) / len(held) < 0.975


def helped(lang: str, *, revised: bool, memory: bool) -> float:
    """Of all searchers, the few without memory among them."""
    without = Truth.searchers_helped(lang, revised=revised, memory=False)
    if not memory:
        return without
    remembering = Truth.searchers_helped(lang, revised=revised, memory=True)
    return (1 - PLAIN) * remembering + PLAIN * without


def test_the_effects_that_are_reported_are_those_that_were_simulated(sqlite_url: str) -> None:
    database = Database.open(sqlite_url)
    simulate(database, seed=2)
    surfaces: tuple[Surface, ...] = ("portal", "widget")
    whole = overview(database, Window(MEMORY_SINCE, OVER), NOW)
    assert holds(whole.deflection.avoided, SENT_HOLDOUT - SENT_SHOWN)
    assert whole.form_funnel.suggested.total > 1000 * OFFERED
    revised = overview(database, Window(REVISED, OVER, surfaces[0], "en"), NOW)
    gained = Truth.searchers_helped("en", revised=True, memory=True)
    gained -= Truth.searchers_helped("en", revised=True, memory=False)
    assert holds(revised.memory.gained, gained)
    improved = helped("en", revised=True, memory=True) - helped("en", revised=False, memory=True)
    assert holds(revised.changes["helped"], improved)
    database.close()


def holds(found: Difference, truth: float) -> bool:
    return found.low is not None and found.high is not None and found.low <= truth <= found.high
