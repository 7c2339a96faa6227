"""``kb serve --demo``: product pages on which the widget can be tried before anything is for sale.

They are other people's pages, so they have nothing of the portal: neither its looks nor its
headers. Each is a kind of page that widgets have trouble with, and the text on it says which.
Without ``--demo`` they are not there.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from flask import Blueprint, Flask, Response, abort, make_response, render_template, request

from kb.config import Config
from webapp import create_app
from webapp.state import state

OPEN = "frame-ancestors 'self'"
"""Policy of a page that leaves its scripts and styles to itself, as most do."""
STRICT = (
    "default-src 'none'; script-src {0}; connect-src {0}; frame-src {0}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
"""The lines that the widget needs, and not one that it does not."""
ISOLATED = {
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class Page:
    """A page at ``/demo/<name>``; ``strict``: policy and headers as tight as they get."""

    name: str
    title: str
    shows: str
    strict: bool = False


PAGES = (
    Page("commands", "Every command", "A button for each command of KB, to see what it does."),
    Page("shop", "A shop", "Articles that fit the page, by its address, title and headings."),
    Page("app", "An app of one page", "The address changes without a load, and so does what fits."),
    Page("inline", "A search box in the page", "<kb-search> where text would be; no button."),
    Page("strict", "A strict policy", "default-src 'none', Trusted Types, COEP and COOP.", True),
    Page("hostile", "A hostile page", "Styles and scripts that break what is not on its guard."),
    Page("plain", "Its plain twin", "The same page without them: the widget looks the same."),
)


@dataclass(frozen=True, slots=True)
class Example:
    """A command as it is written, and as its button runs it."""

    code: str
    shows: str


def examples(articles: Sequence[str]) -> tuple[Example, ...]:
    """One for each command; ``articles`` are slugs that this help centre has."""
    some, one = json.dumps(articles), json.dumps(next(iter(articles), ""))
    return (
        Example('KB("open")', "Shows it."),
        Example('KB("close")', "Hides it."),
        Example('KB("toggle")', "Shows or hides it: for a button of your own."),
        Example('KB("search", "change my card")', "Opens it with the results."),
        Example(f'KB("suggest", {some})', "Offers these articles; open it to see them."),
        Example('KB("suggest")', "Offers what suits the page again."),
        Example(f'KB("article", {one})', "Opens it with an article."),
        Example('KB("contact")', "Opens it with the contact form, if there is one."),
        Example(
            'KB("identify", { name: "Ana", email: "ana@example.org" })',
            "Fills in the contact form.",
        ),
        Example(
            'KB("on", "search", ({ query, count }) => say(`${query}: ${count} found`))',
            "Says below what is found from now on.",
        ),
        Example('KB("off", "search")', "Says it no longer."),
        Example('KB("config", { position: "left", colour: "#0b6e4f" })', "Moves and colours it."),
        Example('KB("config", { lang: "es" })', "Lets it speak Spanish."),
        Example('KB("destroy")', "Takes it off the page."),
        Example('KB("init", { position: "right" })', "Brings it back."),
    )


demo = Blueprint("demo", __name__, url_prefix="/demo")


def create_demo(config: Config) -> Flask:
    """The application with its demonstration pages."""
    app = create_app(config)
    app.register_blueprint(demo)
    return app


@demo.get("/")
def index() -> Response:
    """What there is to try."""
    return _answer("index", OPEN)


@demo.get("/<name>")
@demo.get("/app/<view>", defaults={"name": "app"})
def page(name: str, view: str = "") -> Response:  # noqa: ARG001 - its own script reads it
    """One page; ``?widget=off`` is the page before anybody put a widget on it."""
    found = next((one for one in PAGES if one.name == name), None)
    if found is None:
        abort(404)
    if not found.strict:
        return _answer(name, OPEN)
    response = _answer(name, STRICT.format(request.host_url.rstrip("/")))
    response.headers.update(ISOLATED)
    return response


def _articles() -> list[str]:
    """Slugs of some articles."""
    snapshot = state().live.served().snapshot
    own = (one for one in snapshot.articles if one.lang == snapshot.manifest.site_lang)
    return [one.slug for one in islice(own, 2)]


def _answer(name: str, policy: str) -> Response:
    """A page of the demonstration, which no search engine should keep."""
    template = "hostile" if name == "plain" else name
    response = make_response(
        render_template(
            f"demo/{template}.html",
            pages=PAGES,
            page=name,
            policy=policy,
            widget=request.args.get("widget") != "off",
            loader=f"{request.script_root}/widget.js",
            takes_messages=state().config.contact.ready,
            examples=examples(_articles()) if name == "commands" else (),
        )
    )
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Robots-Tag"] = "noindex"
    return response
