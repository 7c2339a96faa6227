"""``kb report``: every share with its sample, its interval, and nothing that was not measured."""

from __future__ import annotations

import datetime as dt
import json
import random
import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from stores import done, shown, visit

from kb.arms import holdout
from kb.cli import main
from kb.events import DEMO, Event, Impression, Visit
from kb.figures import Overview, Report
from kb.report import assemble
from kb.statistics import Arm, difference
from kb.store.cases import settle
from kb.store.counts import Counts, Judged, Rated, Searched, Voted, count
from kb.store.database import Database
from kb.store.groups import Group
from kb.store.journal import cast, record
from kb.store.windows import Window

NOW = dt.datetime.now(dt.UTC)
MONTH = Window(NOW - dt.timedelta(days=30), NOW)
PLAIN_CASE = Group(
    surface="portal",
    outcome="failed",
    taken_back=False,
    holdout=False,
    plain=False,
    busy=False,
    remembering=False,
    searched=True,
    opened=False,
    read=False,
    form=False,
    offered=False,
    suggestion_opened=False,
    suggestion_resolved=False,
    sent=False,
    sent_since=False,
    cases=1,
)
RESOLVED = replace(PLAIN_CASE, outcome="resolved", opened=True, read=True, cases=34)
FORM = replace(PLAIN_CASE, form=True, offered=True)
EMPTY = Counts((), (), (), (), (), (), None)


def of(*groups: Group) -> Report:
    return assemble(replace(EMPTY, groups=groups), MONTH)


def test_outcomes_are_shares_of_the_cases_that_say_something() -> None:
    found = of(
        RESOLVED,
        replace(PLAIN_CASE, cases=80),
        replace(PLAIN_CASE, outcome="contacted", taken_back=True, cases=6),
        replace(PLAIN_CASE, outcome=None, busy=True, cases=3),
        replace(PLAIN_CASE, outcome=None, surface="api", cases=2),
    )
    outcomes = found.outcomes
    assert (outcomes.resolved.count, outcomes.resolved.total) == (34, 120)
    assert outcomes.resolved.share == pytest.approx(0.2833, abs=1e-4)
    assert (outcomes.resolved.low, outcomes.resolved.high) == pytest.approx(
        (0.210, 0.370), abs=1e-3
    )
    assert (outcomes.taken_back.count, outcomes.taken_back.total) == (6, 6)
    assert (outcomes.busy, outcomes.silent, found.cases) == (3, 2, 125)
    assert found.by_surface["api"].resolved.share is None
    assert found.by_surface["portal"].resolved.count == 34


def test_the_holdout_counts_only_forms_with_something_to_offer() -> None:
    sent = replace(FORM, sent=True, sent_since=True)
    found = of(
        replace(sent, cases=405),
        replace(FORM, cases=495),
        replace(sent, holdout=True, cases=60),
        replace(FORM, holdout=True, cases=40),
        replace(sent, form=False, cases=50),  # a program that asked for suggestions
        replace(sent, offered=False, cases=50),
        replace(sent, busy=True, cases=50),
    ).deflection
    assert (found.shown.count, found.shown.total) == (405, 900)
    assert (found.holdout.count, found.holdout.total) == (60, 100)
    expected = difference(Arm(60, 100), Arm(405, 900))
    assert expected is not None
    assert (found.avoided.value, found.avoided.low) == (expected.value, expected.low)


def test_the_form_funnel_leaves_the_holdout_out() -> None:
    funnel = of(
        replace(FORM, cases=10),
        replace(FORM, suggestion_opened=True, suggestion_resolved=True, cases=4),
        replace(FORM, offered=False, sent=True, cases=6),
        replace(FORM, holdout=True, cases=9),
    ).form_funnel
    assert funnel.forms == 20
    assert (funnel.suggested.count, funnel.suggested.total) == (14, 20)
    assert (funnel.resolved.count, funnel.resolved.total) == (4, 14)
    assert (funnel.sent.count, funnel.sent.total) == (6, 20)


def test_memory_is_compared_since_there_is_one() -> None:
    remembering = replace(RESOLVED, remembering=True)
    found = of(
        replace(remembering, cases=40),
        replace(remembering, outcome="failed", cases=60),
        replace(remembering, plain=True, outcome="assumed", cases=3),
        replace(remembering, plain=True, outcome="failed", cases=7),
        replace(RESOLVED, cases=500),
    ).memory
    assert (found.helped.count, found.helped.total) == (40, 100)
    assert (found.helped_without.count, found.helped_without.total) == (3, 10)
    assert found.resolved_without.count == 0
    assert found.gained.value == pytest.approx(0.1)


def test_searches_votes_and_ratings_are_added_up() -> None:
    counts = Counts(
        groups=(),
        searched=(Searched("api", 10, 10, 0), Searched("portal", 30, 2, 7)),
        voted=(
            Voted("resolved", None, None, 6),
            Voted("not_resolved", None, "out_of_date", 2),
            Voted("not_resolved", None, None, 1),
            Voted("resolved", "rate", None, 970),
        ),
        rated=(Rated(2, 1), Rated(5, 2)),
        judged=(Judged("good", 40, 3), Judged("unsure", 0, 1), Judged("bad", 1, 30)),
        remarks=(),
        newest=NOW,
    )
    found = assemble(counts, MONTH)
    assert (found.searches.without_hits.count, found.searches.without_hits.total) == (12, 40)
    assert (found.searches.without_clicks.count, found.searches.without_clicks.total) == (7, 28)
    assert (found.votes.yes.count, found.votes.yes.total) == (6, 9)
    assert (found.votes.reasons["out_of_date"], found.votes.without_reason) == (2, 1)
    assert found.votes.rejected["rate"] == 970
    assert found.ratings.mean == 4
    assert [one.article for one in found.least_helpful] == ["bad"]


def test_without_cases_every_share_is_open() -> None:
    found = of()
    assert found.outcomes.resolved.share is None
    assert found.deflection.avoided.value is None
    assert found.memory.gained.value is None
    assert found.least_helpful == ()


def month(cases: int) -> tuple[list[Impression], list[Event]]:
    """Contact forms of a month: 45 of 100 send a ticket with suggestions, 60 without."""
    chance, lists, acts = random.Random(7), [], []
    for number in range(cases):
        name = f"form-{number}"
        who = Visit(name, None, holdout=holdout(name, b"secret", 0.1), plain=False)
        moment = NOW - dt.timedelta(days=chance.uniform(0.1, 29))
        lists.append(replace(shown(name, visit=who, surface="suggest"), at=moment))
        acts.append(replace(done("form_open", visit=who, article=None, snapshot=None), at=moment))
        if chance.random() < (0.60 if who.holdout else 0.45):
            later = moment + dt.timedelta(minutes=5)
            acts.append(replace(done("contact", visit=who, article=None), at=later))
    return lists, acts


def test_a_months_effect_comes_through_the_database_unchanged(database: Database) -> None:
    lists, acts = month(500)
    record(database, lists, acts)
    settle(database, NOW)
    found = assemble(count(database, MONTH, NOW), MONTH).deflection
    sent = {one.visit.case for one in acts if one.type == "contact"}
    arms = {
        arm: [one.visit.case in sent for one in lists if one.visit.holdout == arm]
        for arm in (True, False)
    }
    expected = difference(*(Arm(sum(arms[arm]), len(arms[arm])) for arm in (True, False)))
    assert expected is not None
    assert found.avoided.model_dump() == {
        "value": expected.value,
        "low": expected.low,
        "high": expected.high,
    }
    assert expected.low < 0.15 < expected.high


def run(url: str, folder: Path, *arguments: str) -> Result:
    environment = {"KB_DATABASE_URL": url, "KB_DATA": str(folder)}
    return CliRunner().invoke(main, ["report", *arguments], env=environment)


def test_an_empty_site_is_told_what_will_begin_a_case(sqlite_url: str, tmp_path: Path) -> None:
    ran = run(sqlite_url, tmp_path)
    assert (ran.exit_code, ran.stdout) == (0, "")
    assert "the first search, vote or draft begins one" in ran.stderr


def test_who_looks_too_late_is_told_where_the_cases_are(database_url: str, tmp_path: Path) -> None:
    database = Database.open(database_url)
    record(database, [replace(shown("i1"), at=NOW - dt.timedelta(days=45))], [])
    database.close()
    day = f"{NOW - dt.timedelta(days=45):%Y-%m-%d}"
    assert f"kb report --since {day}" in run(database_url, tmp_path).stderr
    assert "1 of 1 case (" in run(database_url, tmp_path, "--since", day).stdout


def test_a_young_site_is_told_that_its_visitors_may_still_be_there(
    sqlite_url: str, tmp_path: Path
) -> None:
    database = Database.open(sqlite_url)
    searched, drafted = (
        shown("i1", surface="portal"),
        shown("i2", visit=visit(case="other"), surface="suggest"),
    )
    record(database, [replace(one, at=NOW) for one in (searched, drafted)], [])
    database.close()
    text = run(sqlite_url, tmp_path).stdout
    assert "2 cases where the visitor may still be there" in text
    assert "cases that searched, and left" in text
    assert "no form was opened by a visitor who has left since" in text
    assert "for which there was a suggestion, and whose visitor has left" in text


def test_the_report_names_samples_and_ranges(database_url: str, tmp_path: Path) -> None:
    database = Database.open(database_url)
    lists, acts = month(200)
    record(database, lists, acts)
    search = replace(shown("search", surface="portal"), at=NOW - dt.timedelta(days=2))
    record(database, [search], [])
    vote = replace(done("resolved"), at=NOW - dt.timedelta(days=2), comment="step 2 [is] wrong")
    assert cast(database, vote, per_hour=10) is None
    assert cast(database, vote, per_hour=10) == "duplicate"
    database.close()
    text = run(database_url, tmp_path).stdout
    assert "201 cases began" in text
    assert "1 of 201 cases (0.5 %, 0.1 to 2.8 %)" in text
    assert "tickets in 100 cases (" in text
    assert "1 (second vote 1)" in text
    assert "step 2 [is] wrong" in text
    assert "no search yet that was ranked with memory" in text
    assert "contact form" in text


def test_what_happened_is_shown_though_no_case_began(sqlite_url: str, tmp_path: Path) -> None:
    database = Database.open(sqlite_url)
    midnight = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
    before = replace(shown("i1"), at=midnight - dt.timedelta(minutes=10))
    record(database, [before], [])
    cast(database, replace(done("not_resolved"), at=midnight), per_hour=10)
    database.close()
    text = run(sqlite_url, tmp_path, "--since", f"{midnight:%Y-%m-%d}").stdout
    assert "0 cases began" in text
    assert re.search(r"yes, this solved it +0 of 1 votes", text)
    assert re.search(r"resolved, by vote +0 of 0 cases", text)


def test_each_share_stands_beside_its_change_since_the_period_before(
    sqlite_url: str, tmp_path: Path
) -> None:
    database = Database.open(sqlite_url)
    for days, solved in ((40, 2), (10, 6)):
        for number in range(10):
            who = Visit(f"case-{days}-{number}", None, holdout=False, plain=False)
            moment = NOW - dt.timedelta(days=days)
            record(database, [replace(shown(who.case, visit=who), at=moment)], [])
            if number < solved:
                cast(database, replace(done("resolved", visit=who), at=moment), per_hour=10)
    database.close()
    text = run(sqlite_url, tmp_path).stdout
    assert "In the 30 days before, 10 cases began" in text
    assert re.search(
        r"resolved, by vote +6 of 10 cases \(60 %, .*\) +\+40\.0 \(-2\.3 to 67\.3\)", text
    )
    alone = run(sqlite_url, tmp_path, "--since", f"{NOW - dt.timedelta(days=50):%Y-%m-%d}").stdout
    assert "no case began: there is nothing to compare with" in alone


def test_demonstration_traffic_is_named(sqlite_url: str, tmp_path: Path) -> None:
    database = Database.open(sqlite_url)
    who = Visit(f"{DEMO}1", None, holdout=False, plain=False)
    record(database, [replace(shown("i1", visit=who), at=NOW - dt.timedelta(days=1))], [])
    database.close()
    assert "1 case of these are demonstration" not in run(sqlite_url, tmp_path).stdout
    assert "demonstration traffic: 1 case" in run(sqlite_url, tmp_path).stdout


def test_the_json_is_the_report(database_url: str, tmp_path: Path) -> None:
    database = Database.open(database_url)
    record(database, *month(50))
    database.close()
    found = json.loads(run(database_url, tmp_path, "--json").stdout)
    assert found["cases"] == 50
    overview = Overview.model_validate(found)
    assert overview.deflection.shown.total > 0
    assert sum(one.outcomes.contacted.count for one in overview.trend) > 0
    assert overview.before.cases == 0


def test_a_page_and_json_are_both_written(sqlite_url: str, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    ran = run(sqlite_url, tmp_path, "--json", "--html", str(page))
    assert Overview.model_validate_json(ran.stdout).cases == 0
    assert page.is_file()


@pytest.mark.parametrize("day", ["0001-01-01", "1012-01-01", "1999-12-31"])
def test_a_day_before_any_case_is_refused(sqlite_url: str, tmp_path: Path, day: str) -> None:
    ran = run(sqlite_url, tmp_path, "--since", day)
    assert ran.exit_code == 2
    assert "name a day from 2000-01-01 on" in ran.stderr
    assert run(sqlite_url, tmp_path, "--since", "2000-01-01").exit_code == 0


def test_a_day_in_the_future_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    ran = run(sqlite_url, tmp_path, "--since", "2999-01-01")
    assert ran.exit_code == 2
    assert "in the future" in ran.stderr
