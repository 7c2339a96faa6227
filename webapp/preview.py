"""``kb preview``: the portal on a writer's own computer, with every article and what to mend in it.

It is the portal itself, so that nothing looks different once it is published. What a preview adds
stands in a bar below the header and a panel at the foot. It is for one person: it sends nothing,
counts nothing, and answers no other website's page, since what it shows may be internal.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, current_app, g, jsonify, request
from werkzeug.exceptions import Forbidden
from werkzeug.serving import make_server
from werkzeug.wrappers import Request

from kb.articles import Article
from kb.check_places import prefix_of
from kb.check_rules import LEVELS, Flaw
from kb.config import Config
from kb.errors import Finding
from kb.insights import Choice
from kb.store.article_insights import queries
from kb.store.database import Database
from kb.store.windows import Window
from webapp import caching, compose
from webapp.previewing import Previewing
from webapp.state import PREVIEW

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

WAIT_SECONDS = 20.0
"""How long a page's question for what is new is left open."""
TYPED_DAYS = 90
MARGIN = 2
"""Lines that are shown above and below the one that is spoken of."""
LONGEST_LINE = 200
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
EMPTY, FILLED = 'data-page="" data-version=""', 'data-page="{}" data-version="{}"'

log = logging.getLogger(__name__)
preview = Blueprint("preview", __name__, url_prefix="/preview")


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line of a file; ``meant`` where it is the one that is spoken of."""

    number: int
    text: str
    meant: bool


@dataclass(frozen=True, slots=True)
class Said:
    """A finding as a page shows it: its place as a writer names it, and the text around it."""

    level: str
    place: str
    what: str
    remedy: str
    lines: tuple[SourceLine, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """What the templates of a preview ask for."""

    previewing: Previewing
    prefix: str
    database_url: str
    site_lang: str

    def file(self, path: str) -> str:
        """A file's path as it is known where the preview was started."""
        return self.prefix if path == "." else f"{self.prefix}/{path}".removeprefix("./")

    def errors(self) -> list[Said]:
        """Why the articles could not be published as they are."""
        return [self._said("error", one) for one in self.previewing.errors]

    def flaws(self, article: Article | None) -> list[Said]:
        """What to mend in an article; without one, in files that have no page. Gravest first."""
        found = self.previewing.flaws(article.path) if article else self.previewing.left_out()
        ordered = sorted(found, key=lambda one: LEVELS.index(one.rule.level))
        return [self._said(one.rule.level, one) for one in ordered]

    def typed(self, article: Article) -> tuple[Choice, ...]:
        """What customers searched for before they opened an article, most often first."""
        now = dt.datetime.now(dt.UTC)
        window = Window(now - dt.timedelta(days=TYPED_DAYS), now)
        try:
            database = Database.look(self.database_url)
            if database is None:
                return ()
            try:
                return queries(database, article.name(self.site_lang), window)
            finally:
                database.close()
        except Exception as error:  # noqa: BLE001 - an older release's may lack what is asked for
            log.warning("what customers type is not shown: %s", error)
            return ()

    def _said(self, level: str, one: Flaw | Finding) -> Said:
        lines = around(self.previewing.folder, one.path, one.line)
        place = f"{self.file(one.path)}:{one.line}"
        return Said(level, place, one.what, one.remedy, lines)


def around(folder: Path, path: str, line: int) -> tuple[SourceLine, ...]:
    """A line of a file and its neighbours; nothing where the file cannot be read."""
    try:
        text = (folder / path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ()
    first = max(1, line - MARGIN)
    lines = text.splitlines()[first - 1 : line + MARGIN]
    return tuple(
        SourceLine(number, _cut(text), number == line) for number, text in enumerate(lines, first)
    )


def _cut(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…"


def create_preview(config: Config, previewing: Previewing, database_url: str) -> Flask:
    """The application; ``config`` is the preview's own, ``database_url`` the site's, to be read."""
    app = compose(config, previewing, previewing)
    here = prefix_of(previewing.folder, Path.cwd())
    app.extensions[PREVIEW] = Desk(previewing, here, database_url, config.site.language)
    app.register_blueprint(preview)
    app.before_request_funcs[None].insert(0, _start)
    app.wsgi_app = Guard(app.wsgi_app)  # type: ignore[method-assign]
    app.after_request(_name_page)
    app.context_processor(lambda: {"preview": _desk(), "typed_days": TYPED_DAYS})
    return app


def _desk() -> Desk:
    desk = current_app.extensions[PREVIEW]
    assert isinstance(desk, Desk)
    return desk


def serve(app: Flask, listener: socket) -> None:
    """Answer what comes in at a listening socket, until Ctrl-C."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it would print every request
    host, port, *_ = listener.getsockname()
    make_server(host, port, app, threaded=True, fd=listener.fileno()).serve_forever()


class Guard:
    """Before everything else: a page of another site may lead here, and not read or frame a page.

    Nor by a name of its own for this computer, unless the preview listens to others too.
    """

    def __init__(self, app: WSGIApplication) -> None:
        self.app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        request = Request(environ)
        foreign = request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}
        framed = foreign and request.headers.get("Sec-Fetch-Dest") != "document"
        named = environ["SERVER_NAME"] not in LOCAL or _host(request) in LOCAL
        return (self.app if named and not framed else Forbidden())(environ, start_response)


def _host(request: Request) -> str | None:
    return urlsplit(f"//{request.headers.get('Host', '')}").hostname


def _start() -> None:
    g.version = _desk().previewing.version  # before anything is rendered: nothing is missed


def _name_page(response: Response) -> Response:
    """Let a page know what it is made of, so that it is loaded again only if it would differ."""
    if response.mimetype == "text/html" and not response.is_streamed:
        text = response.get_data(as_text=True)
        digest = caching.digest(text)
        response.headers["Preview-Page"] = digest
        response.set_data(text.replace(EMPTY, FILLED.format(digest, g.version), 1))
    return response


@preview.get("/changes")
def changes() -> Response:
    """The version of what is shown, once it is another than ``since``."""
    since = request.args.get("since", 0, type=int)
    return jsonify(version=_desk().previewing.wait(since, WAIT_SECONDS))
