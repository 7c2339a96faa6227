"""What is said when something is not there or not well: a page to people, a problem to programs."""

from __future__ import annotations

import logging
from http import HTTPStatus

from flask import Flask, Response, g, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from kb.errors import NoSnapshotError, UnavailableError
from webapp.astray import Meant, found_for, meant_by
from webapp.caching import forget_tag
from webapp.interface import gettext, lazy_gettext, ngettext
from webapp.limits import may_search, retry_after
from webapp.portal import Reader
from webapp.problems import FOR_PROGRAMS, ProblemError, problem
from webapp.state import state

NOT_SAVED = "the answer could not be saved (try again in a moment)"
TITLES = {
    HTTPStatus.FORBIDDEN: lazy_gettext("This is not allowed"),
    HTTPStatus.METHOD_NOT_ALLOWED: lazy_gettext("There is nothing to see here"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: lazy_gettext("That is too much at once"),
    HTTPStatus.TOO_MANY_REQUESTS: lazy_gettext("Too many requests"),
}
RETRY_AFTER_SECONDS = 10
MARKDOWN = ".md"

log = logging.getLogger(__name__)

Answer = AnyResponse | tuple[str, int] | tuple[str, int, dict[str, str]]


def register(app: Flask) -> None:
    """Handle every error of the application."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(UnavailableError, _unavailable)


def _http_error(error: HTTPException) -> Answer | HTTPException:
    if isinstance(error, ProblemError) or error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error
    status = HTTPStatus(error.code)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return _too_often(status)
    if request.path.startswith(FOR_PROGRAMS):
        return problem(status, error.description or status.description)
    if status == HTTPStatus.NOT_FOUND:
        return _not_found()
    said = error.description if error.description != type(error).description else None
    return _page(status, said), status.value


def _too_often(status: HTTPStatus) -> Answer:
    seconds = retry_after()
    headers = {"Retry-After": str(seconds)}
    said = ngettext(
        "Too many requests from your address. Please try again in %(num)s second.",
        "Too many requests from your address. Please try again in %(num)s seconds.",
        seconds,
    )
    if request.path.startswith(FOR_PROGRAMS):
        answer = problem(status, said)
        answer.headers.update(headers)
        return answer
    return _page(status, said), status.value, headers


def _page(status: HTTPStatus, said: str | None) -> str:
    title = TITLES.get(status) or gettext("That did not work")
    return render_template("error.html", status=status, title=title, said=said)


def _not_found() -> Answer:
    """An old address leads on; one that was left, or is wrong, is searched for its words.

    Of an article as Markdown a program asks, so it gets a line of text.
    """
    forget_tag()
    try:
        _ensure_reader()
    except UnavailableError as error:
        return _unavailable(error)
    moved = _moved()
    if moved:
        return redirect(request.script_root + moved, HTTPStatus.MOVED_PERMANENTLY)
    here = g.reader
    title = _gone(_page_path())
    if title is not None and _is_markdown():
        said = f"{gettext('This article is no longer here')}\n"
        return Response(said, HTTPStatus.GONE, mimetype="text/plain")
    status = HTTPStatus.NOT_FOUND if title is None else HTTPStatus.GONE
    if not may_search():
        return _lost(status, Meant())
    if title is None:
        return _lost(status, meant_by(request.path, here.served, here.lang))
    return _lost(status, Meant(hits=found_for(title, here.served, here.lang)))


def _lost(status: HTTPStatus, meant: Meant) -> Answer:
    elsewhere = {
        article.lang: url_for("portal.article", slug=article.slug, lang=article.lang)
        for article in meant.elsewhere
    }
    page = render_template("not_found.html", status=status.value, meant=meant, alternates=elsewhere)
    return page, status.value


def _ensure_reader() -> None:
    """Addresses that fit no route have not been asked for their language yet."""
    if "reader" in g:
        return
    served = state().live.served()
    first = request.path.split("/")[1]
    own = served.snapshot.manifest.site_lang
    known = first in served.catalogues
    g.lang = first if known and first != own else None
    g.reader = Reader(served, first if known else own)


def _is_markdown() -> bool:
    return request.endpoint == "machines.markdown"


def _page_path() -> str:
    """The address of a page, also where its article was asked for as Markdown."""
    return request.path.removesuffix(MARKDOWN) if _is_markdown() else request.path


def _moved() -> str | None:
    """Where an address of before leads now; it may have begun with what is our prefix today."""
    found = _redirect(request.path)
    if found is None and _is_markdown():
        page = _redirect(_page_path())
        return f"{page}{MARKDOWN}" if page else None
    return found


def _redirect(path: str) -> str | None:
    snapshot = g.reader.served.snapshot
    target: str | None = snapshot.redirect(path) or snapshot.redirect(request.script_root + path)
    return target


def _gone(path: str) -> str | None:
    """What stood at an address until it was removed, as ``Snapshot.gone`` has it."""
    snapshot = g.reader.served.snapshot
    title: str | None = snapshot.gone(path)
    return snapshot.gone(request.script_root + path) if title is None else title


def _unavailable(error: UnavailableError) -> Answer:
    forget_tag()
    log.warning("%s", error)
    status = HTTPStatus.SERVICE_UNAVAILABLE
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    empty = isinstance(error, NoSnapshotError)
    saving = request.method == "POST" and not empty
    if request.path.startswith(FOR_PROGRAMS):
        answer = problem(status, NOT_SAVED if saving else str(error))
        answer.headers.update(headers)
        return answer
    page = render_template("unavailable.html", empty=empty, saving=saving)
    return page, status.value, headers
