"""The web layer: portal and JSON API over what has been published. HTTP only, no search logic."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from pathlib import Path

from flask import Flask, Response, g, request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import BaseConverter

from kb.config import Config
from kb.errors import UnavailableError
from kb.secret import secret_key
from kb.store.database import Database
from search.engine import Engine
from webapp import caching, cross_origin, error_pages, interface, limits, logs, security, visits
from webapp.api import api
from webapp.brand import brand
from webapp.compression import compress
from webapp.contact import contact
from webapp.dashboard import open_dashboard
from webapp.events import events
from webapp.feedback import feedback
from webapp.hooks import hooks
from webapp.live import Live, Opener, Serving
from webapp.machines import machines
from webapp.metrics import Metrics
from webapp.notices import for_templates, notices
from webapp.portal import portal
from webapp.prefix import PrefixMiddleware
from webapp.recorder import Recorder
from webapp.sign_in import guard
from webapp.state import EXTENSION, TEAM, State
from webapp.team import open_to_team
from webapp.templating import prepare_templates
from webapp.tickets import tickets
from webapp.tokens import Tokens
from webapp.widget import compose_files, widget
from webapp.widget_articles import widget_articles

HERE = Path(__file__).parent
BLUEPRINTS = (
    portal,
    machines,
    api,
    events,
    feedback,
    contact,
    tickets,
    notices,
    brand,
    widget,
    widget_articles,
    hooks,
)
LARGEST_REQUEST = 64 * 1024  # bytes; messages to people may have more, see tickets.py

log = logging.getLogger(__name__)


class LanguageConverter(BaseConverter):
    """A language code as the first folder of an address: ``es``, ``pt-br``."""

    regex = r"[a-z]{2}(?:-[a-z]{2,4})?"


def create_app(config: Config, opener: Opener | None = None) -> Flask:
    """The application for these settings; ``opener`` is where a test puts another engine."""
    live = Live(config.data, opener or (lambda: Engine.open(config.data)))
    whole = Live(config.data, lambda: Engine.open(config.data, hidden=True))
    app = compose(config, live, whole)
    _warm(live)
    return app


def compose(config: Config, public: Serving, whole: Serving) -> Flask:
    """The application that shows ``public`` to customers and ``whole`` to writers."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    app.extensions[EXTENSION] = seen = _state(config, public)
    app.extensions[TEAM] = replace(seen, live=whole)
    app.url_map.converters["language"] = LanguageConverter
    _measure(app)
    limits.limit(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    guard(app)
    open_dashboard(app)
    open_to_team(app)
    cross_origin.open_to(app, config)
    interface.translate(app)
    compose_files(app, config)
    prepare_templates(app, config)
    for_templates(app)
    error_pages.register(app)
    _answer_with_headers(app)
    _stand_behind_proxies(app, config)
    logs.mask()
    return app


def _state(config: Config, live: Serving) -> State:
    secret, metrics = secret_key(config).encode(), Metrics()
    return State(
        config=config,
        live=live,
        build=_build(config),
        secret=secret,
        tokens=Tokens(secret),
        recorder=Recorder(lambda: Database.open(config.database), metrics),
        metrics=metrics,
    )


def _build(config: Config) -> str:
    """The digest of settings and code, so that no browser shows an old page after an upgrade."""
    code = caching.versions(HERE).values()
    settings = (
        config.site.model_dump_json(),
        config.contact.model_dump_json(),
        config.widget.model_dump_json(),
    )
    return caching.digest(*settings, *code)


def _answer_with_headers(app: Flask) -> None:
    headers = security.page_headers().headers

    def finish(response: Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        return compress(caching.tag(visits.keep(response)))

    app.after_request(finish)


def _measure(app: Flask) -> None:
    metrics = app.extensions[EXTENSION].metrics

    def start() -> None:
        g.started = time.perf_counter()

    def finish(response: Response) -> Response:
        metrics.answered(request.endpoint or "none", response.status_code, g.started)
        return response

    app.before_request(start)
    app.after_request(finish)


def _stand_behind_proxies(app: Flask, config: Config) -> None:
    """Trust forwarded headers only from as many proxies as the settings name."""
    hops = config.site.trusted_proxies
    if config.site.prefix:
        app.wsgi_app = PrefixMiddleware(app.wsgi_app, config.site.prefix)  # type: ignore[method-assign]
    if hops:
        fixed = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops, x_prefix=0)
        app.wsgi_app = fixed  # type: ignore[method-assign]


def _warm(live: Live) -> None:
    """Open the snapshot before the first request comes; without one, say so and wait for it."""
    try:
        live.served()
    except UnavailableError as error:
        log.warning("%s", error)
