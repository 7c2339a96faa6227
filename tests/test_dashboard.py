"""The writers' dashboard without a browser: figures, filters, spreadsheets, drill-down."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import threading
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import example, given
from hypothesis import strategies as st
from lamp_site import publish_lamps
from stores import NOW, done
from traffic import simulate
from unanswered import GAP, GAPS
from visiting import Centre, open_centre

from kb import overview as overviews
from kb import passwords
from kb.errors import UnavailableError
from kb.events import Outcome
from kb.figures import Difference, Overview, Share
from kb.insights import CaseInsight, CaseRow, Step
from kb.measures import MEASURES
from kb.renewing import window_of
from kb.store import builds, users
from kb.store.database import Database
from kb.store.journal import cast
from kb.store.windows import Window
from webapp import dashboard_figures, dashboard_page
from webapp import dashboard_words as words
from webapp.dashboard_cases import Told
from webapp.dashboard_figures import Figures
from webapp.dashboard_filters import PERIODS, Filters
from webapp.dashboard_overview import figure, sections
from webapp.dashboard_tables import BOM, Column, Link, Table, as_csv, defused

GOOD = "three unrelated words"
TODAY = NOW.date()
PAGES = (
    "",
    "/articles",
    "/articles/refund-times",
    "/searches",
    "/searches?only=without_hits",
    "/searches/one?q=refund",
    "/gaps",
    "/comments",
    "/builds",
    "/cases",
    "/cases?measure=outcomes.failed",
)
Grid = list[list[str]]


@pytest.fixture(scope="module")
def lamps(models: Path) -> Path:
    return publish_lamps(models)


@pytest.fixture(scope="module")
def busy(lamps: Path, tmp_path_factory: pytest.TempPathFactory) -> Centre:
    """A help centre that 3,000 people have visited; read it only."""
    centre = open_centre(lamps, tmp_path_factory.mktemp("busy"))
    centre.state.recorder.work(lambda database: simulate(database, 3000))
    return centre


@pytest.fixture(scope="module")
def quiet(lamps: Path, tmp_path_factory: pytest.TempPathFactory) -> Centre:
    """A help centre that nobody has visited."""
    return open_centre(lamps, tmp_path_factory.mktemp("quiet"))


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dashboard_page, "now", lambda: NOW)


def writer(centre: Centre) -> FlaskClient:
    """A client that is signed in."""
    digest = passwords.hash_password(GOOD)
    centre.state.recorder.work(lambda database: users.add_user(database, "ana", digest, NOW))
    client = centre.client()
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/dashboard/sign-in").text)
    assert found
    fields = {"name": "ana", "password": GOOD, "csrf_token": found[1]}
    assert client.post("/dashboard/sign-in", data=fields).status_code == 303
    return client


@pytest.fixture(scope="module")
def client(busy: Centre) -> FlaskClient:
    return writer(busy)


def page(client: FlaskClient, path: str = "") -> str:
    answer = client.get(f"/dashboard{path}")
    assert answer.status_code == 200, path
    return unescape(answer.text).replace(words.SPACE, " ")


def grid(client: FlaskClient, path: str) -> Grid:
    """A table as a spreadsheet reads it, with its head."""
    answer = client.get(f"/dashboard{path}")
    assert answer.mimetype == "text/csv"
    assert answer.data.decode().startswith(BOM)
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def counted(centre: Centre, filters: Filters | None = None) -> Overview:
    window = (filters or Filters()).window(TODAY)
    return centre.state.recorder.work(lambda one: overviews.overview(one, window, NOW))


# What stands on the pages


def test_the_first_page_answers_three_questions(client: FlaskClient) -> None:
    text = page(client)
    heads = re.findall(r'<h2 class="overline"[^>]*>([^<]+)', text)
    assert heads == ["What helped", "What did not", "What to write next"]


def test_every_figure_has_its_sample_its_interval_and_one_sentence(
    busy: Centre, client: FlaskClient
) -> None:
    text, found = page(client), counted(busy)
    shown = [one for section in sections(found) for one in section.figures]
    assert len(shown) > 15
    for one in shown:
        assert one.measure.says in text
        assert words.sample(one.share, *one.unit).replace(words.SPACE, " ") in text
        assert words.sure(one.share).replace(words.SPACE, " ") in text
        if one.measure.base is not None:
            assert f"/dashboard/cases?measure={one.measure.name}" in text


def test_every_share_of_an_overview_is_shown(busy: Centre) -> None:
    found = counted(busy)
    shown = {one.measure.name for section in sections(found) for one in section.figures}
    assert shown == {"helped", *(name for name, _ in overviews.shares(found) if name in MEASURES)}


@pytest.mark.parametrize("of", ["hit", "base"])
def test_behind_every_figure_stand_as_many_cases_as_it_counts(
    busy: Centre, client: FlaskClient, of: str
) -> None:
    found = counted(busy)
    for section in sections(found):
        for one in section.figures:
            if one.measure.base is None:
                continue
            text = page(client, f"/cases?measure={one.measure.name}&of={of}")
            number = one.share.count if of == "hit" else one.share.total
            assert f"<strong>{number:,} case" in text, one.measure.name
            assert one.measure.says in text


def test_a_page_says_of_when_it_is_and_about_which_days(client: FlaskClient) -> None:
    text = page(client)
    assert "7 Apr 2026 to 4 May 2026" in text
    assert re.search(r"As of <time[^>]*>12:00 UTC", text)


def test_demonstration_traffic_is_marked(busy: Centre, client: FlaskClient) -> None:
    demo = counted(busy).demo
    assert demo > 0
    assert f"{demo} cases of this period were made up" in page(client)


def test_an_article_shows_its_revisions_and_the_words_before_it(client: FlaskClient) -> None:
    name = grid(client, "/articles?csv=articles")[1][0]
    text = page(client, f"/articles/{name}")
    for part in ("Trend", "Revisions", "Why people said no", "Comments", "What people had typed"):
        assert part in text
    assert len(grid(client, f"/articles/{name}?csv=revisions&days=90")) > 1


def test_a_question_shows_what_people_opened_and_typed_next(client: FlaskClient) -> None:
    text = grid(client, "/searches?csv=searches")[1][0]
    shown = page(client, f"/searches/one?q={text}")
    assert f'What people who typed “<span dir="auto">{text}</span>” did' in shown
    opened = grid(client, f"/searches/one?q={text}&csv=opened")
    assert opened[0] == ["article"] + [
        f"cases_{part}" for part in ("count", "total", "share", "low", "high")
    ]
    assert len(opened) > 1
    failed = re.search(r"<b>Failed</b>.*?<p>([0-9,]+) of .*?href=\"([^\"]+)", shown, re.DOTALL)
    assert failed
    assert f"<strong>{failed[1]} case" in page(client, failed[2].removeprefix("/dashboard"))


def test_a_case_shows_everything_that_happened(client: FlaskClient) -> None:
    [_, newest, *_] = grid(client, "/cases?measure=outcomes.failed&csv=cases")
    text = page(client, f"/cases/{newest[0]}")
    assert "Failed" in text
    assert "Searched: " in text
    voted = "Voted: this did not solve it" in text
    assert ("The visitor said that it was not solved." in text) == voted
    assert ("Left without an answer." in text) != voted
    typed = grid(client, f"/cases/{newest[0]}?csv=journal")[1][2]
    assert f'dir="auto">{typed}</a>' in text
    assert re.search(r"<small>[0-9]{2}:[0-9]{2}:[0-9]{2}</small>", text)
    assert "kb_case" not in str(client.get(f"/dashboard/cases/{newest[0]}").headers)


def test_behind_every_figure_of_an_article_and_of_a_question_stand_its_cases(
    client: FlaskClient,
) -> None:
    article = grid(client, "/articles?csv=articles")[1][0]
    question = grid(client, "/searches?only=without_clicks&csv=searches")[1][0]
    titles = []
    for path in (f"/articles/{article}", f"/searches/one?q={question}"):
        text = page(client, path)
        figures = text.partition('<ul class="figures">')[2].partition("</ul>")[0]
        for row in figures.split("<li>")[1:]:
            titles += re.findall(r"<p><b>([^<]+)</b>", row)
            [link] = re.findall(r'href="/dashboard(/cases[^"]+)"', row)
            [cases] = re.findall(r"<strong>([0-9,]+) case", page(client, link))
            said = re.findall(r"<p>([0-9,]+) (?:of [0-9,]+ (\w+)|yes, ([0-9,]+) no)", row)
            [(count, what, no)] = said or [("0", "cases", "")]
            if what.startswith("case"):
                assert cases == count, link
            else:  # of which a case may have several
                assert bool(number(cases)) == bool(number(count) + number(no)), link
                assert number(cases) <= number(count) + number(no), link
    assert titles[0] == "Helped"
    assert {"Resolves, by votes", "Without results", "Without clicks", "Failed"} < set(titles)


def number(text: str) -> int:
    return int(text.replace(",", "") or 0)


OPEN_CASE = CaseInsight(
    row=CaseRow(
        id="case-1",
        started=NOW,
        surface="portal",
        outcome=None,
        taken_back=False,
        article=None,
        queries=(),
        demo=False,
    ),
    holdout=False,
    plain=False,
    offered=False,
    remembered=False,
    ticket=None,
    steps=(),
)


def ended(outcome: Outcome, *steps: Step, **changes: bool) -> CaseInsight:
    row = OPEN_CASE.row.model_copy(update={"outcome": outcome, **changes})
    return OPEN_CASE.model_copy(update={"row": row, "steps": steps})


def test_a_case_is_told_in_a_sentence_that_is_true_of_it() -> None:
    no = Step(at=NOW, kind="not_resolved", article="refund-times")
    robots = no.model_copy(update={"rejected": "robot"})
    assert Told.of(OPEN_CASE).ending.startswith("Its outcome is not known")
    assert Told.of(ended("failed", no)).ending == "The visitor said that it was not solved."
    assert Told.of(ended("failed", robots)).ending == "Left without an answer."
    assert Told.of(ended("resolved", no)).ending == "The visitor said that it was solved."
    assert Told.of(ended("contacted")).ending == "A ticket was sent."
    assert "after it seemed to be solved" in Told.of(ended("contacted", taken_back=True)).ending


@pytest.mark.parametrize(
    ("chance", "there", "suggestions", "memory"),
    [
        (False, False, "None", "None"),
        (False, True, "Shown", "Used"),
        (True, False, "None; by chance, they would be held back", "Left out, by chance"),
        (True, True, "Held back, by chance", "Left out, by chance"),
    ],
)
def test_a_case_says_what_suggestions_and_memory_did_in_it(
    chance: bool, there: bool, suggestions: str, memory: str
) -> None:
    arms = {"holdout": chance, "plain": chance, "offered": there, "remembered": there}
    told = Told.of(OPEN_CASE.model_copy(update=arms))
    assert (told.suggestions, told.memory) == (suggestions, memory)


def test_a_vote_is_an_outcome_on_the_page_of_its_case_at_once(
    lamps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    centre = open_centre(lamps, tmp_path)
    centre.state.recorder.work(lambda one: cast(one, done("resolved"), per_hour=9))
    monkeypatch.setattr(dashboard_page, "now", lambda: NOW + dt.timedelta(minutes=1))
    text = page(writer(centre), "/cases/case-1")
    assert "The visitor said that it was solved." in text
    assert re.search(r"<dt>Suggestions</dt><dd>None<.*<dt>Memory</dt><dd>None<", text, re.DOTALL)


@pytest.mark.parametrize(
    "path", ["/cases/nobodys", "/articles/none", "/gaps/none", "/nowhere", "?csv=nothing"]
)
def test_what_is_not_there_is_said_on_a_page_of_the_dashboard(
    client: FlaskClient, path: str
) -> None:
    answer = client.get(f"/dashboard{path}")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text
    assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("path", PAGES)
def test_pages_keep_to_the_policy(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/dashboard{path}")
    assert "script-src 'self';" in answer.headers["Content-Security-Policy"]
    assert " style=" not in answer.text
    assert re.findall(r"<script(?![^>]* src=)", answer.text) == []
    assert '<html lang="en">' in answer.text


# A site without visitors


@pytest.mark.parametrize("path", PAGES)
def test_a_new_site_says_what_will_appear(quiet: Centre, path: str) -> None:
    if path == "/articles/refund-times":
        assert "How long a refund takes" in page(writer(quiet), path)
    text = page(writer(quiet), path)
    assert re.search(r"appear|stands here|stand here|begins|typed this|No case", text), path
    assert "`" not in text
    assert "None" not in re.sub(r"None (yet|opened|in this)", "", text)


def test_without_a_published_article_the_figures_are_there(tmp_path: Path) -> None:
    centre = open_centre(tmp_path / "empty", tmp_path)
    assert "The last 28 days" in page(writer(centre))


def test_a_period_without_cases_leads_to_the_newest(client: FlaskClient) -> None:
    text = page(client, "?from=2020-01-01&to=2020-01-31")
    assert "No case began in this period" in text
    assert "from=2026-05-0" in text


def test_a_filter_without_any_case_leads_to_all_of_them(quiet: Centre) -> None:
    text = page(writer(quiet), "?surface=api&days=7")
    assert "No case of this kind has begun yet" in text
    assert '<a href="/dashboard?days=7">Show all of them</a>' in text


def test_the_first_page_has_of_each_comment_what_is_worth_a_glance(client: FlaskClient) -> None:
    assert '<ul class="comments brief">' in page(client)
    assert '<ul class="comments">' in page(client, "/comments")


def test_a_database_that_is_away_is_said(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise UnavailableError("kb.db: gone (bring it back)")

    monkeypatch.setattr(Figures, "overview", away)
    answer = client.get("/dashboard")
    assert answer.status_code == 503
    assert "kb.db: gone (bring it back)" in answer.text


# Filters


def test_links_keep_the_filters(client: FlaskClient) -> None:
    text = page(client, "?days=7&surface=portal&lang=es")
    assert 'href="/dashboard/articles?days=7&surface=portal&lang=es"' in text
    assert 'href="/dashboard/cases?measure=helped&days=7&surface=portal&lang=es"' in text
    assert '<option value="portal" selected>' in text


def test_figures_are_those_of_the_filters(busy: Centre, client: FlaskClient) -> None:
    chosen = Filters(days=90, surface="portal", lang="es")
    helped = counted(busy, chosen).helped
    assert helped.total < counted(busy, Filters(days=90)).helped.total
    sample = words.sample(helped).replace(words.SPACE, " ")
    assert sample in page(client, "?days=90&surface=portal&lang=es")


def test_days_of_ones_own_are_taken_as_they_are(client: FlaskClient) -> None:
    text = page(client, "?from=2026-04-01&to=2026-04-10")
    assert "<h1>1 Apr 2026 to 10 Apr 2026</h1>" in text
    assert '<p class="lead">10 days' in text
    assert 'name="from" value="2026-04-01"' in text


def test_what_makes_no_sense_is_left_out() -> None:
    asked = {"days": "28; DROP", "surface": "moon", "lang": "xx", "from": "yesterday"}
    asked["to"] = "0001-01-01"  # before which there is no day
    assert Filters.read(asked, TODAY, frozenset({"en"})) == Filters()


@given(st.dictionaries(st.sampled_from(["days", "from", "to", "surface", "lang"]), st.text()))
def test_no_address_is_a_mistake(asked: dict[str, str]) -> None:
    found = Filters.read(asked, TODAY, frozenset({"en"}))
    assert found.window(TODAY).since < found.window(TODAY).until


dates = st.dates(dt.date(2025, 1, 1), TODAY)


@given(st.sampled_from(PERIODS), st.none() | dates, st.none() | dates, st.sampled_from(["", "es"]))
def test_an_address_says_all_of_the_filters(
    days: int, since: dt.date | None, until: dt.date | None, lang: str
) -> None:
    asked = {"days": str(days), "from": str(since or ""), "to": str(until or ""), "lang": lang}
    found = Filters.read(asked, TODAY, frozenset({"es"}))
    again = Filters.read(found.asked(), TODAY, frozenset({"es"}))
    assert again.key == found.key
    assert again.window(TODAY) == found.window(TODAY)
    assert window_of(f"overview:{found.key}", TODAY) == found.window(TODAY)


# Tables


def test_articles_are_ordered_as_the_address_says(client: FlaskClient) -> None:
    cases = [int(row[1]) for row in grid(client, "/articles?csv=articles")[1:]]
    assert cases == sorted(cases, reverse=True)
    helped = [float(row[4]) for row in grid(client, "/articles?csv=articles&sort=helped")[1:]]
    assert helped == sorted(helped)
    assert 'aria-sort="ascending"' in page(client, "/articles?sort=helped")
    assert 'aria-sort="descending"' in page(client, "/articles?sort=nonsense")


def test_an_article_is_found_by_words_of_its_title(client: FlaskClient) -> None:
    name = grid(client, "/articles?csv=articles")[1][0]
    assert name in page(client, f"/articles?q={name[:4].upper()}")
    assert "No article that was read has “zzz”" in page(client, "/articles?q=zzz")


def test_a_spreadsheet_gets_every_page_of_a_list(client: FlaskClient) -> None:
    path = "/cases?measure=helped"
    text = page(client, path)
    assert "Page 1 of" in text
    rows = grid(client, f"{path}&csv=cases")
    assert f"<strong>{len(rows) - 1:,} cases" in text
    assert len({row[0] for row in rows}) == len(rows)
    assert text.count("<tr>") == 51


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("", "trend"),
        ("", "figures"),
        ("/articles", "articles"),
        ("/searches?only=without_clicks", "searches"),
        ("/gaps", "gaps"),
        ("/comments", "comments"),
        ("/cases", "cases"),
    ],
)
def test_every_table_is_exported_with_its_filters(
    client: FlaskClient, path: str, name: str
) -> None:
    together = "&" if "?" in path else "?"
    answer = client.get(f"/dashboard{path}{together}days=7&csv={name}")
    assert answer.headers["Content-Disposition"] == f"attachment; filename={name}-2026-05-04.csv"
    rows = grid(client, f"{path}{together}days=7&csv={name}")
    assert {len(row) for row in rows} == {len(rows[0])}
    if name not in {"gaps", "figures"}:
        assert rows != grid(client, f"{path}{together}days=90&csv={name}")
    if name != "gaps":
        assert f"csv={name}" in page(client, f"{path}{together}days=7")


def test_a_share_is_exported_with_its_sample_and_interval(
    busy: Centre, client: FlaskClient
) -> None:
    head, *rows = grid(client, "?csv=figures")
    assert head[:7] == [
        "figure",
        "name",
        *(f"share_{part}" for part in ("count", "total", "share", "low", "high")),
    ]
    found = counted(busy)
    for row in rows:
        share = figure(found, row[1]).share
        assert row[2:7] == [
            "" if one is None else str(one)
            for one in (share.count, share.total, share.share, share.low, share.high)
        ]


def test_a_share_is_exported_beside_the_one_before(busy: Centre, client: FlaskClient) -> None:
    head, *rows = grid(client, "?csv=figures")
    window = Filters().window(TODAY).before
    before = busy.state.recorder.work(lambda one: overviews.overview(one, window, NOW))
    first = head.index("before_count")
    for row in rows:
        share = figure(before, row[1]).share
        assert row[first : first + 3] == [
            "" if one is None else str(one) for one in (share.count, share.total, share.share)
        ]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@A1", "\t=1", "\r=1", " =1", "＝1", "＋1", "－1", "＠1"]
)
def test_a_formula_is_only_text_in_a_spreadsheet(text: str) -> None:
    assert defused(text).startswith("'")
    assert undone(defused(text)) == text


def undone(text: str) -> str:
    """A text without what keeps it from being a formula."""
    return re.sub(r"([;|\t\r\n][\s\"]*)'(?=[=+@＝＋－＠-])", r"\1", text.removeprefix("'"))


@given(st.lists(st.text(';"=-+@, \n\t|a'), min_size=1))
@example(["too dark;=WEBSERVICE(A1);thanks"])
@example(['too dark;"=1;'])
def test_no_text_becomes_a_formula_where_cells_are_split_at_semicolons(texts: list[str]) -> None:
    columns = (Column("at", "At"), Column("comment", "Comment"), Column("case", "Case"))
    table = Table("t", "T", columns, tuple(("2026", text, "x") for text in texts))
    for delimiter in ";|\t":
        file = io.StringIO(as_csv(table).removeprefix(BOM), newline="")
        for row in csv.reader(file, delimiter=delimiter):
            assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in row)


@given(st.lists(st.text(), min_size=1))
def test_no_text_becomes_a_formula_and_none_is_lost(texts: list[str]) -> None:
    columns = (Column("one", "One"), Column("two", "Two"))
    table = Table("t", "T", columns, tuple((text, Link(text)) for text in texts))
    read = list(csv.reader(io.StringIO(as_csv(table).removeprefix(BOM), newline="")))[1:]
    assert [undone(row[0]) for row in read] == [undone(text) for text in texts]
    assert not [row for row in read if row[0].lstrip(" ").startswith(("=", "+", "-", "@"))]
    assert all(row[0] == row[1] for row in read)


# Kept figures


class Counting:
    """Counts overviews, and notes in which threads; waits for those beside requests."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.threads: list[str] = []
        self._patch = monkeypatch
        monkeypatch.setattr(dashboard_figures, "overview", self._overview)

    def _overview(self, database: Database, window: Window, now: dt.datetime) -> Overview:
        self.threads.append(threading.current_thread().name)
        return overviews.overview(database, window, now)

    def ask(self, client: FlaskClient, minutes: float) -> str:
        """The first page so many minutes later, and everything that it began."""
        self._patch.setattr(dashboard_page, "now", lambda: NOW + dt.timedelta(minutes=minutes))
        text = page(client)
        for thread in threading.enumerate():
            if thread.name == "kb-count":
                thread.join()
        return text


def test_what_was_counted_a_moment_ago_is_not_counted_again(
    quiet: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, counting = writer(quiet), Counting(monkeypatch)
    counting.ask(client, 2000)
    counting.ask(client, 2000.1)
    assert len(counting.threads) == 1


def test_what_is_old_is_shown_at_once_with_its_time_and_counted_beside(
    quiet: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, counting = writer(quiet), Counting(monkeypatch)
    counting.ask(client, 4000)
    assert "06:40 UTC" in counting.ask(client, 4060)
    assert counting.threads[1] == "kb-count"
    assert "07:40 UTC" in counting.ask(client, 4060.1)
    assert len(counting.threads) == 2


def test_what_is_of_another_day_is_counted_before_it_is_shown(
    quiet: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, counting = writer(quiet), Counting(monkeypatch)
    counting.ask(client, 6000)
    assert "16:01 UTC" in counting.ask(client, 6000 + 24 * 60 + 1)
    assert "kb-count" not in counting.threads


# Gaps


@pytest.fixture
def _gaps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Figures, "gaps", lambda *_: GAPS)


@pytest.mark.usefixtures("_gaps")
def test_a_gap_says_who_asked_in_which_words_and_what_did_not_do(client: FlaskClient) -> None:
    assert "works with matter?" in page(client)
    text = page(client, "/gaps")
    assert "09:00 UTC" in text
    assert "It was read, but did not help" in text
    text = page(client, "/gaps/g1")
    assert "7 people asked" in text
    assert words.ADVICE[GAP.missing] in text
    assert "First steps with your lamp" in text
    assert "/dashboard/gaps/g1/draft" in text
    assert "&lt;b&gt;thread" in client.get("/dashboard/gaps/g1").text


@pytest.mark.usefixtures("_gaps")
@pytest.mark.parametrize("path", ["", "?from=2026-04-01&to=2026-04-02&surface=api", "/gaps"])
def test_gaps_say_of_which_cases_they_are(client: FlaskClient, path: str) -> None:
    said = "ases since 7 Apr 2026, from everywhere, as of 4 May 2026, 09:00 UTC"
    assert said in page(client, path)


@pytest.mark.usefixtures("_gaps")
def test_a_draft_is_shown_and_downloaded(client: FlaskClient) -> None:
    text = page(client, "/gaps/g1/draft")
    assert "title: " in text
    answer = client.get("/dashboard/gaps/g1/draft?download=1")
    name = "attachment; filename=works-with-matter.md"
    assert (answer.mimetype, answer.headers["Content-Disposition"]) == ("text/markdown", name)
    assert "works with matter?" in answer.text


def test_a_draft_keeps_its_name_in_every_script(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    chinese = GAP.model_copy(update={"title": "重置密码"})
    gaps = GAPS.model_copy(update={"gaps": (chinese,)})
    monkeypatch.setattr(Figures, "gaps", lambda *_: gaps)
    answer = client.get("/dashboard/gaps/g1/draft?download=1")
    assert "filename*=UTF-8''%E9%87%8D%E7%BD%AE%E5%AF%86%E7%A0%81.md" in str(answer.headers)


# Words


def test_a_change_is_told_only_where_it_is_more_than_chance() -> None:
    unsure = Difference(value=0.03, low=-0.01, high=0.07)
    better = Difference(value=0.051, low=0.01, high=0.092)
    assert words.change_words(unsure) == "no clear change"
    assert words.change_words(better) == "5.1 points more than before"
    assert words.points_sure(unsure) == "−1.0 to +7.0"
    assert [words.tone(one, True) for one in (unsure, better)] == ["even", "good"]
    assert words.tone(better, more_is_good=False) == "bad"


def test_a_handful_of_cases_is_no_finding(lamps: Path, tmp_path: Path, client: FlaskClient) -> None:
    young = open_centre(lamps, tmp_path)
    young.state.recorder.work(lambda database: simulate(database, 150))
    few = page(writer(young), "?days=365")
    assert "It is too early to say whether suggestions avoid tickets" in few
    assert "tickets in 100 forms" not in few
    many = page(client, "?days=365")
    assert "too early" not in many
    assert "tickets in 100 forms" in many


def test_a_share_of_nothing_is_a_dash() -> None:
    nothing = Share(count=0, total=0, share=None, low=None, high=None)
    assert (words.headline(nothing), words.sure(nothing)) == ("–", "")


def test_writers_see_which_build_failed_and_which_line_to_mend(lamps: Path, tmp_path: Path) -> None:
    centre = open_centre(lamps, tmp_path)
    work = centre.state.recorder.work
    client = writer(centre)
    assert "once a git host calls" in client.get("/dashboard/builds").text
    work(lambda database: builds.ask(database, "github", NOW))
    build = work(lambda database: builds.claim(database, NOW, dt.timedelta(minutes=1)))
    assert build
    failed = replace(build, state="failed", log="Error: a.md:3: not UTF-8 <b>", commit="c" * 40)
    work(lambda database: builds.finish(database, failed, NOW + dt.timedelta(seconds=7)))
    page = client.get("/dashboard/builds").text
    assert "Error: a.md:3: not UTF-8 &lt;b&gt;" in page
    assert "cccccccccccc" in page
    assert '<td class="number">7</td>' in page
