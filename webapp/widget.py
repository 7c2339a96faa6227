"""The widget: its files for product pages, and its first call.

Everything else that it asks is the API's. Its files are for every site to load; what may be asked
from where, cross_origin.py says.
"""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Flask, Response, current_app, make_response, request
from spectree import Response as Answers

from kb.config import Config
from webapp import caching
from webapp.api import spec
from webapp.api_answers import Problem
from webapp.state import state
from webapp.widget_boot import WidgetAnswer, WidgetQuery, boot
from webapp.widget_files import File, Files, compose

EXTENSION = "kb.widget"
SOON = "public, max-age=300"
"""How long a browser may go on with a loader that knows of older files."""

widget = Blueprint("widget", __name__)


def compose_files(app: Flask, config: Config) -> None:
    """Put the files together once; needs the interface's languages."""
    with app.app_context():
        app.extensions[EXTENSION] = compose(config)


def _files() -> Files:
    files = current_app.extensions[EXTENSION]
    assert isinstance(files, Files)
    return files


@widget.get("/widget.js")
def loader() -> Response:
    """The loader as a script of the old kind."""
    return _loader(_files().loader)


@widget.get("/widget.mjs")
def module() -> Response:
    """The loader as a module that exports ``KB``."""
    return _loader(_files().module)


@widget.get("/widget/<string(length=16):version>/<name>")
def file(version: str, name: str) -> Response:
    """A file by its version, which never changes."""
    files = _files()
    if version != files.version or name not in files.by_name:
        said = "no such file; /widget.js knows the present ones\n"
        return _for_all(Response(said, HTTPStatus.NOT_FOUND, mimetype="text/plain"))
    response = _answer(files.by_name[name])
    response.headers["Cache-Control"] = caching.IMMUTABLE
    return response


@widget.get("/api/v1/widget")
@spec.validate(resp=Answers(HTTP_200=WidgetAnswer, HTTP_503=Problem), tags=["widget"])
def first_call(query: WidgetQuery) -> WidgetAnswer:
    """Words, colours, notices and the contact form, for a page in this language."""
    return boot(state().live.served(), query)


def _loader(found: File) -> Response:
    response = _answer(found)
    response.headers["Cache-Control"] = SOON
    response.set_etag(caching.digest(found.data))
    return make_response(response.make_conditional(request))


def _answer(found: File) -> Response:
    return _for_all(Response(found.data, mimetype=found.mimetype))


def _for_all(response: Response) -> Response:
    """Let every page load it, also one that is isolated from other origins."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
