"""The writers' dashboard: what helped, what did not, and what to write next.

Every page is one address with its filters in it, works without scripts, and gives each of its
tables to a spreadsheet by ``csv=`` and the table's name.
"""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

from flask import Blueprint, Flask, abort, render_template, request
from werkzeug.exceptions import HTTPException

from kb.drafts import draft as draft_of
from kb.drafts import file_name, title_of
from kb.errors import UnavailableError
from kb.events import DEMO
from kb.insights import Gap
from kb.measures import MEASURES
from kb.store.builds import recent
from kb.store.case_insights import Selection
from kb.store.query_insights import Only
from webapp import dashboard_overview as overviews
from webapp import dashboard_words as words
from webapp.dashboard_articles import articles_table, by_votes, revisions_table
from webapp.dashboard_builds import builds_table
from webapp.dashboard_cases import Told, cases_table, comments_table, journal_table
from webapp.dashboard_figures import Figures
from webapp.dashboard_filters import Filters, selection
from webapp.dashboard_outcomes import trend_table
from webapp.dashboard_page import (
    EXTENSION,
    Answer,
    address,
    asked,
    download,
    figures,
    filters,
    gathered,
    places,
    show,
)
from webapp.dashboard_questions import (
    SEARCHES,
    choices_table,
    gaps_table,
    searches_table,
    wordings_table,
)
from webapp.sign_in import FOLDER, only_writers, unlisted
from webapp.state import state
from webapp.typed_text import cut_query

MOST_SEARCHES = 1_000
"""Rows of searches in one export: each page of them is counted from all of them."""
AT_A_GLANCE = 5
"""Rows of a list on the overview."""
MOST_BUILDS = 20
MISSED: tuple[Only, ...] = ("without_hits", "without_clicks")

dashboard = Blueprint("dashboard", __name__, url_prefix=FOLDER)
dashboard.before_request(only_writers)
dashboard.after_request(unlisted)


def open_dashboard(app: Flask) -> None:
    """Add the dashboard to the application."""
    app.add_template_filter(words.number, "number")
    app.extensions[EXTENSION] = Figures(app.extensions["kb"].recorder)
    app.register_blueprint(dashboard)


@dashboard.get("")
def overview() -> Answer:
    """What helped, what did not, what to write next; and every figure."""
    wanted = asked()
    shown = figures().overview(wanted)
    found, missing = shown.value, figures().gaps(wanted)
    return show(
        "overview",
        (
            trend_table(found.trend, "How cases ended, step by step"),
            overviews.figures_table(found),
        ),
        as_of=shown.as_of,
        demo=found.demo,
        overview=found,
        sections=overviews.sections(found),
        figure=lambda name: overviews.figure(found, name),
        chart=overviews.chart(found.trend),
        gaps=missing and missing.model_copy(update={"gaps": missing.gaps[:AT_A_GLANCE]}),
        best=overviews.best(figures().articles(wanted).value, AT_A_GLANCE),
        typed={one: figures().queries(one, 1, wanted).value.items[:AT_A_GLANCE] for one in MISSED},
    )


@dashboard.get("/articles")
def articles() -> Answer:
    """Every article that was read, in any order, found by its title."""
    shown = figures().articles(asked())
    place, wanted = places(), request.args.get("q", "").strip()
    found = [one for one in shown.value if place.has(one.article, wanted)]
    table = articles_table(found, place, request.args.get("sort", ""))
    return show("articles", (table,), as_of=shown.as_of, wanted=wanted, known=len(shown.value))


@dashboard.get("/articles/<path:name>")
def article(name: str) -> Answer:
    """One article: its trend, its texts, why people said no, and what they had typed."""
    shown, place = figures().article(name, asked()), places()
    found = shown.value
    if found is None and name not in place.titles:
        abort(HTTPStatus.NOT_FOUND)
    tables = (
        ()
        if found is None
        else (
            trend_table(found.trend, "How cases ended in which it was read"),
            revisions_table(found.revisions),
            comments_table(found.comments, place),
            choices_table(
                found.queries, "queries", ("What was typed before it was opened", "query", place)
            ),
        )
    )
    return show(
        "article",
        tables,
        as_of=shown.as_of,
        name=name,
        found=found,
        by_votes=by_votes(found.row) if found else None,
        address=address(name),
        chart=overviews.chart(found.trend) if found else "",
    )


@dashboard.get("/searches")
def searches() -> Answer:
    """What people typed: everything, what found nothing, what nobody opened."""
    only: Only = next((one for one in SEARCHES if one == request.args.get("only")), "all")
    page = gathered(lambda number: figures().queries(only, number, asked()).value, MOST_SEARCHES)
    table = searches_table(page.items, places(), only)
    return show("searches", (table,), only=only, choices=SEARCHES, page=page)


@dashboard.get("/searches/one")
def query() -> Answer:
    """What people who typed this did."""
    text = cut_query(request.args.get("q", ""))
    shown, place = figures().query(text, asked()), places()
    found = shown.value
    tables = (
        ()
        if found is None
        else (
            choices_table(found.opened, "opened", ("What they opened", "article", place)),
            choices_table(found.next_queries, "next", ("What they typed next", "query", place)),
            trend_table(found.trend, "How their cases ended"),
        )
    )
    chart = overviews.chart(found.trend) if found else ""
    return show("query", tables, as_of=shown.as_of, text=text, found=found, chart=chart)


@dashboard.get("/gaps")
def gaps() -> Answer:
    """Questions that nothing answers, the largest first."""
    found = figures().gaps(asked())
    table = gaps_table(found.gaps if found else (), places())
    return show("gaps", (table,), as_of=found.as_of if found else None, found=found)


@dashboard.get("/gaps/<id_>")
def gap(id_: str) -> Answer:
    """One gap: who asked, in which words, and why the nearest article did not do."""
    found, place = _gap(id_), places()
    chosen = Selection(ids=found.case_ids)
    # Gaps are of so many days up to a moment, not to the end of a day, and of every place.
    wanted = replace(asked(), filters=Filters(days=filters().days + 1))
    page = gathered(lambda number: figures().cases(chosen, number, wanted))
    tables = (
        wordings_table(found.wordings, place),
        cases_table(page.items, place, "The cases in which it was asked"),
    )
    nearest = place.article(found.nearest)
    return show("gap", tables, found=found, nearest=nearest, page=page)


@dashboard.get("/gaps/<id_>/draft")
def draft(id_: str) -> Answer:
    """A first text of the article that is missing, to copy or to download."""
    found = _gap(id_)
    text = draft_of(found)
    if "download" not in request.args:
        return show("draft", (), found=found, text=text)
    return download(text, file_name(title_of(found)), "text/markdown")


@dashboard.get("/comments")
def comments() -> Answer:
    """What visitors wrote beside a vote, newest first."""
    page = gathered(lambda number: figures().comments(number, asked()))
    return show("comments", (comments_table(page.items, places()),), page=page)


@dashboard.get("/builds")
def builds() -> Answer:
    """Whether what was pushed is live, and what stopped it if it is not."""
    found = state().recorder.work(lambda database: recent(database, MOST_BUILDS))
    return show("builds", (builds_table(found),), builds=found)


@dashboard.get("/cases")
def cases() -> Answer:
    """The cases behind a figure, an article or a question."""
    chosen = selection(request.args)
    page = gathered(lambda number: figures().cases(chosen, number, asked()))
    measure = MEASURES.get(chosen.measure or "")
    table = cases_table(page.items, places(), "Cases, newest first")
    return show("cases", (table,), chosen=chosen, measure=measure, page=page)


@dashboard.get("/cases/<id_>")
def case(id_: str) -> Answer:
    """Everything that happened in one case, masked."""
    found, place = figures().case(id_, asked().now), places()
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return show(
        "case",
        (journal_table(found.steps, place),),
        found=found,
        told=Told.of(found),
        article=place.article(found.row.article),
        demo=int(id_.startswith(DEMO)),
    )


@dashboard.get("/<path:rest>")
def nothing(rest: str) -> Answer:  # noqa: ARG001 - whatever it is
    """An address that leads nowhere says so in here, not on the customers' pages."""
    abort(HTTPStatus.NOT_FOUND)


@dashboard.errorhandler(HTTPException)
def _went_wrong(error: HTTPException) -> tuple[str, int]:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    return render_template("dashboard/error.html", status=status, said=""), status.value


@dashboard.errorhandler(UnavailableError)
def _unavailable(error: UnavailableError) -> tuple[str, int]:
    status = HTTPStatus.SERVICE_UNAVAILABLE
    return render_template("dashboard/error.html", status=status, said=str(error)), status.value


def _gap(id_: str) -> Gap:
    known = figures().gaps(asked())
    found = next((one for one in known.gaps if one.id == id_), None) if known else None
    return found or abort(HTTPStatus.NOT_FOUND)
