"""What the dashboard may be asked for next is counted before."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stores import NOW, done, shown

from kb.figures import Overview
from kb.insights import ArticleRows, Page, QueryRow
from kb.renewing import ASKED, USUAL, renew, window_of
from kb.store import kept
from kb.store.database import Database
from kb.store.journal import record
from webapp.dashboard_filters import Filters

LATER = NOW + dt.timedelta(hours=1)
TODAY = NOW.date()
KEY = "overview:28:portal:en"


def test_the_usual_overviews_are_there_before_anybody_asked(database: Database) -> None:
    record(database, [shown("i1")], [done("read", 5)])
    assert renew(database, LATER) == len(USUAL)
    for key in (one for one in USUAL if one.startswith("overview:")):
        found = kept.read(database, key, Overview, LATER)
        assert found is not None
        assert (found.value.cases, found.value.outcomes.assumed.count) == (1, 1)
    assert renew(database, LATER) == 0


def test_all_that_the_first_page_shows_is_there_before_anybody_asked(database: Database) -> None:
    record(database, [shown("i1")], [done("read", 5)])
    renew(database, LATER)
    articles = kept.read(database, "articles:28::", ArticleRows, LATER)
    ignored = kept.read(database, "queries:without_clicks:1:28::", Page[QueryRow], LATER)
    assert articles
    assert [one.article for one in articles.value.rows] == ["account/password"]
    assert ignored


def test_what_somebody_asked_for_lately_is_counted_again(database: Database) -> None:
    renew(database, NOW)
    found = kept.read(database, USUAL[0], Overview, NOW)
    assert found is not None
    kept.keep(database, KEY, found.value, 0.1, NOW)
    record(database, [shown("i1", 1800)], [])
    renew(database, LATER)
    again = kept.read(database, KEY, Overview, LATER)
    assert again is not None
    assert (again.made, again.value.cases) == (LATER, 1)


def test_what_nobody_asks_for_any_more_is_forgotten(database: Database) -> None:
    renew(database, NOW)
    found = kept.read(database, USUAL[0], Overview, NOW)
    assert found is not None
    kept.keep(database, KEY, found.value, 0.1, NOW)
    renew(database, NOW + ASKED + dt.timedelta(seconds=1))
    assert kept.read(database, KEY, Overview, NOW) is None


@settings(deadline=None)  # a busy machine is no mistake
@given(
    days=st.sampled_from([1, 7, 28, 365]),
    edges=st.none() | st.tuples(st.dates(max_value=TODAY), st.dates(max_value=TODAY)),
    surface=st.sampled_from([None, "portal", "suggest"]),
    lang=st.sampled_from([None, "en", "pt-BR"]),
)
def test_a_key_names_the_same_cases_here_as_on_the_dashboard(
    days: int,
    edges: tuple[dt.date, dt.date] | None,
    surface: str | None,
    lang: str | None,
) -> None:
    asked = {"surface": surface or "", "lang": lang or "", "days": str(days)}
    if edges:  # of any year: an address may say anything
        asked |= {"from": str(min(edges)), "to": str(max(edges))}
    filters = Filters.read(asked, TODAY, frozenset({"en", "pt-BR"}))
    assert window_of(f"overview:{filters.key}", TODAY) == filters.window(TODAY)


@pytest.mark.parametrize(
    "key",
    [
        "gaps:28",
        "overview:28",
        "overview:x::",
        "overview:2026-02-30..2026-03-01::",
        "overview:28:moon:",
        "overview:99999::",
        "article:28:::one",
    ],
)
def test_what_is_another_s_to_count_is_left_alone(key: str) -> None:
    found = window_of(key, dt.date(200, 1, 1))
    assert found is None
