"""What is said of each article, counted once more by SQL that knows nothing of how we count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from scipy.stats import beta, binomtest
from sqlalchemy import Connection, Row, text
from stores import NOW, done, shown, visit
from test_overview import exactly, newcombe
from traffic import OVER, PLAIN, REVISED, SNAPSHOTS, TOPICS, Topic, Truth, enough, simulate

from kb.figures import Difference, Outcomes, Point, Share
from kb.insights import ArticleInsight, ArticleRow, Revision
from kb.store.article_insights import MOST_CHOICES, MOST_COMMENTS, article, articles
from kb.store.database import Database
from kb.store.journal import cast, record
from kb.store.moments import to_ms
from kb.store.revisions import note
from kb.store.windows import Window

DAY = dt.timedelta(days=1)
MONTH = Window(NOW - 28 * DAY, NOW)
WINDOWS = (
    MONTH,
    Window(NOW - 84 * DAY + dt.timedelta(hours=7), NOW - 2 * DAY),
    replace(MONTH, surface="widget"),
    Window(NOW - 40 * DAY, NOW - 20 * DAY, lang="es"),
    replace(MONTH, surface="suggest", lang="en"),
)
TODAY = Window(NOW - DAY, NOW + DAY)
PASSWORD = "account/password"

READ = """
CREATE TEMPORARY TABLE told AS
SELECT e.article, c.id, c.started, c.outcome, c.taken_back, c.last > :idle AS busy,
  c.article IS NOT NULL AND c.article = e.article AS own,
  max(e.snapshot) AS snapshot
FROM cases c JOIN events e ON e.case_id = c.id
WHERE c.started >= :since AND c.started < :until AND e.rejected IS NULL
  AND e.type IN ('read', 'resolved', 'not_resolved', 'suggestion_open', 'suggestion_resolved')
  AND e.article IS NOT NULL AND (:surface = '' OR c.surface = :surface)
  AND (:lang = '' OR :lang = (SELECT i.lang FROM impressions i WHERE i.case_id = c.id
    ORDER BY i.at LIMIT 1))
GROUP BY e.article, c.id, c.started, c.outcome, c.taken_back, c.last, c.article
"""
SAID = """
SELECT e.* FROM events e JOIN cases c ON c.id = e.case_id
WHERE e.at >= :since AND e.at < :until AND e.rejected IS NULL AND e.article IS NOT NULL
  AND (:surface = '' OR c.surface = :surface)
  AND (:lang = '' OR :lang = (SELECT i.lang FROM impressions i WHERE i.case_id = e.case_id
    ORDER BY i.at LIMIT 1))
ORDER BY e.at DESC, e.id DESC
"""
TYPED = """
SELECT DISTINCT e.case_id, i.query FROM events e JOIN impressions i ON i.id = e.impression
JOIN cases c ON c.id = e.case_id
WHERE c.started >= :since AND c.started < :until AND e.rejected IS NULL AND e.article = :article
  AND e.type IN ('open', 'read', 'resolved', 'not_resolved') AND i.surface <> 'suggest'
  AND i.query <> '' AND (:surface = '' OR c.surface = :surface)
  AND (:lang = '' OR :lang = (SELECT l.lang FROM impressions l WHERE l.case_id = c.id
    ORDER BY l.at LIMIT 1))
"""
WHERE = {
    "resolved": "outcome = 'resolved' AND own",
    "assumed": "outcome = 'assumed' AND own",
    "failed": "outcome = 'failed'",
    "contacted": "outcome = 'contacted'",
    "taken_back": "outcome = 'contacted' AND taken_back",
    "busy": "outcome IS NULL AND busy",
    "silent": "outcome IS NULL AND NOT busy",
    "helped": "outcome IN ('resolved', 'assumed') AND own",
    "elsewhere": "outcome IN ('resolved', 'assumed') AND NOT own",
}


class Told:
    """What the tables say of a window."""

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
        connection.execute(text(READ), {**self.bound, "idle": idle})
        self.said = connection.execute(text(SAID), self.bound).all()

    def number(self, name: str, where: str = "1 = 1") -> int:
        asked = text(f"SELECT count(*) FROM told WHERE article = :name AND ({where})")
        return int(self.connection.execute(asked, {"name": name}).scalar_one())

    def pair(self, name: str, what: str, where: str = "1 = 1") -> tuple[int, int]:
        total = "outcome = 'contacted'" if what == "taken_back" else "outcome IS NOT NULL"
        hit = self.number(name, f"{where} AND {WHERE[what]}")
        return hit, self.number(name, f"{where} AND {total}")

    def names(self) -> list[str]:
        asked = text("SELECT article, count(*) AS times FROM told GROUP BY article")
        read = {row.article: row.times for row in self.connection.execute(asked)}
        cast_ = {one.article for one in votes(self.said)} | {
            one.article for one in self.said if one.comment
        }
        return sorted({*read, *cast_}, key=lambda one: (-read.get(one, 0), one))

    def typed(self, name: str) -> list[Row[Any]]:
        found = self.connection.execute(text(TYPED), {**self.bound, "article": name})
        return list(found.all())


def votes(said: Iterable[Row[Any]], name: str | None = None) -> list[Row[Any]]:
    kinds = {"resolved", "not_resolved", "suggestion_resolved"}
    return [one for one in said if one.type in kinds and name in {None, one.article}]


def same_outcomes(found: Outcomes, told: Told, name: str, where: str = "1 = 1") -> bool:
    for what in ("resolved", "assumed", "failed", "contacted", "taken_back"):
        assert exactly(getattr(found, what), told.pair(name, what, where))
    return (found.busy, found.silent) == tuple(
        told.number(name, f"{where} AND {WHERE[one]}") for one in ("busy", "silent")
    )


def same_row(row: ArticleRow, told: Told, before: Mapping[str, tuple[int, int]]) -> bool:
    name = row.article
    assert same_outcomes(row.outcomes, told, name)
    helped, earlier = told.pair(name, "helped"), before.get(name, (0, 0))
    assert exactly(row.helped, helped)
    assert exactly(row.elsewhere, told.pair(name, "elsewhere"))
    assert exactly(row.before, earlier)
    assert newcombe(row.change, helped, earlier)
    shares = row.outcomes.resolved, row.outcomes.assumed, row.outcomes.failed
    parts = (*shares, row.outcomes.contacted, row.elsewhere)
    assert sum(one.count for one in parts) == row.helped.total
    assert row.comments == sum(one.article == name and bool(one.comment) for one in told.said)
    return same_votes(row, told)


def same_votes(row: ArticleRow, told: Told) -> bool:
    every, own = votes(told.said), votes(told.said, row.article)
    no = sum(one.type == "not_resolved" for one in own)
    usual = sum(one.type != "not_resolved" for one in every) / max(len(every), 1)
    prior = min(max(usual, 0.01), 0.99)
    good, bad = len(own) - no + 4 * prior, no + 4 * (1 - prior)
    low, high = beta(good, bad).ppf([0.025, 0.975])
    found = row.helpfulness
    assert (found.yes, found.no) == (len(own) - no, no)
    assert (found.value, found.low, found.high) == pytest.approx(
        (good / (good + bad), low, high), abs=1e-9
    )
    return True


def same_trend(trend: tuple[Point, ...], told: Told, name: str, window: Window) -> bool:
    assert (trend[0].since, trend[-1].until) == (window.since, window.until)
    for point, after in zip(trend, [*trend[1:], None], strict=True):
        assert after is None or point.until == after.since
        where = f"started >= {to_ms(point.since)} AND started < {to_ms(point.until)}"
        assert same_outcomes(point.outcomes, told, name, where)
        assert exactly(point.helped, told.pair(name, "helped", where))
    return True


def same_revisions(found: ArticleInsight, told: Told, window: Window) -> bool:
    name = found.row.article
    noted = told.connection.execute(
        text("SELECT * FROM revisions WHERE article = :name ORDER BY at"), {"name": name}
    ).all()
    known = {one.revision: one for one in reversed(found.revisions)}
    until = {one.revision: later.at for one, later in pairwise(noted)}
    before: Revision | None = None
    for row in noted:
        end = until.get(row.revision)
        if row.at >= to_ms(window.until) or (end is not None and end <= to_ms(window.since)):
            assert row.revision not in known
            continue
        one = known.pop(row.revision)
        newer = "" if end is None else f" AND snapshot < '{SNAPSHOTS[2]}'"
        where = f"snapshot >= '{row.snapshot}'{newer}"
        assert same_outcomes(one.outcomes, told, name, where)
        assert exactly(one.helped, told.pair(name, "helped", where))
        cast_ = [
            vote
            for vote in votes(told.said, name)
            if vote.snapshot >= row.snapshot and (end is None or vote.snapshot < SNAPSHOTS[2])
        ]
        no = sum(vote.type == "not_resolved" for vote in cast_)
        assert (one.yes, one.no, one.commit) == (len(cast_) - no, no, row.commit)
        assert (to_ms(one.since), one.until and to_ms(one.until)) == (row.at, end)
        helped = told.pair(name, "helped", where)
        earlier = (before.helped.count, before.helped.total) if before else (0, 0)
        assert newcombe(one.change, helped, earlier)
        before = one
    return not known


def same_rest(found: ArticleInsight, told: Told) -> bool:
    name = found.row.article
    no = [one for one in votes(told.said, name) if one.type == "not_resolved"]
    assert found.reasons == {
        reason: sum(one.reason == reason for one in no)
        for reason in ("not_related", "did_not_answer", "out_of_date", "hard_to_follow")
    }
    written = [one for one in told.said if one.article == name and one.comment][:MOST_COMMENTS]
    assert [(one.comment, one.case, to_ms(one.at)) for one in found.comments] == [
        (one.comment, one.case_id, one.at) for one in written
    ]
    rows = [(one.case_id, " ".join(one.query.lower().split())) for one in told.typed(name)]
    people = {case for case, _ in rows}
    queries = {query: len({case for case, other in rows if other == query}) for _, query in rows}
    usual = sorted(queries.items(), key=lambda one: (-one[1], one[0]))[:MOST_CHOICES]
    assert sorted(one.cases.count for one in found.queries) == sorted(number for _, number in usual)
    for choice in found.queries:
        assert exactly(choice.cases, (queries[choice.name.lower()], len(people)))
    return True


def test_every_figure_of_every_article_is_what_a_direct_count_says(database: Database) -> None:
    simulate(database, cases=enough(database))
    for window in WINDOWS:
        rows = articles(database, window, NOW)
        found = [article(database, one.article, window, NOW) for one in rows[:3]]
        with database.engine.connect() as connection:
            earlier = Told(connection, window.before)
            before = {one.name: earlier.pair(one.name, "helped") for one in TOPICS}
            told = Told(connection, window)
            assert [one.article for one in rows] == told.names()
            for row in rows:
                assert same_row(row, told, before)
            for row, one in zip(rows, found, strict=False):
                assert one is not None
                assert one.row == row
                assert same_trend(one.trend, told, row.article, window)
                assert same_revisions(one, told, window)
                assert same_rest(one, told)
            connection.rollback()


def test_intervals_cover_the_truth(sqlite_url: str) -> None:
    """Of the portal's visitors the truth is known; a hundredth of all intervals may be unlucky."""
    database = Database.open(sqlite_url)
    simulate(database)
    window = replace(MONTH, since=REVISED, until=OVER, surface="portal")
    both = replace(window, since=window.before.since)
    covered = []
    for topic in TOPICS:
        found = article(database, topic.name, window, NOW)
        longer = article(database, topic.name, both, NOW)
        assert found is not None
        assert longer is not None
        now, before = truth(topic, revised=True), truth(topic, revised=False)
        covered += [covers(found.row.helped, now), covers(found.row.before, before)]
        covered += [covers(found.row.change, now - before)]
        if topic.before != topic.since:
            newer, older = longer.revisions
            covered += [covers(newer.helped, now), covers(older.helped, before)]
            covered += [covers(newer.change, now - before)]
    database.close()
    assert len(covered) == 3 * len(TOPICS) + 3 * 4
    assert binomtest(sum(covered), len(covered), 0.95).pvalue > 0.01


def truth(topic: Topic, *, revised: bool) -> float:
    """Of the cases that read it, those that are helped, when there was a memory."""
    return sum(
        share * Truth.helped(topic, revised=revised, memory=memory)
        for share, memory in ((PLAIN, False), (1 - PLAIN, True))
    )


def covers(found: Share | Difference, value: float) -> bool:
    assert found.low is not None
    assert found.high is not None
    return found.low <= value <= found.high


def test_an_article_that_nobody_ever_met_is_none(database: Database) -> None:
    assert article(database, "no/such", TODAY, NOW) is None
    assert articles(database, TODAY, NOW) == ()


def test_an_article_that_was_only_published_is_all_zeros(database: Database) -> None:
    note(database, "s1", NOW, "c1", {PASSWORD: "abc"})
    found = article(database, PASSWORD, TODAY, NOW)
    assert found is not None
    assert (found.row.helped.total, found.row.helped.share, found.row.change.value) == (
        0,
        None,
        None,
    )
    assert [(one.revision, one.until) for one in found.revisions] == [("abc", None)]
    assert articles(database, TODAY, NOW) == ()


def test_what_another_article_resolved_is_counted_apart(database: Database) -> None:
    lists, acts = [shown("i1")], [done("read", 5, article="other"), done("read", 9)]
    record(database, lists, acts)
    cast(database, done("resolved", 20), per_hour=9)
    rows = {one.article: one for one in articles(database, TODAY, NOW + DAY)}
    assert (rows[PASSWORD].outcomes.resolved.count, rows[PASSWORD].elsewhere.count) == (1, 0)
    assert (rows["other"].outcomes.resolved.count, rows["other"].elsewhere.count) == (0, 1)
    assert rows["other"].helped.total == 1


def test_a_case_belongs_to_the_newest_text_that_was_read_in_it(database: Database) -> None:
    note(database, "s1", NOW - DAY, None, {PASSWORD: "old"})
    note(database, "s2", NOW, None, {PASSWORD: "new"})
    record(database, [], [done("read"), done("read", 60, snapshot="s2")])
    record(database, [], [done("read", 5, visit=visit("case-2"))])
    found = article(database, PASSWORD, TODAY, NOW + DAY)
    assert found is not None
    assert [(one.revision, one.helped.count) for one in found.revisions] == [("new", 1), ("old", 1)]


def test_what_was_read_before_texts_were_noted_belongs_to_none(database: Database) -> None:
    note(database, "s2", NOW, None, {PASSWORD: "new"})
    record(database, [], [done("read"), done("read", 60, visit=visit("case-2"), snapshot=None)])
    found = article(database, PASSWORD, TODAY, NOW + DAY)
    assert found is not None
    assert found.row.helped.total == 2
    assert [one.helped.total for one in found.revisions] == [0]
