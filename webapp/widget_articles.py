"""An article for the frame in the widget: nothing but its text, and nothing that could act.

The page around may be anybody's, so no script runs here, no form is sent, nobody is remembered, and
only allowed origins may frame it. The theme comes in the address, since no page of another origin
tells a frame which one it has.
"""

from __future__ import annotations

import re

from flask import Blueprint, Response, current_app, redirect, render_template, request
from markupsafe import Markup, escape
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from kb.links import ROOT
from webapp import caching, interface
from webapp.cross_origin import frame_ancestors
from webapp.interface import gettext
from webapp.portal import enter, reader
from webapp.state import state
from webapp.widget import EXTENSION

THEMES = ("light", "dark")
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' https: data:; media-src 'self' https:;"
    " base-uri 'none'; form-action 'none';"
    " sandbox allow-popups allow-popups-to-escape-sandbox; "
)
ARTICLE = re.compile(rf'"{ROOT}((?:/[a-z]{{2}}(?:-[a-z]{{2,4}})?)?/articles/[^"#?]*)')
LINK = re.compile(r'<a (?=[^<>]*href="(?!#|/widget/))')
FRAME = re.compile(r"<iframe [^<>]*></iframe>")

widget_articles = Blueprint("widget_articles", __name__)
interface.in_address(widget_articles)


@widget_articles.before_request
def _enter() -> AnyResponse | None:
    return enter()


@widget_articles.get("/widget/articles/<path:slug>")
@widget_articles.get("/widget/<language:lang>/articles/<path:slug>")
def show(slug: str) -> str | AnyResponse:
    """The article, in the theme that is asked for."""
    here, snapshot = reader(), reader().served.snapshot
    row = snapshot.find(here.lang, slug)
    if row is None:
        return _moved(slug)
    theme = _theme()
    same = caching.unchanged(snapshot.id, state().build, theme)
    if same:
        return same
    return _page(
        theme,
        article=snapshot.articles[row],
        html=Markup(_inside(snapshot.page(row).html, theme)),  # noqa: S704 - safe when published
    )


@widget_articles.after_request
def _guard(response: Response) -> Response:
    """Only pages that may have the widget frame this, and isolated ones may, too."""
    policy = POLICY + frame_ancestors(state().config)
    response.headers["Content-Security-Policy"] = policy
    response.headers["Cross-Origin-Embedder-Policy"] = "credentialless"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@widget_articles.errorhandler(NotFound)
def _not_found(_error: NotFound) -> tuple[str, int]:
    """The portal's own page would not be shown in a frame."""
    caching.forget_tag()
    return _page(_theme(), said=gettext("This page is not here")), 404


def _page(theme: str, **content: object) -> str:
    version = current_app.extensions[EXTENSION].version
    return render_template("widget/article.html", theme=theme, version=version, **content)


def _moved(slug: str) -> AnyResponse:
    """An old address leads on, within the frame."""
    here = reader()
    own = here.served.snapshot.manifest.site_lang
    row = here.served.snapshot.named(slug if here.lang == own else f"{here.lang}:{slug}")
    if row is None:
        raise NotFound
    theme = f"?theme={request.args['theme']}" if "theme" in request.args else ""
    return redirect(f"{request.script_root}/widget{here.served.snapshot.url(row)}{theme}", 301)


def _theme() -> str:
    asked = request.args.get("theme", "")
    return asked if asked in THEMES else ""


def _inside(html: str, theme: str) -> str:
    """The article's HTML: other articles open here, everything else in a new tab.

    Videos need scripts, which do not run here; the link to each is there anyway.
    """
    root = escape(request.script_root)
    query = f"?theme={theme}" if theme else ""
    html = ARTICLE.sub(rf'"{root}/widget\1{query}', FRAME.sub("", html))
    html = html.replace(f'"{ROOT}', f'"{root}')
    return LINK.sub('<a target="_blank" ', html)
