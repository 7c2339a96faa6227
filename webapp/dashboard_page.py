"""What every page of the dashboard is made of: its filters, links, frame and files."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypeVar, cast

from flask import Response, abort, current_app, render_template, request, send_file, url_for

from kb.articles import Article
from kb.errors import UnavailableError
from kb.insights import Page
from kb.measures import MEASURES
from webapp import dashboard_words as words
from webapp.dashboard_figures import Asked, Figures
from webapp.dashboard_filters import PERIODS, Filters
from webapp.dashboard_places import Places
from webapp.dashboard_tables import Table, as_csv
from webapp.sign_in import writer_name
from webapp.state import state
from webapp.visits import now

EXTENSION = "kb.dashboard"
MOST_EXPORTED = 50_000
"""Rows of a table in one export; a spreadsheet takes a million, a person far fewer."""

Item = TypeVar("Item")
Answer = Response | str


def figures() -> Figures:
    """What the pages show."""
    return cast("Figures", current_app.extensions[EXTENSION])


def filters() -> Filters:
    """Which cases this page is about."""
    return Filters.read(request.args, now().date(), state().config.site.all_languages)


def asked() -> Asked:
    """What this page wants to know."""
    return Asked(filters(), now())


def places() -> Places:
    """Names of articles and addresses of pages, which keep the filters."""
    kept = filters().asked()
    return Places(_titles(), lambda endpoint, **values: url_for(endpoint, **(values | kept)))


def address(name: str) -> str | None:
    """Where customers read an article; None where they cannot."""
    own, known = _published()
    return next(
        (request.script_root + one.url(own) for one in known if one.name(own) == name), None
    )


def _titles() -> Mapping[str, str]:
    own, known = _published()
    return {one.name(own): one.title for one in known}


def _published() -> tuple[str, Sequence[Article]]:
    """The site's own language, and every article; none before the first is published."""
    try:
        snapshot = state().live.served().snapshot
    except UnavailableError:
        return "", ()
    return snapshot.manifest.site_lang, snapshot.articles


def show(template: str, tables: tuple[Table, ...], **context: Any) -> Answer:
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
    return download(as_csv(table), f"{table.name}-{now():%Y-%m-%d}.csv", "text/csv")


def download(text: str, name: str, mimetype: str) -> Response:
    """A text as a file to keep."""
    content = io.BytesIO(text.encode("utf-8", "replace"))
    return send_file(content, mimetype=mimetype, as_attachment=True, download_name=name)


def gathered(read: Callable[[int], Page[Item]], most: int = MOST_EXPORTED) -> Page[Item]:
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
