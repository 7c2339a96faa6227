"""The help centre as its writers see it: drafts and internal articles too, each marked.

The whole portal a second time, below the dashboard, over the snapshot's indexes of all articles.
Nobody enters who is not signed in, no cache keeps a page, and what is done here is counted nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Flask, Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from kb.articles import Article
from webapp import visits
from webapp.interface import gettext, long_date
from webapp.problems import FOR_PROGRAMS, ProblemError
from webapp.sign_in import is_signed_in, unlisted
from webapp.state import TEAM, is_preview, is_team

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FOLDER = "/dashboard/view"
DOOR = "/dashboard/sign-in"
READING = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN = frozenset({"portal", "machines", "api", "brand", "preview", None})
"""Parts of the application that are there for the team too; None: static files."""


class TeamMiddleware:
    """Addresses below the team's folder are those of the portal, and say so to the application."""

    def __init__(self, app: WSGIApplication) -> None:
        self.app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        environ.pop(TEAM, None)
        path = environ["PATH_INFO"]
        if path == FOLDER or path.startswith(f"{FOLDER}/"):
            environ["SCRIPT_NAME"] += FOLDER
            environ["PATH_INFO"] = path[len(FOLDER) :] or "/"
            environ[TEAM] = True
        return self.app(environ, start_response)


def open_to_team(app: Flask) -> None:
    """Let writers in, and nobody else."""

    def enter() -> AnyResponse | None:
        if not is_team():
            return None
        if request.method not in READING:
            abort(HTTPStatus.FORBIDDEN, "Nothing is sent from the writers' view.")
        if is_preview() or is_signed_in():
            return None if request.blueprint in OPEN else abort(HTTPStatus.NOT_FOUND)
        if request.path.startswith(FOR_PROGRAMS):
            raise ProblemError(HTTPStatus.UNAUTHORIZED, f"sign in first ({DOOR})")
        root = request.script_root.removesuffix(FOLDER)
        return redirect(f"{root}{DOOR}?next={quote(FOLDER + request.full_path.rstrip('?'))}")

    def keep_private(response: Response) -> Response:
        return unlisted(response) if is_team() else response

    app.add_template_filter(why_hidden)
    app.before_request(enter)
    app.after_request(keep_private)
    app.wsgi_app = TeamMiddleware(app.wsgi_app)  # type: ignore[method-assign]


def why_hidden(article: Article) -> str:
    """Why customers do not see an article, in a word; empty where they do."""
    if article.draft:
        return str(gettext("Draft"))
    if article.visibility == "internal":
        return str(gettext("Internal"))
    if article.publish_at and article.publish_at > visits.now():
        return str(gettext("From %(date)s", date=long_date(article.publish_at.date())))
    return ""
