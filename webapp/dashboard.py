"""The writers' dashboard: what helped, what did not, and what to write next.

Every page is one address with its filters in it, works without scripts, and gives each of its
tables to a spreadsheet by ``csv=`` and the table's name.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, TypeVar, cast, get_args

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    render_template,
    request,
    send_file,
    url_for,
)
from werkzeug.exceptions import HTTPException

from kb.drafts import draft as draft_of
from kb.drafts import file_name
from kb.errors import UnavailableError
from kb.events import DEMO
from kb.insights import Gap, Page
from kb.measures import MEASURES
from kb.store.builds import recent
from kb.store.case_insights import Ending, Selection
from kb.store.query_insights import Only
from webapp import dashboard_overview as overviews
from webapp import dashboard_rows as rows
from webapp import dashboard_words as words
from webapp.dashboard_figures import Asked, Figures
from webapp.dashboard_filters import PERIODS, Filters
from webapp.dashboard_rows import Places
from webapp.dashboard_tables import Table, as_csv
from webapp.models import cut_query
from webapp.sign_in import FOLDER, only_writers, unlisted, writer_name
from webapp.state import state
from webapp.visits import now

EXTENSION = "kb.dashboard"
MOST_EXPORTED = 50_000
"""Rows of a table in one export; a spreadsheet takes a million, a person far fewer."""
MOST_SEARCHES = 1_000
"""The same of searches, whose every page is counted from all of them."""
AT_A_GLANCE = 5
"""Rows of a list on the overview."""
MOST_BUILDS = 20
MISSED: tuple[Only, ...] = ("without_hits", "without_clicks")

dashboard = Blueprint("dashboard", __name__, url_prefix=FOLDER)
dashboard.before_request(only_writers)
dashboard.after_request(unlisted)

Item = TypeVar("Item")
Answer = Response | str


def open_dashboard(app: Flask) -> None:
    """Add the dashboard to the application."""
    app.add_template_filter(words.number, "number")
    app.extensions[EXTENSION] = Figures(app.extensions["kb"].recorder)
    app.register_blueprint(dashboard)


def figures() -> Figures:
    """What the pages show."""
    return cast("Figures", current_app.extensions[EXTENSION])


def filters() -> Filters:
    """Which cases this page is about."""
    return Filters.read(request.args, now().date(), state().config.site.all_languages)


def asked() -> Asked:
    """What this page wants to know."""
    return Asked(filters(), now())


@dashboard.get("")
def overview() -> Answer:
    """What helped, what did not, what to write next; and every figure."""
    wanted = asked()
    shown = figures().overview(wanted)
    found, missing = shown.value, figures().gaps(wanted)
    return _page(
        "overview",
        (
            rows.trend(found.trend, "How cases ended, step by step"),
            overviews.figures_table(found),
        ),
        as_of=shown.as_of,
        demo=found.demo,
        overview=found,
        sections=overviews.sections(found),
        figure=lambda name: overviews.figure(found, name),
        chart=overviews.chart(found.trend),
        gaps=missing.gaps[:AT_A_GLANCE] if missing else (),
        best=overviews.best(figures().articles(wanted).value, AT_A_GLANCE),
        typed={one: figures().queries(one, 1, wanted).value.items[:AT_A_GLANCE] for one in MISSED},
    )


@dashboard.get("/articles")
def articles() -> Answer:
    """Every article that was read, in any order, found by its title."""
    shown = figures().articles(asked())
    place, wanted = places(), request.args.get("q", "").strip()
    found = [one for one in shown.value if _fits(wanted, one.article, place)]
    order = request.args.get("sort", "")
    table = rows.articles(found, place, order if order in rows.sorts() else "-cases")
    return _page("articles", (table,), as_of=shown.as_of, wanted=wanted, known=len(shown.value))


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
            rows.trend(found.trend, "How cases ended in which it was read"),
            rows.revisions(found.revisions),
            rows.comments(found.comments, place),
            rows.choices(
                found.queries, "queries", ("What was typed before it was opened", "query", place)
            ),
        )
    )
    return _page(
        "article",
        tables,
        as_of=shown.as_of,
        name=name,
        found=found,
        by_votes=rows.by_votes(found.row) if found else None,
        address=_addresses().get(name),
        chart=overviews.chart(found.trend) if found else "",
    )


@dashboard.get("/searches")
def searches() -> Answer:
    """What people typed: everything, what found nothing, what nobody opened."""
    only: Only = next((one for one in rows.SEARCHES if one == request.args.get("only")), "all")
    page = _gathered(lambda number: figures().queries(only, number, asked()).value, MOST_SEARCHES)
    table = rows.queries(page.items, places(), only)
    return _page("searches", (table,), only=only, choices=rows.SEARCHES, page=page)


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
            rows.choices(found.opened, "opened", ("What they opened", "article", place)),
            rows.choices(found.next_queries, "next", ("What they typed next", "query", place)),
            rows.trend(found.trend, "How their cases ended"),
        )
    )
    chart = overviews.chart(found.trend) if found else ""
    return _page("query", tables, as_of=shown.as_of, text=text, found=found, chart=chart)


@dashboard.get("/gaps")
def gaps() -> Answer:
    """Questions that nothing answers, the largest first."""
    found = figures().gaps(asked())
    table = rows.gaps(found.gaps if found else (), places())
    return _page("gaps", (table,), as_of=found.as_of if found else None, found=found)


@dashboard.get("/gaps/<id_>")
def gap(id_: str) -> Answer:
    """One gap: who asked, in which words, and why the nearest article did not do."""
    found, place = _gap(id_), places()
    chosen = Selection(ids=found.case_ids)
    # Gaps are of so many days up to a moment, not to the end of a day, and of every place.
    wanted = Asked(Filters(days=filters().days + 1), now())
    page = _gathered(lambda number: figures().cases(chosen, number, wanted))
    tables = (
        rows.wordings(found.wordings, place),
        rows.cases(page.items, place, "The cases in which it was asked"),
    )
    nearest = place.article(found.nearest)
    return _page("gap", tables, found=found, nearest=nearest, page=page)


@dashboard.get("/gaps/<id_>/draft")
def draft(id_: str) -> Answer:
    """A first text of the article that is missing, to copy or to download."""
    found = _gap(id_)
    text = draft_of(found)
    if "download" not in request.args:
        return _page("draft", (), found=found, text=text)
    return _download(text, file_name(found.title), "text/markdown")


@dashboard.get("/comments")
def comments() -> Answer:
    """What visitors wrote beside a vote, newest first."""
    page = _gathered(lambda number: figures().comments(number, asked()))
    return _page("comments", (rows.comments(page.items, places()),), page=page)


@dashboard.get("/builds")
def builds() -> Answer:
    """Whether what was pushed is live, and what stopped it if it is not."""
    found = state().recorder.work(lambda database: recent(database, MOST_BUILDS))
    return _page("builds", (rows.builds(found),), builds=found)


@dashboard.get("/cases")
def cases() -> Answer:
    """The cases behind a figure, an article or a question."""
    chosen = _chosen()
    page = _gathered(lambda number: figures().cases(chosen, number, asked()))
    measure = MEASURES.get(chosen.measure or "")
    table = rows.cases(page.items, places(), "Cases, newest first")
    return _page("cases", (table,), chosen=chosen, measure=measure, page=page)


@dashboard.get("/cases/<id_>")
def case(id_: str) -> Answer:
    """Everything that happened in one case, masked."""
    found, place = figures().case(id_), places()
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return _page(
        "case",
        (rows.journal(found.steps, place),),
        found=found,
        outcome=rows.outcome(found.row),
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


def places() -> Places:
    """Names of articles and addresses of pages, which keep the filters."""
    kept = filters().asked()
    return Places(_titles(), lambda endpoint, **values: url_for(endpoint, **(values | kept)))


def _titles() -> Mapping[str, str]:
    try:
        snapshot = state().live.served().snapshot
    except UnavailableError:
        return {}
    own = snapshot.manifest.site_lang
    return {one.name(own): one.title for one in snapshot.articles}


def _addresses() -> Mapping[str, str]:
    """Where customers read an article, by its name."""
    try:
        snapshot = state().live.served().snapshot
    except UnavailableError:
        return {}
    own = snapshot.manifest.site_lang
    return {one.name(own): request.script_root + one.url(own) for one in snapshot.articles}


def _fits(wanted: str, name: str, place: Places) -> bool:
    text = f"{name} {place.title(name)}".casefold()
    return all(word in text for word in wanted.casefold().split())


def _gap(id_: str) -> Gap:
    known = figures().gaps(asked())
    found = next((one for one in known.gaps if one.id == id_), None) if known else None
    return found or abort(HTTPStatus.NOT_FOUND)


def _chosen() -> Selection:
    args = request.args
    named = args.get("measure", "")
    ending = next((one for one in get_args(Ending) if one == args.get("ending")), None)
    return Selection(
        measure=named if named in MEASURES and MEASURES[named].base is not None else None,
        of="base" if args.get("of") == "base" else "hit",
        article=args.get("article"),
        query=args.get("q"),
        ending=ending,
    )


def _gathered(read: Callable[[int], Page[Item]], most: int = MOST_EXPORTED) -> Page[Item]:
    """The page that the address asks for; all of them for a spreadsheet."""
    if "csv" not in request.args:
        return read(max(request.args.get("page", 1, type=int), 1))
    first = read(1)
    items = tuple(_items(read, first, most))
    return first.model_copy(update={"items": items[:most], "pages": 1})


def _items(read: Callable[[int], Page[Item]], first: Page[Item], most: int) -> Iterator[Item]:
    yield from first.items
    pages = -(-most // max(len(first.items), 1))
    for number in range(2, min(first.pages, pages) + 1):
        yield from read(number).items


def _page(template: str, tables: tuple[Table, ...], **context: Any) -> Answer:
    """A page, or the one of its tables that was asked for as a file."""
    wanted = request.args.get("csv")
    if wanted is not None:
        found = next((one for one in tables if one.name == wanted), None)
        return _spreadsheet(found or abort(HTTPStatus.NOT_FOUND))
    usual = {"as_of": now(), "demo": 0, "tables": {one.name: one for one in tables}}
    chosen, today = filters(), now().date()
    return render_template(
        f"dashboard/{template}.html",
        **(usual | context),
        words=words,
        places=places(),
        here=_here,
        behind=_behind,
        filters=chosen,
        window=chosen.window(today),
        last_day=chosen.until or today,
        today=today,
        periods=PERIODS,
        langs=sorted(state().config.site.all_languages),
        writer=writer_name(),
    )


def _spreadsheet(table: Table) -> Response:
    return _download(as_csv(table), f"{table.name}-{now():%Y-%m-%d}.csv", "text/csv")


def _download(text: str, name: str, mimetype: str) -> Response:
    content = io.BytesIO(text.encode("utf-8", "replace"))
    return send_file(content, mimetype=mimetype, as_attachment=True, download_name=name)


def _here(**changes: str | int | None) -> str:
    """This page's address with other parameters; None takes one away."""
    args: dict[str, Any] = {**request.args, **(request.view_args or {}), **changes}
    assert request.endpoint
    return url_for(request.endpoint, **{k: v for k, v in args.items() if v is not None})


def _behind(name: str, of: str = "") -> str:
    """Where the cases behind a figure are listed, or what comes nearest."""
    url = places().url
    if MEASURES[name].base is not None:
        return url("dashboard.cases", measure=name, **({"of": of} if of else {}))
    if name.startswith("searches."):
        return url("dashboard.searches", only=name.removeprefix("searches."))
    return url("dashboard.articles", sort="votes")
