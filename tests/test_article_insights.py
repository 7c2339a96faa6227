"""What is said of each article, counted once more by SQL that knows nothing of how we count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from odds import OVER, PLAIN, REVISED, SNAPSHOTS, TOPICS, Topic, Truth
from recounting import (
    CLICKS,
    DAY,
    ENDED,
    HELPED,
    MONTH,
    OF_WINDOW,
    OUTCOMES,
    TODAY,
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
)
from scipy.stats import binomtest
from sqlalchemy import Connection, Row
from stores import NOW, done, shown, visit

from kb.figures import Difference, Share
from kb.insights import ArticleInsight, ArticleRow, Revision
from kb.store.article_insights import MOST_CHOICES, MOST_COMMENTS, article, articles
from kb.store.database import Database
from kb.store.journal import cast, record
from kb.store.moments import to_ms
from kb.store.revisions import note
from kb.store.windows import Window

WINDOWS = (
    MONTH,
    Window(NOW - 84 * DAY + dt.timedelta(hours=7), NOW - 2 * DAY),
    replace(MONTH, surface="widget"),
    Window(NOW - 40 * DAY, NOW - 20 * DAY, lang="es"),
    replace(MONTH, surface="suggest", lang="en"),
)
PASSWORD = "account/password"

READ = f"""
SELECT e.article, c.id, c.started, c.outcome, c.taken_back, c.last > :idle AS busy,
  c.article IS NOT NULL AND c.article = e.article AS own,
  max(e.snapshot) AS snapshot
FROM cases c JOIN events e ON e.case_id = c.id
WHERE c.started >= :since AND c.started < :until AND e.rejected IS NULL
  AND e.type IN ('read', 'resolved', 'not_resolved', 'suggestion_open', 'suggestion_resolved')
  AND e.article IS NOT NULL AND {OF_WINDOW}
GROUP BY e.article, c.id, c.started, c.outcome, c.taken_back, c.last, c.article
"""
SAID = f"""
SELECT e.* FROM events e JOIN cases c ON c.id = e.case_id
WHERE e.at >= :since AND e.at < :until AND e.rejected IS NULL AND e.article IS NOT NULL
  AND {OF_WINDOW}
ORDER BY e.at DESC, e.id DESC
"""
TYPED = f"""
SELECT DISTINCT e.case_id, i.query FROM events e JOIN impressions i ON i.id = e.impression
JOIN cases c ON c.id = e.case_id
WHERE c.started >= :since AND c.started < :until AND e.rejected IS NULL AND e.article = :article
  AND e.type IN {CLICKS} AND i.surface <> 'suggest' AND i.query <> '' AND {OF_WINDOW}
"""
OF_ARTICLE: Mapping[str, tuple[str, str]] = {
    **OUTCOMES,
    "resolved": (ENDED, "outcome = 'resolved' AND own"),
    "assumed": (ENDED, "outcome = 'assumed' AND own"),
    "helped": (ENDED, f"{HELPED} AND own"),
    "elsewhere": (ENDED, f"{HELPED} AND NOT own"),
}


class Articles(Told):
    """What the tables say of each article in a window."""

    def __init__(self, connection: Connection, window: Window) -> None:
        super().__init__(connection, window, READ)
        self.said = self.all(SAID)
        self.votes = [one for one in self.said if one.type in VOTES]
        self.usual = usual(self.votes)

    def of(self, name: str, where: str = "1 = 1") -> dict[str, Pair]:
        return self.pairs(OF_ARTICLE, f"article = :article AND {where}", article=name)

    def names(self) -> list[str]:
        rows = self.all("SELECT article, count(*) AS times FROM told GROUP BY article")
        read = {row.article: row.times for row in rows}
        told = {one.article for one in self.said if one.type in VOTES or one.comment}
        return sorted({*read, *told}, key=lambda one: (-read.get(one, 0), one))

    def votes_on(self, name: str) -> list[Row[Any]]:
        return [one for one in self.votes if one.article == name]


def same_row(row: ArticleRow, told: Articles, before: Mapping[str, Pair]) -> bool:
    name = row.article
    counted, earlier = told.of(name), before.get(name, (0, 0))
    assert same_outcomes(row.outcomes, counted)
    assert exactly(row.helped, counted["helped"])
    assert exactly(row.elsewhere, counted["elsewhere"])
    assert exactly(row.before, earlier)
    assert newcombe(row.change, counted["helped"], earlier)
    shares = row.outcomes.resolved, row.outcomes.assumed, row.outcomes.failed
    parts = (*shares, row.outcomes.contacted, row.elsewhere)
    assert sum(one.count for one in parts) == row.helped.total
    assert row.comments == sum(one.article == name and bool(one.comment) for one in told.said)
    return same_votes(row, told)


def same_votes(row: ArticleRow, told: Articles) -> bool:
    own = told.votes_on(row.article)
    no = sum(one.type == "not_resolved" for one in own)
    expected = likely(len(own) - no, no, told.usual)
    found = row.helpfulness
    assert (found.yes, found.no) == (len(own) - no, no)
    assert (found.value, found.low, found.high) == pytest.approx(expected, abs=1e-9)
    return True


def same_revisions(found: ArticleInsight, told: Articles, window: Window) -> bool:
    name = found.row.article
    noted = told.all("SELECT * FROM revisions WHERE article = :article ORDER BY at", article=name)
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
        counted = told.of(name, where)
        assert same_outcomes(one.outcomes, counted)
        assert exactly(one.helped, counted["helped"])
        cast_ = [
            vote
            for vote in told.votes_on(name)
            if vote.snapshot >= row.snapshot and (end is None or vote.snapshot < SNAPSHOTS[2])
        ]
        no = sum(vote.type == "not_resolved" for vote in cast_)
        assert (one.yes, one.no, one.commit) == (len(cast_) - no, no, row.commit)
        assert (to_ms(one.since), one.until and to_ms(one.until)) == (row.at, end)
        earlier = (before.helped.count, before.helped.total) if before else (0, 0)
        assert newcombe(one.change, counted["helped"], earlier)
        before = one
    return not known


def same_rest(found: ArticleInsight, told: Articles) -> bool:
    name = found.row.article
    no = [one for one in told.votes_on(name) if one.type == "not_resolved"]
    assert found.reasons == {
        reason: sum(one.reason == reason for one in no)
        for reason in ("not_related", "did_not_answer", "out_of_date", "hard_to_follow")
    }
    written = [one for one in told.said if one.article == name and one.comment][:MOST_COMMENTS]
    assert [(one.comment, one.case, to_ms(one.at)) for one in found.comments] == [
        (one.comment, one.case_id, one.at) for one in written
    ]
    rows = [
        (one.case_id, " ".join(one.query.lower().split())) for one in told.all(TYPED, article=name)
    ]
    people = {case for case, _ in rows}
    queries = {query: len({case for case, other in rows if other == query}) for _, query in rows}
    usual = sorted(queries.items(), key=lambda one: (-one[1], one[0]))[:MOST_CHOICES]
    assert sorted(one.cases.count for one in found.queries) == sorted(number for _, number in usual)
    for choice in found.queries:
        assert exactly(choice.cases, (queries[choice.name.lower()], len(people)))
    return True


def test_every_figure_of_every_article_is_what_a_direct_count_says(visited: Database) -> None:
    for window in WINDOWS:
        rows = articles(visited, window, NOW)
        found = [article(visited, one.article, window, NOW) for one in rows[:3]]
        with visited.engine.connect() as connection:
            earlier = Articles(connection, window.before)
            before = {one.name: earlier.of(one.name)["helped"] for one in TOPICS}
            told = Articles(connection, window)
            assert [one.article for one in rows] == told.names()
            assert all(same_row(row, told, before) for row in rows)
            for row, one in zip(rows, found, strict=False):
                assert one is not None
                assert one.row == row
                assert same_article(one, told, window)
            connection.rollback()


def same_article(found: ArticleInsight, told: Articles, window: Window) -> bool:
    name = found.row.article
    assert same_trend(found.trend, window, lambda step: told.of(name, began_in(step)))
    assert same_revisions(found, told, window)
    return same_rest(found, told)


def test_intervals_cover_the_truth(visited_sqlite: Database) -> None:
    """Of the portal's visitors the truth is known; a hundredth of all intervals may be unlucky."""
    window = replace(MONTH, since=REVISED, until=OVER, surface="portal")
    both = replace(window, since=window.before.since)
    covered = []
    for topic in TOPICS:
        found = article(visited_sqlite, topic.name, window, NOW)
        longer = article(visited_sqlite, topic.name, both, NOW)
        assert found is not None
        assert longer is not None
        now, before = truth(topic, revised=True), truth(topic, revised=False)
        covered += [covers(found.row.helped, now), covers(found.row.before, before)]
        covered += [covers(found.row.change, now - before)]
        if topic.before != topic.since:
            newer, older = longer.revisions
            covered += [covers(newer.helped, now), covers(older.helped, before)]
            covered += [covers(newer.change, now - before)]
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
